//! What every command has at hand: the server, the screen, the language.

use std::process::ExitCode;

use salur_core::Lang;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::client::{Answer, Call, Client};
use crate::connection::Connection;
use crate::error::ClientError;
use crate::filter::Pairs;
use crate::screen::{Grid, Screen, first_few, say};
use crate::wire::{Fate, Page};

/// How a command that was carried out ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// All of it was done.
    Done,
    /// The server refused some of it, or the person said no.
    Refused,
}

impl Ending {
    /// The code a process ends with.
    #[must_use]
    pub fn exit_code(self) -> ExitCode {
        match self {
            Ending::Done => ExitCode::SUCCESS,
            Ending::Refused => ExitCode::FAILURE,
        }
    }

    pub(crate) fn refused_if(refused: bool) -> Ending {
        if refused { Ending::Refused } else { Ending::Done }
    }
}

/// The server, the screen and the language of one command.
pub(crate) struct Desk<'a, 'b> {
    pub(crate) client: Client,
    pub(crate) screen: &'a mut Screen<'b>,
    pub(crate) lang: Lang,
    pub(crate) json: bool,
}

/// Which part of a list is wanted.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Part {
    /// At most so many
    #[arg(long)]
    limit: Option<u32>,
    /// From where an earlier answer ended
    #[arg(long, conflicts_with = "all")]
    cursor: Option<String>,
    /// All of them, page by page
    #[arg(long)]
    all: bool,
}

impl Part {
    /// The whole list.
    pub(crate) fn everything() -> Part {
        Part { all: true, ..Part::default() }
    }

    /// The first page.
    pub(crate) fn first(limit: u32) -> Part {
        Part { limit: Some(limit), ..Part::default() }
    }
}

impl<'a, 'b> Desk<'a, 'b> {
    pub(crate) fn new(connection: &Connection, screen: &'a mut Screen<'b>) -> Desk<'a, 'b> {
        Desk { client: Client::new(connection), screen, lang: connection.lang, json: connection.json }
    }

    pub(crate) fn warn_of_exposure(&mut self, connection: &Connection) -> Result<(), ClientError> {
        if !connection.exposes_token() {
            return Ok(());
        }
        let server = &connection.server;
        self.screen.note(&say!(
            self.lang,
            "peringatan: token terkirim tanpa enkripsi ke {server}; gunakan alamat https",
            "warning: the token travels unencrypted to {server}; use an https address"
        ))
    }

    pub(crate) fn get(&self, segments: &[&str], query: Pairs) -> Result<Answer, ClientError> {
        self.client.send(&Call::get(segments).query(query))
    }

    /// With `--json`, prints the answer as it came; says whether it did.
    pub(crate) fn printed(&mut self, answer: &Answer) -> Result<bool, ClientError> {
        self.print_raw(&answer.body)?;
        Ok(self.json)
    }

    pub(crate) fn print_raw(&mut self, body: &[u8]) -> Result<(), ClientError> {
        if self.json { self.screen.raw(body) } else { Ok(()) }
    }

    /// The rows of a list to show to a person, and a note if there are more; none if they are printed as JSON.
    pub(crate) fn rows<T: DeserializeOwned>(
        &mut self,
        segments: &[&str],
        query: &Pairs,
        part: &Part,
    ) -> Result<Option<Vec<T>>, ClientError> {
        let mut rows = Vec::new();
        let mut cursor = part.cursor.clone();
        loop {
            let mut query = query.clone();
            query.extend(part.limit.map(|limit| ("limit", limit.to_string())));
            query.extend(cursor.take().map(|cursor| ("cursor", cursor)));
            let answer = self.get(segments, query)?;
            let page: Page<T> = answer.parse()?;
            if !self.printed(&answer)? {
                rows.extend(page.rows);
                if page.archived > 0 {
                    let archived = page.archived;
                    self.screen.note(&say!(
                        self.lang,
                        "{archived} kejadian tidak ditampilkan: sudah diarsipkan",
                        "{archived} events are not shown: they are archived"
                    ))?;
                }
            }
            match page.next_cursor.filter(|cursor| !cursor.is_empty()) {
                Some(next) if part.all => cursor = Some(next),
                Some(next) if !self.json => {
                    self.screen.note(&say!(
                        self.lang,
                        "masih ada lagi: --all, atau --cursor {next}",
                        "there are more: --all, or --cursor {next}"
                    ))?;
                    break;
                }
                _ => break,
            }
        }
        Ok((!self.json).then_some(rows))
    }

    /// Says that a list has nothing in it.
    pub(crate) fn nothing(&mut self) -> Result<Ending, ClientError> {
        self.screen.line(&say!(self.lang, "Tidak ada.", "None."))?;
        Ok(Ending::Done)
    }

    /// A heading in the language.
    pub(crate) fn pick<'t>(&self, id: &'t str, en: &'t str) -> &'t str {
        if self.lang == Lang::Id { id } else { en }
    }

    /// Shows what became of those that were not taken, by code.
    pub(crate) fn by_code(&mut self, outcomes: &[Fate]) -> Result<(), ClientError> {
        let mut groups: Vec<(String, String, Vec<String>)> = Vec::new();
        for outcome in outcomes {
            let (code, detail) = (outcome.code.or_dash(), outcome.detail.to_string());
            let id = outcome.id.or_else(|| outcome.line.or_dash());
            match groups.iter_mut().find(|(known, _, _)| *known == code) {
                Some((_, _, ids)) => ids.push(id),
                None => groups.push((code, detail, vec![id])),
            }
        }
        groups.sort_by_key(|(_, _, ids)| std::cmp::Reverse(ids.len()));
        let mut grid = Grid::new(&[
            self.pick("kode", "code"),
            self.pick(">jumlah", ">count"),
            self.pick("sebab", "why"),
            self.pick("contoh", "for example"),
        ]);
        for (code, detail, ids) in groups {
            grid.row([code, ids.len().to_string(), detail, first_few(&ids, 3)]);
        }
        self.screen.table(&grid)
    }
}

/// Labels and values, one a line.
#[derive(Default)]
pub(crate) struct Facts {
    lines: Vec<(String, String)>,
}

impl Facts {
    /// Adds a fact; one that says nothing is left out.
    pub(crate) fn add(&mut self, label: &str, value: impl Into<String>) {
        let value = value.into();
        if !value.is_empty() && value != "-" {
            self.lines.push((label.to_owned(), value));
        }
    }

    pub(crate) fn show(&self, screen: &mut Screen<'_>) -> Result<(), ClientError> {
        let width = self.lines.iter().map(|(label, _)| label.chars().count()).max().unwrap_or_default();
        for (label, value) in &self.lines {
            screen.line(&format!("{label:width$}  {value}"))?;
        }
        Ok(())
    }
}

/// A row of which nothing is known but that it is JSON.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(crate) struct Free(pub(crate) serde_json::Value);
