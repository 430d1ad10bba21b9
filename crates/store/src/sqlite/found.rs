//! People, definitions and budget lines, written once.

use rusqlite::{Transaction, params};
use salur_core::workflow::Workflow;

use crate::error::StoreError;
use crate::job::Founding;

pub(super) fn found(transaction: &Transaction<'_>, founding: &Founding) -> Result<(), StoreError> {
    for person in &founding.people {
        transaction.execute(
            "insert into person (id, staff_no, name, active) values (?1, ?2, ?3, ?4)",
            params![person.id.0.as_bytes(), person.staff_no, person.name, person.active],
        )?;
        for grant in &person.grants {
            transaction.execute(
                "insert into person_grant (person, role, region) values (?1, ?2, ?3)",
                params![person.id.0.as_bytes(), grant.role.as_str(), grant.region.as_str()],
            )?;
        }
    }
    for line in &founding.lines {
        transaction.execute(
            "insert into budget_line (id, scheme, year, fund, account, ceiling, reserved, committed, paid)
             values (?1, ?2, ?3, ?4, ?5, ?6, 0, 0, 0)",
            params![
                line.id.as_str(),
                line.scheme.as_str(),
                line.year,
                line.fund,
                line.account,
                line.ceiling.0
            ],
        )?;
    }
    for text in &founding.definitions {
        let workflow =
            Workflow::parse(text).map_err(|error| StoreError::inconsistent("definition", error))?;
        transaction.execute(
            "insert into definition (scheme, version, digest, text) values (?1, ?2, ?3, ?4)",
            params![workflow.scheme.as_str(), workflow.version, workflow.digest.0, text],
        )?;
    }
    Ok(())
}
