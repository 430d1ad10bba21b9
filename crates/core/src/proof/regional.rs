//! The proof again with the real roster: who they could be, where nobody may act, and whom the office cannot spare.

mod people;
mod told;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use jiff::civil::Date;

use self::people::{Local, People};
use super::fewest::groups;
use super::fit::{Asked, Fit, any_fit, fewest};
use super::search::{Acting, Goal, ways};
use super::step::{Step, must_differ};
use crate::definition::Severity;
use crate::roster::Roster;
use crate::workflow::{ActionKind, Workflow};
use crate::world::Policy;
use crate::{ActionName, PersonId, RegionCode, Role, StageName};

/// Something that the roster does not give, in both languages.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct RosterFinding {
    /// A stable code: `nobody_eligible`, `unsatisfiable`, `single_point_of_failure`, `too_few_persons`,
    /// `proof_too_large`.
    pub code: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// The stage, where it is about one.
    pub stage: Option<StageName>,
    /// The action, where it is about one.
    pub action: Option<ActionName>,
    /// The regions.
    pub regions: Vec<RegionCode>,
    /// The persons.
    pub persons: Vec<PersonId>,
    /// The finding in Indonesian.
    pub id: String,
    /// The finding in English.
    pub en: String,
}

/// What a day's absence of a person stops.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Drill {
    /// Who is away.
    pub person: PersonId,
    /// What stops, and where. An action without others to take it; or, without one, the way as a whole: everything
    /// has somebody, but not different persons enough.
    pub stops: Vec<(Option<ActionName>, Vec<RegionCode>)>,
}

/// The fewest real persons who can bring a payment about.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Fewest {
    /// Where.
    pub region: RegionCode,
    /// Who.
    pub persons: Vec<PersonId>,
    /// What each of them does.
    pub acts: Vec<(ActionName, PersonId)>,
}

/// What is known of a workflow under a roster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterProof {
    /// The fewest real persons who can bring a payment about; none where nobody can.
    pub fewest: Option<Fewest>,
    /// What the roster does not give, errors first.
    pub findings: Vec<RosterFinding>,
    /// For each person whom something waits for, what their absence stops.
    pub drills: Vec<Drill>,
}

/// What is asked of the roster.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    /// The people.
    pub roster: &'a Roster,
    /// What acting officers may do.
    pub policy: &'a Policy,
    /// The regions that are served.
    pub regions: &'a [RegionCode],
    /// The day: who is away on it cannot act.
    pub day: Date,
}

/// Proves a workflow under a roster: on every served region, with every paper in force on the day.
#[must_use]
pub fn prove_with(workflow: &Workflow, standing: &Standing<'_>) -> RosterProof {
    let mut acting = Acting::of_all(workflow);
    if ways(&acting, Goal::Payment, |_, _| true).cut {
        // Too many ways to follow every act on each: those that duties bind must do.
        acting = Acting::of(workflow);
    }
    let mut survey = Survey {
        acting: &acting,
        standing,
        routes: BTreeMap::new(),
        fewest: None,
        least: super::prove_payment(workflow).persons().unwrap_or(1),
        nobody: BTreeMap::new(),
        stopped: BTreeMap::new(),
        unsatisfiable: BTreeSet::new(),
        cut: false,
    };
    let people = People::of(&acting, standing);
    // Regions that the same people serve are looked at once.
    let mut served: BTreeMap<Vec<&str>, BTreeSet<RegionCode>> = BTreeMap::new();
    for region in standing.regions {
        served.entry(people.served_from(region)).or_default().insert(region.clone());
    }
    for regions in served.into_values() {
        if let Some(region) = regions.first() {
            survey.look_at(&regions, &people.local(region));
        }
    }
    survey.told()
}

