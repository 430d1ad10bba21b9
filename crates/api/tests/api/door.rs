//! Who gets in: T12 of the test plan.

mod acting;

use axum::body::Body;
use axum::http::Request;
use salur_access::Passkeys;
use salur_api::access::{Access, Cookies, StepUp};
use salur_authenticator::Authenticator;
use salur_core::PersonId;
use salur_core::office::Change;
use salur_store::access::AccessAct;
use salur_store::job::{Ask, Job};
use serde_json::{Value, json};

use crate::support::{Answer, Desk, person};

pub(crate) const ORIGIN: &str = "https://salur.example.go.id";
pub(crate) const PASSWORD: &str = "hujan di bulan juni";

/// An office that asks for second factors, in which these people sign in under their token's name.
pub(crate) async fn office(people: &[&str]) -> Desk {
    let passkeys = Some(Passkeys::new(ORIGIN, "Dinas Sosial").unwrap());
    let desk = Desk::open_with(Access { passkeys, ..Access::default() }).await;
    let password = desk.app.config.access.hasher.hash(PASSWORD.into()).await.unwrap();
    for who in people {
        let person = PersonId(person(who).parse().unwrap());
        let (login, password) = ((*who).to_owned(), password.clone());
        access(&desk, PersonId(uuid::Uuid::nil()), AccessAct::MakeAccount { person, login, password }).await;
    }
    desk
}

async fn access(desk: &Desk, actor: PersonId, act: AccessAct) {
    let at = desk.app.clock.now();
    let ask = Ask { actor, for_whom: None, at, key: None, job: Job::Access(Box::new(act)) };
    desk.app.store.execute(ask).await.unwrap();
}

pub(crate) async fn knock(desk: &Desk, login: &str, password: &str) -> Answer {
    desk.post("", "/session", &json!({ "login": login, "password": password })).await
}

