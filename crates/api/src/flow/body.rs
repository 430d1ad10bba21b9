//! Figures as they are answered.

use salur_core::workflow::Workflow;
use salur_core::world::World;
use salur_core::{Lang, StageName};
use salur_flow::measure::{Figures, Lens, Split, Spread};
use salur_flow::visit::OutcomeKind;
use salur_store::visits::OfStage;
use serde::Serialize;
use utoipa::ToSchema;

/// Where time went.
#[derive(Debug, Serialize, ToSchema)]
pub struct FlowBody {
    /// From here on.
    #[schema(format = DateTime)]
    pub from: String,
    /// Until here.
    #[schema(format = DateTime)]
    pub to: String,
    /// The weeks in between.
    pub weeks: u32,
    /// False while events of the last moments are not counted in yet.
    pub is_current: bool,
    /// By scheme.
    pub schemes: Vec<SchemeFlowBody>,
}

/// Where the time of a scheme's requests went.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SchemeFlowBody {
    /// The scheme.
    pub scheme: String,
    /// What it is called.
    pub title: String,
    /// How long requests took that were served, from entry to end.
    pub lead: LeadBody,
    /// Whose desk time was spent on, the most first.
    pub holders: Vec<HolderBody>,
    /// The stages, in the order of the way.
    pub stages: Vec<StageFlowBody>,
}

/// Percentiles: half, 85 % and 95 % are no larger.
#[derive(Debug, Clone, Copy, Default, Serialize, ToSchema)]
pub struct SpreadBody {
    /// Of how many.
    pub n: usize,
    /// Half are no larger; null of none.
    pub p50: Option<f64>,
    /// 85 % are no larger.
    pub p85: Option<f64>,
    /// 95 % are no larger.
    pub p95: Option<f64>,
}

impl From<&Spread> for SpreadBody {
    fn from(spread: &Spread) -> SpreadBody {
        SpreadBody { n: spread.n, p50: spread.p50, p85: spread.p85, p95: spread.p95 }
    }
}

/// How long requests took from entry to end.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct LeadBody {
    /// In working days.
    pub working: SpreadBody,
    /// In days by the calendar.
    pub calendar: SpreadBody,
}

/// Whose desk time was spent on.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HolderBody {
    /// `role:` and a role, `initials`, `recipient`, `bank`, or `elsewhere:` and a cause.
    #[schema(example = "role:governor")]
    pub holder: String,
    /// Who that is, in words.
    pub title: String,
    /// Working days of all requests together.
    pub days: f64,
    /// As a share of all.
    pub share: f64,
}

/// Where the working days of the visits that ended went.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct SplitBody {
    /// Worked on.
    pub touch: f64,
    /// Set aside, or with somebody who does not serve the stage.
    pub hold: f64,
    /// Waited for the list to fill.
    pub batching: f64,
    /// Waited while those who serve worked on what had come before.
    pub contention: f64,
    /// Waited while they worked on what had come later.
    pub overtaking: f64,
    /// Waited for something else: a session, a decision, somebody outside.
    pub outside: f64,
}

impl From<&Split> for SplitBody {
    fn from(split: &Split) -> SplitBody {
        let Split { touch, hold, batching, contention, overtaking, outside, .. } = *split;
        SplitBody { touch, hold, batching, contention, overtaking, outside }
    }
}

