//! `salur`: the server, the demo office, and a command line client of the API, in one binary.

mod admin_link;
mod archive;
mod check;
mod config;
mod demo;
mod flow;
mod serve;
mod setup;
mod sheet;
mod verify;
mod workflow;

#[cfg(test)]
mod samples;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use salur_client::{ClientCommand, Connection};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Salur takes aid requests from input through verification and the governor's approval to disbursement.
#[derive(Debug, Parser)]
#[command(name = "salur", version, about, propagate_version = true)]
struct Cli {
    #[command(flatten)]
    connection: Connection,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Fill an office with invented people and requests, and serve it on this machine.
    Demo(demo::Demo),
    /// Serve an office from its database.
    Serve(serve::Serve),
    /// Set up a new office: its people, budget lines and workflows, from a file.
    Setup(setup::Setup),
    /// Print a one-time link by which an administrator sets a password.
    AdminLink(admin_link::AdminLink),
    /// Check workflow definitions; exit 0 when none has an error.
    Check(check::Check),
    /// Show a definition as a picture, read a drawing, and list, check and publish definitions on the server.
    #[command(subcommand)]
    Workflow(workflow::WorkflowCommand),
    /// Where time goes: event logs of this or another system, read and measured on this machine.
    #[command(subcommand)]
    Flow(flow::FlowCommand),
    /// Recompute the invariants from the stored bytes; exit 0 when all hold.
    Verify(verify::Verify),
    /// Move the events of a closed year out of PostgreSQL, into a file that `verify` reads beside the database.
    Archive(archive::Archive),
    /// Read a spreadsheet in a process of its own, with little memory.
    #[command(hide = true)]
    ReadSheet(sheet::ReadSheet),
    #[command(flatten)]
    Client(ClientCommand),
}

fn main() -> ExitCode {
    let Cli { connection, command } = Cli::parse();
    let (json, lang) = (connection.json, connection.lang);
    let done = match command {
        Command::Demo(demo) => demo.run(),
        Command::Serve(serve) => serve.run(),
        Command::Setup(setup) => setup.run(),
        Command::AdminLink(link) => link.run(),
        Command::Workflow(workflow) => workflow.run(connection),
        Command::Check(check) => check.run(json, lang),
        Command::Flow(flow) => match flow.of_server() {
            None => flow.run(json, lang),
            Some(asked) => return ask(ClientCommand::Flow(asked), connection),
        },
        Command::Verify(verify) => verify.run(json),
        Command::Archive(archive) => archive.run(),
        Command::ReadSheet(sheet) => sheet.run(),
        Command::Client(command) => return ask(command, connection),
    };
    done.unwrap_or_else(|error| {
        eprintln!("salur: {error:#}");
        ExitCode::FAILURE
    })
}

/// Asks a server.
fn ask(command: ClientCommand, connection: Connection) -> ExitCode {
    salur_client::run(command, connection).unwrap_or_else(|error| {
        eprintln!("{error}");
        error.exit_code()
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_holds_together() {
        Cli::command().debug_assert();
    }

    /// `--tokens` is where the client looks for tokens, and where a setup writes them: the setup's own one wins.
    #[test]
    fn a_setup_writes_its_tokens_where_it_is_told() {
        let words = ["salur", "setup", "--database", "sqlite://x", "--office", "o.toml"];
        let cli = Cli::try_parse_from(words.into_iter().chain(["--tokens", "t.json"])).unwrap();
        let Command::Setup(setup) = cli.command else { panic!("not a setup") };
        assert_eq!(setup.tokens(), Path::new("t.json"));
        assert!(Cli::try_parse_from(words).is_err());
        let cli = Cli::try_parse_from(["salur", "queue", "--as", "governor"]).unwrap();
        assert_eq!(cli.connection.as_key.as_deref(), Some("governor"));
    }
}
