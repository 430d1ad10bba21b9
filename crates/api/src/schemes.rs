//! Schemes of aid: what each asks about a recipient, and what may be done.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use salur_core::Lang;
use salur_core::form::{Field, Kind};
use salur_core::workflow::{BenefitKind, Workflow};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::actions::{field_kind, value_titles};
use crate::workflows::{ActionTextBody, action_texts};
use crate::{App, Caller};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list))
}

/// The schemes.
#[derive(Debug, Serialize, ToSchema)]
pub struct SchemesBody {
    /// By id.
    pub data: Vec<SchemeBody>,
}

/// A scheme of aid.
#[derive(Debug, Serialize, ToSchema)]
pub struct SchemeBody {
    /// The id, as `disaster`.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// The version of its definition that new requests run under.
    pub version: u32,
    /// The fund source.
    pub fund: String,
    /// `cash` or `goods`.
    pub benefit: &'static str,
    /// What it asks about a recipient.
    pub form: FormBody,
    /// What is noted down on the way.
    pub checklist: Vec<CheckBody>,
    /// What may be done to a request.
    pub actions: Vec<ActionTextBody>,
}

/// What a scheme asks about a recipient.
#[derive(Debug, Serialize, ToSchema)]
pub struct FormBody {
    /// The field that names a recipient within scheme and year.
    pub key: String,
    /// The field shown as the recipient's name.
    pub display: String,
    /// The field with the amount.
    pub amount: String,
    /// The field with the region.
    pub region: String,
    /// The fields, in the order they are shown.
    pub fields: Vec<FormFieldBody>,
    /// The fields of a group's members; none where there are no groups.
    pub members: Vec<FormFieldBody>,
}

/// One question of a form.
#[derive(Debug, Serialize, ToSchema)]
pub struct FormFieldBody {
    /// The name in facts.
    pub name: String,
    /// How its value is read, as `nik`, `money` or `date`.
    pub kind: &'static str,
    /// What it is called.
    pub label: String,
    /// The headers it is known by in files.
    pub headers: Vec<String>,
    /// True where it may not be left empty.
    pub required: bool,
}

/// Something noted down on the way.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckBody {
    /// The field.
    pub name: String,
    /// What it holds: `bool`, `int`, `money`, `date` or `enum`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The values of an `enum`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// What each of the values is called.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = std::collections::HashMap<String, String>)]
    pub value_titles: BTreeMap<String, String>,
    /// What it is called.
    pub title: String,
}

/// Lists the schemes with their forms.
#[utoipa::path(get, path = "/schemes", tag = "office",
    responses((status = 200, description = "The schemes", body = SchemesBody)))]
pub async fn list(State(app): State<App>, caller: Caller) -> Json<SchemesBody> {
    let world = app.store.world();
    let data = world.workflows.all_current().map(|workflow| body(workflow, caller.lang)).collect();
    Json(SchemesBody { data })
}

fn body(workflow: &Workflow, lang: Lang) -> SchemeBody {
    let form = &workflow.form;
    let members = form.members.as_ref().map_or(&[][..], |members| &members.fields);
    SchemeBody {
        id: workflow.scheme.to_string(),
        title: workflow.title.in_lang(lang).to_owned(),
        version: workflow.version,
        fund: workflow.fund.clone(),
        benefit: match workflow.benefit {
            BenefitKind::Cash => "cash",
            BenefitKind::Goods => "goods",
        },
        form: FormBody {
            key: form.key.to_string(),
            display: form.display.to_string(),
            amount: form.amount.to_string(),
            region: form.region.to_string(),
            fields: form.fields.iter().map(|field| question(field, lang)).collect(),
            members: members.iter().map(|field| question(field, lang)).collect(),
        },
        checklist: workflow
            .fields
            .iter()
            .map(|(name, field)| CheckBody {
                name: name.to_string(),
                kind: field_kind(field.kind),
                values: field.values.clone(),
                value_titles: value_titles(field, lang),
                title: field.title.in_lang(lang).to_owned(),
            })
            .collect(),
        actions: action_texts(workflow, lang),
    }
}

fn question(field: &Field, lang: Lang) -> FormFieldBody {
    FormFieldBody {
        name: field.name.to_string(),
        kind: kind(field.kind),
        label: field.label.in_lang(lang).to_owned(),
        headers: field.headers.clone(),
        required: field.required,
    }
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Nik => "nik",
        Kind::FamilyCard => "family_card",
        Kind::Name => "name",
        Kind::Text => "text",
        Kind::Sex => "sex",
        Kind::Date => "date",
        Kind::Region => "region",
        Kind::RegionName => "region_name",
        Kind::Money => "money",
        Kind::Bank => "bank",
        Kind::Account => "account",
        Kind::Count => "count",
        Kind::YesNo => "yes_no",
        Kind::Code => "code",
        Kind::TaxNo => "tax_no",
    }
}
