//! `salur check`: definitions read by the same code that publishes them.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Args;
use salur_core::Lang;
use salur_core::definition::{Checked, Finding, Severity, TEXT_MAX, json_schema};
use salur_core::proof::prove_payment;
use salur_core::workflow::Workflow;

/// Check workflow definitions.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Definition files, or folders of them.
    #[arg(required_unless_present = "schema")]
    paths: Vec<PathBuf>,
    /// Print the JSON Schema of a definition file, for editors.
    #[arg(long, conflicts_with = "paths")]
    schema: bool,
}

impl Check {
    pub(crate) fn run(self, json: bool, lang: Lang) -> Result<ExitCode> {
        if self.schema {
            print(&(serde_json::to_string_pretty(&json_schema())? + "\n"))?;
            return Ok(ExitCode::SUCCESS);
        }
        let mut files = Vec::new();
        for path in &self.paths {
            gather(path, &mut files)?;
        }
        let (mut reports, mut told) = (Vec::new(), String::new());
        let mut faulty = files.is_empty();
        let texts: Vec<_> = files.iter().map(|file| (file, read(file).map(text_of))).collect();
        // What becomes of requests under the versions before is told where those are among the files.
        let readable = texts.iter().filter_map(|(_, text)| text.as_ref().ok());
        let versions: Vec<Workflow> = readable.filter_map(|text| Workflow::reread(text).ok()).collect();
        let versions: Vec<&Workflow> = versions.iter().collect();
        for (file, text) in texts {
            let checked = match text {
                Ok(text) => Workflow::check_beside(&text, &versions),
                Err(error) => unread(&error),
            };
            faulty |= checked.workflow.is_none();
            if json {
                reports.push(report(file, &checked));
            } else {
                tell(file, &checked, lang, &mut told)?;
            }
        }
        if files.is_empty() {
            eprintln!("{}", nothing_found(&self.paths, lang));
        }
        if json {
            told = serde_json::to_string(&reports)? + "\n";
        }
        print(&told)?;
        Ok(if faulty { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}

/// What is told of a file that cannot be read: the others are checked all the same.
fn unread(error: &std::io::Error) -> Checked {
    let (id, en) = if error.kind() == std::io::ErrorKind::NotFound {
        ("berkas ini tidak ada".to_owned(), "there is no such file".to_owned())
    } else {
        (format!("berkas ini tidak dapat dibaca ({error})"), format!("the file cannot be read ({error})"))
    };
    Checked { workflow: None, findings: vec![Finding::of_file("file_unread", id, en)] }
}

/// Folders that hold no definition were asked for by mistake: nothing was checked.
fn nothing_found(paths: &[PathBuf], lang: Lang) -> String {
    let paths = paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ");
    if lang == Lang::Id {
        format!("salur: tidak ada berkas definisi (.toml) di {paths}; tidak ada yang diperiksa")
    } else {
        format!("salur: there is no definition (.toml) in {paths}; nothing was checked")
    }
}

/// The bytes of a file, one more than a definition may have at most: what is longer is refused by its length, and what
/// never ends is not read to its end.
fn read(file: &Path) -> std::io::Result<Vec<u8>> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    let source = std::fs::File::open(file)?;
    source.take(u64::try_from(TEXT_MAX).unwrap_or(u64::MAX).saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Writes to the screen; whoever reads only the beginning has what they want, and still gets the verdict.
pub(crate) fn print(text: &str) -> Result<()> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// The text of a file. What is no UTF-8 ends in a character that no TOML may have, so that its place is told.
fn text_of(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| {
        let sound = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        String::from_utf8_lossy(sound).into_owned() + "\0"
    })
}

fn report(file: &Path, checked: &Checked) -> serde_json::Value {
    match &checked.workflow {
        Some(workflow) => serde_json::json!({
            "file": file, "scheme": workflow.scheme, "version": workflow.version, "digest": workflow.digest,
            "persons": prove_payment(workflow).persons(), "proof": proved(workflow, Lang::En), "findings": checked.findings,
        }),
        None => serde_json::json!({ "file": file, "findings": checked.findings }),
    }
}

fn tell(file: &Path, checked: &Checked, lang: Lang, told: &mut String) -> Result<()> {
    let say = |id: &'static str, en: &'static str| if lang == Lang::Id { id } else { en };
    for finding in &checked.findings {
        writeln!(told, "{}", line(file, finding, lang))?;
        if let Some(example) = &finding.counter_example {
            writeln!(told, "    {}", example.text(lang))?;
        }
    }
    let file = file.display();
    let errors = checked.findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    let Some(workflow) = &checked.workflow else {
        writeln!(told, "{file}: {errors} {}", say("yang harus diperbaiki", "to mend"))?;
        return Ok(());
    };
    let (scheme, version) = (&workflow.scheme, workflow.version);
    let (sound, versioned) = (say("benar", "sound"), say("versi", "version"));
    let warned = match checked.findings.len() {
        0 => String::new(),
        1 => say(", 1 peringatan", ", 1 warning").to_owned(),
        many => format!(", {many} {}", say("peringatan", "warnings")),
    };
    writeln!(told, "{file}: {sound}{warned} ({scheme} {versioned} {version})")?;
    for sentence in proved(workflow, lang) {
        writeln!(told, "  {sentence}")?;
    }
    Ok(())
}

/// One finding as compilers tell them, so that editors find the place.
fn line(file: &Path, finding: &Finding, lang: Lang) -> String {
    let place = match (finding.line, finding.column) {
        (Some(line), Some(column)) => format!("{}:{line}:{column}", file.display()),
        _ => file.display().to_string(),
    };
    let severity = finding.severity.as_str();
    format!("{place}: {severity}[{}]: {}: {}", finding.code, finding.place, finding.text(lang))
}

/// What is proved of payments, in sentences: how many persons every way takes, the weakest way, and how many would
/// have to work together.
pub(crate) fn proved(workflow: &Workflow, lang: Lang) -> Vec<String> {
    let proof = prove_payment(workflow);
    let mut sentences = vec![proof.sentence(workflow, lang)];
    if let Some(way) = proof.weakest.as_ref().filter(|_| !proof.cut) {
        let weakest = if lang == Lang::Id { "Jalan terlemah" } else { "The weakest way" };
        sentences.push(format!("{weakest}: {}.", way.story(workflow, lang)));
    }
    sentences.push(proof.collusion_sentence(lang));
    sentences
}

fn gather(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    let mut inside: Vec<_> = std::fs::read_dir(path)
        .with_context(|| format!("failed to list {}", path.display()))?
        .collect::<Result<Vec<_>, _>>()?
        .into_iter()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    inside.sort();
    files.extend(inside);
    Ok(())
}
