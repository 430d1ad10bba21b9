//! Every page as every role: it answers, as a page, with the headers that a browser is to obey, and shows nobody what
//! is not for their eyes.

use crate::journey::enter_list;
use crate::office::{Caller, Office};

/// The pages that need no id.
pub(crate) const PLAIN: [&str; 22] = [
    "/",
    "/counts",
    "/requests",
    "/requests?scheme=disaster&stage=input",
    "/requests/new",
    "/requests/new/disaster",
    "/requests/new/kube",
    "/imports",
    "/imports/new",
    "/imports/new?scheme=kube&year=2026",
    "/decrees",
    "/payments",
    "/stuck",
    "/stuck?code=overdue",
    "/flow",
    "/office",
    "/office/propose/delegate",
    "/workflows",
    "/workflows/disaster",
    "/workflows/check",
    "/audit",
    "/help",
];

/// The sign-ins of the office that tests set up.
pub(crate) const PEOPLE: [&str; 6] = ["clerk.6472", "verifier", "governor", "treasurer", "admin", "admin.2"];

#[test]
fn every_page_answers_every_role_as_a_page_with_its_headers() {
    let office = Office::new();
    let server = office.serve();
    let id = enter_list(&server, &office, 3, 0).remove(0);
    let own =
        [format!("/requests/{id}"), format!("/requests/{id}/act/submit"), format!("/requests/{id}/amend")];
    for who in PEOPLE {
        let caller = server.as_(&office.token(who));
        for path in PLAIN.iter().copied().chain(own.iter().map(String::as_str)) {
            let (status, headers, text) = caller.page(path);
            assert!(matches!(status, 200 | 403 | 404 | 409), "{who} {path}: {status} {text}");
            assert!(text.contains('<') && !text.contains("{{"), "{who} {path}: {text}");
            assert_eq!(headers["content-type"], "text/html; charset=utf-8", "{who} {path}");
            let policy = headers["content-security-policy"].to_str().unwrap();
            assert!(
                policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
                "{policy}"
            );
            assert_eq!(headers["x-content-type-options"], "nosniff");
            assert_eq!(headers["referrer-policy"], "same-origin");
            assert_eq!(headers["cache-control"], "no-store", "{who} {path}");
            assert!(!text.contains(" style=") && !text.contains("<style"), "{who} {path}: nothing inline");
            assert!(
                !text.contains(" onclick=") && !text.contains("<script>"),
                "{who} {path}: nothing inline"
            );
        }
    }
}

#[test]
fn who_is_not_signed_in_is_sent_to_sign_in_and_comes_back_to_what_was_asked_for() {
    let office = Office::new();
    let server = office.serve();
    let nobody = Caller::new(&server.address, "no such session");
    for path in PLAIN {
        let (status, headers, _) = nobody.page(path);
        assert_eq!(status, 303, "{path}");
        let to = headers["location"].to_str().unwrap();
        assert!(to.starts_with("/sign-in?next=/"), "{path} leads to {to}");
    }
    let (status, _, text) = nobody.page("/no-such-page");
    assert_eq!(status, 404, "{text}");
}

#[test]
fn a_name_that_is_a_script_is_shown_as_a_name() {
    let office = Office::new();
    let server = office.serve();
    let clerk = server.as_(&office.token("clerk.6472"));
    let file = office.path("hostile.csv");
    let hostile = "<img src=x onerror=alert(1)>";
    let text = crate::journey::list(1, 0).replace("Rekaan Kesatu;L", &format!("{hostile};L"));
    std::fs::write(&file, text).unwrap();
    let args = ["import", file.to_str().unwrap(), "--scheme", "disaster", "--year", "2026"];
    let import = server.told(&office.token("clerk.6472"), &args);
    let id = import["id"].as_str().unwrap();
    let (status, _, text) = clerk.page(&format!("/imports/{id}"));
    assert_eq!(status, 200, "{text}");
    assert!(!text.contains("<img"), "{text}");
    let (_, _, text) = clerk.page("/requests?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E");
    assert!(!text.contains("<script>alert"), "{text}");
}

