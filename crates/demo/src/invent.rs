//! Invents recipients: names, numbers that cannot be anybody's, accounts, villages. The same request of the same seed
//! is always the same person.

use std::collections::BTreeMap;

use jiff::civil::Date;
use salur_core::form::{Check, Facts, Field, Fields, Form, Kind, Value};
use salur_core::{FieldName, Rupiah};
use serde::Deserialize;

use crate::DemoError;
use crate::agenda::{Agenda, List};
use crate::days::Days;
use crate::dice::Dice;
use crate::plan::{Plan, Recipient, Scheme};
use crate::shipped::{self, Regency, Village};

/// What a NIK begins with here: no province has this code.
const IMPOSSIBLE: &str = "99";
/// Serial numbers of a NIK run to here.
const SERIALS: usize = 9_999;

#[derive(Debug, Deserialize)]
struct Common {
    first_male: Vec<String>,
    first_female: Vec<String>,
    last_male: Vec<String>,
    last_female: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Local {
    single: usize,
    from_here: usize,
    male: Vec<String>,
    female: Vec<String>,
    last: Vec<String>,
}

/// Names to draw from.
#[derive(Debug)]
pub(crate) struct Names {
    common: Common,
    local: Local,
}

impl Names {
    pub(crate) fn shipped() -> Result<Names, DemoError> {
        Ok(Names {
            common: serde_json::from_str(shipped::NAMES)?,
            local: toml::from_str(include_str!("../names.toml"))?,
        })
    }

    fn draw(&self, dice: &mut Dice, woman: bool) -> String {
        let (common, local) = (&self.common, &self.local);
        let is_local = dice.chance(local.from_here, 100);
        let first = match (is_local, woman) {
            (true, true) => &local.female,
            (true, false) => &local.male,
            (false, true) => &common.first_female,
            (false, false) => &common.first_male,
        };
        let first = dice.pick(first);
        if dice.chance(local.single, 100) {
            return first.to_owned();
        }
        let last = match (is_local, woman) {
            (true, _) => &local.last,
            (false, true) => &common.last_female,
            (false, false) => &common.last_male,
        };
        format!("{first} {}", dice.pick(last))
    }
}

/// Somebody invented.
struct Somebody {
    name: String,
    woman: bool,
    born: Date,
    nik: String,
    family_card: String,
}

/// Invents recipients.
pub(crate) struct Inventor<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) names: &'a Names,
    pub(crate) regencies: &'a [Regency],
    pub(crate) agenda: &'a Agenda,
    pub(crate) days: &'a Days,
    pub(crate) seed: u64,
}

/// What is thrown for one request before its fields are filled in.
struct Draw<'a> {
    life: usize,
    scheme: &'a Scheme,
    form: &'a Form,
    list: &'a List,
    regency: &'a Regency,
    referred: bool,
    somebody: Somebody,
    display: String,
    counts: BTreeMap<FieldName, usize>,
    bank: (&'a str, String),
}

