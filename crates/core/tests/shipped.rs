//! The workflows and the policy that come with Salur hold together.

use salur_core::workflow::Workflow;
use salur_core::world::Policy;

#[test]
fn every_shipped_workflow_is_sound() {
    for scheme in ["kube", "wrse", "lks", "disaster"] {
        let path = format!("{}/../../workflows/{scheme}.toml", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).unwrap();
        let workflow = Workflow::parse(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
        assert_eq!(workflow.scheme.as_str(), scheme);
    }
}

#[test]
fn the_shipped_policy_can_be_read_and_freezes_nothing() {
    let path = format!("{}/../../data/policy.toml", env!("CARGO_MANIFEST_DIR"));
    let policy = Policy::parse(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert_eq!(policy.role.len(), 6);
    assert!(policy.hold.len() > 20);
    assert!(policy.freeze.is_empty());
}
