//! Faults with their place: sealed for the store, and those that only the store's contents show.

use salur_core::FieldName;
use salur_core::Lang;
use salur_core::form::{Columns, Fault, FaultCode, Form, Problem};
use salur_core::refusal::{Refusal, Why};
use salur_core::workflow::Workflow;
use salur_core::world::World;
use salur_intake::{File, Judged, Located};
use salur_store::StoreError;
use salur_store::job::SealedFault;
use salur_store::vault::Vault;

/// The row under which faults are kept that belong to no row of the list: they come last.
pub(crate) const NO_ROW: u32 = u32::MAX;
/// Where the faults found at accepting begin to count, after those found at judging.
const AT_ACCEPTING: u32 = 1_000_000;

/// Faults that are sealed together: rows with one fault cost little, and rows with thousands are not one piece.
const TOGETHER: usize = 16;

/// Seals the faults of a row of the list that judging found.
pub(crate) fn seal(vault: &Vault, row: u32, found: &[Located]) -> Result<Vec<SealedFault>, StoreError> {
    sealed(vault, row, 0, found)
}

/// Seals faults of a row that accepting found.
pub(crate) fn seal_late(vault: &Vault, row: u32, found: &[Located]) -> Result<Vec<SealedFault>, StoreError> {
    sealed(vault, row, AT_ACCEPTING, found)
}

fn sealed(vault: &Vault, row: u32, first: u32, found: &[Located]) -> Result<Vec<SealedFault>, StoreError> {
    (first..)
        .step_by(TOGETHER)
        .zip(found.chunks(TOGETHER))
        .map(|(n, found)| Ok(SealedFault { row, n, sealed: vault.seal(&serde_json::to_vec(found)?)? }))
        .collect()
}

/// Reads what was sealed.
pub(crate) fn opened(bytes: &[u8]) -> Result<Vec<Located>, StoreError> {
    Ok(serde_json::from_slice(bytes)?)
}

/// A row of a region that its sender may not enter requests for.
pub(crate) fn region_not_yours(form: &Form, judged: &Judged) -> Located {
    let name = &form.region;
    let column = judged.columns.column(&form.fields, name);
    let found = column.and_then(|column| judged.cells.get(column)).map(|cell| cell.shown().into_owned());
    let header = header(form, &judged.columns, name);
    let problem = Problem::from(FaultCode::RegionNotYours);
    of_list(judged.row, Fault::new(header, name, problem, &found.unwrap_or_default()))
}

/// A row whose recipient has a request already.
pub(crate) fn duplicate_existing(form: &Form, judged: &Judged, request: Option<&str>) -> Located {
    let header = header(form, &judged.columns, &form.key);
    of_list(judged.row, form.duplicate_existing(Some(header), &judged.facts, request))
}

/// A row that was sound when it was judged, and was turned away when it was to be entered.
pub(crate) fn turned_away(world: &World, workflow: &Workflow, judged: &Judged, refusal: &Refusal) -> Located {
    let form = &workflow.form;
    if let Why::DuplicateExisting { request } = &refusal.why {
        let request = request.map(|request| request.to_string());
        return duplicate_existing(form, judged, request.as_deref());
    }
    if let Why::RoleMissing { .. } = &refusal.why {
        return region_not_yours(form, judged);
    }
    let why = |lang: Lang| {
        let sentence = refusal.sentence(lang, world, Some(workflow));
        sentence.trim_end_matches('.').to_owned()
    };
    let problem = Problem::from(FaultCode::EntryRefused).why(why(Lang::Id), why(Lang::En));
    let header = header(form, &judged.columns, &form.key);
    let found = judged.facts.text(&form.key).unwrap_or_default();
    of_list(judged.row, Fault::new(header, &form.key, problem, found))
}

fn of_list(row: u32, fault: Fault) -> Located {
    Located { file: File::List, row, fault }
}

/// The header of a field's column as the file writes it.
fn header<'a>(form: &Form, columns: &'a Columns, name: &'a FieldName) -> &'a str {
    let column = columns.column(&form.fields, name);
    column.and_then(|column| columns.headers.get(column)).map_or(name.as_str(), String::as_str)
}
