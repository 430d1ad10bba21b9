//! The regions of the country by their Kemendagri codes, and which of them an office serves.

use std::collections::{BTreeMap, HashMap};

use super::cell::{tidy, whole};
use super::codes::FaultCode;
use super::fault::Problem;
use crate::RegionCode;

/// How many dots the code of a regency or city has.
const REGENCY_DOTS: usize = 1;

/// A list of regions: code to name.
#[derive(Debug, Clone, Default)]
pub struct Regions {
    names: BTreeMap<RegionCode, String>,
    regencies: HashMap<String, Vec<RegionCode>>,
    served: Option<RegionCode>,
}

/// A line of a region list that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the region list is not 'code,level,name'")]
pub struct RegionsError {
    /// Which line, from 1.
    pub line: usize,
}

impl Regions {
    /// Reads lists with the columns `kode,tingkat,nama` (more may follow); a code named twice keeps its first name.
    pub fn parse<'a>(lists: impl IntoIterator<Item = &'a str>) -> Result<Regions, RegionsError> {
        let mut regions = Regions::default();
        for list in lists {
            for (at, line) in list.lines().enumerate().skip(1) {
                let mut columns = line.trim_end_matches('\r').split(',');
                let error = RegionsError { line: at.saturating_add(1) };
                match (columns.next(), columns.next(), columns.next()) {
                    (Some(""), None, None) => {}
                    (Some(code), Some(_), Some(name)) if is_code(code) => {
                        regions.add(code, name.trim_matches('"'));
                    }
                    _ => return Err(error),
                }
            }
        }
        Ok(regions)
    }

    /// The same list, of an office that serves one region and all within it.
    #[must_use]
    pub fn serving(mut self, served: RegionCode) -> Regions {
        self.served = Some(served);
        self
    }

    /// Name of a region.
    #[must_use]
    pub fn name(&self, code: &str) -> Option<&str> {
        self.names.get(code).map(String::as_str)
    }

    /// True if there is such a region, of whatever level; without a list, every one is taken for one.
    #[must_use]
    pub fn knows(&self, code: &RegionCode) -> bool {
        self.names.is_empty() || self.names.contains_key(code)
    }

    /// The regions that come nearest to a code that is none, among those that are served and of its level.
    #[must_use]
    pub fn nearest(&self, code: &RegionCode) -> Vec<(RegionCode, String)> {
        const NEAREST_MAX: usize = 3;
        let dots = code.as_str().matches('.').count();
        let is_here = |own: &RegionCode| self.served.as_ref().is_none_or(|served| own.is_within(served));
        let same =
            self.names.iter().filter(|(own, _)| own.as_str().matches('.').count() == dots && is_here(own));
        let mut near: Vec<_> =
            same.map(|(own, name)| (distance(own.as_str(), code.as_str()), own, name)).collect();
        near.sort();
        let near = near.into_iter().take_while(|(distance, ..)| *distance <= 2).take(NEAREST_MAX);
        near.map(|(_, own, name)| (own.clone(), name.clone())).collect()
    }

    /// The province that is served.
    #[must_use]
    pub fn served(&self) -> Option<&RegionCode> {
        self.served.as_ref()
    }

    /// The name of the province that is served.
    #[must_use]
    pub fn served_name(&self) -> Option<&str> {
        self.served.as_ref().and_then(|code| self.name(code.as_str()))
    }

    /// The regency or city that a code lies in, itself included.
    #[must_use]
    pub fn regency_of(&self, code: &RegionCode) -> Option<(&RegionCode, &str)> {
        let end =
            code.as_str().match_indices('.').nth(REGENCY_DOTS).map_or(code.as_str().len(), |(at, _)| at);
        let (code, name) = self.names.get_key_value(code.as_str().get(..end)?)?;
        Some((code, name))
    }

    /// Reads a region's code, with dots or without, and looks it up.
    pub fn read(&self, text: &str) -> Result<RegionCode, Problem> {
        let code = RegionCode::from(&*dotted(&tidy(text).0));
        let Some(name) = self.name(code.as_str()) else {
            return Err(self.with_nearest(FaultCode::UnknownRegion.into(), code.as_str()));
        };
        if code.as_str().matches('.').count() < REGENCY_DOTS {
            return Err(FaultCode::RegionTooWide.into());
        }
        if self.served.as_ref().is_some_and(|served| !code.is_within(served)) {
            return Err(Problem::from(FaultCode::RegionNotServed).with("region", name));
        }
        Ok(code)
    }

    /// Reads a code that a spreadsheet keeps as a number: `64.72` or `6472`.
    pub fn read_number(&self, number: f64) -> Result<RegionCode, Problem> {
        let text = match whole(number) {
            Some(number) if number >= 100 => number.to_string(),
            _ => format!("{number:.2}"),
        };
        self.read(&text)
    }

    /// Regencies and cities of that name, `Kabupaten` and `Kota` aside: `Samarinda` is `Kota Samarinda`.
    #[must_use]
    pub fn named(&self, name: &str) -> &[RegionCode] {
        self.regencies.get(&base(name).1).map_or(&[], Vec::as_slice)
    }

    /// True if `name` may stand for the region: its base name, and the kind of region if both have it.
    #[must_use]
    pub fn is_called(&self, code: &RegionCode, name: &str) -> bool {
        let (kind, written) = base(name);
        let own = self.name(code.as_str()).into_iter();
        let regency = self.regency_of(code).map(|(_, name)| name);
        own.chain(regency).any(|own| {
            let (own_kind, own) = base(own);
            let is_other =
                || self.named(name).iter().any(|other| other != code && self.has_kind(other, kind));
            own == written && (kind.is_none() || kind == own_kind || !is_other())
        })
    }

    /// True if a NIK may be issued there today.
    #[must_use]
    pub fn is_regency(&self, code: &str) -> bool {
        code.matches('.').count() == REGENCY_DOTS && self.names.contains_key(code)
    }

    /// The fault with the served region whose name comes nearest, where `name` is close to one.
    #[must_use]
    pub fn with_nearest_name(&self, problem: Problem, name: &str) -> Problem {
        let (_, written) = base(name);
        let near = self
            .served_regencies()
            .map(|(code, own)| (distance(&base(own).1, &written), code, own))
            .min_by_key(|(distance, ..)| *distance);
        match near {
            Some((distance, code, own)) if distance <= 2 && written.len() > 3 => {
                problem.with("suggestion", format!("{code} ({own})"))
            }
            _ => problem,
        }
    }

    /// The fault with the served region whose code differs in one digit, if there is one only.
    fn with_nearest(&self, problem: Problem, code: &str) -> Problem {
        let mut near = self.served_regencies().filter(|(own, _)| distance(own.as_str(), code) == 1);
        match (near.next(), near.next()) {
            (Some((own, name)), None) => problem.with("suggestion", format!("{own} ({name})")),
            _ => problem,
        }
    }

    /// The regencies and cities that are served.
    pub fn served_regencies(&self) -> impl Iterator<Item = (&RegionCode, &String)> {
        self.names.iter().filter(|(code, _)| {
            code.as_str().matches('.').count() == REGENCY_DOTS
                && self.served.as_ref().is_none_or(|served| code.is_within(served))
        })
    }

    fn has_kind(&self, code: &RegionCode, kind: Option<Kind>) -> bool {
        self.name(code.as_str()).is_some_and(|name| base(name).0 == kind)
    }

    fn add(&mut self, code: &str, name: &str) {
        let code = RegionCode::from(code);
        if self.names.contains_key(&code) {
            return;
        }
        if code.as_str().matches('.').count() == REGENCY_DOTS {
            self.regencies.entry(base(name).1).or_default().push(code.clone());
        }
        self.names.insert(code, name.to_owned());
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Regency,
    City,
}

