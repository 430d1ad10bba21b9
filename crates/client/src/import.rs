//! `salur import`: a list goes up, is judged, and what is sound is accepted.

use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::client::{Answer, Call, fresh_id};
use crate::desk::{Desk, Ending, Facts};
use crate::error::ClientError;
use crate::screen::{count, say};
use crate::wire;

/// The type of a spreadsheet.
const SPREADSHEET: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// The first pause between two looks at an import, and the longest.
const LOOK_AGAIN: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(2));
/// How many rows are shown as examples of a fault.
const EXAMPLES: usize = 3;

/// Send a list of recipients, see what is wrong with it, accept what is sound
#[derive(Debug, Clone, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Import {
    /// Something to do with an earlier import
    #[command(subcommand)]
    pub command: Option<ImportCommand>,
    /// The list to send
    #[command(flatten)]
    pub upload: Upload,
}

/// A list to send.
#[derive(Debug, Clone, Args)]
pub struct Upload {
    /// The list: .csv or .xlsx
    #[arg(required = true)]
    pub file: Option<PathBuf>,
    /// The scheme it is for
    #[arg(long, required = true)]
    pub scheme: Option<String>,
    /// The fiscal year it is for
    #[arg(long, required = true)]
    pub year: Option<i16>,
    /// The members, where the list holds groups: .csv or .xlsx
    #[arg(long, value_name = "FILE")]
    pub members: Option<PathBuf>,
    /// Accept the sound rows as soon as the list is judged
    #[arg(long)]
    pub accept: bool,
    /// Save the faulty rows, to mend and send again
    #[arg(long, value_name = "OUT.csv")]
    pub faulty: Option<PathBuf>,
}

/// What to do with an earlier import.
#[derive(Debug, Clone, Subcommand)]
pub enum ImportCommand {
    /// Show where an import stands and what is wrong with its rows
    Show {
        /// The import
        id: String,
    },
    /// Accept the sound rows of an import
    Accept {
        /// The import
        id: String,
    },
    /// Save the faulty rows of an import
    Faulty {
        /// The import
        id: String,
        /// Where to
        #[arg(value_name = "OUT.csv")]
        out: PathBuf,
    },
}

pub(crate) fn import(desk: &mut Desk<'_, '_>, import: Import) -> Result<Ending, ClientError> {
    match import.command {
        None => send(desk, import.upload),
        Some(ImportCommand::Show { id }) => {
            let answer = desk.get(&["imports", &id], Vec::new())?;
            report(desk, &answer)
        }
        Some(ImportCommand::Accept { id }) => {
            let answer = accept(desk, &id)?;
            report(desk, &answer)
        }
        Some(ImportCommand::Faulty { id, out }) => {
            faulty(desk, &id, &out)?;
            Ok(Ending::Done)
        }
    }
}

fn send(desk: &mut Desk<'_, '_>, upload: Upload) -> Result<Ending, ClientError> {
    let (Some(file), Some(scheme), Some(year)) = (&upload.file, upload.scheme, upload.year) else {
        return Err(ClientError::Usage("import FILE --scheme SCHEME --year YEAR".to_owned()));
    };
    let (content_type, body) = body(desk, file, upload.members.as_deref())?;
    let query = vec![("scheme", scheme), ("year", year.to_string())];
    let answer = desk.client.send(&Call::post(&["imports"]).query(query).bytes(&content_type, body))?;
    let created: wire::Created = answer.parse()?;
    let id = created.id.unwrap_or_default();
    if !desk.json {
        desk.screen.note(&say!(
            desk.lang,
            "Impor {id} sedang diperiksa; nanti dapat dilihat lagi dengan: salur import show {id}",
            "Import {id} is being judged; look at it again with: salur import show {id}"
        ))?;
    }
    let mut answer = settled(desk, &id)?;
    let judged: wire::Import = answer.parse()?;
    if let Some(out) = upload.faulty.as_deref().filter(|_| judged.state != "failed") {
        faulty(desk, &id, out)?;
    }
    if upload.accept && judged.state == "ready" {
        answer = accept(desk, &id)?;
    }
    report(desk, &answer)
}

