//! The agenda as one row of tasks in the order of time.

use jiff::Timestamp;

use crate::agenda::{Agenda, DecreeKey, Move, OrderKey, Single};
use crate::days::{Days, Hour};

/// One thing to do.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Task<'a> {
    Accept(usize),
    Move(&'a Move, &'a [usize]),
    Single(Single),
    Draft(DecreeKey),
    Strike(DecreeKey),
    Sign(DecreeKey),
    Order(OrderKey),
    Export(OrderKey),
    Sp2d(OrderKey),
    Settle(OrderKey),
    /// Results that come late: the lines, by their place.
    Late(OrderKey, &'a [usize]),
}

/// Every task with its time, earliest first.
pub(crate) fn in_order<'a>(agenda: &'a Agenda, days: &Days) -> Vec<(Timestamp, Task<'a>)> {
    let mut tasks = Vec::new();
    tasks.extend(agenda.lists.iter().enumerate().map(|(at, list)| (list.at, Task::Accept(at))));
    tasks.extend(agenda.moves.iter().map(|(act, lives)| (act.at, Task::Move(act, lives))));
    tasks.extend(agenda.singles.iter().map(|(at, single)| (*at, Task::Single(*single))));
    for (key, decree) in &agenda.decrees {
        let salt = [key.scheme, key.part].map(|salt| u64::try_from(salt).unwrap_or_default());
        tasks.push((days.at(key.drafted, Hour::DRAFT, &salt), Task::Draft(*key)));
        let Some(signed) = key.signed else { continue };
        if !decree.struck.is_empty() {
            tasks.push((days.at(signed, Hour::STRIKE, &salt), Task::Strike(*key)));
        }
        if decree.struck.len() < decree.lives.len() {
            tasks.push((days.at(signed, Hour::SIGN, &salt), Task::Sign(*key)));
        }
    }
    for (key, order) in &agenda.orders {
        let salt = [u64::from(key.at_bank)];
        tasks.push((days.at(key.day, Hour::ORDER, &salt), Task::Order(*key)));
        tasks.push((days.at(key.day, Hour::EXPORT, &salt), Task::Export(*key)));
        if key.at_bank {
            continue;
        }
        tasks.push((days.at(key.day + 1, Hour::SP2D, &salt), Task::Sp2d(*key)));
        tasks.push((days.at(key.settled(), Hour::SETTLE, &salt), Task::Settle(*key)));
        for (day, lines) in &order.late {
            tasks.push((days.at(*day, Hour::SETTLE, &[2]), Task::Late(*key, lines)));
        }
    }
    tasks.sort_by_key(|(at, _)| *at);
    tasks
}