/// The figures of a stage. Times are in working days unless they say otherwise.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StageFlowBody {
    /// The stage.
    pub stage: String,
    /// What it is called.
    pub title: String,
    /// Its phase.
    pub phase: Option<String>,
    /// The role that serves it, in words.
    pub served_by: Option<String>,
    /// Since when: later than asked for where more left the stage than are looked at.
    #[schema(format = DateTime)]
    pub from: String,
    /// How many left.
    pub ended: usize,
    /// How many are there; at least so many where `has_more`.
    pub open: usize,
    /// True if more are there than are looked at.
    pub has_more: bool,
    /// How long it took those that left.
    pub stage_time: SpreadBody,
    /// The same without the time the office is not to blame for.
    pub stage_time_net: SpreadBody,
    /// The same in days by the calendar.
    pub stage_time_calendar: SpreadBody,
    /// How old those are that are there.
    pub age: SpreadBody,
    /// Where the time of those that left went.
    pub split: SplitBody,
    /// Work as a share of work and wait; null where nothing left.
    pub efficiency: Option<f64>,
    /// First visits that began, per working day.
    pub arrivals: f64,
    /// Further visits that began, per working day.
    pub arrivals_again: f64,
    /// Visits that ended, per working day.
    pub throughput: f64,
    /// By how many the queue grows, per working day.
    pub drift: f64,
    /// What was sent back, as a share of decisions.
    pub rework: Option<f64>,
    /// What went on at once, as a share of decisions on first visits.
    pub first_pass: Option<f64>,
    /// Working days spent in second and further visits.
    pub again_days: f64,
    /// What comes in as a share of what can be done, by the definition's own figures; null where these do not say.
    pub utilisation: Option<f64>,
    /// The time promised, in working days.
    pub target: Option<f64>,
    /// The share that keeps it, what is still there counted in.
    pub on_time: Option<f64>,
    /// That share, low and high at 95 %.
    pub on_time_band: Option<[f64; 2]>,
    /// By how many working days those miss it that do, on average.
    pub late_mean: Option<f64>,
    /// The share that goes on in the end, by what is known of those that left and those that are there.
    pub goes_on: Option<f64>,
    /// The share that is sent back in the end.
    pub sent_back: Option<f64>,
    /// The number there over what exits and times say it should be (Little's law); null where nothing left.
    pub little_ratio: Option<f64>,
    /// True if averages mislead: the queue grows, or old requests lie parked.
    pub averages_mislead: bool,
    /// Working days that requests waited here, per week.
    pub waited_per_week: f64,
}

impl StageFlowBody {
    pub(super) fn of(
        world: &World,
        workflow: &Workflow,
        stage: &StageName,
        told: &Figures,
        lens: &Lens<'_>,
        found: &OfStage,
        lang: Lang,
    ) -> StageFlowBody {
        let declared = workflow.stage(stage);
        let role = declared.and_then(|stage| stage.served_by.as_ref()).map(|station| &station.role);
        let weeks = lens.time.days(lens.from, lens.to) / 5.0;
        StageFlowBody {
            stage: stage.to_string(),
            title: workflow.stage_title(stage, lang).to_owned(),
            phase: workflow.phase_of(stage).map(|phase| phase.as_str().to_owned()),
            served_by: role.map(|role| world.policy.role_title(role, lang).to_owned()),
            from: lens.from.to_string(),
            ended: told.ended,
            open: told.open,
            has_more: found.has_more_open,
            stage_time: (&told.stage).into(),
            stage_time_net: (&told.stage_net).into(),
            stage_time_calendar: (&told.stage_calendar).into(),
            age: (&told.age).into(),
            split: (&told.split).into(),
            efficiency: told.efficiency,
            arrivals: told.arrivals,
            arrivals_again: told.arrivals_again,
            throughput: told.exits,
            drift: told.drift,
            rework: told.rework,
            first_pass: told.first_pass,
            again_days: told.again_days,
            utilisation: told.utilisation,
            target: told.promise.map(|promise| promise.target),
            on_time: told.promise.map(|promise| promise.share),
            on_time_band: told.promise.map(|promise| promise.band.into()),
            late_mean: told.promise.and_then(|promise| promise.late_mean),
            goes_on: told.outcomes.get(&OutcomeKind::Forward).copied(),
            sent_back: told.outcomes.get(&OutcomeKind::Returned).copied(),
            little_ratio: told.little.ratio,
            averages_mislead: told.little.misleads,
            waited_per_week: if weeks > 0.0 { told.little.inside * 5.0 } else { 0.0 },
        }
    }
}
