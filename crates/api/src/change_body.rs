//! A change of the office as it is sent and shown. `salur-core` decides on it; here is its shape.

use std::collections::{BTreeSet, HashMap};

use jiff::civil::Date;
use salur_core::office::Change;
use salur_core::{Lang, NoteId, ProposalId, RequestId, StageName};
use salur_store::job::Job;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::problem::Problem;
use crate::{App, Caller};

/// A change of the office, named by `kind`. Definitions, people, papers and budget lines change by these alone.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ChangeBody {
    /// Registers a person, who has no role yet; a staff number is one person's.
    RegisterPerson {
        /// The office's staff number.
        staff_no: String,
        /// The name.
        name: String,
    },
    /// A person leaves: their sessions end, and all that they hold counts no more.
    DismissPerson {
        /// Who.
        person: Uuid,
    },
    /// Grants a role for a region and all that lies within it.
    GrantRole {
        /// To whom.
        person: Uuid,
        /// The role.
        role: String,
        /// Where, by its code.
        region: String,
    },
    /// Takes a role away.
    RevokeRole {
        /// From whom.
        person: Uuid,
        /// The role.
        role: String,
        /// Where, by its code.
        region: String,
    },
    /// Sets a seat, or gives it another title.
    SetOffice {
        /// Its name, as `governor`.
        office: String,
        /// What it is called.
        title: LabelBody,
        /// The role that goes with it.
        role: String,
        /// Where.
        region: String,
    },
    /// Names somebody who acts in a seat that is not theirs.
    SetActing {
        /// Who acts.
        person: Uuid,
        /// The seat's role.
        role: String,
        /// The seat's region.
        region: String,
        /// `plt` (the seat is vacant), `plh` (its holder is away) or `pj` (appointed in the interim).
        capacity: CapacityBody,
        /// The decree's number.
        decree: String,
        /// The first day.
        #[schema(value_type = String, format = Date)]
        from_day: Date,
        /// The last day.
        #[schema(value_type = String, format = Date)]
        to_day: Date,
        /// The holder who is away.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        for_whom: Option<Uuid>,
    },
    /// Ends an acting officer's term.
    EndActing {
        /// Which.
        acting: Uuid,
    },
    /// Hands a role on for a time. It takes the consent of the one whose role it is.
    Delegate {
        /// Whose role it is.
        from: Uuid,
        /// Who may act in it.
        to: Uuid,
        /// The role.
        role: String,
        /// Where.
        region: String,
        /// For these schemes only.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        schemes: Option<BTreeSet<String>>,
        /// For requests up to this amount, in whole rupiah.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        amount_max: Option<i64>,
        /// The first day.
        #[schema(value_type = String, format = Date)]
        from_day: Date,
        /// The last day.
        #[schema(value_type = String, format = Date)]
        to_day: Date,
        /// The letter it rests on.
        source: String,
    },
    /// Ends a delegation.
    EndDelegation {
        /// Which.
        delegation: Uuid,
    },
    /// Notes that somebody will be away.
    NoteAbsence {
        /// Who.
        person: Uuid,
        /// The first day.
        #[schema(value_type = String, format = Date)]
        from_day: Date,
        /// The last day.
        #[schema(value_type = String, format = Date)]
        to_day: Date,
    },
    /// Ends an absence.
    EndAbsence {
        /// Whose.
        person: Uuid,
        /// Its first day.
        #[schema(value_type = String, format = Date)]
        from_day: Date,
    },
    /// Publishes a definition: a new scheme's version 1, or a scheme's next version.
    PublishDefinition {
        /// The definition, as TOML.
        text: String,
    },
    /// Stops approval and payment from a fund source; verification goes on.
    SetFreeze {
        /// The order it rests on.
        source: String,
        /// The fund source, as `apbd`.
        fund: String,
        /// The schemes it stops; every one where none is named.
        #[serde(default)]
        schemes: BTreeSet<String>,
        /// Schemes that go on.
        #[serde(default)]
        exempt: BTreeSet<String>,
        /// The first day.
        #[schema(value_type = String, format = Date)]
        from: Date,
        /// The last day.
        #[schema(value_type = String, format = Date)]
        to: Date,
    },
    /// Lifts a freeze before its last day.
    LiftFreeze {
        /// Which.
        freeze: Uuid,
    },
    /// Opens a budget line: what a scheme may spend from its fund source in this fiscal year or the next.
    OpenLine {
        /// The scheme.
        scheme: String,
        /// The fiscal year.
        year: i16,
        /// The fund source, as `apbd`.
        fund: String,
        /// The account code of the budget.
        account: String,
        /// The ceiling, in whole rupiah.
        ceiling: i64,
        /// The budget document it rests on.
        source: String,
    },
    /// Gives a budget line another ceiling.
    ReviseCeiling {
        /// The line, as `2026/disaster/apbd`.
        line: String,
        /// The ceiling, in whole rupiah.
        ceiling: i64,
        /// The revision of the budget it rests on.
        source: String,
    },
    /// Puts a request that is stuck back to an earlier stage before approval.
    Repair {
        /// The request.
        request: Uuid,
        /// The stage to put it back to.
        to: String,
        /// Why, 1 to 2,000 characters.
        #[serde(default)]
        #[schema(max_length = 2000)]
        reason: Option<String>,
    },
    /// Brings open requests under a later version, but for those that it would harm.
    Migrate {
        /// The scheme.
        scheme: String,
        /// The version that they run under; every older one where none is named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<u32>,
        /// The version to go to.
        to: u32,
    },
}

/// A text in both languages.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LabelBody {
    /// In Indonesian.
    pub id: String,
    /// In English.
    pub en: String,
}

/// In what capacity somebody acts in a seat that is not theirs.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum CapacityBody {
    /// *Pelaksana tugas*: the seat is vacant.
    Plt,
    /// *Pelaksana harian*: its holder is away for a time.
    Plh,
    /// *Penjabat*: appointed to it in the interim.
    Pj,
}

impl ChangeBody {
    /// The job that proposes it. The text of a repair's reason is sealed on the way, so the change never holds it.
    pub(crate) fn proposing(self, app: &App, caller: &Caller) -> Result<Job, Problem> {
        let broken = |error| Problem::broken(&error, caller.lang);
        let id = ProposalId(app.clock.new_id());
        if let ChangeBody::Repair { request, to, reason } = self {
            let text = reason.unwrap_or_default();
            let text = crate::reason::tidied(caller.lang, "/change/reason", &text)?;
            let to = StageName::from(&*to);
            return app.store.proposing_repair(id, RequestId(request), to, text).map_err(broken);
        }
        app.store.proposing(id, self.change(caller.lang)?).map_err(broken)
    }

    /// The change itself: but for a repair the two have one shape, which a test compares.
    fn change(self, lang: Lang) -> Result<Change, Problem> {
        let read = serde_json::to_value(self).and_then(serde_json::from_value);
        read.map_err(|_| Problem::unexpected(lang))
    }

    /// A change as it is shown, with the texts that it refers to.
    pub(crate) fn of(
        change: &Change,
        texts: &HashMap<NoteId, String>,
        lang: Lang,
    ) -> Result<ChangeBody, Problem> {
        if let Change::Repair { request, to, reason } = change {
            let (request, to, reason) = (request.0, to.to_string(), texts.get(&reason.id).cloned());
            return Ok(ChangeBody::Repair { request, to, reason });
        }
        let read = serde_json::to_value(change).and_then(serde_json::from_value);
        read.map_err(|_| Problem::unexpected(lang))
    }
}