/// The token of somebody who has signed in.
pub(crate) async fn enter(desk: &Desk, login: &str) -> String {
    text(&knock(desk, login, PASSWORD).await.expect(201)["token"])
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// Sets up one-time codes for who has just signed in: the token from then on, and the secret.
async fn with_codes(desk: &Desk, token: &str) -> (String, Vec<u8>) {
    let setup = desk.post(token, "/session/totp/secret", &json!({})).await.expect(200);
    assert!(text(&setup["url"]).starts_with("otpauth://totp/"));
    let secret = from_base32(&text(&setup["secret"]));
    let body = json!({ "code": code(desk, &secret) });
    let opened = desk.post(token, "/session/totp", &body).await.expect(200);
    assert_eq!(opened["state"], "full");
    (text(&opened["token"]), secret)
}

/// The code of this moment, as an app makes it.
fn code(desk: &Desk, secret: &[u8]) -> String {
    let seconds = u64::try_from(desk.app.clock.now().as_second()).unwrap();
    totp_rs::Builder::new().with_secret(secret).build().unwrap().generate(seconds).to_string()
}

fn from_base32(text: &str) -> Vec<u8> {
    let bits = text.bytes().flat_map(|letter| {
        let five = if letter.is_ascii_digit() { letter - b'2' + 26 } else { letter - b'A' };
        (0..5).rev().map(move |bit| (five >> bit) & 1)
    });
    let bits: Vec<u8> = bits.collect();
    bits.chunks_exact(8).map(|byte| byte.iter().fold(0, |number, bit| number << 1 | bit)).collect()
}

/// Registers a passkey for who has just signed in.
pub(crate) async fn with_passkey(desk: &Desk, token: &str, seed: u8) -> (String, Authenticator) {
    let mut authenticator = Authenticator::new(seed, ORIGIN).unwrap();
    let options = desk.post(token, "/session/passkeys/options", &json!({})).await.expect(200);
    let body = json!({ "name": "HP dinas", "credential": authenticator.create(&options) });
    let opened = desk.post(token, "/session/passkeys", &body).await.expect(200);
    assert_eq!(opened["state"], "full");
    (text(&opened["token"]), authenticator)
}

#[tokio::test]
async fn who_enters_data_signs_in_with_a_password_and_leaves() {
    let desk = office(&["clerk.6472"]).await;
    let opened = knock(&desk, " Clerk.6472 ", PASSWORD).await.expect(201);
    assert_eq!(opened["state"], "full");
    let token = text(&opened["token"]);
    assert_eq!(desk.get(&token, "/me").await.expect(200)["name"], "Pegawai clerk.6472");
    let sessions = desk.get(&token, "/sessions").await.expect(200);
    let current: Vec<_> = sessions.as_array().unwrap().iter().filter(|it| it["current"] == true).collect();
    assert_eq!(current.len(), 1);
    assert_eq!(desk.ask(&token, "DELETE", "/session", &[], Body::empty()).await.status, 204);
    desk.get(&token, "/me").await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn whatever_is_wrong_the_answer_and_the_work_are_the_same() {
    let desk = office(&["clerk.6472"]).await;
    let hashes = || desk.app.config.access.hasher.computed();
    let commits = || desk.app.store.commits();
    let (mut answers, mut work) = (Vec::new(), Vec::new());
    for login in ["clerk.6472", "nobody", "", "clerk.6402"] {
        let before = (hashes(), commits());
        let answer = knock(&desk, login, "not the password").await;
        answer.problem(401, "not_let_in");
        answers.push(answer.bytes);
        work.push((hashes() - before.0, commits() - before.1));
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(work, [(1, 2); 4]);
}

#[tokio::test]
async fn guesses_are_few_whoever_is_guessed_at_and_however_many_come_at_once() {
    let desk = office(&["clerk.6472"]).await;
    for login in ["clerk.6472", "nobody"] {
        let before = desk.app.config.access.hasher.computed();
        let guesses: Vec<_> = (0..12).map(|_| knock(&desk, login, "not the password")).collect();
        for guess in futures(guesses).await {
            guess.problem(401, "not_let_in");
        }
        assert_eq!(desk.app.config.access.hasher.computed() - before, 5, "{login}");
    }
    // The right password waits too, and with the same words; a minute later it is let in.
    knock(&desk, "clerk.6472", PASSWORD).await.problem(401, "not_let_in");
    desk.pass_minutes(1);
    enter(&desk, "clerk.6472").await;
    let told = desk.get("auditor.1", "/events?after=0&limit=200").await.expect(200).to_string();
    assert!(!told.contains("nobody"), "no name that was guessed at is kept");
}

/// Asks all at once.
async fn futures<F: Future<Output = Answer>>(asking: Vec<F>) -> Vec<Answer> {
    let mut asking: Vec<_> = asking.into_iter().map(Box::pin).collect();
    let mut done: Vec<Option<Answer>> = asking.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (asked, answer) in asking.iter_mut().zip(&mut done) {
            if answer.is_none()
                && let std::task::Poll::Ready(told) = asked.as_mut().poll(context)
            {
                *answer = Some(told);
            }
        }
        if done.iter().all(Option::is_some) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done.into_iter().flatten().collect()
}

#[tokio::test]
async fn an_address_tries_thirty_times_in_a_minute() {
    let desk = office(&[]).await;
    let mut codes = Vec::new();
    for n in 0..35 {
        codes.push(knock(&desk, &format!("nobody {n}"), "x").await.status.as_u16());
    }
    assert_eq!(codes.iter().filter(|code| **code == 401).count(), 30);
    assert_eq!(codes.iter().filter(|code| **code == 429).count(), 5);
}

#[tokio::test]
async fn a_session_ends_by_itself_and_the_fourth_ends_the_first() {
    let desk = office(&["clerk.6472"]).await;
    let mut tokens = Vec::new();
    for _ in 0..4 {
        tokens.push(enter(&desk, "clerk.6472").await);
        desk.pass_minutes(1);
    }
    desk.get(&tokens[0], "/me").await.problem(401, "unauthenticated");
    desk.get(&tokens[1], "/me").await.expect(200);
    // Used now and then it goes on; left alone for half an hour it ends, and after twelve hours in any case.
    for _ in 0..4 {
        desk.pass_minutes(20);
        desk.get(&tokens[3], "/me").await.expect(200);
        desk.settle().await;
    }
    desk.get(&tokens[1], "/me").await.problem(401, "unauthenticated");
    for _ in 0..32 {
        desk.pass_minutes(20);
        desk.get(&tokens[3], "/me").await;
        desk.settle().await;
    }
    desk.get(&tokens[3], "/me").await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn who_approves_sets_up_a_second_factor_and_shows_it_from_then_on() {
    let desk = office(&["governor"]).await;
    let opened = knock(&desk, "governor", PASSWORD).await.expect(201);
    assert_eq!(opened["state"], "wants_enrolment");
    let first = text(&opened["token"]);
    desk.get(&first, "/me").await.problem(403, "second_factor_missing");
    let (token, secret) = with_codes(&desk, &first).await;
    desk.get(&first, "/me").await.problem(401, "unauthenticated");
    desk.get(&token, "/me").await.expect(200);
    // Another time it is asked for, and a code counts once.
    let opened = knock(&desk, "governor", PASSWORD).await.expect(201);
    assert_eq!((&opened["state"], &opened["factors"]), (&json!("wants_factor"), &json!(["totp"])));
    let half = text(&opened["token"]);
    desk.get(&half, "/me").await.problem(403, "second_factor_required");
    desk.get(&half, "/sessions").await.problem(403, "second_factor_required");
    desk.post(&half, "/session/totp/secret", &json!({})).await.problem(403, "step_up_needed");
    let used = json!({ "code": code(&desk, &secret) });
    desk.post(&half, "/session/code", &used).await.problem(422, "code_invalid");
    desk.pass_minutes(1);
    let fresh = json!({ "code": code(&desk, &secret) });
    let opened = desk.post(&half, "/session/code", &fresh).await.expect(200);
    desk.get(&half, "/me").await.problem(401, "unauthenticated");
    let token = text(&opened["token"]);
    desk.get(&token, "/me").await.expect(200);
    desk.post(&token, "/session/code", &fresh).await.problem(422, "code_invalid");
    let no = desk.ask(&token, "DELETE", "/session/totp", &[("accept-language", "en")], Body::empty()).await;
    no.problem(409, "last_factor");
}

#[tokio::test]
async fn codes_are_guessed_at_five_times() {
    let desk = office(&["governor"]).await;
    let (_, secret) = with_codes(&desk, &enter(&desk, "governor").await).await;
    let half = enter(&desk, "governor").await;
    desk.pass_minutes(1);
    let right = code(&desk, &secret);
    let wrong = json!({ "code": if right == "000000" { "000001" } else { "000000" } });
    for _ in 0..5 {
        desk.post(&half, "/session/code", &wrong).await.problem(422, "code_invalid");
    }
    desk.post(&half, "/session/code", &json!({ "code": right })).await.problem(422, "code_invalid");
}

#[tokio::test]
async fn a_recovery_code_works_once() {
    let desk = office(&["governor"]).await;
    let (token, _) = with_codes(&desk, &enter(&desk, "governor").await).await;
    let made = desk.post(&token, "/session/recovery-codes", &json!({})).await.expect(200);
    let codes = made["codes"].as_array().unwrap();
    assert_eq!(codes.len(), 10);
    for status in [200, 422] {
        let half = enter(&desk, "governor").await;
        let typed = text(&codes[3]).to_uppercase();
        assert_eq!(desk.post(&half, "/session/code", &json!({ "code": typed })).await.status, status);
    }
}

#[tokio::test]
async fn a_passkey_lets_in_and_its_answer_counts_once() {
    let desk = office(&["treasurer.1"]).await;
    let (_, mut authenticator) = with_passkey(&desk, &enter(&desk, "treasurer.1").await, 1).await;
    let half = enter(&desk, "treasurer.1").await;
    let options = desk.post(&half, "/session/passkey/options", &json!({})).await.expect(200);
    let answer = json!({ "credential": authenticator.get(&options) });
    let opened = desk.post(&half, "/session/passkey", &answer).await.expect(200);
    let token = text(&opened["token"]);
    desk.get(&token, "/me").await.expect(200);
    desk.post(&token, "/session/passkey", &answer).await.problem(409, "ceremony_gone");
    let mut other = Authenticator::new(2, ORIGIN).unwrap();
    let options = desk.post(&token, "/session/passkey/options", &json!({})).await.expect(200);
    let answer = json!({ "credential": other.get(&options) });
    desk.post(&token, "/session/passkey", &answer).await.problem(422, "passkey_refused");
}

#[tokio::test]
async fn a_password_is_changed_by_who_knows_it_and_ends_the_other_sessions() {
    let desk = office(&["clerk.6472"]).await;
    let (token, other) = (enter(&desk, "clerk.6472").await, enter(&desk, "clerk.6472").await);
    let change = |current: &str, new: &str| json!({ "current": current, "password": new });
    let path = "/session/password";
    desk.post(&token, path, &change(PASSWORD, "short")).await.problem(422, "password_too_short");
    desk.post(&token, path, &change(PASSWORD, "clerk.6472-2026")).await.problem(422, "password_guessable");
    desk.post(&token, path, &change("wrong", "kucing oranye terbang")).await.problem(422, "password_wrong");
    let done = desk.post(&token, path, &change(PASSWORD, "kucing oranye terbang")).await;
    assert_eq!(done.status, 204);
    desk.get(&other, "/me").await.problem(401, "unauthenticated");
    desk.get(&token, "/me").await.expect(200);
    knock(&desk, "clerk.6472", PASSWORD).await.problem(401, "not_let_in");
    knock(&desk, "clerk.6472", "kucing oranye terbang").await.expect(201);
}

#[tokio::test]
async fn a_link_sets_a_password_once_and_skips_no_factor() {
    let desk = office(&["admin.1", "governor"]).await;
    let (admin, _) = with_codes(&desk, &enter(&desk, "admin.1").await).await;
    let (governor, _) = with_codes(&desk, &enter(&desk, "governor").await).await;
    let make = |who: &str| json!({ "person": person(who), "login": "Budi" });
    desk.post(&governor, "/links", &make("clerk.6402")).await.problem(403, "may_not_run_accounts");
    desk.post(&admin, "/links", &make("admin.1")).await.problem(403, "not_for_oneself");
    let link = desk.post(&admin, "/links", &make("clerk.6402")).await.expect(201);
    assert_eq!(link["login"], "budi");
    let redeem = json!({ "token": link["token"], "password": "kucing oranye terbang" });
    assert_eq!(desk.post("", "/links/redeem", &redeem).await.status, 204);
    desk.post("", "/links/redeem", &redeem).await.problem(422, "link_invalid");
    knock(&desk, "budi", "kucing oranye terbang").await.expect(201);
    // For somebody with an account: their sessions end, and the second factor is still asked for.
    let link = desk.post(&admin, "/links", &make("governor")).await.expect(201);
    assert_eq!(link["login"], "governor");
    let redeem = json!({ "token": link["token"], "password": "kucing oranye terbang" });
    desk.pass_minutes(60 * 24);
    desk.post("", "/links/redeem", &redeem).await.problem(422, "link_invalid");
    let (admin, _) = again(&desk, "admin.1").await;
    let link = desk.post(&admin, "/links", &make("governor")).await.expect(201);
    let redeem = json!({ "token": link["token"], "password": "kucing oranye terbang" });
    assert_eq!(desk.post("", "/links/redeem", &redeem).await.status, 204);
    desk.get(&governor, "/me").await.problem(401, "unauthenticated");
    assert_eq!(knock(&desk, "governor", "kucing oranye terbang").await.expect(201)["state"], "wants_factor");
}

/// Somebody signs in with a recovery code of theirs, made beforehand by nobody: the store's own word that they showed
/// one stands for it here.
async fn again(desk: &Desk, login: &str) -> (String, PersonId) {
    let token = enter(desk, login).await;
    let person = PersonId(person(login).parse().unwrap());
    let session = desk.app.store.session_of(&token, desk.app.clock.now()).await.unwrap().unwrap();
    let account = desk.app.store.account_of(person).await.unwrap().unwrap();
    let step = account.factors.totp.unwrap().last_step + 1;
    let next = format!("next {login}");
    let raise = salur_store::access::Raise { id: session.id, next: salur_store::token_digest(&next) };
    let used = salur_store::access::Used::Totp(step);
    access(desk, person, AccessAct::ShowFactor { raise, used, key: None }).await;
    (next, person)
}
