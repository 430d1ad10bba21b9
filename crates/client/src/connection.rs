//! Where the server is, who asks, and in which language and form the answer is wanted.

use std::fmt;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use salur_core::Lang;

/// The variable the token is read from. It is never an argument: arguments show in process lists and shell histories.
const TOKEN_VARIABLE: &str = "SALUR_TOKEN";

/// Arguments that every command of the client takes. They are global: they may stand after the command too.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Server")]
pub struct Connection {
    /// The server's address; the token is read from `SALUR_TOKEN`
    #[arg(
        long,
        global = true,
        env = "SALUR_SERVER",
        value_name = "URL",
        default_value = "http://127.0.0.1:8080",
        value_parser = address
    )]
    pub server: String,
    /// Print the server's JSON as it came, for programs
    #[arg(long, global = true)]
    pub json: bool,
    /// The language of sentences and headings
    #[arg(long, global = true, value_name = "id|en", default_value = "id", value_parser = language())]
    pub lang: Lang,
    /// The bearer token; taken from `SALUR_TOKEN` where it is not set.
    #[arg(skip)]
    pub token: Option<Token>,
}

impl Connection {
    /// A connection that answers people in Indonesian and has no token.
    #[must_use]
    pub fn to(server: &str) -> Connection {
        Connection {
            server: server.trim_end_matches('/').to_owned(),
            json: false,
            lang: Lang::Id,
            token: None,
        }
    }

    pub(crate) fn with_token_of_environment(mut self) -> Connection {
        if self.token.is_none() {
            self.token = std::env::var(TOKEN_VARIABLE).ok().as_deref().and_then(Token::new);
        }
        self
    }

    /// True if the token would cross a network that anybody on the way can read.
    pub(crate) fn exposes_token(&self) -> bool {
        self.token.is_some() && self.server.starts_with("http://") && !is_loopback(&self.server)
    }
}

/// A bearer token. It does not show in debug output.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// The token, or none if there is nothing but blanks.
    #[must_use]
    pub fn new(text: &str) -> Option<Token> {
        let text = text.trim();
        (!text.is_empty()).then(|| Token(text.to_owned()))
    }

    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

/// True if the address is this very machine, which no proxy can reach for us.
pub(crate) fn is_loopback(server: &str) -> bool {
    let authority = server.split_once("://").map_or(server, |(_, rest)| rest);
    let authority = authority.split('/').next().unwrap_or_default();
    ["127.", "localhost", "[::1]"].iter().any(|local| authority.starts_with(local))
}

fn address(text: &str) -> Result<String, String> {
    let text = text.trim_end_matches('/');
    let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
    match rest {
        Some(host) if !host.is_empty() && !host.contains(['?', '#', '@', ' ']) => Ok(text.to_owned()),
        _ => Err("an address looks like http://127.0.0.1:8080 or https://salur.example.go.id".to_owned()),
    }
}

fn language() -> impl TypedValueParser<Value = Lang> {
    PossibleValuesParser::new(["id", "en"]).map(|name| if name == "en" { Lang::En } else { Lang::Id })
}

#[cfg(test)]
mod tests {
    use super::{Connection, Token, address, is_loopback};

    #[test]
    fn an_address_has_a_scheme_and_a_host() {
        assert_eq!(address("https://salur.example.go.id/").as_deref(), Ok("https://salur.example.go.id"));
        for text in ["salur.example.go.id", "http://", "ftp://x", "http://token@x", "http://x?y=1"] {
            assert!(address(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_token_stays_out_of_debug_output_and_of_open_networks() {
        let mut connection = Connection::to("http://10.1.2.3:8080");
        connection.token = Token::new(" secret\n");
        assert!(!format!("{connection:?}").contains("secret"));
        assert!(connection.exposes_token());
        connection.server = "https://10.1.2.3".to_owned();
        assert!(!connection.exposes_token());
        assert!(
            is_loopback("http://127.0.0.1:8080")
                && is_loopback("http://localhost")
                && !is_loopback("http://x")
        );
        assert!(Token::new("  ").is_none());
    }
}
