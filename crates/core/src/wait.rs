//! What a request waits for, on whom, since when, and what unblocks it: from the same checks that refuse, so that the
//! explanation and the refusal cannot disagree.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::case::Case;
use crate::request::{Hold, Payment, PaymentState};
use crate::words::{self, Words};
use crate::workflow::{Action, ActionKind, Phase, Standing, Via};
use crate::{ActionName, Lang, PersonId, Role};

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
    let cause = cause(case, lang)?;
    let calendar = &case.context.world.calendar;
    let today = case.context.today();
    let since = calendar.date_of(cause.since);
    let working_days = calendar.working_days_between(since, today);
    let due_on = case.request.due_on;
    let target =
        case.workflow.stage(&case.request.stage).and_then(|stage| stage.sla.as_ref()).map(|sla| sla.target.0);
    let sentence = Words { lang }.waits(&cause.on, since, working_days, target, &cause.tail);
    Some(Wait {
        code: cause.code,
        sentence,
        on: cause.on,
        persons: cause.persons,
        since: cause.since,
        working_days,
        due_on,
        days_late: due_on.map_or(0, |due| calendar.working_days_between(due, today)),
        unblock: cause.unblock,
        actions: cause.actions,
    })
}

fn cause(case: &Case<'_>, lang: Lang) -> Option<Cause> {
    let request = case.request;
    if let Some(payment) = request.payment.as_ref().filter(|payment| payment.state == PaymentState::Incident)
    {
        return Some(of_payment(case, payment, lang));
    }
    if request.closed {
        return None;
    }
    if let Some(hold) = &request.hold {
        return Some(of_hold(case, hold, lang));
    }
    if let Some(payment) = &request.payment {
        return Some(of_payment(case, payment, lang));
    }
    match case.workflow.phase_of(&request.stage) {
        Some(Phase::Approval) => Some(of_approval(case, lang)),
        _ if request.returned.is_some() => Some(of_return(case, lang)),
        _ => Some(of_stage(case, lang)),
    }
}

