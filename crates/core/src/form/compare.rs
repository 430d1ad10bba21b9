//! What must agree within a row, and between a group and its members.

use super::Context;
use super::cell::Cell;
use super::codes::FaultCode;
use super::define::{Check, Form, Kind};
use super::fault::Problem;
use super::header::Columns;
use super::judge::{Row, Verdict};
use super::nik::Nik;
use super::value::{Facts, Fields, Value};
use crate::{FieldName, RegionCode};

impl Form {
    pub(crate) fn compare(&self, context: &Context<'_>, row: Row<'_>, verdict: &mut Verdict) {
        for check in &self.checks {
            match check {
                Check::NikBirthDate { nik, date } => birth_date(row, nik, date, verdict),
                Check::NikSex { nik, sex } => same_sex(row, nik, sex, verdict),
                Check::RegionName { region, name } => region_name(context, row, region, name, verdict),
            }
        }
        let region = verdict.facts.text(&self.region).map(str::to_owned);
        for field in self.fields.iter().filter(|field| field.kind == Kind::Nik) {
            let issued_in = nik_of(&verdict.facts, &field.name).map(|nik| nik.issued_in());
            if let Some(problem) = prefix(context, issued_in.as_deref(), region.as_deref()) {
                verdict.warnings.push(row.fault(&field.name, problem));
            }
        }
    }

    /// Joins a group with its members: those read without fault, and how many rows there were in all.
    pub fn join(
        &self,
        columns: &Columns,
        cells: &[Cell],
        members: Vec<Fields>,
        listed: usize,
        verdict: &mut Verdict,
    ) {
        let Some(rules) = &self.members else {
            return;
        };
        let row = Row { fields: &self.fields, columns, cells };
        if listed == 0 {
            verdict.faults.push(row.fault(&self.key, FaultCode::MemberMissing));
        } else if let Some(count) = &rules.count
            && let Some(Value::Int(stated)) = verdict.facts.get(count)
            && usize::try_from(*stated) != Ok(listed)
        {
            let problem = Problem::from(FaultCode::MemberCountMismatch).with("listed", listed);
            verdict.faults.push(row.fault(count, problem));
        }
        if let Some(leader) = &rules.leader
            && let Some(nik) = verdict.facts.get(leader)
            && listed > 0
            && listed == members.len()
            && !members.iter().any(|member| member.get(&rules.nik) == Some(nik))
        {
            verdict.faults.push(row.fault(leader, FaultCode::LeaderNotMember));
        }
        verdict.facts.members = members;
    }
}

fn nik_of(facts: &Facts, name: &FieldName) -> Option<Nik> {
    Nik::parse(facts.text(name)?).ok()
}

fn birth_date(row: Row<'_>, nik: &FieldName, date: &FieldName, verdict: &mut Verdict) {
    let (Some(told), Some(Value::Date(written))) = (nik_of(&verdict.facts, nik), verdict.facts.get(date))
    else {
        return;
    };
    if !told.is_born_on(*written) {
        let problem = Problem::from(FaultCode::NikBirthDateMismatch)
            .with("told", told.birth_date_told())
            .with("written", written.strftime("%d/%m/%Y"));
        verdict.faults.push(row.fault(nik, problem));
    }
}

fn same_sex(row: Row<'_>, nik: &FieldName, sex: &FieldName, verdict: &mut Verdict) {
    let (Some(told), Some(written)) = (nik_of(&verdict.facts, nik), verdict.facts.text(sex)) else {
        return;
    };
    let told = if told.is_female() { "P" } else { "L" };
    if told != written {
        let problem = Problem::from(FaultCode::NikSexMismatch).with("told", told).with("written", written);
        verdict.faults.push(row.fault(sex, problem));
    }
}

/// A name of another region is a fault; a name of none is a warning, for the code decides. Where the code is
/// the wrong one, the name suggests the right one.
fn region_name(
    context: &Context<'_>,
    row: Row<'_>,
    region: &FieldName,
    name: &FieldName,
    verdict: &mut Verdict,
) {
    let Some(written) = verdict.facts.text(name).map(str::to_owned) else {
        return;
    };
    let Some(code) = verdict.facts.text(region).map(RegionCode::from) else {
        let wrong = |fault: &&mut super::Fault| {
            fault.name == *region && matches!(fault.code, FaultCode::UnknownRegion | FaultCode::ValueMissing)
        };
        if let Some(fault) = verdict.faults.iter_mut().find(wrong) {
            let problem = Problem { code: fault.code, args: std::mem::take(&mut fault.args) };
            fault.args = context.regions.with_nearest_name(problem, &written).args;
        }
        return;
    };
    if context.regions.is_called(&code, &written) {
        return;
    }
    let own = context.regions.regency_of(&code).map_or(code.as_str(), |(_, name)| name);
    if context.regions.named(&written).is_empty() {
        let problem = Problem::from(FaultCode::RegionNameUnknown).with("region", own);
        verdict.warnings.push(row.fault(name, problem));
    } else {
        let problem = Problem::from(FaultCode::RegionMismatch).with("region", own).with("code", &code);
        verdict.faults.push(row.fault(name, problem));
    }
}

/// A NIK keeps the region where it was issued, so this only warns.
fn prefix(context: &Context<'_>, issued_in: Option<&str>, region: Option<&str>) -> Option<Problem> {
    let issued_in = issued_in?;
    if !context.regions.is_regency(issued_in) {
        return Some(FaultCode::NikPrefixUnknown.into());
    }
    (issued_in.get(..2) != region?.get(..2)).then(|| FaultCode::NikPrefixForeign.into())
}
