//! What the roster does not give, as findings.

use std::collections::BTreeSet;

use super::{Drill, RosterFinding, RosterProof, Severity, Survey};
use crate::words::{Words, act_title, ended};
use crate::{ActionName, Lang, PersonId, RegionCode};

/// Most regions and persons that a sentence names.
const NAMED_MAX: usize = 5;

impl Survey<'_> {
    pub(super) fn told(mut self) -> RosterProof {
        let mut findings = Vec::new();
        if self.cut {
            findings.push(self.finding(
                "proof_too_large",
                Severity::Error,
                None,
                &[],
                &[],
                Words::not_proved,
            ));
        }
        findings.extend(self.nobody());
        findings.extend(self.unsatisfied());
        findings.extend(self.too_few());
        findings.extend(self.single());
        findings.sort_by_key(|finding| finding.severity);
        let stopped = std::mem::take(&mut self.stopped);
        let drills = stopped.into_iter().map(|(person, stops)| {
            let stops = stops.into_iter().map(|(action, regions)| (action.cloned(), in_order(&regions)));
            Drill { person, stops: stops.collect() }
        });
        let mut drills: Vec<_> = drills.collect();
        let weight = |drill: &Drill| drill.stops.iter().map(|(_, regions)| regions.len()).sum::<usize>();
        drills.sort_by_key(|drill| std::cmp::Reverse(weight(drill)));
        RosterProof { fewest: self.fewest, findings, drills }
    }

    fn finding(
        &self,
        code: &'static str,
        severity: Severity,
        action: Option<&ActionName>,
        regions: &[RegionCode],
        persons: &[PersonId],
        told: impl Fn(Words) -> String,
    ) -> RosterFinding {
        let stage = action.and_then(|name| self.acting.workflow.actions.get(name)?.from.first().cloned());
        let [id, en] = [Lang::Id, Lang::En].map(|lang| ended(told(Words { lang })));
        let (regions, persons) = (regions.to_vec(), persons.to_vec());
        RosterFinding { code, severity, stage, action: action.cloned(), regions, persons, id, en }
    }

    fn title(&self, name: &ActionName, say: Words) -> String {
        act_title(Some(self.acting.workflow), name, say.lang)
    }

    fn nobody(&self) -> Vec<RosterFinding> {
        let nobody = self.nobody.iter();
        nobody
            .map(|((severity, name), regions)| {
                let regions = in_order(regions);
                let action = self.acting.workflow.actions.get(*name);
                let needs = action.map_or(1, |action| action.persons.max(1));
                self.finding("nobody_eligible", *severity, Some(name), &regions, &[], |say| {
                    say.nobody_for(&self.title(name, say), needs, &named(&regions, say))
                })
            })
            .collect()
    }

    fn unsatisfied(&self) -> Option<RosterFinding> {
        // Where nobody may take an action at all, that says it.
        let told: BTreeSet<_> = self
            .nobody
            .iter()
            .filter(|((severity, _), _)| *severity == Severity::Error)
            .flat_map(|(_, regions)| regions)
            .collect();
        let regions: Vec<_> = self.unsatisfiable.iter().filter(|it| !told.contains(it)).cloned().collect();
        let first = regions.first()?;
        let persons: Vec<_> = self.scarce(first).into_iter().collect();
        let names: Vec<_> = persons.iter().map(|id| self.standing.roster.name(*id)).collect();
        Some(self.finding("unsatisfiable", Severity::Error, None, &regions, &persons, |say| {
            say.not_enough_people(&named(&regions, say), &names.join(", "))
        }))
    }

    /// Those whom the scarcest acts of a region depend on.
    fn scarce(&self, region: &RegionCode) -> BTreeSet<PersonId> {
        let people = super::People::of(self.acting, self.standing);
        let local = people.local(region);
        let bound = local.able.iter().zip(&self.acting.steps).filter(|(_, step)| step.bound);
        let least = bound.clone().map(|(able, _)| able.len()).filter(|len| *len > 0).min();
        let scarce = bound.filter(|(able, _)| Some(able.len()) == least).flat_map(|(able, _)| able);
        scarce.copied().take(NAMED_MAX).collect()
    }

    fn too_few(&self) -> Option<RosterFinding> {
        let fewest = self.fewest.as_ref()?;
        let promised = self.acting.workflow.duties.iter().filter_map(|duty| duty.min_persons).max()?;
        let need = usize::try_from(promised).ok().filter(|need| *need > fewest.persons.len())?;
        let roster = self.standing.roster;
        let (regions, persons) = (std::slice::from_ref(&fewest.region), &fewest.persons);
        Some(self.finding("too_few_persons", Severity::Error, None, regions, persons, |say| {
            let acts =
                fewest.acts.iter().map(|(act, by)| format!("{}: {}", roster.name(*by), self.title(act, say)));
            say.too_few_on_a_way(persons.len(), need, &acts.collect::<Vec<_>>().join("; "))
        }))
    }

    fn single(&self) -> Vec<RosterFinding> {
        let mut findings = Vec::new();
        for (person, stops) in &self.stopped {
            let name = self.standing.roster.name(*person);
            for (action, regions) in stops {
                let regions = in_order(regions);
                let code = "single_point_of_failure";
                let persons = std::slice::from_ref(person);
                findings.push(self.finding(code, Severity::Warning, *action, &regions, persons, |say| {
                    let act = action.map(|action| self.title(action, say));
                    say.stops_without(&name, act.as_deref(), &named(&regions, say))
                }));
            }
        }
        findings
    }
}

fn in_order(regions: &BTreeSet<RegionCode>) -> Vec<RegionCode> {
    regions.iter().cloned().collect()
}

/// The first of them by their codes, and how many more.
fn named(regions: &[RegionCode], say: Words) -> String {
    let first: Vec<_> = regions.iter().take(NAMED_MAX).map(RegionCode::as_str).collect();
    say.and_more(&first.join(", "), regions.len().saturating_sub(first.len()))
}
