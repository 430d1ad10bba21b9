//! XES (IEEE 1849): `log` holds `trace` holds `event`, and each holds attributes with a `key` and a `value`.
//!
//! Only the attributes that stand directly in a trace or an event are looked at, so neither a nested attribute nor the
//! default of a `global` is taken for one of an event. A default is not filled in either: a case that began in 1970,
//! because that is the log's default, would be a wrong figure and not a missing one.

use std::borrow::Cow;
use std::io::BufRead;

use jiff::Timestamp;
use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Error, Reader, XmlVersion};

use super::fault::{LogError, LogErrorCode, Place};
use super::instant::Instants;
use super::source::Bounded;
use super::{DEPTH_MAX, EventLog, LogEvent, LogOptions, Moment};

pub(super) fn read(input: impl BufRead, options: &LogOptions) -> Result<EventLog, LogError> {
    let mut reader = Reader::from_reader(Bounded::new(input));
    // Space between tags means nothing here, and is the half of many files.
    reader.config_mut().trim_text(true);
    let mut build = Build::new(options);
    let mut piece = Vec::new();
    loop {
        piece.clear();
        reader.get_mut().renew();
        let event = match reader.read_event_into(&mut piece) {
            Ok(event) => event,
            Err(error) => {
                build.byte = reader.buffer_position();
                let spent = reader.get_ref().is_spent();
                return Err(build.refused(code_of(&error, spent), &error.to_string()));
            }
        };
        build.byte = reader.buffer_position();
        match event {
            Event::Start(element) => build.open(&element, true)?,
            Event::Empty(element) => build.open(&element, false)?,
            Event::End(_) => build.close()?,
            Event::DocType(_) => return Err(build.refused(LogErrorCode::DoctypeRefused, "")),
            Event::Eof => break,
            Event::Text(_)
            | Event::CData(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::GeneralRef(_) => {}
        }
    }
    build.end()
}

fn code_of(error: &Error, spent: bool) -> LogErrorCode {
    if spent {
        return LogErrorCode::PieceTooLarge;
    }
    let text = error.to_string();
    if text.contains("UTF-8") || text.contains("utf-8") {
        return LogErrorCode::EncodingUnknown;
    }
    if matches!(error, Error::Io(_)) { LogErrorCode::Unreadable } else { LogErrorCode::XmlBroken }
}

/// The innermost open element that means something.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Nothing,
    Log,
    Trace,
    Event,
}

/// Which of the values that are kept an attribute holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    Case,
    Activity,
    Time,
    Resource,
    Lifecycle,
}

struct Build<'a> {
    log: EventLog,
    instants: Instants<'a>,
    keys: [(&'a str, Key); 5],
    within: Within,
    /// Open elements below that mean nothing.
    deep: usize,
    byte: u64,
    traces: u64,
    /// Where the open trace begins in the events.
    began: usize,
    case: Option<u32>,
    rooted: bool,
    // Of the open event:
    activity: Option<u32>,
    at: Option<Timestamp>,
    resource: Option<u32>,
    moment: Moment,
}

/// What stands in quotes after `name`, with which the text begins, and what follows. By bytes: the texts are short.
fn quoted<'t>(text: &'t str, name: &str) -> Option<(&'t str, &'t str)> {
    let text = text.trim_ascii_start().strip_prefix(name)?;
    let end = text.bytes().position(|byte| byte == b'"')?;
    Some((text.get(..end)?, text.get(end + 1..)?))
}

