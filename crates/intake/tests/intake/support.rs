//! What the tests share: the shipped forms, the country's regions, and a judgement as plain text.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use jiff::civil::{Date, date};
use salur_core::form::{Context, Form, Regions};
use salur_intake::{FileRefusal, Judgement, Limits, Lists, Source, judge_list};

pub(crate) const TODAY: Date = date(2024, 10, 1);

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The form of a scheme, as its workflow file has it.
pub(crate) fn form(scheme: &str) -> Form {
    #[derive(serde::Deserialize)]
    struct Definition {
        form: Form,
    }
    let path = ["form.toml", "toml"]
        .map(|ending| root().join(format!("workflows/{scheme}.{ending}")))
        .into_iter()
        .find(|path| path.exists())
        .expect("a workflow file of that name");
    toml::from_str::<Definition>(&std::fs::read_to_string(path).unwrap()).unwrap().form
}

/// All regions, of an office that serves province 64.
pub(crate) static REGIONS: LazyLock<Regions> = LazyLock::new(|| {
    let list = |name: &str| std::fs::read_to_string(root().join("data/regions").join(name)).unwrap();
    let lists = [list("provinsi_kabupaten_kota.csv"), list("kaltim_64_semua_tingkat.csv")];
    Regions::parse(lists.iter().map(String::as_str)).unwrap().serving("64".into())
});

/// What rows are judged with.
pub(crate) fn context() -> Context<'static> {
    Context { regions: &REGIONS, today: TODAY }
}

/// What became of a list: for each faulty row its `(field, code)` pairs.
pub(crate) struct Outcome {
    pub(crate) judgement: Judgement,
    pub(crate) rows: BTreeMap<u32, Vec<(String, String)>>,
    pub(crate) warnings: BTreeMap<u32, Vec<String>>,
}

impl Outcome {
    pub(crate) fn has(&self, row: u32, field: &str, code: &str) -> bool {
        self.rows.get(&row).is_some_and(|faults| faults.contains(&(field.to_owned(), code.to_owned())))
    }
}

pub(crate) fn judge(
    form: &Form,
    list: Source<'_>,
    members: Option<Source<'_>>,
) -> Result<Outcome, FileRefusal> {
    judge_within(&Limits::default(), form, list, members)
}

pub(crate) fn judge_within(
    limits: &Limits,
    form: &Form,
    list: Source<'_>,
    members: Option<Source<'_>>,
) -> Result<Outcome, FileRefusal> {
    let mut rows = BTreeMap::new();
    let mut warnings = BTreeMap::new();
    let judgement = judge_list(form, &context(), limits, Lists { list, members }, &mut |judged| {
        if !judged.warnings.is_empty() {
            let codes = judged.warnings.iter().map(|located| located.fault.code.to_string()).collect();
            warnings.insert(judged.row, codes);
        }
        if !judged.is_sound() {
            let faults = judged.faults.iter();
            let faults = faults.map(|located| (located.fault.field.clone(), located.fault.code.to_string()));
            assert!(rows.insert(judged.row, faults.collect()).is_none());
        }
        ControlFlow::Continue(())
    })?;
    Ok(Outcome { judgement, rows, warnings })
}

/// The code a file is refused with.
pub(crate) fn refused(form: &Form, bytes: &[u8]) -> String {
    match judge(form, Source::Bytes(bytes), None) {
        Ok(outcome) => format!("read: {} rows", outcome.judgement.rows),
        Err(refusal) => refusal.code.to_string(),
    }
}
