//! What a request waits for, on whom, since when, and what unblocks it: from the same checks that refuse, so that the
//! explanation and the refusal cannot disagree.

mod snag;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;

use crate::case::{Case, DRAFTING};
use crate::clock::{self, Clock};
use crate::request::{Endorsement, Hold, Payment, PaymentState, RULED_UNPAID, Returned};
use crate::roster::Bar;
use crate::words::{self, Words};
use crate::workflow::{Action, ActionKind, Phase, Standing, Via};
use crate::world::{Freeze, HoldCause};
use crate::{ActionName, Label, Lang, PersonId, Role};

pub use snag::{SNAGS, snag};

/// What a request waits for.
#[derive(Debug, Clone, PartialEq)]
pub struct Wait {
    /// The cause, a stable code.
    pub code: String,
    /// The one sentence.
    pub sentence: String,
    /// On whom, in words.
    pub on: String,
    /// The persons among them.
    pub persons: Vec<PersonId>,
    /// Since when.
    pub since: Timestamp,
    /// Working days since then.
    pub working_days: u32,
    /// The last day the stage should take; none while the clock stands still.
    pub due_on: Option<Date>,
    /// Working days past that day.
    pub days_late: u32,
    /// What unblocks it, in words.
    pub unblock: String,
    /// The actions that unblock it.
    pub actions: Vec<ActionName>,
    /// When who serves the stage was reminded, on this visit.
    pub reminded: Option<Timestamp>,
    /// Whom it was brought before, on this visit.
    pub escalated: Option<BroughtBefore>,
}

/// Whom a request was brought before because it took too long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BroughtBefore {
    /// The role.
    pub role: Role,
    /// What the role is called.
    pub title: String,
    /// When.
    pub at: Timestamp,
}

/// The parts that differ from cause to cause.
struct Cause {
    code: String,
    tail: String,
    on: String,
    persons: Vec<PersonId>,
    since: Timestamp,
    unblock: String,
    actions: Vec<ActionName>,
}

/// What this request waits for; none once it is at an end.
#[must_use]
pub fn wait(case: &Case<'_>, lang: Lang) -> Option<Wait> {
    let found = claimed(case, cause_of(case, lang)?, lang);
    let (world, request) = (case.context.world, case.request);
    let calendar = &world.calendar;
    let today = case.context.today();
    let since = calendar.date_of(found.since);
    // While the clock stands still, what it waits for outside the office is told as it is.
    let still = clock::stands_still(world, case.workflow, request, case.context.at);
    let working_days = if still {
        calendar.working_days_between(since, today)
    } else {
        clock::elapsed(world, case.workflow, request, found.since, case.context.at).0
    };
    let due_on = request.due_on.filter(|_| !request.closed && !still);
    let stage = case.workflow.stage(&request.stage);
    let late = |due| Clock::of(world, case.workflow, &request.stage).days_between(due, today);
    let target =
        stage.and_then(|stage| stage.sla.as_ref()).map(|sla| sla.target.0).filter(|_| due_on.is_some());
    Some(Wait {
        code: found.code,
        sentence: Words { lang }.waits(&found.on, since, working_days, target, &found.tail),
        on: found.on,
        persons: found.persons,
        since: found.since,
        working_days,
        due_on,
        days_late: due_on.map_or(0, late),
        unblock: found.unblock,
        actions: found.actions,
        reminded: request.timers.reminded,
        escalated: request.timers.escalated.as_ref().map(|to| BroughtBefore {
            role: to.to.clone(),
            title: world
                .policy
                .role
                .get(&to.to)
                .map_or(to.to.as_str(), |title| title.in_lang(lang))
                .to_owned(),
            at: to.at,
        }),
    })
}

const FROZEN: &str = "frozen";