impl<'a> Build<'a> {
    fn new(options: &'a LogOptions) -> Build<'a> {
        Build {
            log: EventLog::default(),
            instants: Instants::new(options),
            keys: [
                (options.activity.as_deref().unwrap_or("concept:name"), Key::Activity),
                (options.time.as_deref().unwrap_or("time:timestamp"), Key::Time),
                (options.resource.as_deref().unwrap_or("org:resource"), Key::Resource),
                (options.lifecycle.as_deref().unwrap_or("lifecycle:transition"), Key::Lifecycle),
                (options.case.as_deref().unwrap_or("concept:name"), Key::Case),
            ],
            within: Within::Nothing,
            deep: 0,
            byte: 0,
            traces: 0,
            began: 0,
            case: None,
            rooted: false,
            activity: None,
            at: None,
            resource: None,
            moment: Moment::Done,
        }
    }

    fn place(&self) -> Place {
        let event = u64::try_from(self.log.events.len() - self.began).unwrap_or(u64::MAX);
        match self.within {
            Within::Event => {
                Place::Event { trace: self.traces, event: event.saturating_add(1), byte: self.byte }
            }
            Within::Nothing | Within::Log | Within::Trace => Place::Byte(self.byte),
        }
    }

    fn refused(&self, code: LogErrorCode, found: &str) -> LogError {
        LogError::new(code, self.place(), found)
    }

    /// An element begins; `stays` if it ends with a tag of its own.
    fn open(&mut self, element: &BytesStart<'_>, stays: bool) -> Result<(), LogError> {
        if self.deep > 0 {
            self.deep += usize::from(stays);
            return if self.deep > DEPTH_MAX { Err(self.refused(LogErrorCode::TooDeep, "")) } else { Ok(()) };
        }
        if self.within == Within::Event {
            self.attribute(element)?;
            self.deep = usize::from(stays);
            return Ok(());
        }
        let name = element.local_name();
        match (self.within, name.as_ref()) {
            (Within::Nothing, "log") if !self.rooted => {
                self.rooted = true;
                self.within = if stays { Within::Log } else { Within::Nothing };
            }
            (Within::Nothing, name) => return Err(self.refused(LogErrorCode::FormatUnknown, name)),
            (Within::Log, "trace") => {
                self.within = Within::Trace;
                self.traces += 1;
                self.began = self.log.events.len();
                return if stays { Ok(()) } else { self.close() };
            }
            (Within::Log, "event") => return Err(self.refused(LogErrorCode::EventOutsideTrace, "")),
            (Within::Trace, "event") => {
                self.within = Within::Event;
                return if stays { Ok(()) } else { self.close() };
            }
            (Within::Log, _) => self.deep = usize::from(stays),
            (Within::Trace | Within::Event, _) => {
                self.attribute(element)?;
                self.deep = usize::from(stays);
            }
        }
        Ok(())
    }

    fn close(&mut self) -> Result<(), LogError> {
        if self.deep > 0 {
            self.deep -= 1;
            return Ok(());
        }
        match self.within {
            Within::Event => {
                let Some(activity) = self.activity.take() else {
                    return Err(self.refused(LogErrorCode::ActivityMissing, ""));
                };
                let Some(at) = self.at.take() else {
                    return Err(self.refused(LogErrorCode::TimeMissing, self.log_name(activity)));
                };
                let (resource, moment) = (self.resource.take(), std::mem::take(&mut self.moment));
                let event = LogEvent { case: u32::MAX, activity, resource, at, moment, began: None };
                self.log.push(event, self.place())?;
                self.within = Within::Trace;
            }
            Within::Trace => {
                self.end_trace()?;
                self.within = Within::Log;
            }
            Within::Log | Within::Nothing => self.within = Within::Nothing,
        }
        Ok(())
    }

    /// The name of a trace may stand after its events, so they learn it here. A trace without a name is a case of its own.
    fn end_trace(&mut self) -> Result<(), LogError> {
        let case = self.case.take();
        if self.began == self.log.events.len() {
            self.log.empty_traces += 1;
            return Ok(());
        }
        let case = match case {
            Some(case) => case,
            None => self.log.cases.place(&format!("(trace {})", self.traces), Place::Byte(self.byte))?,
        };
        for event in self.log.events.get_mut(self.began..).unwrap_or_default() {
            event.case = case;
        }
        Ok(())
    }

    fn log_name(&self, activity: u32) -> &str {
        self.log.activities.name(activity)
    }

    fn key(&self, name: &str) -> Option<Key> {
        let level = self.within == Within::Trace;
        let known = self.keys.iter().find(|(key, what)| *key == name && (*what == Key::Case) == level);
        known.map(|(_, what)| *what)
    }

    /// Most attributes are of no interest, and nearly all are written `key="…" value="…"`: those are looked at without
    /// taking them apart. Any other form goes the long way.
    fn attribute(&mut self, element: &BytesStart<'_>) -> Result<(), LogError> {
        let raw = element.attributes_raw();
        if let Some((name, rest)) = quoted(raw, "key=\"") {
            let Some(key) = self.key(name) else {
                return if name.contains('&') { self.unusual(element) } else { Ok(()) };
            };
            if let Some((value, _)) = quoted(rest, "value=\"")
                && !value.bytes().any(|byte| byte == b'&' || byte < b' ')
            {
                return self.keep(key, value);
            }
        }
        self.unusual(element)
    }

    fn unusual(&mut self, element: &BytesStart<'_>) -> Result<(), LogError> {
        let (mut key, mut value) = (None, None);
        for attribute in element.attributes().with_checks(false) {
            let attribute =
                attribute.map_err(|error| self.refused(LogErrorCode::XmlBroken, &error.to_string()))?;
            let plain = |attribute: &Attribute<'_>| {
                let value = attribute.normalized_value(XmlVersion::Implicit1_0).map(Cow::into_owned);
                value.map_err(|error| self.refused(LogErrorCode::XmlBroken, &error.to_string()))
            };
            match attribute.key.as_ref() {
                "key" => key = Some(plain(&attribute)?),
                "value" => value = Some(plain(&attribute)?),
                _ => {}
            }
        }
        match (key.and_then(|key| self.key(&key)), value) {
            (Some(key), Some(value)) => self.keep(key, &value),
            _ => Ok(()),
        }
    }

    fn keep(&mut self, key: Key, value: &str) -> Result<(), LogError> {
        let place = self.place();
        match key {
            Key::Case => self.case = Some(self.log.cases.place(value, place)?),
            Key::Activity => self.activity = Some(self.log.activities.place(value, place)?),
            Key::Resource => self.resource = Some(self.log.resources.place(value, place)?),
            Key::Lifecycle => self.moment = Moment::of(value),
            Key::Time => {
                let at = self.instants.read(value);
                self.at = Some(at.ok_or_else(|| self.refused(LogErrorCode::TimeUnclear, value))?);
            }
        }
        Ok(())
    }

    fn end(mut self) -> Result<EventLog, LogError> {
        if self.within != Within::Nothing || self.deep > 0 {
            return Err(self.refused(LogErrorCode::XmlBroken, ""));
        }
        if !self.rooted {
            return Err(self.refused(LogErrorCode::FormatUnknown, ""));
        }
        if self.log.events.is_empty() {
            return Err(LogError::new(LogErrorCode::NoEvents, Place::File, ""));
        }
        self.log.without_zone = self.instants.without_zone;
        self.log.settle();
        Ok(self.log)
    }
}
