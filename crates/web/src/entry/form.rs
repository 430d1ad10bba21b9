//! A scheme's form as questions on a page, and what was answered as the API takes it.

use std::collections::BTreeMap;

use salur_api::request_detail::RequestDetailBody;
use salur_api::{App, Caller, Problem};
use salur_core::Lang;
use salur_core::form::{Field, Kind};
use salur_core::workflow::Workflow;
use serde_json::{Map, Value as Json};

use crate::requests::{Choice, regions};
use crate::sent::Filled;

/// A question of a form.
#[derive(Debug, Clone)]
pub(super) struct Question {
    /// The name of its input.
    pub(super) name: String,
    pub(super) label: String,
    pub(super) hint: &'static str,
    /// `text`, `number`, `date` or `choice`.
    pub(super) input: &'static str,
    pub(super) choices: Vec<Choice>,
    pub(super) required: bool,
    pub(super) value: String,
    /// The answer as people read it.
    pub(super) said: String,
    /// What is wrong with the answer.
    pub(super) wrong: Option<String>,
}

/// The questions about one member.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) number: usize,
    pub(super) questions: Vec<Question>,
}

/// The questions of a scheme's form, with what was answered and what is wrong with it.
pub(super) fn questions(
    app: &App,
    caller: &Caller,
    workflow: &Workflow,
    filled: &Filled,
    rows: usize,
    wrong: Option<&Problem>,
) -> (Vec<Question>, Vec<Group>) {
    let regions = regions(app, caller);
    let ask = |field: &Field, name: String, pointer: &str| {
        let fault = wrong.and_then(|wrong| wrong.errors.iter().find(|fault| fault.pointer == pointer));
        let value = filled.first(&name).to_owned();
        let mut choices = match field.kind {
            Kind::Region => regions.clone(),
            Kind::YesNo => yes_no(caller.lang),
            Kind::Name
            | Kind::Text
            | Kind::Date
            | Kind::RegionName
            | Kind::Bank
            | Kind::Count
            | Kind::Code
            | Kind::TaxNo
            | Kind::Nik
            | Kind::FamilyCard
            | Kind::Account
            | Kind::Money
            | Kind::Sex => Vec::new(),
        };
        // A place within a regency stays what it is unless another is chosen.
        if field.kind == Kind::Region && !value.is_empty() && !choices.iter().any(|it| it.value == value) {
            let title = app.store.regions().name(&value).unwrap_or(&value).to_owned();
            choices.insert(0, Choice { value: value.clone(), title });
        }
        Question {
            label: field.label.in_lang(caller.lang).to_owned(),
            hint: hint(field.kind, caller.lang),
            input: input(field.kind),
            required: field.required,
            said: said(field.kind, &value, &choices, caller.lang),
            value,
            choices,
            wrong: fault.map(|fault| worded(&fault.detail, field, caller.lang)),
            name,
        }
    };
    let form = &workflow.form;
    // The name of the region follows from its code.
    let own = form.fields.iter().filter(|field| field.kind != Kind::RegionName);
    let own = own.map(|field| ask(field, format!("fact.{}", field.name), &format!("/fields/{}", field.name)));
    let groups = form.members.iter().flat_map(|members| {
        let of = |row: usize| {
            let fields = members.fields.iter().filter(|field| field.name != members.group);
            let questions = fields.map(move |field| (field, row));
            questions.map(|(field, row)| {
                let pointer = format!("/fields/members/{row}/{}", field.name);
                ask(field, format!("member.{row}.{}", field.name), &pointer)
            })
        };
        (0..rows).map(move |row| Group { number: row.saturating_add(1), questions: of(row).collect() })
    });
    (own.collect(), groups.collect())
}

