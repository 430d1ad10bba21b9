//! Who may do what, wherever a request stands, for each shipped workflow: a reviewed text. A change of the rules
//! shows as a difference; `SALUR_BLESS=1` writes the texts anew.

use salur_core::Lang;
use salur_core::table::table;
use salur_core::workflow::Workflow;
use salur_core::world::Policy;

fn read(path: &str) -> String {
    let path = format!("{}/../../{path}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn the_decision_table_of_every_shipped_workflow_is_as_reviewed() {
    let policy = Policy::parse(&read("data/policy.toml")).unwrap();
    for (scheme, lang, file) in [
        ("kube", Lang::Id, "kube.txt"),
        ("kube", Lang::En, "kube.en.txt"),
        ("wrse", Lang::Id, "wrse.txt"),
        ("lks", Lang::Id, "lks.txt"),
        ("disaster", Lang::Id, "disaster.txt"),
    ] {
        let workflow = Workflow::parse(&read(&format!("workflows/{scheme}.toml"))).unwrap();
        let found = table(&workflow, &policy, lang);
        let path = format!("{}/tests/tables/{file}", env!("CARGO_MANIFEST_DIR"));
        if std::env::var_os("SALUR_BLESS").is_some() {
            std::fs::write(&path, &found).unwrap();
        }
        let reviewed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(found == reviewed, "{path} differs; SALUR_BLESS=1 writes it anew:\n{found}");
    }
}

#[test]
fn every_kind_of_duty_is_told() {
    let policy = Policy::parse(&read("data/policy.toml")).unwrap();
    let duties = "[[duty]]\nsame_person = [\"approve\", \"reject\"]\n\n[[duty]]\nexclusive_roles = [\"treasurer\", \"auditor\"]\n\n[hold]\n";
    let text = read("workflows/kube.toml").replacen("[hold]\n", duties, 1);
    let workflow = Workflow::reread(&text).unwrap();
    let found = table(&workflow, &policy, Lang::En);
    assert!(found.contains("The same person for: Approve, Reject"), "{found}");
    assert!(found.contains("No person holds two of: Treasurer, Auditor"), "{found}");
}
