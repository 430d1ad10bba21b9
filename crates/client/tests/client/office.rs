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
