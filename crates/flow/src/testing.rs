//! What tests share: an office, instants, visits.

use jiff::Timestamp;
use jiff::civil::{DateTime, time};
use salur_core::RequestId;
use salur_core::calendar::{Calendar, Certainty, Holiday, HolidayKind};

use crate::time::OfficeTime;
use crate::visit::{Holder, Outcome, OutcomeKind, Visit};

/// A calendar with one holiday, Thursday 24 December 2026.
pub(crate) fn calendar() -> Calendar {
    let holiday = Holiday {
        date: jiff::civil::date(2026, 12, 24),
        kind: HolidayKind::CutiBersama,
        name_id: "Contoh".to_owned(),
        name_en: "Example".to_owned(),
        certainty: Certainty::Certain,
    };
    Calendar::new("Asia/Makassar", [holiday], 2024..=2028).unwrap()
}

/// Open from 8 to 16.
pub(crate) fn office(calendar: &Calendar) -> OfficeTime<'_> {
    OfficeTime::new(calendar, time(8, 0, 0, 0), time(16, 0, 0, 0)).unwrap()
}

/// An instant in the office's zone (UTC+8).
pub(crate) fn at(text: &str) -> Timestamp {
    let wall: DateTime = text.parse().unwrap();
    jiff::tz::Offset::constant(8).to_timestamp(wall).unwrap()
}

/// A request by number.
pub(crate) fn request(number: u8) -> RequestId {
    let bytes = [number; 16];
    let text = format!("{:032x}", u128::from_be_bytes(bytes));
    serde_json::from_value(serde_json::json!(text)).unwrap()
}

/// A visit to verification.
pub(crate) fn visit(number: u8, enabled: &str, exit: Option<&str>) -> Visit {
    let outcome = exit.map(|_| Outcome { action: None, kind: OutcomeKind::Forward, to: "approval".into() });
    Visit {
        request: request(number),
        scheme: "kube".into(),
        stage: "verification".into(),
        region: "6472".into(),
        holder: Holder::Role("verifier".into()),
        number: 1,
        enabled: at(enabled),
        claimed: None,
        by: None,
        touched: Vec::new(),
        pauses: Vec::new(),
        exit: exit.map(at),
        outcome,
        batch: None,
        last: false,
    }
}
