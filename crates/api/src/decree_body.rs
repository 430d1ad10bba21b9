//! A decree as it is answered.

use salur_core::decree::{Decree, DecreeLine, LineOutcome};
use salur_core::world::World;
use salur_store::job::Outcome;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::batch_actions::{OutcomeBody, tell};
use crate::problem::{Problem, Somebody};
use crate::request_body::{RecipientBody, masked, somebody};
use crate::{App, Caller};

/// Most refusals that an answer spells out.
const LEFT_OUT_MAX: usize = 100;

/// A decree, its lines apart.
#[derive(Debug, Serialize, ToSchema)]
pub struct DecreeBody {
    /// The id.
    pub id: Uuid,
    /// The scheme.
    pub scheme: String,
    /// The fiscal year.
    pub year: i16,
    /// `draft`, `signed` or `cancelled`.
    pub state: &'static str,
    /// How many lines were frozen: `listed + approved + struck + refused`, unless it was cancelled.
    pub count: u32,
    /// What they sum up to, in whole rupiah.
    pub total: i64,
    /// How many lines are still on the list, unsigned.
    pub listed: u32,
    /// What they sum up to.
    pub listed_total: i64,
    /// Digest of the lines still on the list: what is signed.
    pub digest: String,
    /// How many lines the signature approved.
    pub approved: u32,
    /// What they sum up to.
    pub approved_total: i64,
    /// How many lines were struck.
    pub struck: u32,
    /// What they sum up to.
    pub struck_total: i64,
    /// How many lines the rules refused at the signature.
    pub refused: u32,
    /// What they sum up to.
    pub refused_total: i64,
    /// The decree's number, once signed.
    pub number: Option<String>,
    /// The decree's date, once signed.
    #[schema(format = Date)]
    pub date: Option<String>,
    /// Who signed it.
    pub signed_by: Option<Somebody>,
    /// When it was signed.
    #[schema(format = DateTime)]
    pub signed_at: Option<String>,
    /// Who drafted it.
    pub drafted_by: Somebody,
    /// When it was drafted.
    #[schema(format = DateTime)]
    pub drafted_at: String,
    /// Counts the decree's events.
    pub version: u32,
    /// In the answer to an act: the requests that it left out, at most 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<Vec<OutcomeBody>>,
    /// In the answer to an act: how many it left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out_count: Option<usize>,
}

/// A line of a decree.
#[derive(Debug, Serialize, ToSchema)]
pub struct DecreeLineBody {
    /// Its place, from 1.
    pub line: u32,
    /// The request.
    pub request: Uuid,
    /// Who the aid is for; null where the caller may not see the request.
    pub recipient: Option<RecipientBody>,
    /// The regency or city; null where the caller may not see the request.
    pub region: Option<String>,
    /// How much, in whole rupiah.
    pub amount: i64,
    /// `listed`, `approved`, `struck`, `refused` or `released`.
    pub outcome: &'static str,
    /// Why the rules refused it, a stable code.
    pub code: Option<String>,
    /// Why it was struck.
    pub reason: Option<String>,
}

/// What could not go on a list.
#[derive(Debug)]
pub(crate) struct LeftOut {
    /// The first of them.
    pub(crate) sample: Vec<OutcomeBody>,
    /// How many.
    pub(crate) count: usize,
}

impl LeftOut {
    /// The first of these outcomes in words, and how many there are.
    pub(crate) async fn of(
        app: &App,
        caller: &Caller,
        world: &World,
        outcomes: &[Outcome],
    ) -> Result<LeftOut, Problem> {
        let sample = outcomes.get(..LEFT_OUT_MAX).unwrap_or(outcomes);
        Ok(LeftOut { sample: tell(app, caller, world, sample).await?, count: outcomes.len() })
    }
}

/// A decree as it is answered.
pub(crate) fn body(world: &World, decree: &Decree, left_out: Option<LeftOut>) -> DecreeBody {
    let signature = decree.signature.as_ref();
    let is_draft = decree.state == salur_core::decree::DecreeState::Draft;
    let (listed, listed_total) = if is_draft {
        (
            decree.count.saturating_sub(decree.struck.count),
            decree.total.0.saturating_sub(decree.struck.total.0),
        )
    } else {
        (0, 0)
    };
    let (left_out, left_out_count) = left_out.map(|left| (left.sample, left.count)).unzip();
    DecreeBody {
        id: decree.id.0,
        scheme: decree.scheme.to_string(),
        year: decree.year,
        state: decree.state.as_str(),
        count: decree.count,
        total: decree.total.0,
        listed,
        listed_total,
        digest: decree.digest.to_string(),
        approved: decree.approved.count,
        approved_total: decree.approved.total.0,
        struck: decree.struck.count,
        struck_total: decree.struck.total.0,
        refused: decree.refused.count,
        refused_total: decree.refused.total.0,
        number: signature.map(|signature| signature.number.clone()),
        date: signature.map(|signature| signature.date.to_string()),
        signed_by: signature.map(|signature| somebody(world, signature.by)),
        signed_at: signature.map(|signature| signature.at.to_string()),
        drafted_by: somebody(world, decree.drafted_by),
        drafted_at: decree.drafted_at.to_string(),
        version: decree.version,
        left_out,
        left_out_count,
    }
}

/// Lines as they are answered, with what the caller may see of their requests.
pub(crate) async fn line_bodies(
    app: &App,
    caller: &Caller,
    lines: Vec<DecreeLine>,
) -> Result<Vec<DecreeLineBody>, Problem> {
    let broken = |error| Problem::broken(&error, caller.lang);
    let notes = lines.iter().filter_map(|line| match &line.outcome {
        LineOutcome::Struck(note) => Some(note.id),
        LineOutcome::Listed | LineOutcome::Approved | LineOutcome::Refused(_) | LineOutcome::Released => None,
    });
    let notes = app.store.notes(notes).await.map_err(broken)?;
    let mut bodies = Vec::with_capacity(lines.len());
    for line in lines {
        let (recipient, region) = who(app, caller, line.request).await?.unzip();
        let (code, reason) = match &line.outcome {
            LineOutcome::Struck(note) => (None, notes.get(&note.id).cloned()),
            LineOutcome::Refused(code) => (Some(code.clone()), None),
            LineOutcome::Listed | LineOutcome::Approved | LineOutcome::Released => (None, None),
        };
        bodies.push(DecreeLineBody {
            line: line.line,
            request: line.request.0,
            recipient,
            region,
            amount: line.amount.0,
            outcome: line.outcome.as_str(),
            code,
            reason,
        });
    }
    Ok(bodies)
}

/// Who a line's aid is for, and where, if the caller may see it.
pub(crate) async fn who(
    app: &App,
    caller: &Caller,
    request: salur_core::RequestId,
) -> Result<Option<(RecipientBody, String)>, Problem> {
    let listed = app.store.request(request).await.map_err(|error| Problem::broken(&error, caller.lang))?;
    let listed = listed.filter(|listed| caller.sees(&listed.request.region));
    Ok(listed.map(|listed| {
        let recipient = RecipientBody {
            id: listed.request.recipient.0,
            name: listed.label.name,
            nik: masked(&listed.label.tail),
        };
        (recipient, listed.request.region.to_string())
    }))
}
