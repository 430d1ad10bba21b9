//! From stages and ways to the names, kinds and phases of a draft. What a file of ours says is taken as said; the rest
//! is a guess, and told as one.

mod names;
mod roles;

use std::collections::{BTreeMap, BTreeSet};

use salur_core::workflow::ActionKind;

use super::analyse::{Action, Found, Plan, Stage};
use super::model::{Flow, Lane, Named, Node};
use super::notes::{Note, note};
use super::ways::{Part, Way};
use names::{Names, slug};
pub(super) use roles::{Roles, groups, is_held, role_called};

/// Who serves a stage that stands in no lane.
const NOBODY: &str = "to_be_decided";
/// Words by which an approval and a payment are known, in both languages.
const APPROVES: [&str; 7] = ["setuju", "approv", "tanda tangan", "tandatangan", "sign", "sahkan", "authori"];
const PAYS: [&str; 7] = ["bayar", "salur", "cair", "pay", "paid", "disburs", "transfer"];
/// Those that are part of other words too (`assign`, `display`): they count at the beginning of a word.
const AT_FIRST: [&str; 3] = ["sign", "pay", "paid"];
/// Words by which an end without aid is known.
const ENDS: [(&str, [&str; 4]); 3] = [
    ("rejected", ["tolak", "reject", "denied", "declin"]),
    ("withdrawn", ["tarik", "batal", "withdraw", "cancel"]),
    ("referred", ["alih", "rujuk", "refer", "forwarded"]),
];
const PHASES: [&str; 5] = ["input", "verification", "approval", "disbursement", "accountability"];

/// True if a text says one of the words.
fn says(text: &str, words: &[&str]) -> bool {
    let text = text.to_lowercase();
    let begins =
        |word: &str| text.split(|letter: char| !letter.is_alphanumeric()).any(|own| own.starts_with(word));
    words.iter().any(|word| if AT_FIRST.contains(word) { begins(word) } else { text.contains(word) })
}

/// True for a name that tells of a payment.
pub(super) fn pays(name: &str) -> bool {
    says(name, &PAYS)
}

pub(super) fn role_of_lane(lane: &Lane, roles: &Roles) -> String {
    if let Some(own) = lane.own.get("role").map(slug).filter(|own| !own.is_empty()) {
        return own;
    }
    let name = role_called(&lane.named.name, roles);
    if name.is_empty() { slug(&format!("role {}", lane.named.id)) } else { name }
}

/// The roles of the groups that may take a task on.
fn roles_of_groups(node: &Node, roles: &Roles) -> Vec<String> {
    let groups = groups(&node.groups).unwrap_or_default();
    groups.iter().map(|group| role_called(group, roles)).filter(|role| !role.is_empty()).collect()
}

pub(super) fn plan(found: &Found<'_>, roles: &Roles, report: &mut Vec<Note>) -> Plan {
    let model = found.graph.model;
    let process = model.processes.get(found.graph.process);
    let pool = process
        .and_then(|process| model.pools.iter().find(|pool| pool.process == process.named.id))
        .map(|pool| &pool.named);
    let own = process.map(|process| &process.named);
    let title =
        [own, pool].into_iter().flatten().map(|named| named.name.as_str()).find(|name| !name.is_empty());
    let title = title.unwrap_or("Draft").to_owned();
    let scheme = process.and_then(|process| process.own.get("scheme")).unwrap_or(&title);
    let mut plan = Plan { scheme: named_or(slug(scheme), "draft"), title, ..Plan::default() };
    let mut names = Names::default();
    for place in &found.order {
        plan.stages.push(stage(found, *place, roles, &mut names));
    }
    actions(found, &mut plan, report);
    money(found, &mut plan, report);
    phases(found, &mut plan);
    plan
}

fn named_or(name: String, other: &str) -> String {
    if name.is_empty() { other.to_owned() } else { name }
}

fn title_of(named: &Named) -> &str {
    if named.name.is_empty() { &named.id } else { &named.name }
}

