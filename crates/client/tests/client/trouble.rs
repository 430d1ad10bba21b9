//! Refusals, lost connections, busy servers, wrong commands.

use clap::{CommandFactory as _, Parser as _};
use salur_client::ClientCommand;

use crate::asked::{Binary, Command, ask};
use crate::fake::Fake;

const PROBLEM: &str = r#"{"type":"/problems/duty_conflict","title":"Conflict","status":403,"code":"duty_conflict",
 "detail":"Anda yang mengajukan berkas ini.","errors":[{"code":"duty_conflict","detail":"submit dan verify harus dua orang.",
 "who_could":["Ibu R.","Pak S."]}]}"#;
const REQUEST: &str = r#"{"id":"r1","version":3}"#;
const ACT: &str = "POST /api/v1/requests/r1/actions";

fn acting(fake: Fake) -> Fake {
    fake.on("GET /api/v1/requests/r1", 200, REQUEST)
}

#[test]
fn a_refusal_is_one_sentence_a_code_and_who_could_act() {
    let fake = acting(Fake::new()).on(ACT, 403, PROBLEM);
    let seen = ask(&fake, &["act", "verify", "r1"]);
    assert_eq!(seen.out, "");
    let expected = "Anda yang mengajukan berkas ini. (duty_conflict)\n\
        - submit dan verify harus dua orang. (duty_conflict); yang dapat melakukannya: Ibu R., Pak S.";
    assert_eq!(seen.failed(), (1, expected.to_owned()));
    fake.once(ACT);
}

#[test]
fn a_program_gets_the_problem_document_itself() {
    let fake = acting(Fake::new()).on(ACT, 403, PROBLEM);
    let seen = ask(&fake, &["act", "verify", "r1", "--json"]);
    assert_eq!(seen.out, format!("{PROBLEM}\n"));
    assert_eq!(seen.failed().0, 1);
}

#[test]
fn a_write_that_was_cut_off_or_came_to_a_busy_server_is_sent_again_under_the_same_key() {
    let fake = acting(Fake::new())
        .hangs_up_on(ACT)
        .on_with(ACT, 503, "Retry-After: 0\r\n", r#"{"code":"busy","detail":"Sibuk."}"#)
        .on(ACT, 200, REQUEST);
    ask(&fake, &["act", "verify", "r1"]).done();
    ask(&fake, &["act", "verify", "r1"]).done();
    let asked: Vec<_> = fake.asked().into_iter().filter(|asked| asked.what == ACT).collect();
    let keys: Vec<_> = asked.iter().map(|asked| asked.header("idempotency-key")).collect();
    assert_eq!(keys.len(), 4);
    assert!(keys[0] == keys[1] && keys[1] == keys[2] && keys[2] != keys[3], "{keys:?}");
    assert!(asked.iter().all(|again| again.body == asked[0].body));
}

#[test]
fn a_server_that_stays_busy_is_asked_four_times_and_no_more() {
    let busy = r#"{"code":"busy","detail":"Sibuk."}"#;
    let fake = acting(Fake::new()).on_with(ACT, 503, "Retry-After: 0\r\n", busy);
    assert_eq!(ask(&fake, &["act", "verify", "r1"]).failed(), (1, "Sibuk. (busy)".to_owned()));
    assert_eq!(fake.asked().iter().filter(|asked| asked.what == ACT).count(), 4);
}

#[test]
fn a_server_that_cannot_be_reached_is_named_with_what_to_try() {
    let mut gone = Fake::new();
    gone.url = "http://127.0.0.1:1".to_owned();
    let (status, said) = ask(&gone, &["queue", "--lang", "en"]).failed();
    assert_eq!(status, 3);
    assert!(said.starts_with("cannot reach the server http://127.0.0.1:1: "), "{said}");
    assert!(said.contains("SALUR_SERVER"), "{said}");
}

#[test]
fn a_download_that_breaks_off_leaves_the_file_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("bank.csv");
    std::fs::write(&out, "before").unwrap();
    let fake = Fake::new().on_with("GET /api/v1/payment-orders/p1/bank.csv", 200, "X: 1\r\n", "whole\n").on(
        "GET /api/v1/payment-orders/p2/bank.csv",
        409,
        r#"{"code":"list_closed","detail":"Dibatalkan."}"#,
    );
    let broken = Fake::new().cuts_off("GET /api/v1/payment-orders/p1/bank.csv", "who");
    let words = |order| ["pay", "bank", order, out.to_str().unwrap()].map(str::to_owned);
    let run = |fake: &Fake, order| ask(fake, &words(order).each_ref().map(String::as_str));
    assert_eq!(run(&broken, "p1").failed().0, 3);
    assert_eq!(broken.asked().len(), 4);
    assert_eq!(run(&fake, "p2").failed().0, 1);
    assert_eq!(std::fs::read_to_string(&out).unwrap(), "before");
    run(&fake, "p1").done();
    assert_eq!(std::fs::read_to_string(&out).unwrap(), "whole\n");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn an_answer_that_is_not_salurs_is_said_to_be_so() {
    let fake = Fake::new().on("GET /api/v1/stages", 200, "<html>");
    let (status, said) = ask(&fake, &["queue", "--lang", "en"]).failed();
    assert_eq!(status, 1);
    assert!(said.starts_with("the server's answer to /api/v1/stages cannot be read: "), "{said}");
    let moved =
        Fake::new().on_with("GET /api/v1/stages", 301, "Location: https://salur.example.go.id/\r\n", "");
    let (_, said) = ask(&moved, &["queue"]).failed();
    assert!(said.contains("https://salur.example.go.id/"), "{said}");
}

#[test]
fn the_command_line_holds_together() {
    Binary::command().debug_assert();
    let parsed = Binary::try_parse_from(["salur", "check", "--json"]).unwrap();
    assert!(matches!(parsed.command, Command::Check { json: true }));
    let parsed = Binary::try_parse_from(["salur", "import", "show", "i1", "--json"]).unwrap();
    assert!(parsed.connection.json);
    assert!(matches!(parsed.command, Command::Client(ClientCommand::Import(_))));
    for wrong in [
        &["salur", "import", "list.csv", "--scheme", "kube"][..],
        &["salur", "import"],
        &["salur", "queue", "--lang", "fr"],
        &["salur", "queue", "--token", "t"],
        &["salur", "decree", "sign", "d1", "--number", "7", "--date", "25-11-2024"],
        &["salur", "request", "amend", "r1"],
        &["salur", "act", "verify", "r1", "--field", "x"],
    ] {
        assert_eq!(Binary::try_parse_from(wrong).unwrap_err().exit_code(), 2, "{wrong:?}");
    }
}