/// The list, or the list and its members as a form of two parts.
fn body(desk: &Desk<'_, '_>, file: &Path, members: Option<&Path>) -> Result<(String, Vec<u8>), ClientError> {
    let list = read(desk, file)?;
    let Some(members) = members else {
        return Ok((list.0.to_owned(), list.1));
    };
    let boundary = format!("salur-{}", fresh_id());
    let mut body = Vec::new();
    for (name, path, (content_type, bytes)) in
        [("file", file, list), ("members", members, read(desk, members)?)]
    {
        let kind = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{name}.{kind}\"\r\n\
             Content-Type: {content_type}\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(&bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    Ok((format!("multipart/form-data; boundary={boundary}"), body))
}

fn read(desk: &Desk<'_, '_>, path: &Path) -> Result<(&'static str, Vec<u8>), ClientError> {
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    let content_type = match &*extension {
        "csv" => "text/csv",
        "xlsx" => SPREADSHEET,
        _ => {
            let path = path.display();
            return Err(ClientError::Usage(say!(
                desk.lang,
                "{path}: daftar harus berupa .csv atau .xlsx",
                "{path}: a list is a .csv or an .xlsx file"
            )));
        }
    };
    let bytes = std::fs::read(path).map_err(|cause| ClientError::File {
        path: path.to_owned(),
        cause,
        lang: desk.lang,
    })?;
    Ok((content_type, bytes))
}

fn accept(desk: &mut Desk<'_, '_>, id: &str) -> Result<Answer, ClientError> {
    desk.client.send(&Call::post(&["imports", id, "accept"]))?;
    settled(desk, id)
}

fn faulty(desk: &mut Desk<'_, '_>, id: &str, out: &Path) -> Result<(), ClientError> {
    desk.client.save(&Call::get(&["imports", id, "faulty.csv"]), out)?;
    if desk.json {
        return Ok(());
    }
    let out = out.display();
    desk.screen.note(&say!(
        desk.lang,
        "Baris yang galat disimpan di {out}: perbaiki di sana, lalu kirim berkas itu.",
        "The faulty rows are in {out}: mend them there and send that file."
    ))
}

/// Waits until the server has nothing more to do with an import.
fn settled(desk: &mut Desk<'_, '_>, id: &str) -> Result<Answer, ClientError> {
    let bar = ProgressBar::no_length();
    if !desk.screen.progress {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    let mut pause = LOOK_AGAIN.0;
    loop {
        let answer = desk.get(&["imports", id], Vec::new())?;
        let import: wire::Import = answer.parse()?;
        if !matches!(&*import.state, "judging" | "accepting") {
            bar.finish_and_clear();
            return Ok(answer);
        }
        advance(desk, &bar, &import);
        thread::sleep(pause);
        pause = (pause * 3 / 2).min(LOOK_AGAIN.1);
    }
}

fn advance(desk: &Desk<'_, '_>, bar: &ProgressBar, import: &wire::Import) {
    let judged = import.sound.unwrap_or_default() + import.faulty.unwrap_or_default();
    let (verb, done, all) = if import.state == "judging" {
        (desk.pick("memeriksa", "judging"), judged, import.rows)
    } else {
        let taken = import.accepted.unwrap_or_default() + import.refused.unwrap_or_default();
        (desk.pick("menerima", "accepting"), taken, import.sound)
    };
    let length = all.filter(|all| *all > done);
    let template = if length.is_some() { "{msg} [{bar:30}] {pos}/{len}" } else { "{msg} {spinner} {pos}" };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("=> "));
    }
    if let Some(length) = length {
        bar.set_length(length);
    }
    bar.set_message(verb.to_owned());
    bar.set_position(done);
}

