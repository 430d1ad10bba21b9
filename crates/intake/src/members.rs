//! The second file: the members of groups, gathered before the groups are judged.

use std::collections::HashMap;

use salur_core::form::{Columns, Context, Fault, FaultCode, Fields, Members, Problem};

use crate::limits::Limits;
use crate::line::Halt;
use crate::list::{File, Located, Skipped};
use crate::refusal::{FileRefusal, RefusalCode};
use crate::source::Source;
use crate::table::{Found, Table};

/// The members of one group.
#[derive(Default)]
pub(crate) struct Group {
    /// Those read without fault, in the order of the file.
    pub(crate) members: Vec<Fields>,
    /// All rows that name the group.
    pub(crate) listed: usize,
    pub(crate) faults: Vec<Located>,
    pub(crate) warnings: Vec<Located>,
    /// Each row with the group's code as it writes it.
    rows: Vec<(u32, String)>,
}

/// All members that were sent.
#[derive(Default)]
pub(crate) struct Gathered {
    groups: HashMap<String, Group>,
    /// Faults of rows that name no group.
    loose: Vec<Located>,
    header: String,
    pub(crate) rows: u32,
    pub(crate) skipped: Vec<Skipped>,
}

impl Gathered {
    /// Reads the members' file.
    pub(crate) fn read(
        rules: &Members,
        context: &Context<'_>,
        limits: &Limits,
        source: Source<'_>,
    ) -> Result<Gathered, FileRefusal> {
        let mut table = Table::new(&rules.fields, vec![&rules.group, &rules.nik]);
        let mut gathered = Gathered::default();
        let mut seen = HashMap::new();
        let outcome = source.each(limits, &mut |line| {
            match table.take(line)? {
                None => {}
                Some(Found::Skipped(row, why)) => {
                    gathered.skipped.push(Skipped { file: File::Members, row, why });
                }
                Some(Found::Row(row, cells)) => {
                    gathered.rows = gathered.rows.saturating_add(1);
                    if gathered.rows > limits.rows {
                        return Err(FileRefusal::new(RefusalCode::TooManyRows)
                            .with("max", limits.rows)
                            .into());
                    }
                    if let Some(columns) = table.columns() {
                        gathered.add(rules, context, columns, row, &cells, &mut seen);
                    }
                }
            }
            Ok(())
        });
        if let Err(Halt::Refused(refusal)) = outcome {
            return Err(refusal.of(File::Members));
        }
        let columns = table.finish().map_err(|refusal| refusal.of(File::Members))?;
        let column = columns.column(&rules.fields, &rules.group);
        gathered.header = column.and_then(|column| columns.headers.get(column)).cloned().unwrap_or_default();
        Ok(gathered)
    }

    /// The members of a group; each is given out once.
    pub(crate) fn take(&mut self, key: &str) -> Group {
        self.groups.remove(key).unwrap_or_default()
    }

    /// What is wrong with rows that belong to no group of the list.
    pub(crate) fn left(self, rules: &Members) -> Vec<Located> {
        let mut left = self.loose;
        for (_, group) in self.groups {
            left.extend(group.faults);
            left.extend(group.rows.into_iter().map(|(row, code)| {
                let fault = Fault::new(&self.header, &rules.group, FaultCode::GroupUnknown.into(), &code);
                Located { file: File::Members, row, fault }
            }));
        }
        left.sort_by_key(|located| located.row);
        left
    }

    fn add(
        &mut self,
        rules: &Members,
        context: &Context<'_>,
        columns: &Columns,
        row: u32,
        cells: &[salur_core::form::Cell],
        seen: &mut HashMap<String, (u32, String)>,
    ) {
        let mut verdict = rules.judge(context, columns, cells);
        let located = |fault| Located { file: File::Members, row, fault };
        let written = verdict.facts.text(&rules.group).unwrap_or_default().to_owned();
        let Some(key) = rules.group_of(&verdict.facts.fields) else {
            self.loose.extend(verdict.faults.into_iter().map(located));
            return;
        };
        if let Some(nik) = verdict.facts.text(&rules.nik) {
            if let Some((first, group)) = seen.get(nik) {
                let code =
                    if *group == key { FaultCode::DuplicateInFile } else { FaultCode::MemberInTwoGroups };
                let problem = Problem::from(code).with("row", first).with("group", group);
                verdict.faults.push(rules.fault(columns, cells, &rules.nik, problem));
            } else {
                seen.insert(nik.to_owned(), (row, key.clone()));
            }
        }
        let group = self.groups.entry(key).or_default();
        group.listed += 1;
        group.rows.push((row, written));
        group.warnings.extend(verdict.warnings.into_iter().map(located));
        if verdict.faults.is_empty() {
            group.members.push(verdict.facts.fields);
        }
        group.faults.extend(verdict.faults.into_iter().map(located));
    }
}
