//! What somebody may do once they are in: with a link again, after a change of the office, by a cookie, by a passkey, as a
//! program.

use super::*;

#[tokio::test]
async fn who_is_dismissed_is_out_at_once_and_who_gets_a_role_sets_up_a_factor() {
    let desk = office(&["clerk.6472", "clerk.6402"]).await;
    let (out, up) = (enter(&desk, "clerk.6472").await, enter(&desk, "clerk.6402").await);
    let (one, other) =
        (PersonId(person("admin.1").parse().unwrap()), PersonId(person("admin.2").parse().unwrap()));
    let gone = Change::DismissPerson { person: PersonId(person("clerk.6472").parse().unwrap()) };
    propose(&desk, one, None, gone).await;
    desk.get(&out, "/me").await.problem(401, "unauthenticated");
    desk.get("clerk.6472", "/me").await.problem(401, "unauthenticated");
    knock(&desk, "clerk.6472", PASSWORD).await.problem(401, "not_let_in");
    let person = PersonId(person("clerk.6402").parse().unwrap());
    let grant = Change::GrantRole { person, role: "treasurer".into(), region: "64.02".into() };
    desk.get(&up, "/me").await.expect(200);
    propose(&desk, one, Some(other), grant).await;
    desk.get(&up, "/me").await.problem(403, "second_factor_missing");
    with_codes_after(&desk, &up).await;
}

async fn with_codes_after(desk: &Desk, token: &str) {
    desk.post(token, "/session/totp/secret", &json!({})).await.problem(422, "password_wrong");
    let setup = json!({ "password": PASSWORD });
    let setup = desk.post(token, "/session/totp/secret", &setup).await.expect(200);
    let body = json!({ "code": code(desk, &from_base32(&text(&setup["secret"]))) });
    let opened = desk.post(token, "/session/totp", &body).await.expect(200);
    desk.get(&text(&opened["token"]), "/me").await.expect(200);
}

async fn propose(desk: &Desk, by: PersonId, confirm: Option<PersonId>, change: Change) {
    let id = salur_core::ProposalId(desk.app.clock.new_id());
    let job = desk.app.store.proposing(id, change).unwrap();
    let at = desk.app.clock.now();
    let ask = |actor, job| Ask { actor, for_whom: None, at, key: None, job };
    desk.app.store.execute(ask(by, job)).await.unwrap();
    if let Some(second) = confirm {
        desk.app.store.execute(ask(second, Job::Confirm { id })).await.unwrap();
    }
}

