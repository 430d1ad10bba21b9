//! Numbers and dates the way each language writes them.

use jiff::civil::Date;
use salur_core::Lang;

use super::{Look, Measured};

/// The words in one of the two languages.
pub(super) fn say<T>(lang: Lang, id: T, en: T) -> T {
    match lang {
        Lang::Id => id,
        Lang::En => en,
    }
}

/// A count, in groups of three digits.
pub(super) fn count(count: impl TryInto<u64>, lang: Lang) -> String {
    let digits = count.try_into().unwrap_or(u64::MAX).to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            text.push(say(lang, '.', ','));
        }
        text.push(digit);
    }
    text
}

/// A number with at most one digit after the comma, or the point; none where there is nothing to tell.
pub(super) fn number(value: f64, lang: Lang) -> String {
    let text = format!("{:.1}", value.max(0.0));
    let (whole, part) = text.split_once('.').unwrap_or((&text, "0"));
    let whole = whole.parse::<u64>().map_or_else(|_| whole.to_owned(), |whole| count(whole, lang));
    if part == "0" { whole } else { format!("{whole}{}{part}", say(lang, ',', '.')) }
}

/// A number beside an axis, where there is room for few digits.
pub(super) fn mark(value: f64, lang: Lang) -> String {
    let (size, unit) = match value {
        _ if value >= 1e9 => (1e9, say(lang, " M", "bn")),
        _ if value >= 1e6 => (1e6, say(lang, " jt", "m")),
        _ if value >= 1e5 => (1e3, say(lang, " rb", "k")),
        _ => return number2(value, lang),
    };
    number(value / size, lang) + unit
}

/// A number with at most two digits after the comma, for the edges of narrow bars.
pub(super) fn number2(value: f64, lang: Lang) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    match (lang, value < 1_000.0) {
        (_, false) => number(value, lang),
        (Lang::Id, true) => text.replace('.', ","),
        (Lang::En, true) => text.to_owned(),
    }
}

/// A share from 0 to 1 in per cent, without digits after the comma.
pub(super) fn share(share: f64) -> String {
    format!("{:.0}%", share * 100.0)
}

/// Odds in per cent: no draw makes anything certain.
pub(super) fn odds(odds: f64) -> String {
    match odds {
        _ if odds > 0.99 => ">99%".to_owned(),
        _ if odds < 0.01 => "<1%".to_owned(),
        _ => share(odds),
    }
}

/// Days with their unit.
pub(super) fn days(value: f64, look: Look) -> String {
    let number = number(value, look.lang);
    let one = number == "1";
    let unit = match (look.measured, look.lang) {
        (Measured::Requests, Lang::Id) => "hari kerja",
        (Measured::Requests, Lang::En) if one => "working day",
        (Measured::Requests, Lang::En) => "working days",
        (Measured::Cases, Lang::Id) => "hari",
        (Measured::Cases, Lang::En) if one => "day",
        (Measured::Cases, Lang::En) => "days",
    };
    format!("{number} {unit}")
}

/// The unit alone, as a heading.
pub(super) fn unit(look: Look) -> &'static str {
    match look.measured {
        Measured::Requests => say(look.lang, "hari kerja", "working days"),
        Measured::Cases => say(look.lang, "hari", "days"),
    }
}

/// So many of what is counted.
pub(super) fn many(n: impl TryInto<u64>, look: Look) -> String {
    let n = n.try_into().unwrap_or(u64::MAX);
    format!("{} {}", count(n, look.lang), if n == 1 { one(look) } else { all(look) })
}

/// One of what is counted.
fn one(look: Look) -> &'static str {
    match look.measured {
        Measured::Requests => say(look.lang, "permohonan", "request"),
        Measured::Cases => say(look.lang, "kasus", "case"),
    }
}

/// What is counted.
pub(super) fn all(look: Look) -> &'static str {
    match look.measured {
        Measured::Requests => say(look.lang, "permohonan", "requests"),
        Measured::Cases => say(look.lang, "kasus", "cases"),
    }
}

/// A month's short name.
pub(super) fn month(month: i8, lang: Lang) -> &'static str {
    const ID: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"];
    const EN: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let place = usize::try_from(month - 1).unwrap_or(0);
    say(lang, ID, EN).get(place).copied().unwrap_or_default()
}

/// A date.
pub(super) fn date(date: Date, lang: Lang) -> String {
    format!("{} {} {}", date.day(), month(date.month(), lang), date.year())
}
