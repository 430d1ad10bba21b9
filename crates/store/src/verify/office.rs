//! The office's own tables: people, papers, budget lines, definitions, proposals.

use std::collections::HashMap;

use salur_core::office::{Effect, Proposal, ProposalState, effect};
use salur_core::roster::Grant;
use uuid::Uuid;

use super::changed::{Papers, People};
use super::{Check, Stop, broken};
use crate::chain::named_subject;
use crate::lists::digest;
use crate::proposals::digest_of;

const GRANTS: &str = "select person, role, region from person_grant order by person, role, region";

impl Check {
    /// People, papers, budget lines and definitions are those that the chain tells of, no more and no fewer.
    pub(super) async fn office(&mut self, ceilings: &HashMap<String, i64>) -> Result<(), Stop> {
        self.people().await?;
        let rows: Vec<(String, String, String)> =
            self.source.all("select kind, key, body from paper", ()).await?;
        let papers: Papers = rows.into_iter().map(|(kind, key, body)| ((kind, key), body)).collect();
        let told = &self.told.office;
        let other =
            papers.keys().chain(told.papers.keys()).find(|it| papers.get(*it) != told.papers.get(*it));
        if let Some(key) = other {
            return Err(broken(
                "paper_as_told",
                format!("{} {}", key.0, key.1),
                format!("{:?}", papers.get(key)),
            ));
        }
        let mut lines = ceilings.keys().chain(told.ceilings.keys());
        if let Some(line) = lines.find(|line| ceilings.get(*line) != told.ceilings.get(*line)) {
            return Err(broken("ceiling_as_told", line, format!("{:?}", ceilings.get(line))));
        }
        let rows: Vec<(Uuid, i32)> = self.source.all("select id, seq from subject", ()).await?;
        let seqs: HashMap<Uuid, i32> = rows.into_iter().collect();
        let told = &self.told.office;
        let other = seqs.keys().chain(told.seqs.keys()).find(|it| seqs.get(*it) != told.seqs.get(*it));
        if let Some(subject) = other {
            return Err(broken("subject_as_told", subject, format!("{:?}", seqs.get(subject))));
        }
        self.definitions().await?;
        self.proposals().await
    }

    async fn people(&mut self) -> Result<(), Stop> {
        let rows: Vec<(Uuid, bool)> = self.source.all("select id, active from person", ()).await?;
        let mut people: People = rows.into_iter().map(|(id, active)| (id, (active, Vec::new()))).collect();
        let rows: Vec<(Uuid, String, String)> = self.source.all(GRANTS, ()).await?;
        for (person, role, region) in rows {
            let grant = Grant { role: role.as_str().into(), region: region.as_str().into() };
            people.entry(person).or_default().1.push(grant);
        }
        let told = &mut self.told.office.people;
        for (_, grants) in people.values_mut().chain(told.values_mut()) {
            grants.sort();
        }
        match people.keys().chain(told.keys()).find(|id| people.get(id) != told.get(id)) {
            None => Ok(()),
            Some(person) => Err(broken("grants_as_told", person, format!("{:?}", people.get(person)))),
        }
    }

    async fn definitions(&mut self) -> Result<(), Stop> {
        let rows: Vec<(String, i32, Vec<u8>)> =
            self.source.all("select scheme, version, digest from definition", ()).await?;
        let told = &self.told.office.definitions;
        let count = rows.len();
        for (scheme, version, stored) in rows {
            let id = named_subject("definition", &format!("{scheme} {version}"));
            if told.get(&id) != Some(&digest(stored)?.to_string()) {
                return Err(broken("definition_as_told", format!("{scheme} {version}"), "another digest"));
            }
        }
        if count != told.len() {
            return Err(broken("definition_as_told", "definition", format!("{count} are there")));
        }
        Ok(())
    }

    async fn proposals(&mut self) -> Result<(), Stop> {
        let names: Vec<(Uuid, String, String)> =
            self.source.all("select id, staff_no, name from person", ()).await?;
        let names: HashMap<Uuid, (String, String)> =
            names.into_iter().map(|(id, staff_no, name)| (id, (staff_no, name))).collect();
        let rows: Vec<(String, String, String)> =
            self.source.all("select kind, state, body from proposal", ()).await?;
        for (kind, state, body) in rows {
            let proposal: Proposal = serde_json::from_str(&body)?;
            if (kind.as_str(), state.as_str()) != (proposal.change.kind().as_str(), proposal.state.as_str()) {
                return Err(broken("columns_equal_state", proposal.id, format!("{kind} {state}")));
            }
            let digest = self.vault.as_ref().map(|vault| digest_of(vault, &proposal.change)).transpose()?;
            self.told.office.take_proposal(&proposal, digest)?;
            if proposal.state == ProposalState::Confirmed {
                named_as_proposed(&proposal, &names)?;
            }
        }
        self.told.office.no_proposal_left()
    }
}

/// Whoever was registered has the name and the number that two persons have agreed to.
fn named_as_proposed(proposal: &Proposal, names: &HashMap<Uuid, (String, String)>) -> Result<(), Stop> {
    let Some(Effect::Registered { person, staff_no, name }) = effect(proposal.id, &proposal.change) else {
        return Ok(());
    };
    match names.get(&person.0) {
        Some(known) if *known == (staff_no, name) => Ok(()),
        found => Err(broken("person_as_told", person, format!("{found:?}"))),
    }
}
