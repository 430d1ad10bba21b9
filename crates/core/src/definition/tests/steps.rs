//! What is hostile is refused after a bounded number of steps, whatever the machine.

use super::*;
use crate::definition::graph::Graph;
use crate::definition::guards::{self, STEPS_MAX};

/// The steps that guards take, and the codes found.
fn steps(text: &str) -> (u32, Vec<&'static str>) {
    let mut findings = Findings::of(text);
    let tree = read::read(text, grammar::FILE, &mut findings).expect("it should be TOML");
    let workflow = build::build(tree, text, &mut findings).expect("it should be a definition");
    let steps = guards::check(&Graph::of(&workflow), &mut findings);
    (steps, findings.done().into_iter().map(|finding| finding.code).collect())
}

#[test]
fn shipped_definitions_take_few_steps() {
    for text in [KUBE, WRSE, LKS, DISASTER] {
        let (steps, found) = steps(text);
        assert!(steps < 500 && found.is_empty(), "{steps} {found:?}");
    }
}

#[test]
fn guards_that_would_not_end_are_given_up() {
    // Many fields, each split often: more combinations than atoms in the world.
    let fields = (0..12).fold(String::new(), |all, one| {
        all + &format!("[field.n{one}]\ntitle = {{ id = \"a\", en = \"b\" }}\ntype = \"int\"\n")
    });
    let needs = (0..12).map(|one| format!("\"n{one}\"")).collect::<Vec<_>>().join(", ");
    let guard =
        (0..12).map(|one| format!("(n{one} > {one} || n{one} < -{one})")).collect::<Vec<_>>().join(" && ");
    let text = changed(
        KUBE,
        &[
            ("needs = [\"identity\", \"documents\"]", &format!("needs = [{needs}]")),
            ("guard = 'identity == \"match\" && documents == \"complete\"'", &format!("guard = '{guard}'")),
            ("[field.identity]", &format!("{fields}[field.identity]")),
        ],
    );
    let (taken, found) = steps(&text);
    assert!(taken <= STEPS_MAX && found.contains(&"guards_too_large"), "{taken} {found:?}");
    // One field, split as often as a guard may, at as many stages and actions as there may be.
    let split = (0..60).map(|one| format!("amount != {one}00")).collect::<Vec<_>>().join(" && ");
    let maze = (0..20).fold(String::new(), |all, one| {
        let here = format!("s{one}");
        all + &stage(&here, &open("verification"))
            + &action(&format!("in{one}"), "verification", &here, &format!("guard = '{split}'"))
            + &action(&format!("out{one}"), &here, "approval", &format!("guard = '{split}'"))
    });
    let (taken, found) = steps(&with_action(&maze));
    assert!(taken <= STEPS_MAX && found.contains(&"guards_too_large"), "{taken} {found:?}");
}
