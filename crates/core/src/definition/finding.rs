//! What is found in a definition: a code, a place, a sentence in both languages, and what shows it.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::Lang;

/// Most findings that are told of one file; whoever has that many mends the first ones first.
pub const FINDINGS_MAX: usize = 100;

/// Something wrong with a definition, or doubtful.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// A stable code.
    pub code: &'static str,
    /// Whether the definition is refused for it.
    pub severity: Severity,
    /// The place in the file, as `action.verify.to`.
    pub place: String,
    /// The line of that place, from 1.
    pub line: Option<usize>,
    /// Its column in characters, from 1.
    pub column: Option<usize>,
    /// What is wrong, and how to mend it, in Indonesian.
    pub id: String,
    /// The same in English.
    pub en: String,
    /// What shows it, where something does.
    pub counter_example: Option<CounterExample>,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It cannot stay like that: a definition is refused.
    Error,
    /// Somebody should look at it: a definition is taken.
    Warning,
}

impl Severity {
    /// Its name in data.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// What shows that a finding is so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CounterExample {
    /// Values of fields, as a guard writes them; `missing` for a field that was never filled in.
    Values(BTreeMap<String, String>),
    /// A way through the workflow: stages and actions in turn.
    Way(Vec<String>),
    /// Who could do what: the acts in order, each with the number of a person, from 1.
    Persons(Vec<(String, usize)>),
}

impl Finding {
    pub(super) fn error(code: &'static str, place: impl Into<String>, id: String, en: String) -> Finding {
        let (severity, place) = (Severity::Error, place.into());
        Finding { code, severity, place, line: None, column: None, id, en, counter_example: None }
    }

    /// An error about a whole file, for whoever reads files.
    #[must_use]
    pub fn of_file(code: &'static str, id: String, en: String) -> Finding {
        Finding::error(code, "file", id, en)
    }

    pub(super) fn warning(code: &'static str, place: impl Into<String>, id: String, en: String) -> Finding {
        Finding { severity: Severity::Warning, ..Finding::error(code, place, id, en) }
    }

    pub(super) fn shown_by(self, example: CounterExample) -> Finding {
        Finding { counter_example: Some(example), ..self }
    }

    /// The sentence in one language.
    #[must_use]
    pub fn text(&self, lang: Lang) -> &str {
        match lang {
            Lang::Id => &self.id,
            Lang::En => &self.en,
        }
    }
}

impl CounterExample {
    /// It as one line for people.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        match self {
            CounterExample::Values(values) => {
                let missing = match lang {
                    Lang::Id => "tidak diisi",
                    Lang::En => "not filled in",
                };
                let each = values.iter().map(|(field, value)| match value.as_str() {
                    "missing" => format!("{field}: {missing}"),
                    value => format!("{field} = {value}"),
                });
                each.collect::<Vec<_>>().join(", ")
            }
            CounterExample::Way(steps) => steps.join(" > "),
            CounterExample::Persons(acts) => {
                let (person, does) = match lang {
                    Lang::Id => ("orang", "melakukan"),
                    Lang::En => ("person", "does"),
                };
                let each = acts.iter().map(|(act, number)| format!("{person} {number} {does} {act}"));
                each.collect::<Vec<_>>().join(", ")
            }
        }
    }
}

/// Where the lines of a text begin.
pub(super) struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl Lines<'_> {
    pub(super) fn of(text: &str) -> Lines<'_> {
        let after = text.match_indices('\n').map(|(at, _)| at.saturating_add(1));
        Lines { text, starts: std::iter::once(0).chain(after).collect() }
    }

    /// Line and column of an offset in bytes, both from 1.
    pub(super) fn at(&self, offset: usize) -> (usize, usize) {
        let line = self.starts.partition_point(|start| *start <= offset).max(1);
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let before = self.text.get(start..offset.min(self.text.len())).unwrap_or_default();
        (line, before.chars().count().saturating_add(1))
    }
}

/// What was found so far, and where in the file each place stands.
pub(super) struct Findings<'a> {
    list: Vec<Finding>,
    lines: Lines<'a>,
    /// The offset of each key that was read.
    places: BTreeMap<String, usize>,
    /// Where the file says nothing that can be read: what else seems wrong there follows from that.
    holes: Vec<String>,
    /// How many errors there are, those that are not told included.
    errors: usize,
    more: bool,
    /// True where part of the file was left out, so that nothing can be said about what names it.
    cut: bool,
}