/// A fault in the words of the page: programs are told a field's name, people what it is called.
fn worded(detail: &str, field: &Field, lang: Lang) -> String {
    let label = field.label.in_lang(lang);
    let words = detail.split(' ').map(|word| match word.strip_prefix(field.name.as_str()) {
        Some(rest) if rest.chars().all(|c| c.is_ascii_punctuation() && c != '_') => format!("{label}{rest}"),
        _ => word.to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}

/// What was answered, as the API takes it: empty answers are none, members without any answer are not there.
pub(super) fn answered(workflow: &Workflow, filled: &Filled, rows: usize) -> BTreeMap<String, Json> {
    let form = &workflow.form;
    let mut fields: BTreeMap<String, Json> = BTreeMap::new();
    for field in &form.fields {
        if let Some(value) = filled.given(&format!("fact.{}", field.name)) {
            fields.insert(field.name.to_string(), value.into());
        }
    }
    if let Some(members) = &form.members {
        let member = |row: usize| {
            let answers = members.fields.iter().filter_map(|field| {
                let value = filled.given(&format!("member.{row}.{}", field.name))?;
                Some((field.name.to_string(), Json::from(value)))
            });
            answers.collect::<Map<_, _>>()
        };
        let group = fields.get(members.group.as_str()).cloned();
        let all = (0..rows).map(member).filter(|member| !member.is_empty()).map(|mut member| {
            if let Some(group) = &group {
                member.insert(members.group.to_string(), group.clone());
            }
            Json::Object(member)
        });
        let all: Vec<_> = all.collect();
        if !all.is_empty() {
            fields.insert("members".into(), Json::Array(all));
        }
    }
    fields
}

/// The facts of a request as its form would have sent them; what is cut short is left out.
pub(super) fn known(it: &RequestDetailBody) -> Filled {
    let facts = it.facts.iter().filter_map(|(name, value)| {
        let text = match value {
            Json::String(text) if text.starts_with('*') => return None,
            Json::String(text) => text.clone(),
            Json::Bool(truth) => if *truth { "ya" } else { "tidak" }.to_owned(),
            Json::Number(number) => number.to_string(),
            Json::Null | Json::Array(_) | Json::Object(_) => return None,
        };
        Some((format!("fact.{name}"), text))
    });
    facts.collect()
}

/// An answer as people read it: what was chosen by its title, amounts and days in words.
fn said(kind: Kind, value: &str, choices: &[Choice], lang: Lang) -> String {
    if let Some(choice) = choices.iter().find(|choice| choice.value == value) {
        return choice.title.clone();
    }
    match kind {
        Kind::Money => value.replace('.', "").parse().map_or_else(|_| value.to_owned(), crate::words::rupiah),
        Kind::Date => {
            value.parse().map_or_else(|_| value.to_owned(), |day| salur_core::words::date(day, lang))
        }
        Kind::Name
        | Kind::Text
        | Kind::Region
        | Kind::RegionName
        | Kind::Bank
        | Kind::Count
        | Kind::Code
        | Kind::TaxNo
        | Kind::Nik
        | Kind::FamilyCard
        | Kind::Account
        | Kind::YesNo
        | Kind::Sex => value.to_owned(),
    }
}

fn input(kind: Kind) -> &'static str {
    match kind {
        Kind::Region | Kind::YesNo => "choice",
        Kind::Date => "date",
        Kind::Nik | Kind::FamilyCard | Kind::Account | Kind::TaxNo | Kind::Money | Kind::Count => "number",
        Kind::Name | Kind::Text | Kind::Sex | Kind::RegionName | Kind::Bank | Kind::Code => "text",
    }
}

fn hint(kind: Kind, lang: Lang) -> &'static str {
    let (id, en) = match kind {
        Kind::Nik | Kind::FamilyCard => ("16 angka, seperti pada kartunya", "16 digits, as on the card"),
        Kind::Money => ("rupiah bulat, misalnya 1.500.000", "whole rupiah, as 1.500.000"),
        Kind::Sex => ("L atau P", "L or P"),
        Kind::Account => ("angka saja", "digits only"),
        Kind::Name
        | Kind::Text
        | Kind::Date
        | Kind::Region
        | Kind::RegionName
        | Kind::Bank
        | Kind::Count
        | Kind::YesNo
        | Kind::Code
        | Kind::TaxNo => ("", ""),
    };
    match lang {
        Lang::Id => id,
        Lang::En => en,
    }
}

fn yes_no(lang: Lang) -> Vec<Choice> {
    let (yes, no) = match lang {
        Lang::Id => ("ya", "tidak"),
        Lang::En => ("yes", "no"),
    };
    [("ya", yes), ("tidak", no)]
        .map(|(value, title)| Choice { value: value.into(), title: title.into() })
        .to_vec()
}
