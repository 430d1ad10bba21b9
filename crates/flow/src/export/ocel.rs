//! OCEL 2.0 as JSON: a decree or a payment order is one object that touches many requests, which a trace cannot tell.
//!
//! A file holds first all events, then all objects, so histories are gone through twice. What is kept between is what
//! there are few of: decrees, payment orders, budget lines, persons and roles.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use jiff::Timestamp;
use salur_core::event::Event;
use salur_core::{DecreeId, OrderId};
use serde_json::{Value, json};

use super::{Case, Doer, Naming, entered, told};

/// Every kind of event there is, and what is told of it.
pub(crate) const KINDS: [&str; 27] = [
    "entered",
    "amended",
    "advanced",
    "endorsed",
    "corrected",
    "held",
    "resumed",
    "claimed",
    "released",
    "commented",
    "attached",
    "listed",
    "unlisted",
    "ordered",
    "order_worked",
    "unordered",
    "payment_failed",
    "payment_unknown",
    "incident_opened",
    "ruled_unpaid",
    "ruled_paid_twice",
    "reminded",
    "escalated",
    "hold_review_due",
    "verification_expired",
    "repaired",
    "migrated",
];

/// Writes an object-centric log: first [`Ocel::events`] of every request, then [`Ocel::objects`] of every request.
pub struct Ocel<'a, W> {
    writer: W,
    naming: Naming<'a>,
    first: bool,
    objects_begun: bool,
    decrees: BTreeSet<DecreeId>,
    orders: BTreeSet<OrderId>,
    lines: BTreeSet<String>,
    persons: BTreeMap<String, BTreeSet<String>>,
}

