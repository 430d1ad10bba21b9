//! What the replay says, in one sentence of each language.

use std::fmt::Write as _;

use salur_core::{Label, Lang};

use super::{Deviation, DeviationKind, Tally, titled};
use crate::constraint::Reading;
use crate::number::float;

impl DeviationKind {
    /// The kind in words.
    #[must_use]
    pub fn words(self, lang: Lang) -> &'static str {
        let (id, en) = match self {
            DeviationKind::UnknownActivity => ("aktivitas tak dikenal", "unknown activity"),
            DeviationKind::NotAllowedHere => ("tidak boleh di tahap itu", "not allowed at that stage"),
            DeviationKind::Skipped => ("langkah dilewati", "steps skipped"),
            DeviationKind::Unfinished => ("belum sampai akhir", "no end reached"),
            DeviationKind::AfterEnd => ("sesudah akhir", "after the end"),
        };
        match lang {
            Lang::Id => id,
            Lang::En => en,
        }
    }
}

pub(super) fn of(
    title: &Label,
    version: u32,
    cases: usize,
    tally: &Tally,
    deviations: &[Deviation],
) -> Reading {
    let name = titled(title, version);
    let (fitting, open) = (tally.fitting, tally.only_unfinished);
    let share = float(fitting) / float(cases.max(1)) * 100.0;
    let en = format!("{share:.1}");
    let id = en.replace('.', ",");
    let mut told = Reading {
        id: format!("{fitting} dari {cases} kasus ({id} %) menempuh alur {} dari awal sampai akhir", name.id),
        en: format!("{fitting} of {cases} cases ({en} %) go the way of {} from start to end", name.en),
    };
    if open > 0 {
        // Writing to a String cannot fail.
        let _ = write!(told.id, ", {open} lagi sesuai tetapi belum selesai");
        // Writing to a String cannot fail.
        let _ = write!(told.en, ", {open} more agree with it but have not ended");
    }
    let worst = deviations
        .iter()
        .filter(|deviation| deviation.kind != DeviationKind::Unfinished && deviation.cases > 0)
        .max_by_key(|deviation| deviation.cases);
    if let Some(Deviation { kind, cases, .. }) = worst {
        // Writing to a String cannot fail.
        let _ = write!(told.id, "; penyimpangan terbanyak: {} ({cases} kasus)", kind.words(Lang::Id));
        // Writing to a String cannot fail.
        let _ = write!(told.en, "; what deviates most often: {} ({cases} cases)", kind.words(Lang::En));
    }
    told.id.push('.');
    told.en.push('.');
    told
}

pub(super) fn limits() -> Reading {
    Reading {
        id: "Yang diperiksa hanya urutan tindakan; syarat, pemisahan tugas, peran, dan target waktu tidak."
            .to_owned(),
        en: "Only the order of actions is checked; conditions, duties, roles and target times are not."
            .to_owned(),
    }
}