/// The kind a name states, and the name without it, in small letters and digits only.
fn base(name: &str) -> (Option<Kind>, String) {
    let small = name.to_lowercase();
    let mut words: Vec<&str> =
        small.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let kind = match words.first() {
        Some(&("kabupaten" | "kab")) => Some(Kind::Regency),
        Some(&("kota" | "kotamadya")) => Some(Kind::City),
        _ => None,
    };
    if kind.is_some() && words.len() > 1 {
        words.remove(0);
    }
    (kind, words.concat())
}

fn is_code(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// A code with its dots: `6472011001` is `64.72.01.1001`.
fn dotted(text: &str) -> String {
    let digits: String =
        text.trim_start_matches('\'').chars().filter(|letter| !matches!(letter, '.' | ' ' | '-')).collect();
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.to_owned();
    }
    let mut code = String::with_capacity(digits.len().saturating_add(3));
    for (at, digit) in digits.chars().enumerate() {
        if matches!(at, 2 | 4 | 6) {
            code.push('.');
        }
        code.push(digit);
    }
    code
}

/// How many letters must change to make one text the other (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().take(64).collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, letter) in one.chars().take(64).enumerate() {
        let mut diagonal = at;
        let mut left = at.saturating_add(1);
        let mut next = Vec::with_capacity(row.len());
        next.push(left);
        for (goal, above) in other.iter().zip(row.iter().skip(1)) {
            let changed = diagonal.saturating_add(usize::from(letter != *goal));
            left = changed.min(above.saturating_add(1)).min(left.saturating_add(1));
            diagonal = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Regions, distance};
    use crate::RegionCode;
    use crate::form::FaultCode;

    const LIST: &str = "kode,tingkat,nama\n32.04,kabupaten,Kabupaten Bandung\n32.73,kota,Kota Bandung\n\
        64,provinsi,Kalimantan Timur\n64.02,kabupaten,Kabupaten Kutai Kartanegara\n64.72,kota,Kota Samarinda\n\
        64.72.01,kecamatan,Palaran\n64.72.01.1001,kelurahan,Rawa Makmur\n";

    fn regions() -> Regions {
        Regions::parse([LIST]).unwrap().serving("64".into())
    }

    #[test]
    fn codes_are_read_with_dots_or_without() {
        for (text, code) in [
            ("64.72", "64.72"),
            ("6472", "64.72"),
            (" '64.72 ", "64.72"),
            ("64.72.01", "64.72.01"),
            ("6472011001", "64.72.01.1001"),
        ] {
            assert_eq!(regions().read(text).unwrap().as_str(), code, "{text:?}");
        }
        assert_eq!(regions().read_number(64.72).unwrap().as_str(), "64.72");
        assert_eq!(regions().read_number(6472.0).unwrap().as_str(), "64.72");
    }

    #[test]
    fn other_codes_say_what_is_wrong() {
        for (text, code) in [
            ("64.99", FaultCode::UnknownRegion),
            ("Samarinda", FaultCode::UnknownRegion),
            ("64", FaultCode::RegionTooWide),
            ("32.73", FaultCode::RegionNotServed),
        ] {
            assert_eq!(regions().read(text).unwrap_err().code, code, "{text:?}");
        }
    }

    #[test]
    fn a_slip_of_one_digit_is_suggested() {
        let problem = regions().read("64.73").unwrap_err();
        assert_eq!(problem.args["suggestion"], "64.72 (Kota Samarinda)");
        let problem = regions().with_nearest_name(FaultCode::UnknownRegion.into(), "Kutai Kertanegara");
        assert_eq!(problem.args["suggestion"], "64.02 (Kabupaten Kutai Kartanegara)");
    }

    #[test]
    fn a_name_may_leave_the_kind_out_but_not_state_another() {
        let regions = regions();
        for (code, name, called) in [
            ("64.72", "Samarinda", true),
            ("64.72", "KOTA SAMARINDA", true),
            ("64.72", "Kab. Samarinda", true), // there is no such regency, so nothing else is meant
            ("64.72", "Kutai Kartanegara", false),
            ("64.72.01", "Samarinda", true),
            ("64.72.01", "Palaran", true),
            ("32.73", "Bandung", true),
            ("32.73", "Kabupaten Bandung", false),
            ("32.04", "Kab. Bandung", true),
        ] {
            assert_eq!(regions.is_called(&RegionCode::from(code), name), called, "{code} {name}");
        }
        assert_eq!(regions.regency_of(&RegionCode::from("64.72.01.1001")).unwrap().1, "Kota Samarinda");
    }

    #[test]
    fn a_broken_list_names_its_line() {
        assert_eq!(Regions::parse(["kode,tingkat,nama\n64,provinsi,X\nxx\n"]).unwrap_err().line, 3);
    }

    #[test]
    fn distances_are_levenshteins() {
        for (one, other, steps) in
            [("", "abc", 3), ("kitten", "sitting", 3), ("same", "same", 0), ("ab", "ba", 2)]
        {
            assert_eq!(distance(one, other), steps);
        }
    }
}
