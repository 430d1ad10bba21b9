//! One-time links: the first way in for somebody, and the way back for who has forgotten their password.

use jiff::Timestamp;
use salur_access::{fold_login, fresh_token};
use salur_core::access::Denied;
use salur_core::roster::Person;
use salur_core::{Lang, PersonId};
use salur_store::access::{AccessAct, LINK_LASTS, Link};
use salur_store::job::{Ask, Job};
use salur_store::{ExecuteError, Store, token_digest};
use uuid::Uuid;

use super::factor::check_new;
use super::{Arrival, act, broken, busy, denied};
use crate::problem::Problem;
use crate::{App, Caller};

/// A link as it was made.
#[derive(Debug, Clone)]
pub struct MadeLink {
    /// Its token: it is shown once, here, to whoever hands it over.
    pub token: String,
    /// The name that its person will sign in under.
    pub login: String,
    /// Until when it works.
    pub expires_at: Timestamp,
}

/// A link for a person, and the act that makes it so.
fn new_link(
    person: &Person,
    login: Option<&str>,
    at: Timestamp,
) -> Result<(MadeLink, AccessAct), salur_access::NoRandom> {
    let token = fresh_token()?;
    let login = fold_login(login.unwrap_or(&person.staff_no));
    let expires_at = at.saturating_add(LINK_LASTS).unwrap_or(at);
    let digest = token_digest(&token);
    let makes = AccessAct::MakeLink(Link { digest, person: person.id, login: login.clone(), expires_at });
    Ok((MadeLink { token, login, expires_at }, makes))
}

/// Makes a link for somebody of the office. They sign in under `login`, or under their staff number, unless they have an
/// account already.
pub async fn make_link(
    app: &App,
    caller: &Caller,
    person: PersonId,
    login: Option<&str>,
) -> Result<MadeLink, Problem> {
    caller.check_step_up(app)?;
    let world = app.store.world();
    let known = world.roster.person(person).filter(|person| person.active);
    let known = known.ok_or_else(|| Problem::not_found(caller.lang))?;
    let account = app.store.account_of(person).await.map_err(|error| Problem::broken(&error, caller.lang))?;
    let login = account.as_ref().map(|account| account.login.as_str()).or(login);
    let (made, makes) = new_link(known, login, caller.at).map_err(|error| broken(&error, caller.lang))?;
    act(app, caller.person.id, caller.lang, makes).await?;
    Ok(made)
}

/// Makes a link for somebody, by whoever runs the machine: nobody in the office has made it, and the chain says so.
pub async fn operator_link(store: &Store, person: &Person, at: Timestamp) -> Result<MadeLink, ExecuteError> {
    let login = store.account_of(person.id).await?.map(|account| account.login);
    let (made, makes) = new_link(person, login.as_deref(), at)
        .map_err(|error| salur_store::StoreError::Key(error.to_string()))?;
    let actor = PersonId(Uuid::nil());
    store.execute(Ask { actor, for_whom: None, at, key: None, job: Job::Access(Box::new(makes)) }).await?;
    Ok(made)
}

/// The link of a token while it works, and whom it is for: what a page shows before the password is typed.
pub async fn link_for(app: &App, token: &str, lang: Lang) -> Result<(Link, Person), Problem> {
    let link = app.store.link(token, app.clock.now()).await;
    let link = link.map_err(|error| Problem::broken(&error, lang))?;
    let invalid = || denied(app, Denied::LinkInvalid, lang);
    let link = link.ok_or_else(invalid)?;
    let world = app.store.world();
    let person = world.roster.person(link.person).filter(|person| person.active).cloned();
    Ok((link, person.ok_or_else(invalid)?))
}

/// Sets the password of the person that a link is for. It signs nobody in, and leaves second factors as they are.
pub async fn redeem(app: &App, arrival: &Arrival, token: &str, password: String) -> Result<(), Problem> {
    arrival.admit(app)?;
    let (link, person) = link_for(app, token, arrival.lang).await?;
    check_new(app, &person, &link.login, &password, arrival.lang)?;
    let password = app.config.access.hasher.hash(password).await.map_err(|_| busy(arrival.lang))?;
    act(app, person.id, arrival.lang, AccessAct::Redeem { link, password }).await
}
