//! Changes of the office as forms: each kind with what it asks for. Who may, and how many persons it takes, is for the
//! rules to say.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use salur_api::change_body::ChangeBody;
use salur_api::extract::{BodyOf, IdOf};
use salur_api::proposals::{self, DeclineBody, ProposeBody};
use salur_api::{App, Problem, roster};
use salur_core::Lang;
use salur_core::office::{ChangeKind, Concern};
use salur_core::roster::Person;
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::shown;
use crate::page::{Frame, Visitor, show_wrong};
use crate::requests::{Choice, schemes};
use crate::sent::{Filled, Sent};
use crate::texts::t;

/// What a field of a change holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    Text,
    Day,
    Person,
    /// A person, or nobody.
    AnyPerson,
    Role,
    Region,
    Capacity,
    /// Whole rupiah, or nothing.
    Money,
    Line,
}

/// A kind of change with its fields.
#[derive(Debug)]
pub(super) struct Kind {
    pub(super) name: &'static str,
    titles: (&'static str, &'static str),
    fields: &'static [(&'static str, Holds, &'static str, &'static str)],
}

impl Kind {
    /// What the change is called.
    pub(super) fn title(&self, lang: Lang) -> String {
        match lang {
            Lang::Id => self.titles.0.to_owned(),
            Lang::En => self.titles.1.to_owned(),
        }
    }
}

const FROM: (&str, Holds, &str, &str) = ("from_day", Holds::Day, "Hari pertama", "First day");
const TO: (&str, Holds, &str, &str) = ("to_day", Holds::Day, "Hari terakhir", "Last day");
const PERSON: (&str, Holds, &str, &str) = ("person", Holds::Person, "Orang", "Person");
const ROLE: (&str, Holds, &str, &str) = ("role", Holds::Role, "Peran", "Role");
const REGION: (&str, Holds, &str, &str) = ("region", Holds::Region, "Wilayah", "Region");

/// The kinds that this page has forms for.
const KINDS: &[Kind] = &[
    Kind {
        name: "set_acting",
        titles: ("Tetapkan Plt, Plh, atau Pj", "Name an acting officer"),
        fields: &[
            PERSON,
            ("capacity", Holds::Capacity, "Sebagai", "As"),
            ROLE,
            REGION,
            ("for_whom", Holds::AnyPerson, "Pejabat yang berhalangan", "The holder who is away"),
            ("decree", Holds::Text, "Nomor surat", "Number of the letter"),
            FROM,
            TO,
        ],
    },
    Kind {
        name: "delegate",
        titles: ("Delegasikan peran", "Delegate a role"),
        fields: &[
            ("from", Holds::Person, "Peran milik", "Whose role"),
            ("to", Holds::Person, "Kepada", "To"),
            ROLE,
            REGION,
            ("amount_max", Holds::Money, "Sampai jumlah (rupiah)", "Up to (rupiah)"),
            FROM,
            TO,
            ("source", Holds::Text, "Dasar surat", "The letter it rests on"),
        ],
    },
    Kind {
        name: "note_absence",
        titles: ("Catat ketidakhadiran", "Note an absence"),
        fields: &[PERSON, FROM, TO],
    },
    Kind {
        name: "register_person",
        titles: ("Daftarkan orang", "Register a person"),
        fields: &[
            ("staff_no", Holds::Text, "Nomor pegawai", "Staff number"),
            ("name", Holds::Text, "Nama", "Name"),
        ],
    },
    Kind { name: "grant_role", titles: ("Beri peran", "Grant a role"), fields: &[PERSON, ROLE, REGION] },
    Kind { name: "revoke_role", titles: ("Cabut peran", "Revoke a role"), fields: &[PERSON, ROLE, REGION] },
    Kind {
        name: "dismiss_person",
        titles: ("Orang keluar dari kantor", "A person leaves"),
        fields: &[PERSON],
    },
    Kind {
        name: "set_freeze",
        titles: ("Bekukan dana", "Freeze a fund"),
        fields: &[
            ("fund", Holds::Text, "Sumber dana", "Fund source"),
            ("source", Holds::Text, "Dasar surat", "The order it rests on"),
            ("from", Holds::Day, "Hari pertama", "First day"),
            ("to", Holds::Day, "Hari terakhir", "Last day"),
        ],
    },
    Kind {
        name: "revise_ceiling",
        titles: ("Ubah pagu", "Revise a ceiling"),
        fields: &[
            ("line", Holds::Line, "Mata anggaran", "Budget line"),
            ("ceiling", Holds::Money, "Pagu baru (rupiah)", "New ceiling (rupiah)"),
            ("source", Holds::Text, "Dasar perubahan anggaran", "The revision it rests on"),
        ],
    },
];