fn stage(found: &Found<'_>, place: usize, roles: &Roles, names: &mut Names) -> Stage {
    let model = found.graph.model;
    let Some(node) = found.graph.node(place) else {
        let name = names.free("stage");
        return Stage {
            title: name.clone(),
            name,
            role: None,
            others: Vec::new(),
            phase: String::new(),
            end: None,
            is_lane_missing: true,
        };
    };
    let title = title_of(&node.named).to_owned();
    let name = names.free(node.own.get("stage").unwrap_or(&title));
    let lane = model.lane_of.get(&node.named.id).and_then(|(lane, _)| model.lanes.get(*lane));
    let end = (found.graph.part(place) == Part::End).then(|| {
        let said =
            node.own.get("end").filter(|end| ["success", "rejected", "withdrawn", "referred"].contains(end));
        said.unwrap_or_else(|| end_by_words(&title)).to_owned()
    });
    let mut groups = if end.is_some() { Vec::new() } else { roles_of_groups(node, roles) }.into_iter();
    let lanes = || lane.map_or(NOBODY.to_owned(), |lane| role_of_lane(lane, roles));
    let role = if end.is_some() { None } else { Some(groups.next().unwrap_or_else(lanes)) };
    let is_lane_missing = lane.is_none() && role.as_deref().is_none_or(|role| role == NOBODY);
    let phase = node.own.get("phase").filter(|phase| PHASES.contains(phase)).unwrap_or_default();
    Stage { name, title, role, others: groups.collect(), phase: phase.to_owned(), end, is_lane_missing }
}

fn end_by_words(title: &str) -> &'static str {
    let title = title.to_lowercase();
    let found = ENDS.iter().find(|(_, words)| words.iter().any(|word| title.contains(word)));
    found.map_or("success", |(end, _)| end)
}

/// The actions of all ways; ways of one name and one target are one action from several stages.
fn actions(found: &Found<'_>, plan: &mut Plan, report: &mut Vec<Note>) {
    let stage_at: BTreeMap<usize, Stage> =
        found.order.iter().copied().zip(plan.stages.iter().cloned()).collect();
    let mut made = Made { back: back_ways(found), ..Made::default() };
    for (place, ways) in
        found.order.iter().filter_map(|place| found.ways.get(place).map(|ways| (*place, ways)))
    {
        let Some(from) = stage_at.get(&place) else { continue };
        for way in ways {
            let Some(to) = stage_at.get(&way.to) else { continue };
            let flow = way.named.and_then(|flow| found.graph.flow(flow));
            match flow.and_then(|flow| flow.own.get("kind")) {
                Some("referral") => plan.referred = Some(to.name.clone()),
                Some("strike") => plan.strike_to = Some(to.name.clone()),
                said => {
                    let said =
                        said.filter(|kind| ActionKind::ALL.iter().any(|known| known.as_str() == *kind));
                    let kind = said.unwrap_or(match to.end.as_deref() {
                        Some("success") | None if made.back.contains(&(place, way.to)) => "rework",
                        Some("success") | None => "forward",
                        Some(_) => "close",
                    });
                    let is_new = made.action(plan, from, to, flow, kind, conditions(found, way));
                    if is_new && kind == "rework" {
                        let mut named = flow.map(|flow| flow.named.clone()).unwrap_or_default();
                        if named.name.is_empty() {
                            named.name = format!("{} → {}", from.title, to.title);
                        }
                        report.push(note("rework", &named, ""));
                    }
                }
            }
        }
        if ways.is_empty() {
            if let Some(node) = found.graph.node(place) {
                report.push(note("end_missing", &node.named, ""));
            }
            made.finish(plan, from);
        }
    }
}

/// What has been made so far.
#[derive(Default)]
struct Made {
    back: BTreeSet<(usize, usize)>,
    names: Names,
    known: BTreeMap<(String, String, String), usize>,
    /// The end that was added.
    end: Option<String>,
}

