//! The words of the pictures that no definition gives, in both languages.

use std::collections::BTreeMap;

use salur_core::workflow::Phase;
use salur_core::{Label, Lang, Role};

/// The phases in the order of the way.
pub(crate) const PHASES: [Phase; 5] =
    [Phase::Input, Phase::Verification, Phase::Approval, Phase::Disbursement, Phase::Accountability];

pub(crate) fn pick<'a>(lang: Lang, id: &'a str, en: &'a str) -> &'a str {
    match lang {
        Lang::Id => id,
        Lang::En => en,
    }
}

pub(crate) fn phase(phase: Phase, lang: Lang) -> &'static str {
    let (id, en) = match phase {
        Phase::Input => ("Penginputan", "Input"),
        Phase::Verification => ("Verifikasi", "Verification"),
        Phase::Approval => ("Persetujuan", "Approval"),
        Phase::Disbursement => ("Penyaluran", "Disbursement"),
        Phase::Accountability => ("Pertanggungjawaban", "Accountability"),
    };
    pick(lang, id, en)
}

/// What a lane is called.
pub(crate) fn role<'a>(role: Option<&'a Role>, known: &'a BTreeMap<Role, Label>, lang: Lang) -> &'a str {
    match role {
        None => pick(lang, "Belum ditentukan", "Not decided yet"),
        Some(role) => known.get(role).map_or(role.as_str(), |label| label.in_lang(lang)),
    }
}

pub(crate) fn working_days(days: u32, lang: Lang) -> String {
    match (lang, days) {
        (Lang::Id, _) => format!("{days} hari kerja"),
        (Lang::En, 1) => "1 working day".to_owned(),
        (Lang::En, _) => format!("{days} working days"),
    }
}

/// A count with the thousands apart.
pub(crate) fn count(number: u64, lang: Lang) -> String {
    let digits = number.to_string();
    let mark = if lang == Lang::Id { '.' } else { ',' };
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(mark);
        }
        out.push(digit);
    }
    out
}
