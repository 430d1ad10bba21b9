//! Who may do what, wherever a request stands: one workflow as a text that a programme officer can read. It asks the
//! same checks that decide, so it cannot say otherwise.

mod office;

use std::fmt::Write as _;

use office::Office;

use crate::office::ChangeKind;
use crate::proof;
use crate::words::{self, Words};
use crate::workflow::{Action, Phase, Stage, Workflow};
use crate::world::Policy;
use crate::{ActionName, FieldName, Lang, Role, StageName};

/// Where a request may stand, besides its stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Nothing special.
    Plain,
    /// Set aside.
    Held,
    /// On a draft decree.
    InDecree,
    /// On a payment order.
    Ordered,
    /// The bank could not pay.
    Failed,
    /// The bank does not know.
    Unknown,
    /// The bank contradicts itself.
    Incident,
}

/// Who may do what under a workflow, wherever a request stands. Each role is somebody who has done nothing to the
/// request yet; what the duties forbid besides is said at the end.
#[must_use]
pub fn table(workflow: &Workflow, policy: &Policy, lang: Lang) -> String {
    let office = Office::new(workflow, policy);
    let telling = Telling { workflow, policy, words: Words { lang } };
    let mut text = format!("{}\n", workflow.title.in_lang(lang));
    for (name, stage) in in_order(workflow) {
        for state in states(stage.phase) {
            let rows = office.rows(name, *state);
            telling.standing(&mut text, stage, *state, &rows);
        }
    }
    telling.anywhere(&mut text, &office);
    telling.conditions(&mut text);
    telling.times(&mut text);
    telling.duties(&mut text);
    text
}

/// What the roles may do by one act at one standing.
pub(crate) struct Row {
    /// The act.
    pub(crate) act: ActionName,
    /// Where it leads, if it moves the request.
    pub(crate) to: Option<StageName>,
    /// Who may.
    pub(crate) roles: Vec<Role>,
    /// Why nobody may: the code.
    pub(crate) why: Option<&'static str>,
}

/// The stages as a request passes them, its ends last.
fn in_order(workflow: &Workflow) -> Vec<(&StageName, &Stage)> {
    let mut stages: Vec<_> = workflow.stages.iter().collect();
    stages.sort_by_key(|(_, stage)| (stage.phase.is_none(), stage.phase));
    stages
}

fn states(phase: Option<Phase>) -> &'static [State] {
    match phase {
        Some(Phase::Input | Phase::Verification | Phase::Accountability) => &[State::Plain, State::Held],
        Some(Phase::Approval) => &[State::Plain, State::Held, State::InDecree],
        Some(Phase::Disbursement) => {
            &[State::Plain, State::Held, State::Ordered, State::Failed, State::Unknown, State::Incident]
        }
        None => &[State::Plain],
    }
}

struct Telling<'a> {
    workflow: &'a Workflow,
    policy: &'a Policy,
    words: Words,
}

