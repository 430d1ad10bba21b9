//! Runs a command line against a fake server and holds what a person would see.

use std::io::Cursor;

use clap::{Parser, Subcommand};
use jiff::tz::TimeZone;
use salur_client::{ClientCommand, ClientError, Connection, Ending, Screen, Token, WorkflowCommand, run_on};

use crate::fake::Fake;

/// The binary, as it will mount the client beside a command with a `--json` of its own.
#[derive(Debug, Parser)]
#[command(name = "salur")]
pub(crate) struct Binary {
    #[command(flatten)]
    pub(crate) connection: Connection,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    #[command(flatten)]
    Client(ClientCommand),
    #[command(subcommand)]
    Workflow(WorkflowCommand),
    /// Check definitions
    Check {
        #[arg(long)]
        json: bool,
    },
}

pub(crate) struct Seen {
    pub(crate) out: String,
    pub(crate) notes: String,
    pub(crate) ending: Result<Ending, ClientError>,
}

impl Seen {
    /// What went to the output, of a command that was done.
    #[track_caller]
    pub(crate) fn done(self) -> String {
        assert_eq!(self.ending.map_err(|error| error.to_string()), Ok(Ending::Done), "{}", self.out);
        self.out
    }

    /// What went to the output, of a command some of which was refused.
    #[track_caller]
    pub(crate) fn refused(self) -> String {
        assert_eq!(self.ending.map_err(|error| error.to_string()), Ok(Ending::Refused), "{}", self.out);
        self.out
    }

    #[track_caller]
    pub(crate) fn failed(self) -> (u8, String) {
        let error = self.ending.unwrap_err();
        (error.status(), error.to_string())
    }
}

pub(crate) fn ask(fake: &Fake, words: &[&str]) -> Seen {
    ask_and_answer(fake, words, "")
}

pub(crate) fn ask_and_answer(fake: &Fake, words: &[&str], answer: &str) -> Seen {
    let line = ["salur", "--server", &fake.url].into_iter().chain(words.iter().copied());
    let binary = Binary::try_parse_from(line).unwrap_or_else(|error| panic!("{error}"));
    let command = match binary.command {
        Command::Client(command) => command,
        Command::Workflow(command) => ClientCommand::Workflow(command),
        Command::Check { .. } => panic!("not a command of the client"),
    };
    let mut connection = binary.connection;
    connection.token = Token::new("t-1");
    let (mut out, mut notes) = (Vec::new(), Vec::new());
    let ending = run_on(
        command,
        &connection,
        &mut Screen {
            out: &mut out,
            notes: &mut notes,
            answers: &mut Cursor::new(answer.to_owned()),
            width: None,
            progress: false,
            zone: TimeZone::get("Asia/Makassar").unwrap(),
        },
    );
    Seen { out: String::from_utf8(out).unwrap(), notes: String::from_utf8(notes).unwrap(), ending }
}