fn cause_of(case: &Case<'_>, lang: Lang) -> Option<Cause> {
    let request = case.request;
    if let Some(incident) = request.incident {
        let (words, line) = (Words { lang }, incident.at.line);
        let is_awaited = request.ordered_at() == Some(incident.at);
        let tail =
            if is_awaited { words.bank_paid_few(line) } else { words.bank_contradicts(line, request.closed) };
        let unblock = Words { lang }.ruling();
        let ruling = named(case, |action| action.kind == ActionKind::Ruling, lang);
        let code = "payment_incident".into();
        return Some(quorum(case, Cause { code, tail, unblock, since: incident.since, ..ruling }, lang));
    }
    if request.closed {
        return None;
    }
    if let Some(hold) = &request.hold {
        return Some(of_hold(case, hold, lang));
    }
    if let Some(payment) = &request.payment {
        return Some(quorum(case, of_payment(case, payment, lang), lang));
    }
    Some(match (case.workflow.phase_of(&request.stage), case.freeze(), &request.returned) {
        (Some(Phase::Approval | Phase::Disbursement), Some(freeze), _) => of_freeze(case, freeze, lang),
        (Some(Phase::Approval), None, _) => of_approval(case, lang),
        (_, _, Some(returned)) => of_return(case, returned, lang),
        (_, _, None) => of_stage(case, lang),
    })
}

fn of_hold(case: &Case<'_>, hold: &Hold, lang: Lang) -> Cause {
    let text = |pick: fn(&HoldCause) -> &Label| {
        policy_text(case, &hold.cause, pick, lang).unwrap_or_else(|| hold.cause.clone())
    };
    Cause {
        code: hold.cause.clone(),
        tail: text(|cause| &cause.title),
        on: text(|cause| &cause.on),
        persons: Vec::new(),
        since: hold.since,
        unblock: text(|cause| &cause.unblock),
        actions: vec!["resume".into()],
    }
}

/// The office's own word for a cause.
fn policy_text(case: &Case<'_>, code: &str, pick: fn(&HoldCause) -> &Label, lang: Lang) -> Option<String> {
    case.context.world.policy.hold.get(code).map(|known| pick(known).in_lang(lang).to_owned())
}

fn of_payment(case: &Case<'_>, payment: &Payment, lang: Lang) -> Cause {
    let say = Words { lang };
    match &payment.state {
        PaymentState::Failed(why) if why == RULED_UNPAID => {
            let (tail, unblock) = (say.bank_refused(why), say.order_again());
            let pays = named(case, |action| action.via == Some(Via::PaymentOrder), lang);
            Cause { tail, unblock, since: payment.since, ..pays }
        }
        PaymentState::Failed(why) => {
            let mend = named(case, |action| action.kind == ActionKind::Correction, lang);
            Cause {
                code: "account_rejected".into(),
                tail: say.bank_refused(why),
                unblock: say.mend_account_or_order_again(),
                since: payment.since,
                ..mend
            }
        }
        PaymentState::Unknown => {
            let ruling = named(case, |action| action.kind == ActionKind::Ruling, lang);
            Cause {
                code: "bank_no_result".into(),
                tail: say.bank_does_not_know(payment.at.line),
                unblock: say.result_or_ruling(),
                since: payment.since,
                ..ruling
            }
        }
        PaymentState::Ordered | PaymentState::Paid => Cause {
            code: "bank_no_result".into(),
            tail: say.in_payment_order(payment.at.line),
            on: say.bank(),
            persons: Vec::new(),
            since: payment.since,
            unblock: say.send_results(),
            actions: vec!["pay".into()],
        },
    }
}

/// Nobody is waited for but the calendar.
fn of_freeze(case: &Case<'_>, freeze: &Freeze, lang: Lang) -> Cause {
    let say = Words { lang };
    let until = words::date(freeze.to, lang);
    let eve = freeze.from.yesterday().unwrap_or(freeze.from);
    Cause {
        code: FROZEN.into(),
        tail: say.frozen(&freeze.source, &until),
        on: say.end_of_freeze(),
        persons: Vec::new(),
        since: case.request.entered_at.max(case.context.world.calendar.end_of_day(eve)),
        unblock: say.after(&until),
        actions: Vec::new(),
    }
}