fn of_hold(case: &Case<'_>, hold: &Hold, lang: Lang) -> Cause {
    let known = case.context.world.policy.hold.get(&hold.cause);
    let text = |pick: fn(&crate::world::HoldCause) -> &crate::Label| {
        known.map_or_else(|| hold.cause.clone(), |cause| pick(cause).in_lang(lang).to_owned())
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

fn of_payment(case: &Case<'_>, payment: &Payment, lang: Lang) -> Cause {
    let say = Words { lang };
    let ruling = || named(case, |action| action.kind == ActionKind::Ruling, lang);
    match &payment.state {
        PaymentState::Failed(cause) => {
            let mend = named(case, |action| action.kind == ActionKind::Correction, lang);
            Cause {
                code: "account_rejected".into(),
                tail: say.bank_refused(cause),
                unblock: say.mend_account_or_order_again(),
                since: payment.since,
                ..mend
            }
        }
        PaymentState::Unknown => Cause {
            code: "bank_no_result".into(),
            tail: say.bank_does_not_know(payment.at.line),
            unblock: say.result_or_ruling(),
            since: payment.since,
            ..ruling()
        },
        PaymentState::Incident => Cause {
            code: "payment_incident".into(),
            tail: say.bank_contradicts(payment.at.line),
            unblock: say.ruling(),
            since: payment.since,
            ..ruling()
        },
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

fn of_approval(case: &Case<'_>, lang: Lang) -> Cause {
    let say = Words { lang };
    let signer = named(case, |action| action.kind == ActionKind::Approval, lang);
    if let Some(freeze) = case.freeze() {
        let until = words::date(freeze.to, lang);
        return Cause {
            code: "frozen".into(),
            tail: say.frozen(&freeze.source, &until),
            unblock: say.after(&until),
            ..signer
        };
    }
    if case.request.budget == Standing::None {
        match case.shortfall() {
            None => {
                let (tail, on, unblock) =
                    (say.not_budgeted(&case.request.line), say.budget_team(), say.budget_it());
                return Cause {
                    code: "not_budgeted".into(),
                    tail,
                    on,
                    unblock,
                    persons: Vec::new(),
                    ..signer
                };
            }
            Some(missing) if missing.is_positive() => {
                let tail = say.budget_short(&case.request.line, missing);
                let (on, unblock) = (say.budget_team(), say.budget_it());
                return Cause {
                    code: "budget_short".into(),
                    tail,
                    on,
                    unblock,
                    persons: Vec::new(),
                    ..signer
                };
            }
            Some(_) => {}
        }
    }
    if signer.persons.is_empty() {
        return Cause {
            code: "no_competent_signer".into(),
            tail: say.no_signer(),
            unblock: say.name_somebody(),
            ..signer
        };
    }
    if case.request.in_decree {
        return Cause { tail: say.decree_unsigned(), unblock: say.sign_decree(), ..signer };
    }
    let drafters = &case.workflow.decree.draft;
    let (on, persons) = on_whom(case, drafters, lang);
    Cause { tail: say.no_decree_yet(), on, persons, unblock: say.draft_decree(), ..signer }
}

fn of_return(case: &Case<'_>, lang: Lang) -> Cause {
    let say = Words { lang };
    let stage =
        case.request.returned.as_ref().map_or("", |returned| case.workflow.stage_title(&returned.from, lang));
    let mend = named(case, |action| action.kind == ActionKind::Forward, lang);
    Cause {
        code: "returned_untouched".into(),
        tail: say.returned_by(stage),
        unblock: say.mend_and_submit(),
        ..mend
    }
}

fn of_stage(case: &Case<'_>, lang: Lang) -> Cause {
    let say = Words { lang };
    let forward =
        |action: &Action| matches!(action.kind, ActionKind::Forward) || action.via == Some(Via::PaymentOrder);
    let mut next = named(case, forward, lang);
    if let Some(word) = case.request.endorsements.first() {
        let have = case.request.endorsements.len();
        let need = case.workflow.actions.get(&word.action).map_or(2, |action| action.persons);
        next.code = "quorum".into();
        next.tail = say.quorum(have, need);
        next.persons.retain(|person| case.request.endorsements.iter().all(|word| word.by != *person));
        return next;
    }
    if let Some(by) = case.request.claimed_by {
        next.on = case.context.world.roster.name(by);
        next.persons = vec![by];
    } else if next.persons.is_empty() {
        next.code = "no_eligible_approver".into();
        next.tail = say.nobody_eligible();
        next.unblock = say.name_somebody();
    }
    next
}

/// The plain case: it waits its turn for an action of this stage.
fn named(case: &Case<'_>, pick: impl Fn(&Action) -> bool, lang: Lang) -> Cause {
    let request = case.request;
    let stage = case.workflow.stage(&request.stage);
    let at: Vec<_> = case
        .workflow
        .actions
        .iter()
        .filter(|(_, action)| action.from.contains(&request.stage) && pick(action))
        .collect();
    let by: BTreeMap<Role, ActionName> = at.iter().flat_map(|(_, action)| action.by.clone()).collect();
    let (on, persons) = on_whom(case, &by, lang);
    let titles: Vec<_> = at.iter().map(|(_, action)| action.title.in_lang(lang)).collect();
    Cause {
        code: stage.and_then(|stage| stage.waits.clone()).unwrap_or_else(|| "waiting_person".into()),
        tail: Words { lang }.turn_at(stage.map_or("", |stage| stage.title.in_lang(lang))),
        on,
        persons,
        since: request.entered_at,
        unblock: titles.join(", "),
        actions: at.into_iter().map(|(name, _)| name.clone()).collect(),
    }
}

/// Who could act, as a role's name with the first persons who hold it here.
fn on_whom(case: &Case<'_>, by: &BTreeMap<Role, ActionName>, lang: Lang) -> (String, Vec<PersonId>) {
    let persons = case.who_could(by);
    let world = case.context.world;
    let roles: Vec<_> = by
        .keys()
        .map(|role| world.policy.role.get(role).map_or(role.as_str(), |title| title.in_lang(lang)))
        .collect();
    let names: Vec<_> = persons.iter().take(3).map(|person| world.roster.name(*person)).collect();
    let more = persons.len().saturating_sub(names.len());
    (Words { lang }.whom(&roles, &names, more), persons)
}