impl<'a, W: Write> Ocel<'a, W> {
    /// Begins the log.
    pub fn new(mut writer: W, naming: Naming<'a>) -> io::Result<Ocel<'a, W>> {
        let text = |names: &[&str]| -> Vec<Value> {
            names.iter().map(|name| json!({"name": name, "type": "string"})).collect()
        };
        let attributes = text(&["activity", "stage", "lifecycle"]);
        let events: Vec<Value> =
            KINDS.iter().map(|name| json!({"name": name, "attributes": attributes})).collect();
        let objects = [
            json!({"name": "request", "attributes": text(&["scheme", "region", "year", "amount"])}),
            json!({"name": "decree", "attributes": []}),
            json!({"name": "payment_order", "attributes": []}),
            json!({"name": "budget_line", "attributes": []}),
            json!({"name": "person", "attributes": []}),
            json!({"name": "role", "attributes": []}),
        ];
        write!(
            writer,
            "{{\"eventTypes\":{},\n\"objectTypes\":{},\n\"events\":[",
            Value::from(events),
            Value::from(objects.to_vec())
        )?;
        Ok(Ocel {
            writer,
            naming,
            first: true,
            objects_begun: false,
            decrees: BTreeSet::new(),
            orders: BTreeSet::new(),
            lines: BTreeSet::new(),
            persons: BTreeMap::new(),
        })
    }

    /// Writes the events of a request. One without its first event is left out. No events come after the first objects.
    pub fn events(&mut self, case: &Case) -> io::Result<()> {
        if self.objects_begun {
            return Err(io::Error::other("events stand before objects"));
        }
        let Some((entered, _)) = entered(case) else { return Ok(()) };
        let request = format!("request:{}", case.request);
        for (told, entry) in told(case, self.naming).zip(&case.entries) {
            let mut related = vec![(request.clone(), "of")];
            if let Event::Entered(_) = entry.event {
                related.push((self.line(entered.line.as_str()), "charged to"));
            }
            related.push((self.person(&told.doer), "done by"));
            if let Some(role) = &told.doer.role {
                related.push((format!("role:{role}"), "done as"));
            }
            if let Some(other) = &told.for_whom {
                related.push((self.person(other), "done for"));
            }
            if let Event::Repaired(repaired) = &entry.event {
                let asked = (self.naming.doer)(repaired.asked_by);
                related.push((self.person(&asked), "asked for by"));
            }
            if let Some(decree) = told.decree {
                self.decrees.insert(decree);
                related.push((format!("decree:{decree}"), "by"));
            }
            if let Some(order) = told.order {
                self.orders.insert(order);
                related.push((format!("payment_order:{order}"), "by"));
            }
            let event = json!({
                "id": format!("event:{}:{}", case.request, entry.seq),
                "type": told.kind,
                "time": told.at.to_string(),
                "attributes": [
                    {"name": "activity", "value": told.activity},
                    {"name": "stage", "value": told.stage},
                    {"name": "lifecycle", "value": told.transition},
                ],
                "relationships": relationships(related),
            });
            self.put(&event)?;
        }
        Ok(())
    }

    /// Writes a request as an object, with what it was related to.
    pub fn objects(&mut self, case: &Case) -> io::Result<()> {
        self.begin_objects()?;
        let Some((entered, at)) = entered(case) else { return Ok(()) };
        let attribute = |name: &str, value: String, at: Timestamp| json!({"name": name, "value": value, "time": at.to_string()});
        let mut attributes = vec![
            attribute("scheme", entered.scheme.to_string(), at),
            attribute("region", entered.region.to_string(), at),
            attribute("year", entered.year.to_string(), at),
            attribute("amount", entered.amount.0.to_string(), at),
        ];
        let mut related = vec![(self.line(entered.line.as_str()), "charged to")];
        for entry in &case.entries {
            if let Event::Amended { amount, region, .. } = &entry.event {
                attributes.push(attribute("amount", amount.0.to_string(), entry.at));
                attributes.push(attribute("region", region.to_string(), entry.at));
            }
            if let Some(decree) = super::decree(&entry.event) {
                self.decrees.insert(decree);
                related.push((format!("decree:{decree}"), "listed on"));
            }
            if let Some(order) = super::order(&entry.event) {
                self.orders.insert(order);
                related.push((format!("payment_order:{order}"), "paid by"));
            }
        }
        related.sort();
        related.dedup();
        let object = json!({
            "id": format!("request:{}", case.request),
            "type": "request",
            "attributes": attributes,
            "relationships": relationships(related),
        });
        self.put(&object)
    }

    /// Writes the objects that are no requests, and ends the log.
    pub fn end(mut self) -> io::Result<W> {
        self.begin_objects()?;
        let (decrees, orders) = (std::mem::take(&mut self.decrees), std::mem::take(&mut self.orders));
        let (lines, persons) = (std::mem::take(&mut self.lines), std::mem::take(&mut self.persons));
        let roles: BTreeSet<&String> = persons.values().flatten().collect();
        let plain =
            |kind: &str, id: String| json!({"id": id, "type": kind, "attributes": [], "relationships": []});
        for decree in decrees {
            self.put(&plain("decree", format!("decree:{decree}")))?;
        }
        for order in orders {
            self.put(&plain("payment_order", format!("payment_order:{order}")))?;
        }
        for line in lines {
            self.put(&plain("budget_line", line))?;
        }
        for (person, acts_as) in &persons {
            let acts_as = acts_as.iter().map(|role| (format!("role:{role}"), "acts as")).collect();
            self.put(&json!({
                "id": person, "type": "person", "attributes": [], "relationships": relationships(acts_as),
            }))?;
        }
        for role in roles {
            self.put(&plain("role", format!("role:{role}")))?;
        }
        self.writer.write_all(b"]}\n")?;
        self.writer.flush()?;
        Ok(self.writer)
    }

    fn begin_objects(&mut self) -> io::Result<()> {
        if !self.objects_begun {
            (self.objects_begun, self.first) = (true, true);
            self.writer.write_all(b"],\n\"objects\":[")?;
        }
        Ok(())
    }

    fn put(&mut self, value: &Value) -> io::Result<()> {
        let sign = if std::mem::take(&mut self.first) { "\n" } else { ",\n" };
        write!(self.writer, "{sign}{value}")
    }

    fn line(&mut self, line: &str) -> String {
        let id = format!("budget_line:{line}");
        self.lines.insert(id.clone());
        id
    }

    fn person(&mut self, doer: &Doer) -> String {
        let id = format!("person:{}", doer.pseudonym);
        self.persons.entry(id.clone()).or_default().extend(doer.role.clone());
        id
    }
}

fn relationships(related: Vec<(String, &str)>) -> Vec<Value> {
    related.into_iter().map(|(id, how)| json!({"objectId": id, "qualifier": how})).collect()
}

/// Writes requests as an object-centric log. `cases` is asked twice, once for the events and once for the objects.
pub fn ocel<I>(writer: impl Write, cases: impl Fn() -> I, naming: Naming<'_>) -> io::Result<()>
where
    I: IntoIterator<Item = Case>,
{
    let mut out = Ocel::new(writer, naming)?;
    for case in cases() {
        out.events(&case)?;
    }
    for case in cases() {
        out.objects(&case)?;
    }
    out.end().map(drop)
}
