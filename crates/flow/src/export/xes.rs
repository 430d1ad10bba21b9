//! XES 2.0 (IEEE 1849): a trace for each request.

use std::io::{self, Write};

use super::{Case, Naming, amended, entered, of_log, told};
use crate::log::EventLog;
use crate::xml::escape;

const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="2.0" xes.features="" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
<extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
<global scope="trace">
<string key="concept:name" value=""/>
</global>
<global scope="event">
<string key="concept:name" value=""/>
<date key="time:timestamp" value="1970-01-01T00:00:00Z"/>
<string key="lifecycle:transition" value="complete"/>
</global>
<classifier name="Activity" keys="concept:name"/>
<classifier name="Resource" keys="org:resource"/>
<string key="lifecycle:model" value="standard"/>
"#;

/// Writes a log, one request after the other.
pub struct Xes<'a, W> {
    writer: W,
    naming: Naming<'a>,
}

impl<'a, W: Write> Xes<'a, W> {
    /// Begins the log.
    pub fn new(mut writer: W, naming: Naming<'a>) -> io::Result<Xes<'a, W>> {
        writer.write_all(HEAD.as_bytes())?;
        Ok(Xes { writer, naming })
    }

    /// Writes a request and its history. One without its first event is left out.
    pub fn case(&mut self, case: &Case) -> io::Result<()> {
        let Some((entered, _)) = entered(case) else { return Ok(()) };
        let (amount, region) = amended(case, entered);
        let out = &mut self.writer;
        out.write_all(b"<trace>\n")?;
        string(out, "concept:name", &case.request.to_string())?;
        string(out, "salur:scheme", entered.scheme.as_str())?;
        string(out, "salur:region", region.as_str())?;
        writeln!(out, "<int key=\"salur:year\" value=\"{}\"/>", entered.year)?;
        writeln!(out, "<int key=\"salur:amount\" value=\"{}\"/>", amount.0)?;
        for told in told(case, self.naming) {
            out.write_all(b"<event>\n")?;
            string(out, "concept:name", told.activity)?;
            writeln!(out, "<date key=\"time:timestamp\" value=\"{}\"/>", told.at)?;
            string(out, "lifecycle:transition", told.transition)?;
            string(out, "org:resource", &told.doer.pseudonym)?;
            if let Some(role) = &told.doer.role {
                string(out, "org:role", role)?;
            }
            if let Some(other) = &told.for_whom {
                string(out, "salur:for", &other.pseudonym)?;
            }
            string(out, "salur:kind", told.kind)?;
            string(out, "salur:stage", &told.stage)?;
            if let Some(decree) = told.decree {
                string(out, "salur:decree", &decree.to_string())?;
            }
            if let Some(order) = told.order {
                string(out, "salur:payment_order", &order.to_string())?;
            }
            out.write_all(b"</event>\n")?;
        }
        out.write_all(b"</trace>\n")
    }

    /// Ends the log.
    pub fn end(mut self) -> io::Result<W> {
        self.writer.write_all(b"</log>\n")?;
        self.writer.flush()?;
        Ok(self.writer)
    }
}

fn string(out: &mut impl Write, key: &str, value: &str) -> io::Result<()> {
    writeln!(out, "<string key=\"{key}\" value=\"{}\"/>", escape(value))
}

/// Writes requests as XES.
pub fn xes(writer: impl Write, cases: impl IntoIterator<Item = Case>, naming: Naming<'_>) -> io::Result<()> {
    let mut out = Xes::new(writer, naming)?;
    for case in cases {
        out.case(&case)?;
    }
    out.end().map(drop)
}

/// Writes a foreign log as XES.
pub fn log_xes(mut writer: impl Write, log: &EventLog) -> io::Result<()> {
    let out = &mut writer;
    out.write_all(HEAD.as_bytes())?;
    for trace in log.traces() {
        out.write_all(b"<trace>\n")?;
        string(out, "concept:name", trace.first().map_or("", |first| log.cases.name(first.case)))?;
        for event in trace {
            let (activity, resource) = of_log(log, event);
            out.write_all(b"<event>\n")?;
            string(out, "concept:name", activity)?;
            writeln!(out, "<date key=\"time:timestamp\" value=\"{}\"/>", event.at)?;
            string(out, "lifecycle:transition", "complete")?;
            if !resource.is_empty() {
                string(out, "org:resource", &resource)?;
            }
            out.write_all(b"</event>\n")?;
        }
        out.write_all(b"</trace>\n")?;
    }
    out.write_all(b"</log>\n")?;
    out.flush()
}
