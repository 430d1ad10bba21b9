//! Judges a whole list: each row by itself, then against the rows before it and the members of its group.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;

use salur_core::form::{Cell, Columns, Context, Facts, Fault, FaultCode, Form};
use serde::{Deserialize, Serialize};

use crate::limits::Limits;
use crate::line::Halt;
use crate::members::Gathered;
use crate::refusal::{FileRefusal, RefusalCode};
use crate::source::Source;
use crate::table::{Found, Table};

/// Which of the files that came together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum File {
    /// The list of recipients.
    List,
    /// The members of its groups.
    Members,
}

impl fmt::Display for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            File::List => "list",
            File::Members => "members",
        })
    }
}

/// What came in.
pub struct Lists<'a> {
    /// The list of recipients.
    pub list: Source<'a>,
    /// The members of its groups, for schemes that have groups.
    pub members: Option<Source<'a>>,
}

/// A fault and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Located {
    /// The file.
    pub file: File,
    /// The line of a text file or the row of a sheet, the header's being its own.
    pub row: u32,
    /// What is wrong.
    pub fault: Fault,
}

/// A row of the list and what the form makes of it.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The headers of the file.
    pub columns: Arc<Columns>,
    /// Its number in the file.
    pub row: u32,
    /// Its cells as they came.
    pub cells: Vec<Cell>,
    /// What it says, the members of its group included.
    pub facts: Facts,
    /// All that is wrong with it and with its members; with none it is sound.
    pub faults: Vec<Located>,
    /// What is odd.
    pub warnings: Vec<Located>,
    /// True where another office pays.
    pub referred: bool,
}

impl Judged {
    /// True where it may be accepted.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.faults.is_empty()
    }
}

/// A row that is no recipient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Skipped {
    /// The file.
    pub file: File,
    /// The row.
    pub row: u32,
    /// What it is.
    pub why: SkippedWhy,
}

/// Why a row is no recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkippedWhy {
    /// The numbers of columns below the headers.
    ColumnNumbers,
    /// The headers again.
    HeaderAgain,
    /// A total.
    Total,
    /// Something written below the total.
    Note,
}

/// What became of the whole list.
#[derive(Debug, Clone)]
pub struct Judgement {
    /// The headers of the list.
    pub columns: Arc<Columns>,
    /// Its rows.
    pub rows: u32,
    /// Rows that may be accepted, referred ones included.
    pub sound: u32,
    /// Rows with a fault, their members' included.
    pub faulty: u32,
    /// Sound rows that another office pays.
    pub referred: u32,
    /// How often each fault occurs.
    pub codes: BTreeMap<FaultCode, u32>,
    /// Rows of the members' file.
    pub members: u32,
    /// Faults in the members' file that belong to no row of the list.
    pub loose: Vec<Located>,
    /// Rows that are no recipients.
    pub skipped: Vec<Skipped>,
    /// False where the caller broke off.
    pub is_complete: bool,
}

