//! The parts of a job that hold text or facts: sealed before they are queued.

use std::sync::Arc;

use jiff::Timestamp;
use salur_core::command::Command;
use salur_core::workflow::Workflow;
use salur_core::{ActionName, RecipientId, RequestId, Rupiah};
use salur_store::facts::{seal_new, seal_note, subject_key};
use salur_store::job::{Act, Entry, Job, SealedFacts, SealedNote};
use salur_store::vault::Vault;

use crate::DemoError;
use crate::agenda::{DecreeKey, Deed, Move, Single};
use crate::dice::Dice;
use crate::invent::Inventor;
use crate::plan::Why;
use crate::play::{Play, id};

/// Every request of the agenda, its facts invented and sealed, on all cores.
pub(crate) fn sealed(
    vault: &Vault,
    inventor: &Inventor<'_>,
    workflows: &[Arc<Workflow>],
) -> Result<Vec<Entry>, DemoError> {
    let count = inventor.agenda.lives.len();
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let share = count.div_ceil(workers).max(1);
    let parts = std::thread::scope(|scope| {
        let start = |from: usize| {
            scope.spawn(move || {
                let until = (from + share).min(count);
                (from..until)
                    .map(|life| entry(vault, inventor, workflows, life))
                    .collect::<Result<Vec<_>, _>>()
            })
        };
        let workers: Vec<_> = (0..count).step_by(share).map(start).collect();
        let finish = |worker: std::thread::ScopedJoinHandle<'_, _>| {
            worker.join().unwrap_or_else(|_| Err(DemoError::Unfit("a thread has panicked".into())))
        };
        workers.into_iter().map(finish).collect::<Result<Vec<Vec<Entry>>, DemoError>>()
    })?;
    Ok(parts.into_iter().flatten().collect())
}

fn entry(
    vault: &Vault,
    inventor: &Inventor<'_>,
    workflows: &[Arc<Workflow>],
    life: usize,
) -> Result<Entry, DemoError> {
    let unfit = || DemoError::Unfit(format!("request {life} has no list or no definition"));
    let list = inventor.agenda.list_of(life).ok_or_else(unfit)?;
    let workflow = workflows.get(list.scheme).ok_or_else(unfit)?;
    let form = &workflow.form;
    let facts = inventor.facts(life, form).ok_or_else(unfit)?;
    let mut dice = Dice::of(inventor.seed, &[7, u64::try_from(life).unwrap_or_default()]);
    let (request, recipient) = (RequestId(id(list.at, &mut dice)), RecipientId(id(list.at, &mut dice)));
    Ok(Entry {
        request,
        scheme: workflow.scheme.clone(),
        year: list.year,
        region: facts.text(&form.region).unwrap_or_default().into(),
        amount: facts.money(&form.amount).unwrap_or(Rupiah::ZERO),
        referred: inventor.agenda.lives.get(life).is_some_and(|life| life.referred),
        subject_key: subject_key(vault, form, &facts).ok_or_else(unfit)?,
        facts: seal_new(vault, recipient, form, &facts)?,
        row: None,
        import: None,
    })
}

impl Play<'_> {
    /// A reason, in the words of the plan.
    fn note(&mut self, at: Timestamp, why: Why) -> Result<SealedNote, DemoError> {
        let texts = self.inventor.plan.reasons.get(&why).map(Vec::as_slice).unwrap_or_default();
        let text = self.dice.pick(texts);
        let id = self.id(at);
        Ok(seal_note(self.store.vault(), id, text)?)
    }

    /// Somebody does the same to many requests.
    pub(crate) async fn act(&mut self, act: &Move, lives: &[usize]) -> Result<(), DemoError> {
        let reason = match &act.deed {
            Deed::Return => Some(Why::Return),
            Deed::SendBack => Some(Why::SendBack),
            Deed::Reject => Some(Why::Reject),
            Deed::Withdraw => Some(Why::Withdraw),
            Deed::Hold(_) => Some(Why::Hold),
            Deed::Resume | Deed::Submit | Deed::Verify => None,
        };
        let note = reason.map(|why| self.note(act.at, why)).transpose()?;
        let reason = note.as_ref().map(|note| note.note);
        let action =
            |name: &str, fields| Command::Act { action: ActionName::from(name), reason, fields, facts: None };
        let unasked = std::collections::BTreeMap::new();
        let (what, command) = match &act.deed {
            Deed::Resume => ("resume", Command::Resume),
            Deed::Hold(cause) => ("hold", Command::Hold { cause: cause.clone(), reason }),
            Deed::Submit => ("submit", action("submit", unasked)),
            Deed::Withdraw => ("withdraw", action("withdraw", unasked)),
            Deed::Return | Deed::SendBack => ("return", action("return", unasked)),
            Deed::Reject => ("reject", action("reject", unasked)),
            Deed::Verify => {
                let check = self.inventor.plan.scheme.get(act.scheme).map(|scheme| scheme.check.clone());
                ("verify", action("verify", check.unwrap_or_default()))
            }
        };
        let job = Job::Many { requests: self.ids(lives), command, note, dry_run: false };
        self.ask(act.at, self.person(act.actor), what, job).await.map(|_| ())
    }

    pub(crate) async fn strike(&mut self, at: Timestamp, key: DecreeKey) -> Result<(), DemoError> {
        let (id, _) = self.drafted(key)?;
        let Some(plan) = self.inventor.agenda.decrees.get(&key) else { return Ok(()) };
        let note = Some(self.note(at, Why::Strike)?);
        let governor = self.person(self.inventor.plan.staff("governor")?);
        let job = Job::StrikeDecree { id, requests: self.ids(&plan.struck), note };
        let answer = self.ask(at, governor, "strike off a decree", job).await?;
        self.keep(key, answer);
        Ok(())
    }

    /// Another account for one recipient: by the clerk at input, by two persons after approval.
    pub(crate) async fn single(&mut self, at: Timestamp, single: Single) -> Result<(), DemoError> {
        let (Single::Amend(life) | Single::Correct(life, _)) = single;
        let unfit = || DemoError::Unfit(format!("request {life} cannot be mended"));
        let list = self.inventor.agenda.list_of(life).ok_or_else(unfit)?;
        let workflow = self.workflows.get(list.scheme).ok_or_else(unfit)?;
        let form = &workflow.form;
        let (request, _) = self.requests.get(life).copied().ok_or_else(unfit)?;
        let now = self.store.request(request).await?.ok_or_else(unfit)?.request;
        let facts = self.store.facts(now.recipient, now.facts.version).await?;
        let mut facts = facts.ok_or_else(unfit)?;
        self.inventor.mend_account(life, form, &mut facts);
        let sealed: SealedFacts =
            self.store.seal_again(now.recipient, now.facts.version + 1, form, &facts).await?;
        let (actor, what, command) = match single {
            Single::Amend(_) => {
                let changed = vec![form.account.number.clone()];
                let (amount, region) = (now.amount, now.region.clone());
                (list.clerk, "amend", Command::Amend { facts: sealed.facts, amount, region, changed })
            }
            Single::Correct(_, actor) => {
                let action = ActionName::from("correct_account");
                let facts = Some(sealed.facts);
                let fields = std::collections::BTreeMap::new();
                (actor, "correct an account", Command::Act { action, reason: None, fields, facts })
            }
        };
        let act = Act { request, command, seen: None, note: None, facts: Some(sealed), subject_key: None };
        self.ask(at, self.person(actor), what, Job::Act(Box::new(act))).await.map(|_| ())
    }
}
