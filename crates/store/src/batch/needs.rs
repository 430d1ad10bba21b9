//! What a batch of jobs needs loaded.

use std::collections::HashSet;

use salur_core::decree::number_key;
use salur_core::office::{Change, ChangeKind, effect};
use salur_core::world::World;
use salur_core::{DecreeId, ImportId, LineId, OrderId, PersonId, ProposalId, RequestId, SchemeId};
use uuid::Uuid;

use super::office::subject_of;
use crate::access::AccessNeeds;
use crate::job::{Ask, Entry, Job};

/// What a batch of jobs needs loaded.
#[derive(Debug, Default)]
pub(crate) struct Needs {
    pub(crate) requests: HashSet<RequestId>,
    pub(crate) keys: HashSet<(PersonId, String)>,
    pub(crate) subjects: HashSet<(SchemeId, i16, String)>,
    /// Decrees, each with whether the requests on it are needed too.
    pub(crate) decrees: Vec<(DecreeId, bool)>,
    pub(crate) orders: Vec<OrderId>,
    /// What numbers of decrees are known by.
    pub(crate) decree_numbers: HashSet<String>,
    /// What numbers of SP2Ds are known by.
    pub(crate) sp2d_numbers: HashSet<String>,
    /// True if the orders that the bank has are needed, to tell whose results these are.
    pub(crate) at_bank: bool,
    pub(crate) lines: HashSet<LineId>,
    pub(crate) imports: Vec<ImportId>,
    pub(crate) proposals: Vec<ProposalId>,
    /// True if open proposals to publish are needed.
    pub(crate) publishing: bool,
    /// People, papers and budget lines whose events are counted.
    pub(crate) seqs: HashSet<Uuid>,
    /// Accounts, sessions and guesses.
    pub(crate) access: AccessNeeds,
}

impl Needs {
    pub(crate) fn of(world: &World, asks: &[Ask]) -> Needs {
        let mut needs = Needs::default();
        for ask in asks {
            if let Some(key) = &ask.key {
                needs.keys.insert((ask.actor, key.text.clone()));
            }
            match &ask.job {
                Job::Enter(entry) => needs.enter(world, entry),
                Job::Accept { entries, state } => {
                    for entry in entries {
                        needs.enter(world, entry);
                    }
                    needs.imports.push(state.id);
                }
                Job::NoteImport(state) => needs.imports.push(state.id),
                Job::Act(act) => {
                    needs.requests.insert(act.request);
                }
                Job::Many { requests, .. }
                | Job::Timers { requests }
                | Job::DraftDecree { requests, .. }
                | Job::DraftOrder { requests, .. } => {
                    needs.requests.extend(requests);
                }
                Job::StrikeDecree { id, requests, .. } => {
                    needs.requests.extend(requests);
                    needs.decrees.push((*id, false));
                }
                Job::SignDecree { id, assertion, signing } => {
                    needs.decrees.push((*id, true));
                    needs.decree_numbers.insert(number_key(&signing.number, signing.date));
                    if let Some(assertion) = assertion {
                        needs.access.assertion(ask.actor, assertion);
                    }
                }
                Job::CancelDecree { id } => needs.decrees.push((*id, true)),
                Job::Access(act) => needs.access.act(ask.actor, act),
                Job::EnterSp2d { id, number, date } => {
                    needs.orders.push(*id);
                    needs.sp2d_numbers.insert(number_key(number, *date));
                }
                Job::SettleOrder { id, told } => {
                    needs.orders.push(*id);
                    needs.at_bank |= told.names_no_order();
                }
                Job::ExportOrder { id } | Job::CancelOrder { id } => needs.orders.push(*id),
                Job::Migrate { proposal, requests } => {
                    needs.requests.extend(requests);
                    needs.proposals.push(*proposal);
                }
                Job::Propose { id, change, .. } => {
                    needs.publishing |= change.kind() == ChangeKind::PublishDefinition;
                    needs.change(*id, change);
                }
                Job::Confirm { id } | Job::Decline { id, .. } | Job::Withdraw { id } => {
                    needs.proposals.push(*id);
                }
                Job::Found(_)
                | Job::OpenSession(_)
                | Job::Deny(_)
                | Job::Forget { .. }
                | Job::KeepVisits(_)
                | Job::NoteViewings(_)
                | Job::NoteReading { .. }
                | Job::NoteArchive { .. } => {}
            }
        }
        needs
    }

    fn enter(&mut self, world: &World, entry: &Entry) {
        self.subjects.insert((entry.scheme.clone(), entry.year, entry.subject_key.clone()));
        if let Some(workflow) = world.workflows.current(&entry.scheme) {
            self.lines.insert(salur_core::decide::line_id(workflow, entry.year));
        }
    }

    /// What a change of the office is decided on.
    pub(crate) fn change(&mut self, id: ProposalId, change: &Change) {
        self.lines.extend(change.line());
        self.requests.extend(change.requests());
        self.seqs.extend(effect(id, change).map(|effect| subject_of(&effect).1));
    }

    /// Subject keys that acts are about to change to: known once their requests are.
    pub(crate) fn add_changed_subjects(&mut self, asks: &[Ask], books: &salur_core::decree::Books) {
        for ask in asks {
            if let Job::Act(act) = &ask.job
                && let (Some(key), Some(request)) = (&act.subject_key, books.requests.get(&act.request))
            {
                self.subjects.insert((request.scheme.clone(), request.year, key.clone()));
            }
        }
    }
}
