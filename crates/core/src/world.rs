//! The snapshot a decision is made in: definitions, roster, calendar, freezes and the office's policy. It never
//! changes during a decision.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};

use crate::calendar::Calendar;
use crate::event::Pin;
use crate::form::Regions;
use crate::office::{ChangeKind, ChangeRule};
use crate::roster::{Capacity, Person, Roster};
use crate::target::Target;
use crate::workflow::{ActionKind, Workflow};
use crate::{FreezeId, Label, Lang, PersonId, RegionCode, Role, SchemeId, WorkingDays};

/// The snapshot a decision is made in.
#[derive(Debug, Clone)]
pub struct World {
    /// Every published definition.
    pub workflows: Workflows,
    /// The people.
    pub roster: Arc<Roster>,
    /// The working days.
    pub calendar: Arc<Calendar>,
    /// The office's words and causes.
    pub policy: Arc<Policy>,
    /// The regions that there are.
    pub regions: Arc<Regions>,
}

/// Published definitions by scheme and version.
#[derive(Debug, Clone, Default)]
pub struct Workflows(BTreeMap<SchemeId, BTreeMap<u32, Arc<Workflow>>>);

impl Workflows {
    /// These definitions.
    #[must_use]
    pub fn new(definitions: impl IntoIterator<Item = Workflow>) -> Workflows {
        let mut all: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
        for definition in definitions {
            all.entry(definition.scheme.clone())
                .or_default()
                .insert(definition.version, Arc::new(definition));
        }
        Workflows(all)
    }

    /// The definition that new requests of a scheme run under.
    #[must_use]
    pub fn current(&self, scheme: &SchemeId) -> Option<&Arc<Workflow>> {
        self.0.get(scheme).and_then(|versions| versions.values().next_back())
    }

    /// The definition a request pins.
    #[must_use]
    pub fn pinned(&self, scheme: &SchemeId, pin: &Pin) -> Option<&Arc<Workflow>> {
        self.0
            .get(scheme)
            .and_then(|versions| versions.get(&pin.version))
            .filter(|workflow| workflow.digest == pin.digest)
    }

    /// The current definition of every scheme.
    pub fn all_current(&self) -> impl Iterator<Item = &Arc<Workflow>> {
        self.0.values().filter_map(|versions| versions.values().next_back())
    }

    /// Every version of every scheme.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Workflow>> {
        self.0.values().flat_map(BTreeMap::values)
    }
}

/// The office's own words, causes and freezes: data with their sources.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// What the roles are called.
    pub role: BTreeMap<Role, Label>,
    /// Why a request may be set aside.
    pub hold: BTreeMap<String, HoldCause>,
    /// When money of a fund source stands still.
    #[serde(default)]
    pub freeze: Vec<Freeze>,
    /// What those may do who act in a seat that is not theirs. A capacity without a rule may do nothing.
    #[serde(default)]
    pub acting: BTreeMap<Capacity, ActingRule>,
    /// How far powers may be handed on; no limit where the office has set none.
    #[serde(default)]
    pub delegation: DelegationRule,
    /// Who may change the office, and how many persons it takes. A change without a rule is nobody's.
    #[serde(default)]
    pub change: BTreeMap<ChangeKind, ChangeRule>,
    /// The office's people and papers.
    #[serde(default)]
    pub office: OfficeRule,
    /// What is to be reached.
    #[serde(default)]
    pub target: Vec<Target>,
}

/// Who sees what of the office itself.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfficeRule {
    /// Roles that see everybody and every proposal; others see what concerns them.
    #[serde(default)]
    pub see_all: BTreeSet<Role>,
    /// Roles that may be shown whole numbers of persons and accounts, with a reason that is kept.
    #[serde(default)]
    pub unmask: BTreeSet<Role>,
    /// When it is open on a working day: how long a working day is. The whole day where it does not say.
    #[serde(default)]
    pub hours: Option<Hours>,
}

/// The office's hours on a working day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// From.
    pub opens: Time,
    /// Until, later than that.
    pub closes: Time,
}

/// What somebody may do in a seat that is not theirs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActingRule {
    /// What the capacity is called.
    pub title: Label,
    /// The kinds of acts that may be done in it.
    pub may: BTreeSet<ActionKind>,
    /// The rule it rests on.
    pub source: String,
}

/// How far powers may be handed on.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DelegationRule {
    /// For how many days at most.
    pub max_days: Option<u32>,
    /// The rule it rests on.
    #[serde(default)]
    pub source: String,
}