/// The address that a form leads to.
fn leads_to(answer: &(u16, ureq::http::HeaderMap, String)) -> String {
    assert_eq!(answer.0, 303, "{}", answer.2);
    answer.1["location"].to_str().unwrap().to_owned()
}

#[test]
fn what_a_form_leads_to_is_a_page_to_load_again_and_read_in_the_other_language() {
    let office = Office::new();
    let server = office.serve();
    let id = enter_list(&server, &office, 3, 0).remove(0);
    let clerk = server.as_(&office.token("clerk.6472"));
    let chosen = [("ids", id.as_str()), ("which", "chosen"), ("action", "submit"), ("scheme", "disaster")];
    let look = leads_to(&clerk.form("/requests/bulk", &chosen));
    for _ in 0..2 {
        let (status, _, text) = clerk.page(&look);
        assert_eq!(status, 200, "{text}");
        assert!(text.contains(&format!("name=\"back\" value=\"{look}\"")), "{text}");
    }
    let done = leads_to(&clerk.form("/requests/bulk/do", &chosen));
    let (status, _, text) = clerk.page(&done);
    assert!(status == 200 && text.contains("role=\"status\""), "{text}");
    // Neither can be read by anybody else.
    let (status, _, _) = server.as_(&office.token("admin")).page(&look);
    assert_eq!(status, 410);
    let nik = "9972100101800001";
    let found = leads_to(&clerk.form("/requests/find", &[("q", nik)]));
    assert!(!found.contains("9972") && found.contains("find="), "{found}");
    let (status, _, text) = clerk.page(&found);
    assert!(status == 200 && !text.contains(nik), "{text}");
    // An address that only takes a form leads to the page above it.
    let (status, headers, _) = clerk.page("/requests/bulk/do");
    assert_eq!((status, headers["location"].to_str().unwrap()), (303, "/requests/bulk"));
    let language = [("language", "en"), ("back", look.as_str())];
    assert_eq!(leads_to(&clerk.form("/language", &language)), look);
    let (status, _, _) = clerk.form_with("/language", &language, "cross-site");
    assert_eq!(status, 403);
    let away = [("language", "en"), ("back", "//evil.example/x")];
    assert_eq!(leads_to(&clerk.form("/language", &away)), "/");
}

#[test]
fn nothing_is_preselected_and_what_is_not_understood_shows_nothing_wider() {
    let office = Office::new();
    let server = office.serve();
    let id = enter_list(&server, &office, 2, 0).remove(0);
    let clerk = server.as_(&office.token("clerk.6472"));
    let (_, _, text) = clerk.page("/requests?scheme=disaster");
    let select = text.split("<select id=\"action\"").nth(1).unwrap();
    assert!(select.split("<option").nth(1).unwrap().starts_with(" value=\"\""), "{select}");
    for path in ["/requests?year=abc", "/requests?code=zzz", "/requests?stage=zzz", "/stuck?code=zzz"] {
        let (status, _, text) = clerk.page(path);
        assert_eq!(status, 422, "{path}: {text}");
        assert!(!text.contains(&id), "{path}: nothing is shown");
        assert!(text.contains("href=\"/requests\""), "{path}: the menu is there");
    }
    let (status, _, text) = clerk.page("/requests/no-id/act/submit");
    assert!(status < 500 && !text.contains("Invalid URL") && text.contains("<main"), "{text}");
}

