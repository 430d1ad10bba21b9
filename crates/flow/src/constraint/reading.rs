//! What the figures say, in one sentence of each language.

use salur_core::Lang;
use serde::Serialize;

use super::{Congestion, Kind, Verdict};

/// The reading in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reading {
    /// In Indonesian.
    pub id: String,
    /// In English.
    pub en: String,
}

impl Reading {
    /// In one language.
    #[must_use]
    pub fn text(&self, lang: Lang) -> &str {
        match lang {
            Lang::Id => &self.id,
            Lang::En => &self.en,
        }
    }

    pub(super) fn of(verdict: Verdict, found: Option<&Congestion>, stages: &[Congestion]) -> Reading {
        match (verdict, found) {
            (Verdict::Named, Some(stage)) => named(stage),
            (Verdict::CannotTell, _) => Reading {
                id: "Log ini terlalu sedikit untuk menunjuk penghambat: tidak ada tahap dengan cukup kasus selesai."
                    .to_owned(),
                en: "This log is too small to name a constraint: no stage has enough cases done.".to_owned(),
            },
            (Verdict::Named | Verdict::None, _) => none(stages),
        }
    }
}

fn comma(value: f64, digits: usize) -> (String, String) {
    let en = format!("{value:.digits$}");
    (en.replace('.', ","), en)
}

fn named(stage: &Congestion) -> Reading {
    let name = &stage.activity;
    let (waited_id, waited_en) = comma(stage.waited_days_week, 1);
    let (gain_id, gain_en) = comma(stage.gain_days_week, 1);
    let used = stage.utilisation.map_or(0.0, |used| used.share * 100.0);
    if stage.kind == Kind::Batch {
        let (period_id, period_en) = comma(stage.period_days.unwrap_or(0.0), 1);
        return Reading {
            id: format!(
                "Penghambatnya “{name}”: dikerjakan sekaligus setiap {period_id} hari, dan {waited_id} hari-kasus per minggu habis untuk menunggu; satu sesi lagi per minggu menghemat sekitar {gain_id}."
            ),
            en: format!(
                "The constraint is “{name}”: it is done in lists every {period_en} days, and {waited_en} case-days a week are spent waiting; one more session a week would save about {gain_en}."
            ),
        };
    }
    if stage.kind == Kind::Entry {
        return Reading {
            id: format!(
                "Penghambatnya “{name}”: yang mengerjakannya sibuk {used:.0} % dari waktunya; lama antrean sebelumnya tidak tercatat."
            ),
            en: format!(
                "The constraint is “{name}”: those who do it are at work {used:.0} % of the time; the wait before it is not in the log."
            ),
        };
    }
    Reading {
        id: format!(
            "Penghambatnya “{name}”: {used:.0} % kapasitasnya terpakai, dan {waited_id} hari-kasus per minggu habis untuk menunggu; tambahan kapasitas 10 % menghemat sekitar {gain_id}."
        ),
        en: format!(
            "The constraint is “{name}”: {used:.0} % of its capacity is in use, and {waited_en} case-days a week are spent waiting; 10 % more capacity would save about {gain_en}."
        ),
    }
}

fn none(stages: &[Congestion]) -> Reading {
    let busiest = stages.iter().filter_map(|stage| stage.utilisation.map(|used| (used.share, stage)));
    let longest = stages.iter().max_by(|one, other| one.spent_days_week.total_cmp(&other.spent_days_week));
    let name = longest.map_or("", |stage| stage.activity.as_str());
    match busiest.max_by(|one, other| one.0.total_cmp(&other.0)) {
        Some((share, stage)) => Reading {
            id: format!(
                "Tidak ada tahap yang menjadi penghambat: yang terpadat, “{}”, memakai {:.0} % kapasitasnya. Waktu terbanyak habis di “{name}”.",
                stage.activity,
                share * 100.0
            ),
            en: format!(
                "No stage is a constraint: the busiest, “{}”, uses {:.0} % of its capacity. Most time is spent at “{name}”.",
                stage.activity,
                share * 100.0
            ),
        },
        None => Reading {
            id: format!(
                "Tidak ada tahap yang menjadi penghambat: tidak terlihat antrean di mana pun. Waktu terbanyak habis di “{name}”, tetapi tanpa antrean."
            ),
            en: format!(
                "No stage is a constraint: there is no queue to be seen. Most time is spent at “{name}”, but without a queue."
            ),
        },
    }
}