/// The kinds that somebody may propose by a role of their own; whether this or that change may be made is asked then.
pub(super) fn open_to(app: &App, person: &Person, lang: Lang) -> Vec<(&'static str, String)> {
    let world = app.store.world();
    let may = |kind: &&Kind| {
        let kind = serde_json::from_value::<ChangeKind>(kind.name.into()).ok();
        let rule = kind.and_then(|kind| world.policy.change.get(&kind));
        rule.is_some_and(|rule| {
            rule.concerned != Concern::Nothing
                || person.grants.iter().any(|grant| rule.propose.contains(&grant.role))
        })
    };
    KINDS.iter().filter(may).map(|kind| (kind.name, kind.title(lang))).collect()
}

/// What a field of a change is called.
pub(super) fn label(kind: &str, field: &str, lang: Lang) -> String {
    let fields = KINDS.iter().find(|known| known.name == kind).map_or(&[][..], |kind| kind.fields);
    let known = fields.iter().find(|(name, ..)| *name == field);
    let known = known.or_else(|| KINDS.iter().flat_map(|kind| kind.fields).find(|(name, ..)| *name == field));
    match (known, lang) {
        (Some((_, _, id, _)), Lang::Id) => (*id).to_owned(),
        (Some((_, _, _, en)), Lang::En) => (*en).to_owned(),
        (None, _) => field.to_owned(),
    }
}

/// What roles, regions and schemes are called.
pub(super) fn names(app: &App, lang: Lang) -> BTreeMap<String, String> {
    let world = app.store.world();
    let roles = world.policy.role.iter();
    let roles = roles.map(|(role, title)| (role.to_string(), title.in_lang(lang).to_owned()));
    let regions = regions(app).into_iter().map(|choice| (choice.value, choice.title));
    let schemes = schemes(app, lang).into_iter().map(|choice| (choice.value, choice.title));
    roles.chain(regions).chain(schemes).collect()
}

/// A field of a form.
#[derive(Debug)]
struct Asked {
    name: &'static str,
    label: &'static str,
    input: &'static str,
    choices: Vec<Choice>,
    value: String,
}

#[derive(Template)]
#[template(path = "change.html")]
struct ChangePage {
    frame: Frame,
    title: String,
    fields: Vec<Asked>,
    wrong: Option<Problem>,
}

fn known(name: &str, lang: Lang) -> Result<&'static Kind, Problem> {
    KINDS.iter().find(|kind| kind.name == name).ok_or_else(|| Problem::not_found(lang))
}

/// Shows what a change asks for.
pub(super) async fn form(
    State(app): State<App>,
    visitor: Visitor,
    Path(kind): Path<String>,
) -> Result<Response, Problem> {
    form_page(&app, visitor, &kind, &Filled::default(), None).await
}

async fn form_page(
    app: &App,
    visitor: Visitor,
    kind: &str,
    filled: &Filled,
    wrong: Option<Problem>,
) -> Result<Response, Problem> {
    let Visitor { caller, frame, .. } = visitor;
    let lang = caller.lang;
    let kind = known(kind, lang)?;
    let world = app.store.world();
    let people = roster::roster(State(app.clone()), caller).await.0.people;
    let people: Vec<Choice> = people
        .into_iter()
        .filter(|person| person.active)
        .map(|person| Choice { value: person.id.to_string(), title: person.name })
        .collect();
    let roles: Vec<Choice> = world
        .policy
        .role
        .iter()
        .map(|(role, title)| Choice { value: role.to_string(), title: title.in_lang(lang).to_owned() })
        .collect();
    let regions = regions(app);
    let lines = app.store.budget_lines().await.map_err(|error| Problem::broken(&error, lang))?;
    let fields = kind.fields.iter().map(|(name, holds, id, en)| Asked {
        name,
        label: match lang {
            Lang::Id => id,
            Lang::En => en,
        },
        input: match holds {
            Holds::Day => "date",
            Holds::Text => "text",
            Holds::Money => "number",
            Holds::AnyPerson => "any",
            Holds::Person | Holds::Role | Holds::Region | Holds::Capacity | Holds::Line => "choice",
        },
        choices: match holds {
            Holds::Person | Holds::AnyPerson => people.clone(),
            Holds::Role => roles.clone(),
            Holds::Region => regions.clone(),
            Holds::Capacity => capacities(),
            Holds::Line => lines
                .iter()
                .map(|line| Choice { value: line.id.to_string(), title: line.id.to_string() })
                .collect(),
            Holds::Text | Holds::Day | Holds::Money => Vec::new(),
        },
        value: filled.first(name).to_owned(),
    });
    let status = wrong.as_ref().map(|wrong| wrong.status);
    let page = ChangePage { title: kind.title(lang), fields: fields.collect(), frame, wrong };
    show_wrong(&page, lang, status)
}

