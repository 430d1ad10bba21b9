//! Crowds of tables, and slips that are told with what is meant.

use super::*;

#[test]
fn crowds_of_tables_are_refused_soon() {
    let each = |line: &dyn Fn(usize) -> String| (0..15_000).map(line).collect::<String>();
    for (text, code) in [
        (each(&|n| format!("[t{n}]\n")), "too_many"),
        (each(&|n| format!("[[t{n}]]\n")), "too_many"),
        (each(&|n| format!("[stage.t{n}]\n")), "too_many"),
        (each(&|n| format!("t{n}=1\n")), "key_unknown"),
    ] {
        let started = Instant::now();
        let found = Workflow::check(&text).findings;
        let took = started.elapsed();
        assert!(found.iter().any(|one| one.code == code), "{code}: {found:?}");
        // Milliseconds when built for use; the bound leaves room for a busy machine and a build for tests.
        assert!(took < Duration::from_millis(700), "{took:?}");
    }
}

#[test]
fn words_for_lengths_errors_of_toml_and_slips_of_roles_are_told_with_what_is_meant() {
    let found = |from: &str, to: &str| -> Vec<(&'static str, String, String)> {
        let text = KUBE.replacen(from, to, 1);
        assert_ne!(text, KUBE, "{from}");
        Workflow::check(&text).findings.into_iter().map(|it| (it.code, it.id, it.en)).collect()
    };
    let touch = found("touch = \"45m\"", "touch = \"15 menit\"");
    assert!(touch[0].1.contains("tulis 15m") && touch[0].2.contains("write 15m"), "{touch:?}");
    let target = found("target = \"10wd\"", "target = \"10 hari kerja\"");
    assert!(target[0].1.contains("tulis 10wd"), "{target:?}");
    // A target that cannot be read says nothing of the reminder before it.
    assert_eq!(target.iter().map(|it| it.0).collect::<Vec<_>>(), ["not_working_days"]);
    let late = found("remind = \"5wd\"", "remind = \"11wd\"");
    assert!(late.iter().any(|it| it.0 == "remind_late" && it.2.contains("must come before")), "{late:?}");
    let quote = found("id = \"kube\"", "id = kube");
    assert!(quote[0].1.contains("tanda kutip"), "{quote:?}");
    let twice = found("schema = 1", "schema = 1\nschema = 1");
    assert!(twice[0].1.contains("dua kali"), "{twice:?}");
    let served = found("served_by = { role = \"verifier\"", "served_by = { role = \"verfier\"");
    assert!(served.iter().any(|it| it.0 == "station_idle" && it.2.contains("did you mean `verifier`?")));
    let told = found("to = \"admin\"", "to = \"admn\"");
    assert!(told.iter().any(|it| it.0 == "role_idle" && it.1.contains("maksudnya `admin`?")), "{told:?}");
}
