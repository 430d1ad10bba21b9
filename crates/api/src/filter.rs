//! Which requests somebody means: the same filter in lists, batches, decrees and payment orders.

use salur_core::workflow::Phase;
use salur_core::{Lang, RegionCode, RequestId};
use salur_store::requests::Filter;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::problem::{Problem, pick};
use crate::{App, Caller};

/// Most requests of one batch, decree or payment order.
pub(crate) const IDS_MAX: usize = 20_000;

/// Which requests are meant: all that fit everything given.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FilterBody {
    /// Of this scheme, as `disaster`.
    #[serde(default)]
    pub scheme: Option<String>,
    /// At this stage, as `verification`.
    #[serde(default)]
    pub stage: Option<String>,
    /// In this phase: `input`, `verification`, `approval`, `disbursement` or `accountability`.
    #[serde(default)]
    pub phase: Option<String>,
    /// Of this regency or city, as `64.72`.
    #[serde(default)]
    pub region: Option<String>,
    /// Of this fiscal year.
    #[serde(default)]
    pub year: Option<i16>,
    /// True for what is off its plain course or overdue.
    #[serde(default)]
    pub stuck: Option<bool>,
    /// Stuck for this cause, or `overdue`.
    #[serde(default)]
    pub code: Option<String>,
    /// Whole words of the name, or the whole NIK.
    #[serde(default)]
    pub q: Option<String>,
}

impl FilterBody {
    /// The filter, every name in it known.
    pub(crate) fn read(&self, app: &App, lang: Lang) -> Result<Filter, Problem> {
        let given = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
        Ok(Filter {
            scheme: given(&self.scheme).map(|scheme| known_scheme(app, &scheme, lang)).transpose()?,
            stage: given(&self.stage).map(|stage| known_stage(app, &stage, lang)).transpose()?,
            phase: given(&self.phase).map(|phase| known_phase(&phase, lang)).transpose()?,
            region: given(&self.region).map(|region| known_region(app, &region, lang)).transpose()?,
            year: self.year,
            stuck: self.stuck.unwrap_or_default(),
            code: given(&self.code).map(|code| known_code(app, code, lang)).transpose()?,
            q: given(&self.q),
        })
    }
}

/// Exactly one of ids and a filter, as the requests they name.
pub(crate) async fn named(
    app: &App,
    caller: &Caller,
    ids: Option<&[Uuid]>,
    filter: Option<&FilterBody>,
) -> Result<Vec<RequestId>, Problem> {
    let lang = caller.lang;
    let ids = match (ids, filter) {
        (Some(ids), None) => ids.iter().copied().map(RequestId).collect(),
        (None, Some(filter)) if *filter != FilterBody::default() => {
            let filter = filter.read(app, lang)?;
            let today = app.store.world().calendar.date_of(caller.at);
            let found = app.store.ids(&filter, &caller.scope(), today, IDS_MAX).await;
            found.map_err(|error| Problem::broken(&error, lang))?
        }
        _ => {
            let detail = pick(
                lang,
                "Kirim tepat satu dari `ids` dan `filter`; filter harus menyebut sedikitnya satu syarat.",
                "Send exactly one of `ids` and `filter`; a filter must name at least one condition.",
            );
            return Err(Problem::malformed("ids_or_filter", detail));
        }
    };
    if ids.len() > IDS_MAX {
        let detail = pick(
            lang,
            &format!("Paling banyak {IDS_MAX} permohonan sekali kirim; bagi atau persempit."),
            &format!("At most {IDS_MAX} requests at once; send fewer or narrow the filter."),
        );
        return Err(Problem::malformed("too_many", detail));
    }
    Ok(ids)
}

/// A scheme that the office has.
pub(crate) fn known_scheme(app: &App, text: &str, lang: Lang) -> Result<salur_core::SchemeId, Problem> {
    let world = app.store.world();
    let scheme = salur_core::SchemeId::from(text);
    if world.workflows.current(&scheme).is_some() {
        return Ok(scheme);
    }
    let known: Vec<_> = world.workflows.all_current().map(|workflow| workflow.scheme.to_string()).collect();
    Err(unknown("scheme", text, &known.join(", "), lang))
}

fn known_stage(app: &App, text: &str, lang: Lang) -> Result<salur_core::StageName, Problem> {
    let world = app.store.world();
    let stages: std::collections::BTreeSet<_> =
        world.workflows.all().flat_map(|workflow| workflow.stages.keys()).collect();
    if let Some(stage) = stages.iter().find(|stage| stage.as_str() == text) {
        return Ok((*stage).clone());
    }
    let known: Vec<_> = stages.iter().map(ToString::to_string).collect();
    Err(unknown("stage", text, &known.join(", "), lang))
}

fn known_phase(text: &str, lang: Lang) -> Result<Phase, Problem> {
    const ALL: [Phase; 5] =
        [Phase::Input, Phase::Verification, Phase::Approval, Phase::Disbursement, Phase::Accountability];
    ALL.into_iter()
        .find(|phase| phase.as_str() == text)
        .ok_or_else(|| unknown("phase", text, &ALL.map(Phase::as_str).join(", "), lang))
}

/// A cause that requests are stuck for.
fn known_code(app: &App, code: String, lang: Lang) -> Result<String, Problem> {
    let world = app.store.world();
    let holds = world.policy.hold.keys().map(String::as_str);
    let known: std::collections::BTreeSet<&str> =
        holds.chain(salur_core::wait::SNAGS).chain(["overdue"]).collect();
    if known.contains(code.as_str()) {
        return Ok(code);
    }
    let known: Vec<&str> = known.into_iter().collect();
    Err(unknown("code", &code, &known.join(", "), lang))
}

/// A regency or city that is served, or the province with all of them.
pub(crate) fn known_region(app: &App, text: &str, lang: Lang) -> Result<RegionCode, Problem> {
    let regions = app.store.regions();
    let named = RegionCode::from(text.trim());
    let read = regions.read(text).unwrap_or_else(|_| named.clone());
    let mut served = regions.served_regencies().map(|(code, _)| code);
    let is_province = !named.as_str().contains('.');
    let found = served.find(|code| **code == read || (is_province && code.is_within(&named)));
    found.map(|code| if *code == read { read.clone() } else { named.clone() }).ok_or_else(|| {
        let wanted =
            pick(lang, "kode kabupaten atau kota, misalnya 64.72", "the code of a regency or city, as 64.72");
        unknown("region", text, &wanted, lang)
    })
}

fn unknown(name: &str, text: &str, known: &str, lang: Lang) -> Problem {
    let shown: String = text.chars().take(40).collect();
    let what = pick(
        lang,
        &format!("{name} `{shown}` tidak dikenal; yang dikenal: {known}"),
        &format!("{name} `{shown}` is not known; known are: {known}"),
    );
    Problem::query_malformed(lang, &what)
}
