//! Writes a draft: a definition that parses as TOML, with every open point as a comment.

use std::collections::BTreeMap;

use super::analyse::{Action, Plan, Stage};
use crate::text::line;

/// A form that holds together and says nothing of the scheme.
const FORM: &str = include_str!("form.toml");

pub(super) fn draft(plan: &Plan) -> String {
    let mut out = String::from(
        "# A draft, read from a BPMN drawing. Each comment that starts with `to be decided` is a question to the office:\n\
         # answer it, delete the comment, and check the file with `salur check`.\n\
         schema = 1\n\n",
    );
    let start = plan.stages.iter().find(|stage| stage.end.is_none()).map_or("", |stage| &stage.name);
    line(&mut out, format_args!("[workflow]\nid = {}\nversion = 1", quoted(&plan.scheme)));
    label(&mut out, &plan.title);
    line(&mut out, format_args!("start = {}", quoted(start)));
    if let Some(referred) = &plan.referred {
        line(&mut out, format_args!("referred = {}", quoted(referred)));
    }
    out.push_str("# to be decided: the fund source, and whether cash or goods are given\n");
    out.push_str("fund = \"apbd\"\nbenefit = \"cash\"\n\n");
    for each in &plan.stages {
        stage(&mut out, each);
    }
    for each in &plan.actions {
        action(&mut out, each);
    }
    if plan.actions.iter().any(|action| action.kind == "ruling") {
        out.push_str(
            "[field.payment_happened]\ntitle = { id = \"Uang sudah keluar\", en = \"The money went out\" }\n\
             type = \"bool\"\n\n",
        );
    }
    duties(&mut out, plan);
    policies(&mut out, plan, start);
    out.push_str(FORM);
    out
}

fn stage(out: &mut String, stage: &Stage) {
    line(out, format_args!("[stage.{}]", stage.name));
    label(out, &stage.title);
    if let Some(end) = &stage.end {
        line(out, format_args!("end = {}\n", quoted(end)));
        return;
    }
    line(out, format_args!("phase = {}", quoted(&stage.phase)));
    if stage.is_lane_missing {
        out.push_str("# to be decided: the role that serves it; the drawing has it in no lane\n");
    }
    let role = quoted(stage.role.as_deref().unwrap_or_default());
    line(out, format_args!("served_by = {{ role = {role} }}"));
    out.push_str("# to be decided: within how many working days\n");
    out.push_str("sla = { target = \"5wd\" }\n\n");
}

fn action(out: &mut String, action: &Action) {
    line(out, format_args!("[action.{}]", action.name));
    label(out, &action.title);
    line(out, format_args!("from = {}", list(&action.from)));
    if action.kind != "correction" {
        line(out, format_args!("to = {}", quoted(&action.to)));
    }
    line(out, format_args!("by = {}", list(&action.by)));
    if action.kind != "forward" {
        line(out, format_args!("kind = {}", quoted(&action.kind)));
    }
    match action.kind.as_str() {
        "approval" => {
            out.push_str("# to be decided: is this what approves; by decree (`via = \"decree\"`)?\n");
        }
        "payment" => {
            out.push_str(
                "# to be decided: is this what pays; by payment order (`via = \"payment_order\"`)?\n",
            );
        }
        "rework" => {
            out.push_str("reason = \"required\"\n# to be decided: how often at most\nmax_visits = 3\n");
        }
        "close" => out.push_str("reason = \"required\"\n"),
        "correction" => out.push_str("persons = 2\n"),
        "ruling" => out.push_str("persons = 2\nneeds = [\"payment_happened\"]\n"),
        _ => {}
    }
    for condition in &action.conditions {
        line(out, format_args!("# to be decided: the guard; the drawing says: {}", remark(condition)));
    }
    out.push('\n');
}