/// Why a request may be set aside.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HoldCause {
    /// The cause, as the tail of a sentence.
    pub title: Label,
    /// Whom it waits for.
    pub on: Label,
    /// What unblocks it.
    pub unblock: Label,
    /// True if the clock stands still.
    pub blameless: bool,
    /// After this long somebody looks whether it still holds.
    #[serde(default)]
    pub review: Option<WorkingDays>,
}

/// A time in which approval and payment from a fund source wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Freeze {
    /// Its id, if it was set by two persons; the policy's own has none, and only the policy ends it.
    #[serde(skip)]
    pub id: Option<FreezeId>,
    /// The order it rests on.
    pub source: String,
    /// The fund source.
    pub fund: String,
    /// The schemes it stops; every one where none is named.
    #[serde(default)]
    pub schemes: BTreeSet<SchemeId>,
    /// Schemes that go on.
    #[serde(default)]
    pub exempt: BTreeSet<SchemeId>,
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
}

impl Policy {
    /// Reads the office's policy.
    pub fn parse(text: &str) -> Result<Policy, toml::de::Error> {
        let policy: Policy = toml::from_str(text)?;
        for (kind, rule) in &policy.change {
            rule.check(*kind).map_err(serde::de::Error::custom)?;
        }
        for target in &policy.target {
            target.check().map_err(serde::de::Error::custom)?;
        }
        if let Some(Hours { opens, closes }) = policy.office.hours.filter(|hours| hours.opens >= hours.closes)
        {
            let wrong = format!("the office closes at {closes}, before it opens at {opens}");
            return Err(serde::de::Error::custom(wrong));
        }
        Ok(policy)
    }

    /// What a role is called, or its bare name where the office has no word for it.
    #[must_use]
    pub fn role_title<'a>(&'a self, role: &'a Role, lang: Lang) -> &'a str {
        self.role.get(role).map_or(role.as_str(), |title| title.in_lang(lang))
    }

    /// What a capacity is called, or its short name where the office has no rule for it.
    #[must_use]
    pub fn capacity_title(&self, capacity: Capacity, lang: Lang) -> &str {
        self.acting.get(&capacity).map_or(capacity.short(), |rule| rule.title.in_lang(lang))
    }

    /// The rule that says what a capacity may do.
    #[must_use]
    pub fn acting_source(&self, capacity: Capacity) -> &str {
        self.acting.get(&capacity).map_or("", |rule| rule.source.as_str())
    }

    /// The freeze that stops this scheme's money on a day.
    #[must_use]
    pub fn freeze_on(&self, fund: &str, scheme: &SchemeId, day: Date) -> Option<&Freeze> {
        let stops = |freeze: &&Freeze| freeze.fund == fund && freeze.stops(scheme) && freeze.is_in_force(day);
        self.freeze.iter().find(stops)
    }
}

impl Freeze {
    /// True on its days.
    #[must_use]
    pub fn is_in_force(&self, day: Date) -> bool {
        self.from <= day && day <= self.to
    }

    pub(crate) fn stops(&self, scheme: &SchemeId) -> bool {
        !self.exempt.contains(scheme) && (self.schemes.is_empty() || self.schemes.contains(scheme))
    }
}

/// Who acts, and for whom.
#[derive(Debug, Clone, Copy)]
pub struct Actor<'a> {
    /// The person who acts.
    pub person: &'a Person,
    /// The person acted for, where the actor stands in.
    pub for_whom: Option<PersonId>,
}

impl Actor<'_> {
    /// The persons whose duties this act counts for.
    pub fn persons(&self) -> impl Iterator<Item = PersonId> {
        [Some(self.person.id), self.for_whom].into_iter().flatten()
    }
}

/// What stays the same while one command is decided.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The snapshot.
    pub world: &'a World,
    /// Who acts.
    pub actor: Actor<'a>,
    /// When.
    pub at: Timestamp,
}

impl<'a> Context<'a> {
    /// Nobody's context: to ask what a request waits for.
    #[must_use]
    pub fn of_nobody(world: &'a World, at: Timestamp) -> Context<'a> {
        Context { world, actor: Actor { person: Person::nobody(), for_whom: None }, at }
    }
}

impl Context<'_> {
    /// The local day.
    #[must_use]
    pub fn today(&self) -> Date {
        self.world.calendar.date_of(self.at)
    }

    /// True if the actor may see what concerns the region, by a role held or by a paper in force today.
    #[must_use]
    pub fn sees(&self, region: &RegionCode) -> bool {
        self.world.roster.sees(self.actor.person, region, || self.today())
    }
}