impl Telling<'_> {
    fn standing(&self, text: &mut String, at: &Stage, state: State, rows: &[Row]) {
        let say = self.words;
        // Writing to a String cannot fail.
        let _ = write!(text, "\n{}{}\n", at.title.in_lang(say.lang), say.state(state));
        let told: Vec<_> = rows.iter().map(|row| (self.act(&row.act), self.outcome(row), row)).collect();
        let open = || told.iter().filter(|(_, _, row)| row.why.is_none());
        let acts = open().map(|(act, ..)| act.chars().count()).max().unwrap_or(0);
        let outcomes = open().map(|(_, outcome, _)| outcome.chars().count()).max().unwrap_or(0);
        for (act, outcome, row) in &told {
            let line = match row.why {
                Some(_) => format!("  {act}: {outcome}"),
                None => format!("  {act:acts$}  {outcome:outcomes$}  {}", self.roles(&row.roles)),
            };
            let _ = writeln!(text, "{}", line.trim_end());
        }
        if told.is_empty() {
            let _ = writeln!(text, "  {}", say.nothing());
        }
    }

    fn outcome(&self, row: &Row) -> String {
        match (&row.why, &row.to) {
            (Some(why), _) => format!("✗ {}", self.words.short(why)),
            (None, Some(to)) => format!("→ {}", self.workflow.stage_title(to, self.words.lang)),
            (None, None) => "✓".into(),
        }
    }

    fn act(&self, name: &ActionName) -> String {
        match self.words.beside(name.as_str()).filter(|_| !self.workflow.actions.contains_key(name)) {
            Some(title) => title.to_owned(),
            None => words::act_title(Some(self.workflow), name, self.words.lang),
        }
    }

    fn roles(&self, roles: &[Role]) -> String {
        let title = |role: &Role| {
            let known = self.policy.role.get(role);
            known.map_or_else(|| role.to_string(), |title| title.in_lang(self.words.lang).to_owned())
        };
        roles.iter().map(title).collect::<Vec<_>>().join(", ")
    }

    /// What is the same wherever a request stands.
    fn anywhere(&self, text: &mut String, office: &Office<'_>) {
        let say = self.words;
        let _ = write!(text, "\n{}\n", say.anywhere());
        let rows = office.notes();
        let acts = rows.iter().map(|row| self.act(&row.act).chars().count()).max().unwrap_or(0);
        for row in &rows {
            let _ = writeln!(text, "  {:acts$}  ✓  {}", self.act(&row.act), self.roles(&row.roles));
        }
        let hold: Vec<_> = self.workflow.hold.by.iter().cloned().collect();
        let (release, roles) = (self.act(&"release".into()), self.roles(&hold));
        let _ = writeln!(text, "  {release}: {}", say.who_claimed(&roles));
        if let Some(rule) = self.policy.change.get(&ChangeKind::Migrate) {
            let [ask, confirm] = [&rule.propose, &rule.confirm]
                .map(|roles| self.roles(&roles.iter().cloned().collect::<Vec<_>>()));
            let _ = writeln!(text, "  {}: {}", self.act(&"migrate".into()), say.proposed_by(&ask, &confirm));
        }
    }

    /// How long each stage should take, and what time alone does.
    fn times(&self, text: &mut String) {
        let say = self.words;
        let _ = write!(text, "\n{}\n", say.times());
        for (_, stage) in in_order(self.workflow) {
            let Some(sla) = &stage.sla else { continue };
            let mut told = vec![say.days(sla.target.0)];
            told.extend(sla.remind.map(|after| say.reminded(after.0)));
            told.extend(
                sla.escalate
                    .as_ref()
                    .map(|it| say.escalated(it.after.0, &self.roles(std::slice::from_ref(&it.to)))),
            );
            let _ = writeln!(text, "  {}: {}", stage.title.in_lang(say.lang), told.join("; "));
        }
    }

    /// What an act asks besides the role.
    fn conditions(&self, text: &mut String) {
        let say = self.words;
        let _ = write!(text, "\n{}\n", say.conditions());
        for (name, action) in &self.workflow.actions {
            let asked = self.asked(action);
            if !asked.is_empty() {
                let _ = writeln!(text, "  {}: {}", self.act(name), asked.join("; "));
            }
        }
        self.repair(text);
    }

    /// Who must confirm a repair.
    fn repair(&self, text: &mut String) {
        let Some(repair) = &self.workflow.repair else { return };
        let roles: Vec<_> = repair.confirm_by.iter().cloned().collect();
        let (act, roles) = (self.act(&"repair".into()), self.roles(&roles));
        let _ = writeln!(text, "  {act}: {}; {}", self.words.reason(), self.words.confirmed_by(&roles));
    }

    fn asked(&self, action: &Action) -> Vec<String> {
        let say = self.words;
        let titles = |names: &[FieldName]| {
            let title = |name: &FieldName| {
                let field = self.workflow.fields.get(name);
                field.map_or_else(|| name.to_string(), |field| field.title.in_lang(say.lang).to_owned())
            };
            names.iter().map(title).collect::<Vec<_>>().join(", ")
        };
        let mut asked = Vec::new();
        if action.is_shared() {
            asked.push(say.persons(action.persons));
        }
        if action.needs_reason {
            asked.push(say.reason());
        }
        if !action.needs.is_empty() {
            asked.push(say.fill_in(&titles(&action.needs)));
        }
        if !action.notes.is_empty() {
            asked.push(say.may_fill_in(&titles(&action.notes)));
        }
        if let Some(guard) = &action.guard {
            asked.push(say.holds(guard.text()));
        }
        if let (Some(most), Some(to)) = (action.max_visits, &action.to) {
            asked.push(say.at_most(most, self.workflow.stage_title(to, say.lang)));
        }
        asked.extend(action.valid_for.map(|days| say.holds_for(days.0)));
        asked
    }

    fn duties(&self, text: &mut String) {
        let say = self.words;
        let _ = write!(text, "\n{}\n", say.duties());
        let acts = |names: &[ActionName]| names.iter().map(|it| self.act(it)).collect::<Vec<_>>().join(", ");
        for duty in &self.workflow.duties {
            if !duty.distinct.is_empty() {
                let _ = writeln!(text, "  {}", say.distinct(&acts(&duty.distinct)));
            }
            if !duty.same_person.is_empty() {
                let _ = writeln!(text, "  {}", say.same_person(&acts(&duty.same_person)));
            }
            if !duty.exclusive_roles.is_empty() {
                let _ = writeln!(text, "  {}", say.exclusive_roles(&self.roles(&duty.exclusive_roles)));
            }
            if let (Some(need), Some(before)) = (duty.min_persons, &duty.before) {
                let to = self.workflow.stage_title(before, say.lang);
                let _ = writeln!(text, "  {}", say.min_persons(need, to));
                for (act, person) in
                    proof::weakest_way(self.workflow, before).iter().flat_map(|way| &way.acts)
                {
                    let _ = writeln!(text, "    {}", say.does(person.saturating_add(1), &self.act(act)));
                }
            }
        }
        self.counted(text);
    }

    /// What the acts upon lists count as.
    fn counted(&self, text: &mut String) {
        let (decree, order) = (&self.workflow.decree, &self.workflow.payment_order);
        for (act, roles) in [
            ("draft_decree", &decree.draft),
            ("strike", &decree.strike),
            ("order_payment", &order.draft),
            ("export", &order.settle),
            ("sp2d", &order.settle),
            ("results", &order.settle),
        ] {
            for (role, duty) in roles {
                let (act, role) = (self.act(&act.into()), self.roles(std::slice::from_ref(role)));
                let _ = writeln!(text, "  {}", self.words.counts(&act, &role, &self.act(duty)));
            }
        }
    }
}