/// The province and all that lies within it.
fn regions(app: &App) -> Vec<Choice> {
    let regions = app.store.regions();
    let choice = |code: &str, name: &str| Choice { value: code.to_owned(), title: name.to_owned() };
    let served = regions.served_regencies().map(|(code, name)| choice(code.as_str(), name));
    let province =
        regions.served().map(|code| choice(code.as_str(), regions.served_name().unwrap_or_default()));
    province.into_iter().chain(served).collect()
}

fn capacities() -> Vec<Choice> {
    let all = [("plh", "Plh"), ("plt", "Plt"), ("pj", "Pj")];
    all.map(|(value, title)| Choice { value: value.into(), title: title.into() }).to_vec()
}

/// Proposes a change; where one person suffices it is done at once.
pub(super) async fn propose(
    State(app): State<App>,
    visitor: Visitor,
    Path(name): Path<String>,
    sent: Sent<Filled>,
) -> Result<Response, Problem> {
    let lang = visitor.caller.lang;
    let kind = known(&name, lang)?;
    let mut change: Map<String, Json> = Map::new();
    change.insert("kind".into(), kind.name.into());
    for (field, holds, ..) in kind.fields {
        let text = sent.value.first(field);
        let value = match holds {
            Holds::AnyPerson | Holds::Money if text.is_empty() => continue,
            Holds::Money => text.replace('.', "").parse::<i64>().map_or_else(|_| text.into(), Json::from),
            Holds::Text
            | Holds::Day
            | Holds::Person
            | Holds::AnyPerson
            | Holds::Role
            | Holds::Region
            | Holds::Capacity
            | Holds::Line => text.into(),
        };
        change.insert((*field).to_owned(), value);
    }
    let wrong = match serde_json::from_value::<ChangeBody>(Json::Object(change)) {
        Err(_) => Problem::malformed("change_incomplete", t!(visitor.frame, "fill-in-all")),
        Ok(change) => {
            let body = BodyOf { value: ProposeBody { change }, bytes: sent.bytes };
            match proposals::propose(State(app.clone()), visitor.caller.clone(), sent.key, body).await {
                Ok(_) => return Ok(Redirect::to("/office").into_response()),
                Err(problem) => problem,
            }
        }
    };
    form_page(&app, visitor, &name, &sent.value, Some(wrong)).await
}

/// Ends a paper, or lifts a freeze.
pub(super) async fn end(
    State(app): State<App>,
    visitor: Visitor,
    Path(name): Path<String>,
    sent: Sent<Filled>,
) -> Result<Response, Problem> {
    let lang = visitor.caller.lang;
    let fields: &[&str] = match name.as_str() {
        "end_acting" => &["acting"],
        "end_delegation" => &["delegation"],
        "end_absence" => &["person", "from_day"],
        "lift_freeze" => &["freeze"],
        _ => return Err(Problem::not_found(lang)),
    };
    let mut change: Map<String, Json> = Map::new();
    change.insert("kind".into(), name.into());
    for field in fields {
        change.insert((*field).to_owned(), sent.value.first(field).into());
    }
    let change = serde_json::from_value(Json::Object(change)).map_err(|_| Problem::not_found(lang))?;
    let body = BodyOf { value: ProposeBody { change }, bytes: sent.bytes };
    match proposals::propose(State(app.clone()), visitor.caller.clone(), sent.key, body).await {
        Ok(_) => Ok(Redirect::to("/office").into_response()),
        Err(problem) => shown(&app, visitor, Some(problem)).await,
    }
}

/// Confirms, declines or withdraws a proposal.
pub(super) async fn decide(
    State(app): State<App>,
    visitor: Visitor,
    Path((id, word)): Path<(Uuid, String)>,
    sent: Sent<Filled>,
) -> Result<Response, Problem> {
    let (app_of, caller, id) = (State(app.clone()), visitor.caller.clone(), IdOf(id));
    let told = match word.as_str() {
        "confirm" => proposals::confirm(app_of, caller, id, sent.key).await,
        "withdraw" => proposals::withdraw(app_of, caller, id, sent.key).await,
        "decline" => {
            let value = DeclineBody { reason: sent.value.given("reason") };
            let body = BodyOf { value, bytes: sent.bytes };
            proposals::decline(app_of, caller, id, sent.key, body).await
        }
        _ => return Err(Problem::not_found(visitor.caller.lang)),
    };
    match told {
        Ok(_) => Ok(Redirect::to("/office").into_response()),
        Err(problem) => shown(&app, visitor, Some(problem)).await,
    }
}