impl Inventor<'_> {
    /// The facts of a request.
    pub(crate) fn facts(&self, life: usize, form: &Form) -> Option<Facts> {
        let list = self.agenda.list_of(life)?;
        let scheme = self.plan.scheme.get(list.scheme)?;
        let regency = self.regencies.get(list.regency)?;
        let mut dice = Dice::of(self.seed, &[2, number(life)]);
        let draw = self.draw(life, scheme, form, list, regency, &mut dice);
        let mut fields = Fields::new();
        for field in &form.fields {
            if let Some(value) = self.value(&draw, field, &mut dice) {
                fields.insert(field.name.clone(), value);
            }
        }
        let members = self.members(&draw, &fields, &mut dice);
        Some(Facts { fields, members })
    }

    /// Another account for somebody whose first one was wrong.
    pub(crate) fn mend_account(&self, life: usize, form: &Form, facts: &mut Facts) {
        let mut dice = Dice::of(self.seed, &[3, number(life)]);
        let length = facts.text(&form.account.number).map_or(10, str::len);
        facts.fields.insert(form.account.number.clone(), Value::Text(dice.digits(length)));
    }

    fn draw<'a>(
        &'a self,
        life: usize,
        scheme: &'a Scheme,
        form: &'a Form,
        list: &'a List,
        regency: &'a Regency,
        dice: &mut Dice,
    ) -> Draw<'a> {
        let code = regency.code.as_str().rsplit('.').next().unwrap_or_default();
        let somebody = self.somebody(scheme, list, code, life, dice);
        let display = match scheme.recipient {
            Recipient::Person => somebody.name.clone(),
            Recipient::Body => scheme.body.iter().map(|words| dice.pick(words)).collect::<Vec<_>>().join(" "),
        };
        let mut counts: BTreeMap<FieldName, usize> = scheme
            .counts
            .iter()
            .map(|(name, (low, high))| (name.clone(), dice.between(*low, *high)))
            .collect();
        let count = form.members.as_ref().and_then(|rules| rules.count.clone());
        if let (Some(name), Some((low, high))) = (count, scheme.members) {
            counts.insert(name, dice.between(low, high));
        }
        let referred = self.agenda.lives.get(life).is_some_and(|life| life.referred);
        let bank = self.bank(dice);
        Draw { life, scheme, form, list, regency, referred, somebody, display, counts, bank }
    }

    fn value(&self, draw: &Draw<'_>, field: &Field, dice: &mut Dice) -> Option<Value> {
        let (form, who) = (draw.form, &draw.somebody);
        let text = match field.kind {
            Kind::Nik => who.nik.clone(),
            Kind::FamilyCard => who.family_card.clone(),
            Kind::Name if field.name == form.account.holder || field.name == form.display => {
                draw.display.clone()
            }
            Kind::Name => who.name.clone(),
            Kind::Sex => (if who.woman { "P" } else { "L" }).into(),
            Kind::Region => draw.regency.code.as_str().into(),
            Kind::RegionName => draw.regency.name.clone(),
            Kind::Bank => draw.bank.0.into(),
            Kind::Account => draw.bank.1.clone(),
            Kind::TaxNo => format!("{IMPOSSIBLE}{}", dice.digits(13)),
            Kind::Code => Self::filled(draw, draw.scheme.code.as_deref()?, dice),
            Kind::Text => self.text(draw, &field.name, dice)?,
            Kind::Date => return Some(Value::Date(self.date(draw, &field.name))),
            Kind::Money => return Some(Value::Money(amount(draw, dice))),
            Kind::Count => {
                let count = draw.counts.get(&field.name).copied().unwrap_or(1);
                return Some(Value::Int(i64::try_from(count).unwrap_or(1)));
            }
            Kind::YesNo => {
                let refer = form.refer_when.as_ref().filter(|refer| refer.field == field.name);
                return Some(Value::Bool(refer.is_none_or(|refer| refer.is == draw.referred)));
            }
        };
        Some(Value::Text(text))
    }

    /// The day somebody was born, or, of any other date, the one that a list shares: a few days before it came in.
    fn date(&self, draw: &Draw<'_>, name: &FieldName) -> Date {
        let is_birth = |check: &Check| match check {
            Check::NikBirthDate { date, .. } => date == name,
            Check::NikSex { .. } | Check::RegionName { .. } => false,
        };
        if draw.form.checks.iter().any(is_birth) {
            return draw.somebody.born;
        }
        let mut dice = self.dice_of_list(draw);
        let before = jiff::Span::new().days(i64::try_from(dice.between(2, 12)).unwrap_or(2));
        let entered = self.days.date(draw.list.day);
        entered.checked_sub(before).unwrap_or(entered)
    }

    fn text(&self, draw: &Draw<'_>, name: &FieldName, dice: &mut Dice) -> Option<String> {
        if let Some(shared) = draw.scheme.shared.get(name) {
            let mut dice = self.dice_of_list(draw);
            let text = dice.pick(shared);
            return Some(Self::filled(draw, text, &mut dice));
        }
        let text = dice.pick(draw.scheme.texts.get(name)?);
        Some(Self::filled(draw, text, dice))
    }

    fn dice_of_list(&self, draw: &Draw<'_>) -> Dice {
        let list = self.agenda.lives.get(draw.life).map_or(0, |life| number(life.list));
        Dice::of(self.seed, &[4, list])
    }

    /// A text with its places filled in.
    fn filled(draw: &Draw<'_>, text: &str, dice: &mut Dice) -> String {
        let nowhere = Village { name: String::new(), district: String::new() };
        let at = dice.below(draw.regency.villages.len());
        let village = draw.regency.villages.get(at).unwrap_or(&nowhere);
        let number =
            if draw.scheme.code.as_deref() == Some(text) { draw.life + 1 } else { dice.between(1, 40) };
        text.replace("{village}", &village.name)
            .replace("{district}", &village.district)
            .replace("{region}", &draw.regency.code.as_str().replace('.', ""))
            .replace("{n}", &format!("{number:03}"))
    }

    fn somebody(&self, scheme: &Scheme, list: &List, place: &str, count: usize, dice: &mut Dice) -> Somebody {
        let woman = dice.chance(scheme.women, 100);
        let (young, old) = scheme.ages;
        let age = dice.between(usize::try_from(young).unwrap_or(18), usize::try_from(old).unwrap_or(60));
        let year = list.year - i16::try_from(age).unwrap_or_default();
        let day = i64::try_from(dice.below(365)).unwrap_or_default();
        let born = Date::new(year, 1, 1).and_then(|first| first.checked_add(jiff::Span::new().days(day)));
        let born = born.unwrap_or_default();
        let written = born.day() + if woman { 40 } else { 0 };
        let nik = format!(
            "{IMPOSSIBLE}{place}{:02}{written:02}{:02}{:02}{:04}",
            count / SERIALS % 99 + 1,
            born.month(),
            born.year().rem_euclid(100),
            count % SERIALS + 1,
        );
        let family_card = format!("{IMPOSSIBLE}{place}{}", dice.digits(16 - IMPOSSIBLE.len() - place.len()));
        Somebody { name: self.names.draw(dice, woman), woman, born, nik, family_card }
    }

    fn bank(&self, dice: &mut Dice) -> (&str, String) {
        let all: usize = self.plan.bank.iter().map(|bank| bank.weight).sum();
        let mut roll = dice.below(all);
        for bank in &self.plan.bank {
            if roll < bank.weight {
                return (&bank.name, dice.digits(bank.digits));
            }
            roll -= bank.weight;
        }
        ("", String::new())
    }

    /// The members of a group; its leader is the first of them.
    fn members(&self, draw: &Draw<'_>, group: &Fields, dice: &mut Dice) -> Vec<Fields> {
        let (Some(rules), Some(_)) = (&draw.form.members, draw.scheme.members) else {
            return Vec::new();
        };
        let count = rules.count.as_ref().and_then(|count| draw.counts.get(count)).copied().unwrap_or(1);
        let mut members = Vec::with_capacity(count);
        for at in 0..count {
            let other = self.somebody(draw.scheme, draw.list, "00", draw.life * 20 + at, dice);
            let who = if at == 0 { &draw.somebody } else { &other };
            let mut member = Fields::new();
            for field in rules.fields.iter().filter(|field| field.name != rules.group) {
                let texts = draw.scheme.texts.get(&field.name);
                let text = match field.kind {
                    Kind::Nik => Some(who.nik.clone()),
                    Kind::Name => Some(who.name.clone()),
                    Kind::Text => texts.and_then(|texts| texts.get(at).or(texts.last())).cloned(),
                    Kind::FamilyCard
                    | Kind::Sex
                    | Kind::Date
                    | Kind::Region
                    | Kind::RegionName
                    | Kind::Money
                    | Kind::Bank
                    | Kind::Account
                    | Kind::Count
                    | Kind::YesNo
                    | Kind::Code
                    | Kind::TaxNo => None,
                };
                member.extend(text.map(|text| (field.name.clone(), Value::Text(text))));
            }
            member.extend(group.get(&draw.form.key).map(|key| (rules.group.clone(), key.clone())));
            members.push(member);
        }
        members
    }
}

fn amount(draw: &Draw<'_>, dice: &mut Dice) -> Rupiah {
    if let Some(each) = &draw.scheme.each {
        let count = draw.counts.get(&each.field).copied().unwrap_or(1);
        return Rupiah(i64::try_from(count).unwrap_or(1) * each.amount);
    }
    Rupiah(draw.scheme.amounts.get(dice.below(draw.scheme.amounts.len())).copied().unwrap_or(1))
}

fn number(of: usize) -> u64 {
    u64::try_from(of).unwrap_or_default()
}