#[tokio::test]
async fn a_cookie_acts_only_for_pages_of_this_office() {
    let desk = office(&["clerk.6472"]).await;
    let body = json!({ "login": "clerk.6472", "password": PASSWORD, "cookie": true });
    let home = [("host", "salur.example.go.id"), ("origin", ORIGIN)];
    desk.post("", "/session", &body).await.problem(403, "other_origin");
    let signed = desk.post_with("", "/session", &home, &body).await;
    assert_eq!(signed.expect(201)["token"], Value::Null);
    let cookie = signed.header("set-cookie").split(';').next().unwrap().to_owned();
    assert!(cookie.starts_with("__Host-salur="));
    assert_eq!(desk.ask("", "GET", "/me", &[("cookie", &cookie)], Body::empty()).await.status, 200);
    let entry = json!({ "scheme": "wrse", "year": 2026, "fields": crate::support::fields("wrse", 1) });
    for (headers, status) in [
        (vec![], 403),
        (vec![("sec-fetch-site", "cross-site")], 403),
        (vec![("sec-fetch-site", "same-site")], 403),
        (vec![("host", "salur.example.go.id"), ("origin", "null")], 403),
        (vec![("host", "salur.example.go.id"), ("origin", "https://evil.example")], 403),
        (home.to_vec(), 201),
    ] {
        let sent: Vec<_> = headers.iter().copied().chain([("cookie", cookie.as_str())]).collect();
        assert_eq!(desk.post_with("", "/requests", &sent, &entry).await.status, status, "{headers:?}");
    }
    // A token that somebody brought along is nobody's, and signing in hands out another.
    let brought = [home[0], home[1], ("cookie", "__Host-salur=brought")];
    let signed = desk.post_with("", "/session", &brought, &body).await;
    assert!(!signed.header("set-cookie").contains("brought"));
    let stale = desk.ask("", "GET", "/me", &[("cookie", "__Host-salur=brought")], Body::empty()).await;
    stale.problem(401, "unauthenticated");
    assert_eq!(Cookies::default(), Cookies::Secure);
    assert_eq!(StepUp::default(), StepUp::Required);
    let plain = Request::get("/api/v1/me").header("cookie", cookie.replace("__Host-salur", "salur-dev"));
    desk.send(plain.body(Body::empty()).unwrap()).await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_passkey_signs_the_list_and_what_is_kept_proves_it() {
    let desk = office(&["governor"]).await;
    let (token, mut authenticator) = with_passkey(&desk, &enter(&desk, "governor").await, 1).await;
    let request = desk.verified("kube", 1).await;
    let draft = json!({ "scheme": "kube", "year": 2026, "ids": [request] });
    let decree = desk.post("verifier.1", "/decrees", &draft).await.expect(201);
    let path = format!("/decrees/{}/sign", decree["id"].as_str().unwrap());
    desk.pass_minutes(6);
    let mut sign = json!({ "digest": decree["digest"], "number": "SK-1", "date": desk.today() });
    desk.post(&token, &path, &sign).await.problem(403, "step_up_needed");
    let options = desk.post(&token, &format!("{path}/options"), &json!({})).await.expect(200);
    sign["assertion"] = authenticator.get(&options);
    desk.post(&token, &path, &sign).await.expect(200);
    let kept = format!("/decrees/{}/assertion", decree["id"].as_str().unwrap());
    let kept: salur_access::Kept = serde_json::from_value(desk.get(&token, &kept).await.expect(200)).unwrap();
    let digest = salur_core::Digest::from_hex(decree["digest"].as_str().unwrap()).unwrap();
    assert_eq!(salur_access::verify_kept(&kept, digest), Ok(()));
    // Signed again, nothing changes.
    desk.post(&token, &path, &sign).await.expect(200);
}

#[tokio::test]
async fn a_program_reads_and_writes_but_never_approves_pays_or_changes_the_office() {
    let desk = office(&["admin.1"]).await;
    let (admin, _) = with_codes(&desk, &enter(&desk, "admin.1").await).await;
    let make = |who: &str, scopes: &[&str]| json!({ "person": person(who), "name": "SIKS", "scopes": scopes, "expires_at": "2026-12-01T00:00:00Z" });
    let request = desk.verified("kube", 1).await;
    let draft = json!({ "scheme": "kube", "year": 2026, "ids": [request] });
    let decree = desk.post("verifier.1", "/decrees", &draft).await.expect(201);
    let made = desk.post(&admin, "/tokens", &make("governor", &["read", "write"])).await.expect(201);
    let token = text(&made["token"]);
    desk.get(&token, "/me").await.expect(200);
    let path = format!("/decrees/{}/sign", decree["id"].as_str().unwrap());
    let sign = json!({ "digest": decree["digest"], "number": "SK-1", "date": desk.today() });
    assert_eq!(desk.post(&token, &path, &sign).await.status, 403);
    // The rules say so too, whoever asks them.
    let governor = PersonId(person("governor").parse().unwrap());
    let id = salur_core::ProposalId(desk.app.clock.new_id());
    let change = Change::DismissPerson { person: PersonId(person("clerk.6472").parse().unwrap()) };
    let job = desk.app.store.proposing(id, change).unwrap();
    let at = desk.app.clock.now();
    let told = desk.app.store.execute(Ask { actor: governor, for_whom: None, at, key: None, job }).await;
    assert!(format!("{:?}", told.unwrap_err()).contains("NotForPrograms"));
    let reads = desk.post(&admin, "/tokens", &make("governor", &["read"])).await.expect(201);
    desk.post(&text(&reads["token"]), "/decrees", &draft).await.problem(403, "scope_missing");
    let path = format!("/tokens/{}", made["id"].as_str().unwrap());
    assert_eq!(desk.ask(&admin, "DELETE", &path, &[], Body::empty()).await.status, 204);
    desk.get(&token, "/me").await.problem(401, "unauthenticated");
}