/// Judges a list and calls back with each row, in the order of the file. The list is read once; only its keys
/// and the members are held in memory. A refusal may come after rows were handed out: they do not count then.
pub fn judge_list(
    form: &Form,
    context: &Context<'_>,
    limits: &Limits,
    lists: Lists<'_>,
    sink: &mut dyn FnMut(Judged) -> ControlFlow<()>,
) -> Result<Judgement, FileRefusal> {
    let mut gathered = match (&form.members, lists.members) {
        (Some(rules), Some(source)) => Some(Gathered::read(rules, context, limits, source)?),
        (Some(rules), None) if rules.required => return Err(RefusalCode::MembersMissing.into()),
        (None, Some(_)) => return Err(FileRefusal::new(RefusalCode::MembersUnexpected).of(File::Members)),
        (_, None) => None,
    };
    let mut table = Table::new(&form.fields, vec![&form.key, &form.account.number]);
    let mut judge = Judge { form, context, seen: HashMap::new(), tally: Tally::default() };
    let outcome = lists.list.each(limits, &mut |line| {
        match (table.take(line)?, table.columns()) {
            (Some(Found::Skipped(row, why)), _) => {
                judge.tally.skipped.push(Skipped { file: File::List, row, why });
            }
            (Some(Found::Row(row, cells)), Some(columns)) => {
                if judge.tally.rows >= limits.rows {
                    return Err(FileRefusal::new(RefusalCode::TooManyRows).with("max", limits.rows).into());
                }
                let judged = judge.row(columns, row, cells, gathered.as_mut());
                judge.tally.count(&judged);
                if sink(judged).is_break() {
                    judge.tally.is_broken_off = true;
                    return Err(Halt::Enough);
                }
            }
            (None | Some(Found::Row(..)), _) => {}
        }
        Ok(())
    });
    if let Err(Halt::Refused(refusal)) = outcome {
        return Err(refusal);
    }
    let columns = table.finish()?;
    Ok(judge.tally.into_judgement(form, columns, gathered))
}

struct Judge<'a> {
    form: &'a Form,
    context: &'a Context<'a>,
    /// The first row of each recipient.
    seen: HashMap<String, u32>,
    tally: Tally,
}

impl Judge<'_> {
    fn row(
        &mut self,
        columns: &Arc<Columns>,
        row: u32,
        cells: Vec<Cell>,
        gathered: Option<&mut Gathered>,
    ) -> Judged {
        let mut verdict = self.form.judge(self.context, columns, &cells);
        let key = self.form.key_of(&verdict.facts);
        let first = key.as_ref().and_then(|key| self.seen.get(key).copied());
        let mut faults = Vec::new();
        let mut warnings = Vec::new();
        match (key, first) {
            (Some(_), Some(first)) => verdict.faults.push(self.form.duplicate(columns, &cells, first)),
            (Some(key), None) => {
                if let Some(gathered) = gathered {
                    let group = gathered.take(&key);
                    self.form.join(columns, &cells, group.members, group.listed, &mut verdict);
                    faults = group.faults;
                    warnings = group.warnings;
                }
                self.seen.insert(key, row);
            }
            (None, _) => {}
        }
        let located = |fault| Located { file: File::List, row, fault };
        faults.splice(0..0, verdict.faults.into_iter().map(located));
        warnings.splice(0..0, verdict.warnings.into_iter().map(located));
        Judged {
            columns: Arc::clone(columns),
            row,
            cells,
            facts: verdict.facts,
            faults,
            warnings,
            referred: verdict.referred,
        }
    }
}

#[derive(Default)]
struct Tally {
    rows: u32,
    sound: u32,
    faulty: u32,
    referred: u32,
    codes: BTreeMap<FaultCode, u32>,
    skipped: Vec<Skipped>,
    is_broken_off: bool,
}

impl Tally {
    fn count(&mut self, judged: &Judged) {
        self.rows += 1;
        if judged.is_sound() {
            self.sound += 1;
            self.referred += u32::from(judged.referred);
        } else {
            self.faulty += 1;
        }
        for located in &judged.faults {
            *self.codes.entry(located.fault.code).or_default() += 1;
        }
    }

    fn into_judgement(self, form: &Form, columns: Arc<Columns>, gathered: Option<Gathered>) -> Judgement {
        let Tally { rows, sound, faulty, referred, mut codes, mut skipped, is_broken_off } = self;
        let mut members = 0;
        let mut loose = Vec::new();
        if let (Some(mut gathered), Some(rules)) = (gathered, &form.members) {
            members = gathered.rows;
            skipped.append(&mut gathered.skipped);
            if !is_broken_off {
                loose = gathered.left(rules);
            }
        }
        for located in &loose {
            *codes.entry(located.fault.code).or_default() += 1;
        }
        let is_complete = !is_broken_off;
        Judgement { columns, rows, sound, faulty, referred, codes, members, loose, skipped, is_complete }
    }
}