impl<'a> Findings<'a> {
    pub(super) fn of(text: &'a str) -> Findings<'a> {
        let (list, places, holes) = Default::default();
        Findings { list, lines: Lines::of(text), places, holes, errors: 0, more: false, cut: false }
    }

    /// Notes where a place stands.
    pub(super) fn stands(&mut self, place: &str, offset: usize) {
        self.places.insert(place.to_owned(), offset);
    }

    /// Notes that what stands at a place could not be read.
    pub(super) fn hole(&mut self, place: String) {
        // Everything names what stands in these.
        self.cut |= matches!(place.as_str(), "workflow" | "stage" | "action" | "field");
        if self.holes.len() < FINDINGS_MAX {
            self.holes.push(place);
        }
    }

    /// Notes that part of the file is left out.
    pub(super) fn cut(&mut self) {
        self.cut = true;
    }

    pub(super) fn is_cut(&self) -> bool {
        self.cut
    }

    pub(super) fn add(&mut self, finding: Finding) {
        let follows = self.holes.iter().any(|hole| {
            finding
                .place
                .strip_prefix(hole.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        });
        if !follows {
            let offset = self.offset_of(&finding.place);
            self.put(finding, offset);
        }
    }

    /// Adds a finding at an offset of the text.
    pub(super) fn put(&mut self, mut finding: Finding, offset: Option<usize>) {
        self.errors = self.errors.saturating_add(usize::from(finding.severity == Severity::Error));
        if self.list.len() >= FINDINGS_MAX {
            self.more = true;
            return;
        }
        if let Some((line, column)) = offset.map(|offset| self.lines.at(offset)) {
            (finding.line, finding.column) = (Some(line), Some(column));
        }
        self.list.push(finding);
    }

    pub(super) fn error(&mut self, code: &'static str, place: impl Into<String>, id: String, en: String) {
        self.add(Finding::error(code, place, id, en));
    }

    pub(super) fn warning(&mut self, code: &'static str, place: impl Into<String>, id: String, en: String) {
        self.add(Finding::warning(code, place, id, en));
    }

    /// Adds a finding about a text that stands as the value of its place: at an offset within that text, where the
    /// file has it just as it is.
    pub(super) fn within(&mut self, finding: Finding, file: &str, text: &str, offset: usize) {
        let Some(key) = self.offset_of(&finding.place) else {
            return self.add(finding);
        };
        // Between a key and its value stand the equals sign and a quote or three.
        let after = file.get(key..).unwrap_or_default();
        let inside = after.find(text).filter(|at| !text.is_empty() && *at < 80);
        let offset = inside.map_or(key, |at| key.saturating_add(at).saturating_add(offset));
        self.put(finding, Some(offset));
    }

    /// Forgets what was found, save this.
    pub(super) fn only(&mut self, finding: Finding) {
        self.list.clear();
        self.errors = 0;
        self.add(finding);
    }

    /// True where something could not be read.
    pub(super) fn has_holes(&self) -> bool {
        !self.holes.is_empty()
    }

    /// True where what stands at a place could not be read.
    pub(super) fn is_hole(&self, place: &str) -> bool {
        self.holes.iter().any(|hole| hole == place)
    }

    /// True once as much was found as is told of one file: what else there is is counted, and not worked out.
    pub(super) fn is_full(&self) -> bool {
        self.list.len() >= FINDINGS_MAX
    }

    /// Counts an error that is not told.
    pub(super) fn untold(&mut self) {
        self.errors = self.errors.saturating_add(1);
        self.more = true;
    }

    /// How many errors there are.
    pub(super) fn errors(&self) -> usize {
        self.errors
    }

    /// The offset of a place, or of the nearest place around it.
    fn offset_of(&self, place: &str) -> Option<usize> {
        let mut place = place;
        loop {
            if let Some(offset) = self.places.get(place) {
                return Some(*offset);
            }
            place = place.get(..place.rfind(['.', '['])?)?;
        }
    }

    /// All of them, in the order of the file.
    pub(super) fn done(mut self) -> Vec<Finding> {
        if self.more {
            let id = format!("masih ada temuan lain; yang ditampilkan paling banyak {FINDINGS_MAX}");
            let en = format!("there is more; {FINDINGS_MAX} findings are the most that are told");
            let severity = if self.errors > 0 { Severity::Error } else { Severity::Warning };
            self.list.push(Finding { severity, ..Finding::error("too_many_findings", "file", id, en) });
        }
        self.list.sort_by_key(|one| (one.line.unwrap_or(usize::MAX), one.column, one.severity));
        self.list
    }
}