impl Made {
    /// Adds an action, or a stage to one that is there; true if it is a new one.
    fn action(
        &mut self,
        plan: &mut Plan,
        from: &Stage,
        to: &Stage,
        flow: Option<&Flow>,
        kind: &str,
        conditions: Vec<String>,
    ) -> bool {
        let title = flow.map(|flow| flow.named.name.clone()).filter(|name| !name.is_empty());
        let title = title.unwrap_or_else(|| format!("→ {}", to.title));
        let by = by(flow.and_then(|flow| flow.own.get("by")), from);
        let key = (title.clone(), to.name.clone(), kind.to_owned());
        if let Some(action) = self.known.get(&key).and_then(|place| plan.actions.get_mut(*place)) {
            merge(action, &from.name, by, conditions);
            return false;
        }
        let own = flow.and_then(|flow| flow.own.get("action")).map(str::to_owned);
        let name = self.names.free_action(&own.unwrap_or_else(|| match flow {
            Some(_) => title.clone(),
            None => format!("to {}", to.name),
        }));
        self.known.insert(key, plan.actions.len());
        plan.actions.push(Action {
            name,
            title,
            from: vec![from.name.clone()],
            to: to.name.clone(),
            by,
            kind: kind.to_owned(),
            is_guessed: flow.is_none_or(|flow| flow.own.get("kind").is_none()),
            conditions,
        });
        true
    }

    /// An end for a stage that the drawing leads nowhere from.
    fn finish(&mut self, plan: &mut Plan, from: &Stage) {
        let end = self.end.clone().unwrap_or_else(|| {
            let taken = |name: &str| plan.stages.iter().any(|stage| stage.name == name);
            let mut name = "done".to_owned();
            while taken(&name) {
                name.push_str("_here");
            }
            plan.stages.push(Stage {
                name: name.clone(),
                title: "Selesai".to_owned(),
                role: None,
                others: Vec::new(),
                phase: String::new(),
                end: Some("success".to_owned()),
                is_lane_missing: false,
            });
            name
        });
        self.end = Some(end.clone());
        plan.actions.push(Action {
            name: self.names.free_action(&format!("finish {}", from.name)),
            title: "Selesai".to_owned(),
            from: vec![from.name.clone()],
            to: end,
            by: by(None, from),
            kind: "forward".to_owned(),
            is_guessed: true,
            conditions: Vec::new(),
        });
    }
}

fn merge(action: &mut Action, from: &str, by: Vec<String>, conditions: Vec<String>) {
    if !action.from.iter().any(|known| known == from) {
        action.from.push(from.to_owned());
    }
    action.by.extend(by);
    action.by.sort();
    action.by.dedup();
    action.conditions.extend(conditions);
    action.conditions.sort();
    action.conditions.dedup();
}

fn by(said: Option<&str>, from: &Stage) -> Vec<String> {
    let roles: BTreeSet<String> =
        said.unwrap_or_default().split_whitespace().map(slug).filter(|role| !role.is_empty()).collect();
    if roles.is_empty() {
        from.role.iter().chain(&from.others).cloned().collect()
    } else {
        roles.into_iter().collect()
    }
}

/// A flow's condition. In a file of ours the part that only names the action is none.
pub(super) fn condition_of(flow: &Flow) -> &str {
    if flow.own.get("kind").is_some() { crate::bpmn::guard_of(&flow.condition) } else { &flow.condition }
}

fn conditions(found: &Found<'_>, way: &Way) -> Vec<String> {
    let flows = way.conditions.iter().filter_map(|flow| found.graph.flow(*flow));
    flows.map(condition_of).filter(|said| !said.is_empty()).map(str::to_owned).collect()
}

/// The ways that close a circle, seen from the start.
fn back_ways(found: &Found<'_>) -> BTreeSet<(usize, usize)> {
    let mut back = BTreeSet::new();
    let mut seen: BTreeSet<usize> = BTreeSet::new();
    let mut on_way: BTreeSet<usize> = BTreeSet::new();
    let mut way: Vec<(usize, usize)> = found.order.first().map(|first| (*first, 0)).into_iter().collect();
    seen.extend(found.order.first());
    on_way.extend(found.order.first());
    while let Some((place, tried)) = way.last_mut() {
        let place = *place;
        let to = found.ways.get(&place).and_then(|ways| ways.get(*tried)).map(|way| way.to);
        *tried += 1;
        match to {
            None => {
                on_way.remove(&place);
                way.pop();
            }
            Some(to) if on_way.contains(&to) => {
                back.insert((place, to));
            }
            Some(to) => {
                if seen.insert(to) {
                    on_way.insert(to);
                    way.push((to, 0));
                }
            }
        }
    }
    back
}