fn of_approval(case: &Case<'_>, lang: Lang) -> Cause {
    let say = Words { lang };
    let signer = named(case, |action| action.kind == ActionKind::Approval, lang);
    if let Some((code, tail)) = unfunded(case, say) {
        let on = policy_text(case, code, |cause| &cause.on, lang).unwrap_or_else(|| say.budget_team());
        let (persons, unblock) = (Vec::new(), say.budget_it());
        return Cause { code: code.into(), tail, on, persons, unblock, actions: Vec::new(), ..signer };
    }
    if signer.persons.is_empty() {
        let code = "no_competent_signer";
        let on = policy_text(case, code, |cause| &cause.on, lang).unwrap_or(signer.on);
        let (tail, unblock) = (told_why(case, &signer.actions, say.no_signer(), say), say.name_somebody());
        return Cause { code: code.into(), tail, on, unblock, actions: Vec::new(), ..signer };
    }
    if case.request.in_decree {
        return Cause { tail: say.decree_unsigned(), unblock: say.sign_decree(), ..signer };
    }
    let (on, persons) = on_whom(case, &[(&case.workflow.decree.draft, DRAFTING)], &[], lang);
    Cause { tail: say.no_decree_yet(), on, persons, unblock: say.draft_decree(), ..signer }
}

/// That nobody may act, with the acting officer who may not or the holder who is away, where it is for that.
fn told_why(case: &Case<'_>, actions: &[ActionName], plain: String, say: Words) -> String {
    let (world, day) = (case.context.world, case.context.today());
    let (roster, region) = (&world.roster, &case.request.region);
    for action in actions.iter().filter_map(|name| case.workflow.actions.get(name)) {
        let matter = case.matter(Some(action.kind));
        for person in roster.stand_ins(region) {
            if let Some(Bar::Acting(acting)) = roster.bar(person, &action.by.keys(), &matter, &world.policy) {
                let title = world.policy.capacity_title(acting.capacity, say.lang);
                let source = world.policy.acting_source(acting.capacity);
                return say.and(&plain, &say.may_not(&person.name, title, source));
            }
        }
        for holder in roster.holders(action.by.keys(), region) {
            if let Some(absence) = roster.absence(holder.id, day) {
                let until = words::date(absence.to_day, say.lang);
                return say.and(&plain, &say.away(&holder.name, &until));
            }
        }
    }
    plain
}

fn unfunded(case: &Case<'_>, say: Words) -> Option<(&'static str, String)> {
    if case.request.budget != Standing::None {
        return None;
    }
    match case.shortfall() {
        None => Some(("not_budgeted", say.not_budgeted(&case.request.line))),
        Some(missing) if missing.is_positive() => {
            Some(("budget_short", say.budget_short(&case.request.line, missing)))
        }
        Some(_) => None,
    }
}

fn of_return(case: &Case<'_>, returned: &Returned, lang: Lang) -> Cause {
    let say = Words { lang };
    let mend = named(case, |action| action.kind == ActionKind::Forward, lang);
    if !returned.changed.is_empty() {
        // Mended already: it waits its turn to be submitted.
        return Cause { tail: say.mended(), ..mend };
    }
    Cause {
        code: "returned_untouched".into(),
        tail: say.returned_by(case.workflow.stage_title(&returned.from, lang)),
        unblock: say.mend_and_submit(),
        ..mend
    }
}

fn of_stage(case: &Case<'_>, lang: Lang) -> Cause {
    let forward =
        |action: &Action| action.kind == ActionKind::Forward || matches!(action.via, Some(Via::PaymentOrder));
    let mut next = quorum(case, named(case, forward, lang), lang);
    if next.persons.is_empty() {
        next.code = "no_eligible_approver".into();
        let say = Words { lang };
        next.tail = told_why(case, &next.actions, say.nobody_eligible(), say);
        next.unblock = Words { lang }.name_somebody();
    }
    next
}