#[test]
fn pages_of_the_office_and_of_the_audit_are_for_those_who_read_them() {
    let office = Office::new();
    let server = office.serve();
    let id = enter_list(&server, &office, 1, 0).remove(0);
    for (who, office_status, audit_status) in
        [("clerk.6472", 403, 403), ("verifier", 403, 403), ("admin", 200, 200), ("treasurer", 403, 403)]
    {
        let caller = server.as_(&office.token(who));
        let (status, _, text) = caller.page("/office");
        assert_eq!(status, office_status, "{who}: {text}");
        let (status, _, text) = caller.page("/audit");
        assert!(status == audit_status || (who == "admin" && status == 403), "{who}: {text}");
    }
    let (_, _, text) = server.as_(&office.token("clerk.6472")).page("/decrees");
    assert!(text.contains("seluruh provinsi"), "a clerk reads why there is none: {text}");
    assert!(!text.contains(&id));
}

#[test]
fn a_list_is_looked_at_before_it_is_frozen_and_results_before_they_are_recorded() {
    let office = Office::new();
    let server = office.serve();
    let ids = enter_list(&server, &office, 2, 0);
    let token = |key: &str| office.token(key);
    server.told(&token("clerk.6472"), &["act", "submit", "--scheme", "disaster", "--stage", "input"]);
    let checks = ["--field", "identity=match", "--field", "documents=complete"];
    let verify = ["act", "verify", "--scheme", "disaster", "--stage", "verification"];
    server.told(&token("verifier"), &[&verify[..], &checks].concat());
    let verifier = server.as_(&token("verifier"));
    let (status, _, text) = verifier.page("/decrees/new?scheme=disaster&year=2026");
    assert!(status == 200 && text.contains("Rp4.000.000"), "{text}");
    let (status, _, text) = verifier.page("/decrees/new?scheme=disaster&year=abc");
    assert!(status == 422 && text.contains("abc"), "{text}");
    let draft = [("scheme", "disaster"), ("year", "2026")];
    let decree = leads_to(&verifier.form("/decrees", &draft));
    let governor = server.as_(&token("governor"));
    let (status, _, text) =
        governor.form(&format!("{decree}/strike"), &[("ids", ids[0].as_str()), ("outcome", "listed")]);
    let chosen = format!("value=\"{}\" checked", ids[0]);
    assert!(status == 422 && text.contains(&chosen), "what was chosen is still chosen: {text}");
    let id = decree.rsplit('/').next().unwrap();
    let sign = ["decree", "sign", id, "--number", "SK/1", "--date", &crate::office::today(), "--yes"];
    server.told(&token("governor"), &sign);
    let (_, _, text) = governor.page(&decree);
    assert!(text.contains("SK/1") && text.contains("Tanggal SK"), "{text}");
    let treasurer = server.as_(&token("treasurer"));
    let (status, _, text) = treasurer.page("/payments/new?scheme=disaster");
    assert!(status == 200 && text.contains("Rp4.000.000"), "{text}");
    let order = leads_to(&treasurer.form("/payments", &[("scheme", "disaster")]));
    treasurer.page(&format!("{order}/bank.csv"));
    let csv = "line,outcome,reference,cause\n1,paid,R1,\n2,failed,,AC04 tutup\n";
    let look = leads_to(&treasurer.upload(&format!("{order}/results"), csv));
    let (status, _, text) = treasurer.page(&look);
    assert!(status == 200 && text.contains("AC04 tutup") && text.contains("name=\"digits\""), "{text}");
    let sealed = look.split("look=").nth(1).unwrap();
    let take = format!("{order}/results/take");
    let (status, _, text) = treasurer.form(&take, &[("look", sealed), ("digits", "0000-0000")]);
    assert_eq!(status, 422, "{text}");
    let body = treasurer.get(&order.replace("/payments/", "/api/v1/payment-orders/"));
    assert_eq!(body["pending"], 2, "a look records nothing");
    let digits = &body["digest"].as_str().unwrap()[..8];
    let told = leads_to(&treasurer.form(&take, &[("look", sealed), ("digits", digits)]));
    let (status, _, text) = treasurer.page(&told);
    assert!(status == 200 && text.contains("Dicatat: 1 dibayar"), "{text}");
}
