//! The command-line client of Salur's HTTP API.
//!
//! Start at [`ClientCommand`], what can be asked, and [`run`], which asks it. People get tables and sentences in
//! Indonesian or English; with `--json`, programs get the server's answer byte for byte. The client decides nothing:
//! it never judges a row, a duty or a budget, and what it shows of them is the server's word.
//!
//! A binary has [`Connection`] flattened beside its subcommands and [`ClientCommand`] flattened among them:
//!
//! ```
//! #[derive(clap::Parser)]
//! struct Salur {
//!     #[command(flatten)]
//!     connection: salur_client::Connection,
//!     #[command(subcommand)]
//!     command: Command,
//! }
//!
//! #[derive(clap::Subcommand)]
//! enum Command {
//!     #[command(flatten)]
//!     Client(salur_client::ClientCommand),
//! }
//! # use clap::Parser as _;
//! # let salur = Salur::try_parse_from(["salur", "queue", "--json"]).unwrap();
//! # assert!(salur.connection.json);
//! ```

mod act;
mod change;
mod client;
mod connection;
mod decree;
mod desk;
mod error;
mod filter;
mod flow;
mod import;
mod migration;
mod office;
mod pay;
mod proof;
mod published;
mod queue;
mod request;
mod roster;
mod screen;
mod wire;

use std::process::ExitCode;

use clap::Subcommand;

pub use act::Act;
pub use change::{Ceiling, Decline, FreezeCommand, OpenLine, Proposals, WorkflowCommand};
pub use connection::{Connection, Token};
pub use decree::{DecreeCommand, Draft, Sign, Strike};
pub use desk::{Ending, Part};
pub use error::{ClientError, Problem};
pub use filter::{Field, Filter, Place};
pub use flow::FlowOf;
pub use import::{Import, ImportCommand, Upload};
pub use office::Budget;
pub use pay::{NewOrder, PayCommand};
pub use proof::proof;
pub use published::{Published, published};
pub use queue::{Queue, Stuck};
pub use request::{Enter, List, RequestCommand};
pub use roster::{Capacity, Held, NewActing, NewDelegation, Roster, RosterCommand};
pub use screen::Screen;

use desk::Desk;

/// What a person can ask of a server.
#[derive(Debug, Clone, Subcommand)]
pub enum ClientCommand {
    /// Send a list of recipients, see what is wrong with it, accept what is sound
    Import(Import),
    /// Look at requests, enter and amend them
    #[command(subcommand)]
    Request(RequestCommand),
    /// See what waits at each stage
    Queue(Queue),
    /// Take an action on one request or on many
    Act(Box<Act>),
    /// Draft, strike and sign decrees
    #[command(subcommand)]
    Decree(DecreeCommand),
    /// Make payment orders and take back the bank's results
    #[command(subcommand)]
    Pay(PayCommand),
    /// See what is stuck, why, and what unblocks it
    Stuck(Stuck),
    /// See the budget lines and the room they have
    Budget(Budget),
    /// Propose to open a budget line for a scheme
    OpenLine(OpenLine),
    /// Propose another ceiling for a budget line
    Ceiling(Ceiling),
    /// See who is in the office and holds what, or propose a change
    Roster(Roster),
    /// See what is proposed, and what became of it
    Proposals(Proposals),
    /// Confirm what somebody else has proposed
    Confirm {
        /// The proposal
        id: String,
    },
    /// Decline a proposal
    Decline(Decline),
    /// Withdraw a proposal of one's own
    Withdraw {
        /// The proposal
        id: String,
    },
    /// List, check and publish workflow definitions; the binary mounts it beside commands of its own.
    #[command(skip)]
    Workflow(WorkflowCommand),
    /// Where time goes; the binary mounts it beside what it does on files.
    #[command(skip)]
    Flow(FlowOf),
    /// List, set and lift freezes
    #[command(subcommand)]
    Freeze(FreezeCommand),
    /// See who the token stands for
    Whoami,
}

/// Asks the server and prints the answer. Unless the connection has a token, it comes from `--as` or else
/// from `SALUR_TOKEN`.
///
/// An error is for the caller to print on standard error; [`ClientError::exit_code`] says what to end with. With
/// `--json`, the problem document of a refusal has already gone to standard output.
pub fn run(command: ClientCommand, connection: Connection) -> Result<ExitCode, ClientError> {
    let connection = connection.signed_in()?;
    match screen::of_process(connection.json, |screen| run_on(command, &connection, screen)) {
        Ok(ending) => Ok(ending.exit_code()),
        Err(error) if error.is_closed_pipe() => Ok(ExitCode::SUCCESS),
        Err(error) => Err(error),
    }
}

/// The same on any screen, with the connection as it is.
pub fn run_on(
    command: ClientCommand,
    connection: &Connection,
    screen: &mut Screen<'_>,
) -> Result<Ending, ClientError> {
    let mut desk = Desk::new(connection, screen);
    desk.warn_of_exposure(connection)?;
    let ending = match command {
        ClientCommand::Import(import) => import::import(&mut desk, import),
        ClientCommand::Request(command) => request::request(&mut desk, command),
        ClientCommand::Queue(queue) => queue::queue(&mut desk, &queue),
        ClientCommand::Act(act) => act::act(&mut desk, *act),
        ClientCommand::Decree(command) => decree::decree(&mut desk, command),
        ClientCommand::Pay(command) => pay::pay(&mut desk, command),
        ClientCommand::Stuck(stuck) => queue::stuck(&mut desk, &stuck),
        ClientCommand::Budget(budget) => office::budget(&mut desk, &budget),
        ClientCommand::OpenLine(asked) => change::open_line(&mut desk, &asked),
        ClientCommand::Ceiling(asked) => change::ceiling(&mut desk, &asked),
        ClientCommand::Roster(roster) => roster::roster(&mut desk, roster),
        ClientCommand::Proposals(asked) => change::proposals(&mut desk, &asked),
        ClientCommand::Confirm { id } => change::confirm(&mut desk, &id),
        ClientCommand::Decline(asked) => change::decline(&mut desk, &asked),
        ClientCommand::Withdraw { id } => change::withdraw(&mut desk, &id),
        ClientCommand::Workflow(command) => change::workflow(&mut desk, command),
        ClientCommand::Flow(asked) => flow::flow(&mut desk, asked),
        ClientCommand::Freeze(command) => change::freeze(&mut desk, command),
        ClientCommand::Whoami => office::whoami(&mut desk),
    };
    if let Err(ClientError::Refused { problem, .. }) = &ending {
        desk.print_raw(&problem.body)?;
    }
    ending
}
