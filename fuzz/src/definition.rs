//! A definition is refused with codes and places, or it can be proved, drawn and its drawing read back.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use salur_core::definition::{Checked, FINDINGS_MAX, Severity};
use salur_core::proof::{Standing, prove_payment, prove_with};
use salur_core::roster::Roster;
use salur_core::workflow::Workflow;
use salur_core::world::Policy;
use salur_core::{Lang, RegionCode};
use salur_diagram::{Look, ReadErrorCode, bpmn, layout, mermaid, read, svg};

use crate::check_code;

/// The shipped rules for acting officers.
static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    Policy::parse(include_str!("../../data/policy.toml")).unwrap_or_else(|error| panic!("{error}"))
});

/// Reads bytes as a definition.
pub fn definition(bytes: &[u8]) {
    // Files reach the parser as text.
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Checked { workflow, findings } = Workflow::check(text);
    // One more tells that the others were left out.
    assert!(findings.len() <= FINDINGS_MAX + 1, "{} findings", findings.len());
    let lines = text.lines().count().max(1);
    for finding in &findings {
        check_code(finding.code);
        assert!(!finding.en.is_empty() && !finding.id.is_empty(), "{finding:?}");
        // The end of a file that ends in a line break is on a line of its own.
        assert!(finding.line.is_none_or(|line| (1..=lines + 1).contains(&line)), "{finding:?}");
        assert_eq!(finding.line.is_some(), finding.column.is_some(), "{finding:?}");
        assert_ne!(finding.column, Some(0), "{finding:?}");
    }
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    assert_eq!(workflow.is_none(), errors > 0, "{findings:?}");
    assert_eq!(Workflow::parse(text).is_ok(), errors == 0);
    let Some(workflow) = workflow else { return };
    assert!(Workflow::reread(text).is_ok(), "sound, and yet not to be reread");
    prove(&workflow);
    draw(&workflow);
}

fn prove(workflow: &Workflow) {
    let proof = prove_payment(workflow);
    assert!(proof.persons().is_none_or(|persons| persons > 0), "{proof:?}");
    let (roster, regions) = (Roster::default(), [RegionCode::from("64"), RegionCode::from("64.72")]);
    let day = "2026-11-24".parse().unwrap_or_default();
    let standing = Standing { roster: &roster, policy: &POLICY, regions: &regions, day };
    let proof = prove_with(workflow, &standing);
    assert!(proof.fewest.is_none(), "nobody pays: {:?}", proof.fewest);
    proof.findings.iter().for_each(|finding| check_code(finding.code));
}

fn draw(workflow: &Workflow) {
    let Ok(placed) = layout(workflow) else { return };
    let roles = BTreeMap::new();
    for lang in [Lang::Id, Lang::En] {
        let picture = svg(workflow, &placed, Look { lang, roles: &roles, counts: None });
        assert!(picture.ends_with("</svg>\n"), "{picture}");
        assert!(!mermaid(workflow, &placed, &roles, lang).is_empty());
        let model = bpmn(workflow, &placed, &roles, lang);
        let reading = match read(model.as_bytes(), &std::collections::BTreeMap::new()) {
            Ok(reading) => reading,
            // A definition may be larger than the drawings that are read.
            Err(error) if LARGE.contains(&error.code) => continue,
            Err(error) => panic!("{error} in our own drawing:\n{model}"),
        };
        let Ok(again) = Workflow::reread(&reading.draft) else { continue };
        assert!(again.stages.keys().eq(workflow.stages.keys()), "other stages:\n{}", reading.draft);
        assert!(again.actions.keys().eq(workflow.actions.keys()), "other actions:\n{}", reading.draft);
    }
}

const LARGE: [ReadErrorCode; 2] = [ReadErrorCode::FileTooLarge, ReadErrorCode::TooManyElements];
