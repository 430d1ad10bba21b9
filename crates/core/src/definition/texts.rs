//! Every text that people read is there in both languages, and the scheme has a name that addresses can hold.

use std::collections::BTreeSet;

use super::finding::Findings;
use super::read::{is_name, shown};
use super::say;
use crate::Label;
use crate::workflow::Workflow;

pub(super) fn check(workflow: &Workflow, findings: &mut Findings<'_>) {
    // The scheme's name stands in addresses, in budget lines and in file names.
    let scheme = workflow.scheme.as_str();
    if !is_name(scheme) {
        let (id, en) = say::name_invalid(&shown(scheme));
        findings.error("name_invalid", "workflow.id".to_owned(), id, en);
    }
    let mut text = |place: String, label: &Label| {
        if label.id.trim().is_empty() || label.en.trim().is_empty() {
            let (id, en) = say::label_missing();
            findings.error("label_empty", place, id, en);
        }
    };
    text("workflow.title".into(), &workflow.title);
    for (name, stage) in &workflow.stages {
        text(format!("stage.{name}.title"), &stage.title);
    }
    for (name, action) in &workflow.actions {
        text(format!("action.{name}.title"), &action.title);
    }
    for (name, field) in &workflow.fields {
        text(format!("field.{name}.title"), &field.title);
        for (value, label) in &field.labels {
            text(format!("field.{name}.labels.{value}"), label);
        }
    }
    for (place, goal) in workflow.goals.iter().enumerate() {
        text(format!("goal[{place}].title"), &goal.title);
    }
    for (name, param) in &workflow.params {
        if let Some(title) = &param.title {
            text(format!("params.{name}.title"), title);
        }
    }
    for (place, field) in workflow.form.fields.iter().enumerate() {
        text(format!("form.field[{place}].label"), &field.label);
    }
    for (place, field) in workflow.form.members.iter().flat_map(|members| members.fields.iter().enumerate()) {
        text(format!("form.members.field[{place}].label"), &field.label);
    }
    for (name, field) in &workflow.fields {
        let values: BTreeSet<_> = field.values.iter().collect();
        if values.len() != field.values.len() || !field.labels.keys().eq(values) {
            let id = "tulis setiap nilai sekali, dan beri masing-masing nama di `labels`".into();
            let en = "list each value once, and give each one its label in `labels`".into();
            findings.error("label_missing", format!("field.{name}.labels"), id, en);
        }
    }
    // Whoever is refused by a figure wants to know what it is called.
    for (name, param) in &workflow.params {
        let reads = |text: &str| text.contains(&format!("params.{name}"));
        let read = workflow.actions.values().filter_map(|action| action.guard.as_ref());
        let read = read.into_iter().any(|guard| reads(guard.text()));
        let place = format!("params.{name}");
        if !read {
            let id = format!("angka `{name}` tidak dibaca syarat mana pun");
            findings.warning("param_unused", place, id, format!("no guard reads the figure `{name}`"));
        } else if param.title.is_none() {
            let id = format!("angka `{name}` tanpa nama; tulis {{ type, value, title, source }}");
            let en = format!("the figure `{name}` has no name; write {{ type, value, title, source }}");
            findings.warning("param_unlabelled", place, id, en);
        }
    }
}