/// Shows an import: its figures, then its first faults by code.
fn report(desk: &mut Desk<'_, '_>, answer: &Answer) -> Result<Ending, ClientError> {
    let import: wire::Import = answer.parse()?;
    let ending =
        Ending::refused_if(import.state == "failed" || import.refused.is_some_and(|refused| refused > 0));
    if desk.printed(answer)? {
        return Ok(ending);
    }
    let lang = desk.lang;
    let mut facts = Facts::default();
    facts.add(desk.pick("impor", "import"), import.id.to_string());
    facts.add(desk.pick("skema", "scheme"), format!("{} {}", import.scheme, import.year).trim());
    facts.add(desk.pick("keadaan", "state"), state(desk, &import.state));
    facts.add(desk.pick("baris", "rows"), count(lang, import.rows));
    facts.add(desk.pick("benar", "sound"), count(lang, import.sound));
    facts.add(desk.pick("galat", "faulty"), count(lang, import.faulty));
    facts.add(desk.pick("dirujuk", "referred"), count(lang, import.referred));
    facts.add(desk.pick("diterima", "accepted"), count(lang, import.accepted));
    facts.add(desk.pick("ditolak", "refused"), count(lang, import.refused));
    facts.show(desk.screen)?;
    if let Some(error) = &import.error {
        desk.screen.line(&format!("{} ({})", error.detail.or_dash(), error.code))?;
    }
    faults(desk, &import)?;
    if import.state == "ready" && import.sound.is_some_and(|sound| sound > 0) {
        let id = &import.id;
        desk.screen.line(&say!(
            lang,
            "\nBelum ada yang diterima. Terima baris yang benar dengan: salur import accept {id}",
            "\nNothing is accepted yet. Accept the sound rows with: salur import accept {id}"
        ))?;
    }
    Ok(ending)
}

fn state(desk: &Desk<'_, '_>, state: &str) -> String {
    let words = match state {
        "judging" => desk.pick("diperiksa", "being judged"),
        "ready" => desk.pick("selesai diperiksa", "judged"),
        "accepting" => desk.pick("sedang diterima", "being accepted"),
        "done" => desk.pick("selesai", "done"),
        "failed" => desk.pick("gagal", "failed"),
        other => other,
    };
    words.to_owned()
}

fn faults(desk: &mut Desk<'_, '_>, import: &wire::Import) -> Result<(), ClientError> {
    let mut codes: Vec<(String, Vec<&wire::RowFault>)> = Vec::new();
    for fault in &import.errors {
        let code = fault.code.to_string();
        match codes.iter_mut().find(|(known, _)| *known == code) {
            Some((_, faults)) => faults.push(fault),
            None => codes.push((code, vec![fault])),
        }
    }
    codes.sort_by_key(|(_, faults)| std::cmp::Reverse(faults.len()));
    for (code, faults) in &codes {
        let times = faults.len();
        desk.screen.line(&format!("\n{code}: {times}"))?;
        for fault in faults.iter().take(EXAMPLES) {
            desk.screen.line(&format!("  {}", told(desk, fault)))?;
        }
    }
    if import.next_cursor.is_some() {
        let shown = import.errors.len();
        desk.screen.line(&say!(
            desk.lang,
            "\nIni baru {shown} galat yang pertama; semuanya ada di faulty.csv.",
            "\nThese are the first {shown} errors only; faulty.csv has them all."
        ))?;
    }
    Ok(())
}

fn told(desk: &Desk<'_, '_>, fault: &wire::RowFault) -> String {
    let (row, field, found) = (fault.row.or_dash(), &fault.field, fault.found.to_string());
    let file = if fault.file.to_string() == "members" { desk.pick(" (anggota)", " (members)") } else { "" };
    let found = if found.is_empty() { found } else { format!(" \"{found}\"") };
    let (message, mend) = (&fault.message, &fault.mend);
    say!(
        desk.lang,
        "baris {row}{file}, {field}{found}: {message} {mend}",
        "row {row}{file}, {field}{found}: {message} {mend}"
    )
    .trim_end()
    .to_owned()
}
