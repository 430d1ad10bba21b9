//! The people: invented, impossible, sound, and the same each time.

use std::collections::{BTreeMap, BTreeSet};

use salur_core::form::{Context, Facts, Fields, Kind, Value};
use salur_demo::Options;
use serde_json::{Map, Value as Json};

use crate::Demo;

const DAY: &str = "2026-11-24T03:20:00Z";

fn plain(fields: &Fields, without: &str) -> Map<String, Json> {
    let shown = |value: &Value| match value {
        Value::Text(text) => Json::from(text.as_str()),
        Value::Int(number) => Json::from(*number),
        Value::Money(amount) => Json::from(amount.0),
        Value::Date(date) => Json::from(date.to_string()),
        Value::Bool(truth) => Json::from(*truth),
    };
    fields
        .iter()
        .filter(|(name, _)| name.as_str() != without)
        .map(|(name, value)| (name.to_string(), shown(value)))
        .collect()
}

fn entry(facts: &Facts, group: Option<&str>) -> Map<String, Json> {
    let mut entry = plain(&facts.fields, "");
    if let Some(group) = group {
        let members: Vec<Json> =
            facts.members.iter().map(|member| Json::Object(plain(member, group))).collect();
        entry.insert("members".into(), Json::Array(members));
    }
    entry
}

#[tokio::test]
async fn every_recipient_would_pass_as_entered_by_hand_and_could_not_exist() {
    let demo = Demo::small(DAY).await;
    let world = demo.store.world();
    let today = world.calendar.date_of(demo.as_of);
    let context = Context { regions: demo.store.regions(), today };
    let (mut single, mut people, mut niks) = (0, 0, BTreeSet::new());
    for listed in demo.requests().await {
        let request = listed.request;
        let facts = demo.store.facts(request.recipient, request.facts.version).await.unwrap().unwrap();
        let form = &world.workflows.current(&request.scheme).unwrap().form;
        let group = form.members.as_ref().map(|rules| rules.group.as_str());
        let verdict = form.judge_entry(&context, &entry(&facts, group));
        assert!(verdict.is_sound(), "{}: {:?}", request.scheme, verdict.faults);
        assert_eq!(verdict.facts.fields, facts.fields, "{}", request.scheme);
        assert_eq!(verdict.referred, request.stage.as_str() == "referred");
        for field in form.fields.iter().filter(|field| field.kind == Kind::Nik) {
            let nik = facts.text(&field.name).unwrap();
            assert!(nik.starts_with("99"), "a NIK that could be somebody's");
            assert!(niks.insert(nik.to_owned()), "twice the same NIK");
        }
        for member in &facts.members {
            assert!(member.get("nik").and_then(Value::as_text).unwrap().starts_with("99"));
        }
        if form.key.as_str() == "nik" {
            people += 1;
            single += i32::from(!listed.label.name.contains(' '));
        }
    }
    assert!((people / 5..people / 2).contains(&single), "{single} of {people} have one name");
}

/// Everything that must not depend on anything but the seed and the day, by id.
async fn told(demo: &Demo) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for listed in demo.requests().await {
        let request = listed.request;
        let facts = demo.store.facts(request.recipient, request.facts.version).await.unwrap().unwrap();
        let facts = String::from_utf8(facts.canonical().unwrap()).unwrap();
        let (stage, due) = (&request.stage, request.due_on);
        let line = format!("{facts} {} {stage} {} {due:?}", request.amount, request.entered_at);
        all.insert(request.id.to_string(), line);
    }
    all
}

#[tokio::test]
async fn the_same_seed_and_day_give_the_same_office() {
    let (one, again) = (Demo::small(DAY).await, Demo::small(DAY).await);
    let options = Options { shrink: 60, seed: 65, ..Options::at(one.as_of) };
    let other = Demo::of(options).await;
    assert_eq!(told(&one).await, told(&again).await);
    assert_ne!(told(&one).await, told(&other).await);
    assert_ne!(one.loaded.sign_ins[0].token, again.loaded.sign_ins[0].token, "a token is never foreseen");
}
