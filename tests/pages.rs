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
