//! `roster`, `proposals`, `confirm`, `decline`, `workflow`, `freeze`.

use crate::asked::ask;
use crate::fake::Fake;

const ROSTER: &str = r#"{"people":[{"id":"p1","staff_no":"N-1","name":"Ibu R.","active":true,"away_until":null,
 "grants":[{"role":"verifier","role_title":"Verifikator","region":"64"}]}],
 "seats":[{"id":"governor","title":"Gubernur","region":"64","holders":[],"vacant":true,"acting":[{"id":"p1","name":"Ibu R."}]}],
 "actings":[],"delegations":[],"absences":[{"person":{"id":"p1","name":"Ibu R."},"from_day":"2026-12-01","to_day":"2026-12-03"}]}"#;
const PROPOSAL: &str = r#"{"id":"q1","state":"open","title":"memberi peran","by":{"id":"a1","name":"Admin"},
 "who_could":[{"id":"a2","name":"Admin Dua"}]}"#;

#[test]
fn the_roster_is_shown_with_its_seats_and_absences() {
    let fake = Fake::new().on("GET /api/v1/roster", 200, ROSTER);
    let told = ask(&fake, &["roster"]).done();
    for wanted in ["Ibu R.", "Verifikator (64)", "(kosong)", "Ibu R. tidak hadir 2026-12-01"] {
        assert!(told.contains(wanted), "{told}");
    }
}

#[test]
fn a_grant_is_proposed_for_somebody_named_by_staff_number_and_confirmed() {
    let fake = Fake::new()
        .on("GET /api/v1/roster", 200, ROSTER)
        .on("POST /api/v1/proposals", 201, PROPOSAL)
        .on("POST /api/v1/proposals/q1/confirm", 200, &PROPOSAL.replace("open", "confirmed"));
    let told = ask(&fake, &["roster", "grant", "N-1", "verifier", "64.72"]).done();
    assert!(told.contains("menunggu orang kedua") && told.contains("Admin Dua"), "{told}");
    assert!(ask(&fake, &["confirm", "q1"]).done().contains("disetujui"));
    assert!(ask(&fake, &["roster", "grant", "N-9", "verifier", "64"]).failed().1.contains("N-9"));
}

#[test]
fn a_check_and_a_publication_tell_what_todays_office_cannot_serve() {
    let file = std::env::temp_dir().join(format!("salur-client-{}.toml", std::process::id()));
    std::fs::write(&file, "schema = 1").unwrap();
    let file = file.to_str().unwrap();
    let checked = r#"{"sound":true,"findings":[{"code":"param_unused","severity":"warning","place":"params.idle",
 "line":7,"column":1,"text":"tidak dipakai","shown":"a > b"}],
 "roster":[{"code":"nobody_eligible","severity":"error","detail":"tidak ada verifikator di 64.72"}]}"#;
    let fake = Fake::new().on("POST /api/v1/workflows/check", 200, checked).on(
        "POST /api/v1/proposals",
        201,
        PROPOSAL,
    );
    let seen = ask(&fake, &["workflow", "check", file]);
    let warning = "peringatan[nobody_eligible]: tidak ada verifikator di 64.72";
    assert!(seen.notes.contains(warning), "{}", seen.notes);
    let out = seen.done();
    assert!(out.contains("7:1: peringatan[param_unused]: params.idle: tidak dipakai\n    a > b"), "{out}");
    let seen = ask(&fake, &["workflow", "publish", file]);
    assert!(seen.notes.contains(warning), "{}", seen.notes);
    assert!(seen.done().contains("menunggu orang kedua"));
}

fn bodies(fake: &Fake) -> Vec<String> {
    fake.asked().into_iter().map(|asked| String::from_utf8(asked.body).unwrap()).collect()
}

#[test]
fn money_is_read_as_people_write_it_and_a_line_is_opened() {
    let fake = Fake::new().on("POST /api/v1/proposals", 201, PROPOSAL);
    for amount in ["5000000000", "5.000.000.000", "Rp5.000.000.000"] {
        let line =
            ["--year", "2027", "--fund", "apbd", "--account", "5.1.06", "--source", "DPA 1", "--ceiling"];
        let words: Vec<_> = ["open-line", "kube"].into_iter().chain(line).chain([amount]).collect();
        ask(&fake, &words).done();
        ask(&fake, &["ceiling", "2027/kube/apbd", amount, "--source", "P-APBD"]).done();
    }
    let sent = bodies(&fake);
    assert_eq!(sent.len(), 6);
    assert!(sent.iter().all(|body| body.contains("\"ceiling\":5000000000")), "{sent:?}");
    assert!(sent[0].contains("\"kind\":\"open_line\"") && sent[0].contains("\"year\":2027"), "{}", sent[0]);
}

#[test]
fn what_a_change_brings_about_is_told_beside_it() {
    let warned = PROPOSAL.replacen(
        "\"title\"",
        "\"warnings\":[{\"code\":\"seat_vacant\",\"detail\":\"Jabatan Gubernur menjadi kosong.\"}],\"title\"",
        1,
    );
    let fake = Fake::new().on("GET /api/v1/roster", 200, ROSTER).on("POST /api/v1/proposals", 201, &warned);
    let seen = ask(&fake, &["roster", "dismiss", "N-1"]);
    assert!(
        seen.notes.contains("peringatan[seat_vacant]: Jabatan Gubernur menjadi kosong."),
        "{}",
        seen.notes
    );
    let acting = ["roster", "acting", "N-1", "--role", "governor", "--region", "64", "--capacity", "plh"];
    let days = ["--decree", "SK 1", "--from", "2026-12-01", "--to", "2026-12-05"];
    let words: Vec<_> = acting.into_iter().chain(days).collect();
    assert!(ask(&fake, &words).failed().1.contains("--for"));
}

#[test]
fn whoever_moves_requests_is_told_how_many() {
    let moving = |state: &str, open: u64| {
        let now = format!("\"yet_to_move\":{open},\"title\"");
        PROPOSAL.replacen("\"title\"", &now, 1).replace("open\"", &format!("{state}\""))
    };
    let fake = Fake::new().on("POST /api/v1/proposals", 201, &moving("open", 0)).on(
        "POST /api/v1/proposals/q1/confirm",
        200,
        &moving("confirmed", 7),
    );
    let none = ask(&fake, &["workflow", "migrate", "kube", "--to", "3"]).done();
    assert!(none.contains("Tidak ada permohonan terbuka yang akan berganti versi."), "{none}");
    let sent = bodies(&fake);
    assert!(sent[0].contains("\"from\":null") && sent[0].contains("\"to\":3"), "{sent:?}");
    let told = ask(&fake, &["confirm", "q1"]).done();
    assert!(told.contains("sedang dipindahkan") && told.contains("7 masih memakai versi lama"), "{told}");
}