/// Which action approves and which one pays.
fn money(found: &Found<'_>, plan: &mut Plan, report: &mut Vec<Note>) {
    let far: BTreeMap<String, usize> = found
        .order
        .iter()
        .zip(&plan.stages)
        .map(|(place, stage)| (stage.name.clone(), found.far.get(place).copied().unwrap_or_default()))
        .collect();
    let titles: BTreeMap<String, String> =
        plan.stages.iter().map(|stage| (stage.name.clone(), stage.title.to_lowercase())).collect();
    let first = plan.stages.iter().find(|stage| stage.end.is_none());
    let enters = first.and_then(|stage| stage.role.clone()).filter(|role| role != NOBODY);
    let mut before = usize::MAX;
    for (kind, words, guessed, undecided) in [
        ("payment", &PAYS[..], "payment_guessed", "payment_undecided"),
        ("approval", &APPROVES[..], "approval_guessed", "approval_undecided"),
    ] {
        if plan.actions.iter().any(|action| action.kind == kind) {
            continue;
        }
        let steps = |action: &Action| action.from.iter().filter_map(|from| far.get(from)).max().copied();
        let says = |text: &str| says(text, words);
        let best = plan
            .actions
            .iter()
            .enumerate()
            .filter(|(_, action)| action.kind == "forward" && action.is_guessed)
            .filter(|(_, action)| steps(action).is_some_and(|steps| steps < before))
            // Whoever enters requests neither approves nor pays them.
            .filter(|(_, action)| !enters.as_ref().is_some_and(|clerk| action.by.contains(clerk)))
            .filter_map(|(place, action)| {
                let stage = action.from.iter().any(|from| titles.get(from).is_some_and(|title| says(title)));
                let own = flow_says(&action.title, &says);
                (stage || own).then_some(((stage, own, steps(action)), usize::MAX - place))
            })
            .max()
            .map(|(_, place)| usize::MAX - place);
        let Some(action) = best.and_then(|place| plan.actions.get_mut(place)) else {
            report.push(note(undecided, &Named::default(), ""));
            continue;
        };
        kind.clone_into(&mut action.kind);
        before = action.from.iter().filter_map(|from| far.get(from)).max().copied().unwrap_or(before);
        let from = action.from.first().and_then(|from| plan.stages.iter().find(|stage| stage.name == *from));
        let name = format!("{}: {}", from.map_or("", |stage| &stage.title), action.title);
        report.push(note(guessed, &Named { name, ..Named::default() }, ""));
    }
}

/// A way without a name is called by its target, which says nothing of what is done.
fn flow_says(title: &str, says: &dyn Fn(&str) -> bool) -> bool {
    !title.starts_with('→') && says(title)
}

fn phases(found: &Found<'_>, plan: &mut Plan) {
    let far: BTreeMap<String, usize> = found
        .order
        .iter()
        .zip(&plan.stages)
        .map(|(place, stage)| (stage.name.clone(), found.far.get(place).copied().unwrap_or_default()))
        .collect();
    let at = |kind: &str| -> Option<usize> {
        let action = plan.actions.iter().find(|action| action.kind == kind)?;
        action.from.iter().filter_map(|from| far.get(from)).max().copied()
    };
    let (approval, payment) = (at("approval"), at("payment"));
    let mut is_first = true;
    for stage in plan.stages.iter_mut().filter(|stage| stage.end.is_none()) {
        let own = far.get(&stage.name).copied().unwrap_or_default();
        if is_first {
            "input".clone_into(&mut stage.phase);
        } else if stage.phase.is_empty() {
            let phase = match (approval, payment) {
                (_, Some(payment)) if own > payment => "accountability",
                (_, Some(payment)) if own == payment => "disbursement",
                (Some(approval), _) if own > approval => "disbursement",
                (Some(approval), _) if own == approval => "approval",
                _ => "verification",
            };
            phase.clone_into(&mut stage.phase);
        }
        is_first = false;
    }
}