/// Who has taken it on keeps the others off: it waits for that person, who acts on it or puts it back.
fn claimed(case: &Case<'_>, plain: Cause, lang: Lang) -> Cause {
    let Some(by) = case.request.claimed_by.filter(|_| !plain.persons.is_empty()) else {
        return plain;
    };
    let (on, able) = (case.context.world.roster.name(by), plain.persons.contains(&by));
    let taken = Cause { on, persons: vec![by], ..plain };
    if able {
        return taken;
    }
    let unblock = words::act("release", lang).unwrap_or_default().to_owned();
    Cause { unblock, actions: vec!["release".into()], ..taken }
}

/// Where somebody has given a word for an action that unblocks it: how many words are still missing, and whose.
fn quorum(case: &Case<'_>, plain: Cause, lang: Lang) -> Cause {
    let say = Words { lang };
    let words = || case.request.endorsements.iter().filter(|word| plain.actions.contains(&word.action));
    let Some(action) = words().next().and_then(|word| case.workflow.actions.get(&word.action)) else {
        return plain;
    };
    let told = say.quorum(words().count(), action.persons);
    let turn = plain.code == waiting_code(case);
    let given: Vec<_> = words().flat_map(Endorsement::persons).collect();
    let (on, persons) = on_whom(case, &[(&action.by, action.kind)], &given, lang);
    let (code, tail) = if turn { ("quorum".into(), told) } else { (plain.code, say.and(&plain.tail, &told)) };
    Cause { code, tail, on, persons, ..plain }
}

fn waiting_code(case: &Case<'_>) -> String {
    let stage = case.workflow.stage(&case.request.stage);
    stage.and_then(|stage| stage.waits.clone()).unwrap_or_else(|| "waiting_person".into())
}

/// The plain case: it waits its turn for an action of this stage, or of the stage it was paid at.
fn named(case: &Case<'_>, pick: impl Fn(&Action) -> bool, lang: Lang) -> Cause {
    let request = case.request;
    let at: Vec<_> = case
        .workflow
        .actions
        .iter()
        .filter(|(_, action)| pick(action) && (request.closed || action.from.contains(&request.stage)))
        .collect();
    let asked: Vec<_> = at.iter().map(|(_, action)| (&action.by, action.kind)).collect();
    let (on, persons) = on_whom(case, &asked, &[], lang);
    let titles: Vec<_> = at.iter().map(|(_, action)| action.title.in_lang(lang)).collect();
    Cause {
        code: waiting_code(case),
        tail: Words { lang }.turn_at(case.workflow.stage_title(&request.stage, lang)),
        on,
        persons,
        since: request.entered_at,
        unblock: titles.join(", "),
        actions: at.into_iter().map(|(name, _)| name.clone()).collect(),
    }
}

/// Who could act, as roles' names with the first persons who hold them here, these persons apart.
fn on_whom(
    case: &Case<'_>,
    asked: &[(&BTreeMap<Role, ActionName>, ActionKind)],
    but: &[PersonId],
    lang: Lang,
) -> (String, Vec<PersonId>) {
    let could = asked.iter().flat_map(|(by, kind)| case.who_could(by, Some(*kind)));
    let persons: BTreeSet<_> = could.filter(|person| !but.contains(person)).collect();
    let persons: Vec<_> = persons.into_iter().collect();
    let world = case.context.world;
    let roles: BTreeSet<_> = asked.iter().flat_map(|(by, _)| by.keys()).collect();
    let roles: Vec<_> = roles.into_iter().map(|role| world.policy.role_title(role, lang)).collect();
    let names: Vec<_> = persons.iter().take(3).map(|person| world.roster.name(*person)).collect();
    let more = persons.len().saturating_sub(names.len());
    (Words { lang }.whom(&roles, &names, more), persons)
}

#[cfg(test)]
mod tests;