/// Every step of the shortest way to the money by another person.
fn duties(out: &mut String, plan: &Plan) {
    let way = way_to_success(plan);
    let payment = plan.actions.iter().find(|action| action.kind == "payment");
    if let (Some(last), [_, _, ..]) = (way.last(), way.as_slice()) {
        out.push_str(
            "# to be decided: who must differ from whom; proposed is another person for each step\n",
        );
        let names: Vec<String> = way.iter().map(|action| action.name.clone()).collect();
        line(out, format_args!("[[duty]]\ndistinct = {}\n", list(&names)));
        line(out, format_args!("[[duty]]\nmin_persons = {}\nbefore = {}\n", names.len(), quoted(&last.to)));
    }
    let apart = plan.actions.iter().filter(|action| matches!(action.kind.as_str(), "correction" | "ruling"));
    for (other, pays) in apart.filter_map(|action| payment.map(|pays| (action, pays))) {
        let pair = list(&[other.name.clone(), pays.name.clone()]);
        line(out, format_args!("[[duty]]\ndistinct = {pair}\n"));
    }
}

fn way_to_success(plan: &Plan) -> Vec<&Action> {
    let Some(start) = plan.stages.iter().find(|stage| stage.end.is_none()) else { return Vec::new() };
    let ends = |name: &str| {
        plan.stages.iter().any(|stage| stage.name == name && stage.end.as_deref() == Some("success"))
    };
    let mut out_of: BTreeMap<&str, Vec<&Action>> = BTreeMap::new();
    for action in
        plan.actions.iter().filter(|action| ["forward", "approval", "payment"].contains(&&*action.kind))
    {
        for from in &action.from {
            out_of.entry(from).or_default().push(action);
        }
    }
    let mut came: BTreeMap<&str, (&str, &Action)> = BTreeMap::new();
    let mut open = std::collections::VecDeque::from([start.name.as_str()]);
    while let Some(here) = open.pop_front() {
        if ends(here) {
            let mut way = Vec::new();
            let mut at = here;
            while let Some((from, action)) = came.get(at) {
                way.push(*action);
                at = from;
            }
            way.reverse();
            return way;
        }
        for action in out_of.get(here).into_iter().flatten() {
            if action.to != start.name && !came.contains_key(action.to.as_str()) {
                came.insert(&action.to, (here, action));
                open.push_back(&action.to);
            }
        }
    }
    Vec::new()
}

fn policies(out: &mut String, plan: &Plan, start: &str) {
    let mut roles: Vec<String> = plan.stages.iter().filter_map(|stage| stage.role.clone()).collect();
    roles.sort();
    roles.dedup();
    let first = plan.actions.iter().find(|action| action.from.iter().any(|from| from == start));
    let of = |kind: &str| plan.actions.iter().find(|action| action.kind == kind);
    let approval = of("approval").or(first);
    let before = approval.and_then(|approval| {
        plan.actions.iter().find(|action| action.kind == "forward" && approval.from.contains(&action.to))
    });
    let table = |action: Option<&Action>| {
        let role = action.and_then(|action| action.by.first()).or(roles.first()).cloned().unwrap_or_default();
        let duty = action.map_or("", |action| &action.name);
        format!("{{ {} = {} }}", quoted(&role), quoted(duty))
    };
    out.push_str("# to be decided: who may set a request aside\n");
    line(out, format_args!("[hold]\nby = {}\n", list(&roles)));
    out.push_str("# to be decided: who drafts a decree and who strikes lines out of it, each with the duty it counts as\n");
    line(out, format_args!("[decree]\ndraft = {}", table(before.or(first))));
    line(out, format_args!("strike = {}", table(approval)));
    line(out, format_args!("strike_to = {}\n", quoted(plan.strike_to.as_deref().unwrap_or(start))));
    out.push_str("# to be decided: who makes payment orders and enters what the bank answers\n");
    let pays = of("payment").or(first);
    line(out, format_args!("[payment_order]\ndraft = {}\nsettle = {}\n", table(pays), table(pays)));
}

fn label(out: &mut String, text: &str) {
    let text = quoted(text);
    line(out, format_args!("title = {{ id = {text}, en = {text} }}"));
}

fn list(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
    format!("[{}]", names.join(", "))
}

/// A text as TOML.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            letter if letter.is_control() => out.push(' '),
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}

/// A text in a comment, which ends with its line.
fn remark(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}