struct Survey<'a> {
    acting: &'a Acting<'a>,
    standing: &'a Standing<'a>,
    /// The ways that are left where these actions have nobody.
    routes: BTreeMap<BTreeSet<(&'a ActionName, usize)>, Rc<Vec<Asked>>>,
    fewest: Option<Fewest>,
    /// The fewest whom the duties allow, whoever they are.
    least: usize,
    nobody: BTreeMap<(Severity, &'a ActionName), BTreeSet<RegionCode>>,
    stopped: BTreeMap<PersonId, BTreeMap<Option<&'a ActionName>, BTreeSet<RegionCode>>>,
    unsatisfiable: BTreeSet<RegionCode>,
    cut: bool,
}

impl<'a> Survey<'a> {
    fn look_at(&mut self, regions: &BTreeSet<RegionCode>, local: &Local) {
        let mut dead = BTreeSet::new();
        let mut idle = BTreeSet::new();
        for (name, takes) in &self.acting.takes {
            let able = |took: &Vec<usize>| took.iter().all(|step| self.spare(local, took, *step).is_some());
            dead.extend(
                takes.iter().enumerate().filter(|(_, took)| !able(took)).map(|(place, _)| (*name, place)),
            );
            if !self.is_needed(name) {
                continue;
            }
            if !takes.iter().any(able) {
                idle.insert(*name);
                continue;
            }
            for person in self.only(local, takes) {
                let stops = self.stopped.entry(person).or_default();
                stops.entry(Some(name)).or_default().extend(regions.iter().cloned());
            }
        }
        self.note_idle(&idle, regions);
        let routes = self.routes(dead);
        match any_fit(&routes, &local.hands, None) {
            Fit::Found(given) => self.cannot_spare(regions, local, &routes, &given),
            Fit::Cut => self.cut = true,
            Fit::Nobody => self.unsatisfiable.extend(regions.iter().cloned()),
        }
        if let Some(region) = regions.first() {
            self.find_fewest(region, local);
        }
    }

    /// Who may do an act, by how many more than it takes; none where that are too few.
    fn spare(&self, local: &Local, took: &[usize], step: usize) -> Option<usize> {
        let words: BTreeSet<usize> =
            took.iter().copied().filter(|other| *other == step || self.same_people(step, *other)).collect();
        local.able.get(step)?.len().checked_sub(words.len())
    }

    /// True for two words of one action that the same people may give.
    fn same_people(&self, step: usize, other: usize) -> bool {
        let shared = |step: usize| {
            let step = self.acting.steps.get(step)?;
            Some((&step.shared.as_ref()?.0, &step.roles))
        };
        shared(step).is_some() && shared(step) == shared(other)
    }

    /// Where nobody may take an action, it is an error if a request then stays where it is.
    fn note_idle(&mut self, idle: &BTreeSet<&'a ActionName>, regions: &BTreeSet<RegionCode>) {
        let actions = &self.acting.workflow.actions;
        let onward = |kind| matches!(kind, ActionKind::Forward | ActionKind::Approval | ActionKind::Payment);
        for name in idle {
            let Some(action) = actions.get(*name) else { continue };
            let stuck = onward(action.kind)
                && action.from.iter().any(|stage| {
                    let mut leads_on =
                        actions.iter().filter(|(_, it)| onward(it.kind) && it.from.contains(stage));
                    leads_on.all(|(name, _)| idle.contains(name))
                });
            let severity = if stuck { Severity::Error } else { Severity::Warning };
            self.nobody.entry((severity, *name)).or_default().extend(regions.iter().cloned());
        }
    }

    /// An action that a request may wait for: without anybody for it, it waits for ever.
    fn is_needed(&self, name: &ActionName) -> bool {
        self.acting.workflow.actions.get(name).is_some_and(|action| match action.kind {
            ActionKind::Forward
            | ActionKind::Approval
            | ActionKind::Payment
            | ActionKind::Correction
            | ActionKind::Ruling => true,
            ActionKind::Rework | ActionKind::Close => false,
        })
    }

    /// The persons without whom an action has nobody, however it is taken.
    fn only(&self, local: &Local, takes: &[Vec<usize>]) -> BTreeSet<PersonId> {
        let mut all: Option<BTreeSet<PersonId>> = None;
        for took in takes {
            let spare: Vec<_> = took.iter().map(|step| self.spare(local, took, *step)).collect();
            if spare.contains(&None) {
                continue;
            }
            let tight = took.iter().zip(spare).filter(|(_, spare)| *spare == Some(0));
            let able = tight.filter_map(|(step, _)| local.able.get(*step)).flatten();
            let here: BTreeSet<PersonId> = able.copied().collect();
            all = Some(all.map_or_else(|| here.clone(), |all| all.intersection(&here).copied().collect()));
        }
        all.unwrap_or_default()
    }

    /// The ways to a payment that are left, each as what it asks of people.
    fn routes(&mut self, dead: BTreeSet<(&'a ActionName, usize)>) -> Rc<Vec<Asked>> {
        if let Some(known) = self.routes.get(&dead) {
            return known.clone();
        }
        let acting = self.acting;
        let found = ways(acting, Goal::Payment, |name, choice| !dead.contains(&(name, choice)));
        self.cut |= found.cut;
        let asked = found.goals.iter().filter_map(|way| asked(acting, found.acts(*way)));
        let asked: Rc<Vec<_>> = Rc::new(asked.collect());
        self.routes.insert(dead, asked.clone());
        asked
    }

    /// Whose absence stops the way as a whole, though every act still has somebody: only who is on the way found can
    /// be such a person.
    fn cannot_spare(
        &mut self,
        regions: &BTreeSet<RegionCode>,
        local: &Local,
        routes: &[Asked],
        given: &[usize],
    ) {
        let all = &local.hands.all;
        let on_it: BTreeSet<PersonId> =
            given.iter().filter_map(|it| all.get(*it)).map(|it| it.person).collect();
        for person in on_it {
            match any_fit(routes, &local.hands, Some(person)) {
                Fit::Found(_) => continue,
                Fit::Cut => {
                    self.cut = true;
                    continue;
                }
                Fit::Nobody => {}
            }
            let stops = self.stopped.entry(person).or_default();
            let told = stops.iter().any(|(action, known)| {
                action.is_some_and(|name| on_the_way(self.acting, name)) && regions.is_subset(known)
            });
            if !told {
                stops.entry(None).or_default().extend(regions.iter().cloned());
            }
        }
    }

    fn find_fewest(&mut self, region: &RegionCode, local: &Local) {
        let below = self.fewest.as_ref().map_or(usize::MAX, |known| known.persons.len());
        if below <= self.least {
            return;
        }
        let everybody = &local.attackers().all;
        let routes = self.routes(BTreeSet::new());
        let mut best = below;
        for asked in routes.iter() {
            let (given, cut) = fewest(asked, everybody, (self.least, best));
            self.cut |= cut;
            let Some(given) = given else { continue };
            let hands: Vec<_> = given.iter().filter_map(|hand| everybody.get(*hand)).collect();
            let persons: BTreeSet<_> = hands.iter().map(|hand| hand.person).collect();
            best = persons.len();
            let acts = asked.needs.iter().zip(&hands).flat_map(|(needs, hand)| {
                let steps = self.acting.bound(*needs).into_iter();
                steps
                    .filter_map(|step| self.acting.steps.get(step))
                    .map(|step| (step.duty.clone(), hand.person))
            });
            let acts: BTreeSet<_> = acts.collect();
            self.fewest = Some(Fewest {
                region: region.clone(),
                persons: persons.into_iter().collect(),
                acts: acts.into_iter().collect(),
            });
        }
    }
}

fn on_the_way(acting: &Acting<'_>, name: &ActionName) -> bool {
    acting.workflow.actions.get(name).is_some_and(|action| action.to.is_some())
}

/// For each duty that must be another person's than what is done in this role: who could do it in the region.
pub(crate) fn only_by(
    workflow: &Workflow,
    roster: &Roster,
    policy: &Policy,
    (role, region): (&Role, &RegionCode),
    day: Date,
) -> Vec<(ActionName, BTreeSet<PersonId>)> {
    let acting = Acting::of(workflow);
    let standing = Standing { roster, policy, regions: &[], day };
    let local = People::of(&acting, &standing).local(region);
    let taken: Vec<_> = acting.steps.iter().filter(|step| step.roles.contains(role)).collect();
    let mut others: BTreeMap<ActionName, BTreeSet<PersonId>> = BTreeMap::new();
    for (step, able) in acting.steps.iter().zip(&local.able) {
        let apart = taken.iter().any(|it| it.duty != step.duty && must_differ(workflow, it, step));
        if apart {
            others.entry(step.duty.clone()).or_default().extend(able);
        }
    }
    others.into_iter().collect()
}

/// What a way asks of people; none where nobody could ever go it.
fn asked(acting: &Acting<'_>, acts: super::search::Acts) -> Option<Asked> {
    let bound = acting.bound(acts);
    let steps: Vec<&Step> = bound.iter().filter_map(|step| acting.steps.get(*step)).collect();
    let groups = groups(acting.workflow, &steps, false)?;
    let needs = groups.iter().map(|group| {
        group.acts.iter().filter_map(|act| bound.get(*act)).fold(0, |needs, step| needs | acting.bit(*step))
    });
    Some(Asked { needs: needs.collect(), groups })
}
