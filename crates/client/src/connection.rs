//! Where the server is, who asks, and in which language and form the answer is wanted.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use salur_core::Lang;

use crate::error::ClientError;
use crate::screen::say;

/// Where `salur demo` leaves the tokens of its people.
const DEMO_TOKENS: &str = "salur-demo/demo-tokens.json";

/// The variable the token is read from. It is never an argument: arguments show in process lists and shell histories.
const TOKEN_VARIABLE: &str = "SALUR_TOKEN";

/// Arguments that every command of the client takes. They are global: they may stand after the command too.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Server")]
pub struct Connection {
    /// The server's address; the token is read from `SALUR_TOKEN`, or found by `--as`
    #[arg(
        long,
        global = true,
        env = "SALUR_SERVER",
        value_name = "URL",
        default_value = "http://127.0.0.1:8080",
        value_parser = address
    )]
    pub server: String,
    /// Ask as the person of this key in the tokens file, whatever `SALUR_TOKEN` says
    #[arg(long = "as", global = true, env = "SALUR_AS", value_name = "KEY")]
    pub as_key: Option<String>,
    /// The tokens file, as `salur demo` and `salur setup` write it
    // The subcommand that writes such a file has an argument of the same name and type: the two are one to clap.
    #[arg(long, global = true, env = "SALUR_TOKENS", value_name = "FILE", default_value = DEMO_TOKENS)]
    pub tokens: PathBuf,
    /// Print the server's JSON as it came, for programs
    #[arg(long, global = true)]
    pub json: bool,
    /// The language of sentences and headings
    #[arg(long, global = true, value_name = "id|en", default_value = "id", value_parser = language())]
    pub lang: Lang,
    /// The bearer token; where it is not set, the one of `as_key` or else of `SALUR_TOKEN`.
    #[arg(skip)]
    pub token: Option<Token>,
}

impl Connection {
    /// A connection that answers people in Indonesian and has no token.
    #[must_use]
    pub fn to(server: &str) -> Connection {
        Connection {
            server: server.trim_end_matches('/').to_owned(),
            as_key: None,
            tokens: DEMO_TOKENS.into(),
            json: false,
            lang: Lang::Id,
            token: None,
        }
    }

    /// The same with the token of whoever is to ask: `--as` wins over the environment.
    pub(crate) fn signed_in(mut self) -> Result<Connection, ClientError> {
        let environment = std::env::var(TOKEN_VARIABLE).ok();
        self.sign_in(environment.as_deref())?;
        Ok(self)
    }

    fn sign_in(&mut self, environment: Option<&str>) -> Result<(), ClientError> {
        if self.token.is_some() {
            return Ok(());
        }
        self.token = match self.as_key.as_deref().map(str::trim).filter(|key| !key.is_empty()) {
            Some(key) => Some(token_of(&self.tokens, key, self.lang)?),
            None => environment.and_then(Token::new),
        };
        Ok(())
    }

    /// True if the token would cross a network that anybody on the way can read.
    pub(crate) fn exposes_token(&self) -> bool {
        self.token.is_some() && self.server.starts_with("http://") && !is_loopback(&self.server)
    }
}

/// The token of a key. What is said of a file that will not do never quotes it: it holds secrets.
fn token_of(path: &Path, key: &str, lang: Lang) -> Result<Token, ClientError> {
    let file = path.display();
    let text = std::fs::read_to_string(path).map_err(|cause| {
        ClientError::Usage(say!(
            lang,
            "--as {key}: berkas token {file} tidak dapat dibaca: {cause}. Tunjuk berkas dari salur demo atau salur setup dengan --tokens atau SALUR_TOKENS.",
            "--as {key}: cannot read the tokens file {file}: {cause}. Name the file that salur demo or salur setup wrote with --tokens or SALUR_TOKENS."
        ))
    })?;
    let tokens: BTreeMap<String, String> = serde_json::from_str(&text).map_err(|error| {
        let line = error.line();
        ClientError::Usage(say!(
            lang,
            "--as {key}: {file} bukan berkas token: baris {line} bukan bagian objek JSON yang berisi kunci dan token",
            "--as {key}: {file} is no tokens file: line {line} does not belong to a JSON object of keys and tokens"
        ))
    })?;
    tokens.get(key).and_then(|token| Token::new(token)).ok_or_else(|| {
        let known = tokens.iter().filter(|(_, token)| Token::new(token).is_some());
        let known = known.map(|(key, _)| key.as_str()).collect::<Vec<_>>().join(", ");
        ClientError::Usage(say!(
            lang,
            "--as {key}: kunci ini tidak ada di {file}; yang ada: {known}",
            "--as {key}: {file} has no token of that key; it has: {known}"
        ))
    })
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
    use salur_core::Lang;

    use super::{Connection, Token, address, is_loopback};

    /// Who asks, where the tokens file says this and the environment that.
    fn signed_in(file: &str, key: Option<&str>, environment: Option<&str>) -> Result<Option<String>, String> {
        let folder = tempfile::tempdir().unwrap();
        let mut connection = Connection::to("http://127.0.0.1:8080");
        connection.tokens = folder.path().join("tokens.json");
        connection.lang = Lang::En;
        connection.as_key = key.map(str::to_owned);
        std::fs::write(&connection.tokens, file).unwrap();
        connection.sign_in(environment).map_err(|error| {
            assert_eq!(error.status(), 2);
            error.to_string().replace(&folder.path().display().to_string(), "")
        })?;
        Ok(connection.token.map(|token| token.reveal().to_owned()))
    }

    const TOKENS: &str = r#"{"governor": "g-secret", "verifier.1": "v-secret", "nobody": ""}"#;

    #[test]
    fn a_key_finds_its_token_and_wins_over_the_environment() {
        let token = |text: &str| Ok(Some(text.to_owned()));
        assert_eq!(signed_in(TOKENS, Some("verifier.1"), None), token("v-secret"));
        assert_eq!(signed_in(TOKENS, Some("governor"), Some("of-env")), token("g-secret"));
        assert_eq!(signed_in(TOKENS, None, Some("of-env")), token("of-env"));
        assert_eq!(signed_in(TOKENS, Some(" "), Some("of-env")), token("of-env"));
        assert_eq!(signed_in(TOKENS, None, None), Ok(None));
        // A file that nobody asks for is not opened.
        assert_eq!(signed_in("no tokens", None, None), Ok(None));
    }

    #[test]
    fn an_unknown_key_is_told_with_the_file_and_the_known_ones() {
        for key in ["clerk", "nobody"] {
            let told = signed_in(TOKENS, Some(key), Some("of-env")).unwrap_err();
            let expected =
                format!("--as {key}: /tokens.json has no token of that key; it has: governor, verifier.1");
            assert_eq!(told.replace('\\', "/"), expected);
        }
    }

    #[test]
    fn a_file_that_will_not_do_is_named_and_never_quoted() {
        for text in
            [r#""g-secret""#, r#"{"governor": ["g-secret"]}"#, r#"{"governor": "g-secret" "#, "g-secret"]
        {
            let told = signed_in(text, Some("governor"), None).unwrap_err();
            assert!(told.contains("tokens.json is no tokens file") && !told.contains("secret"), "{told}");
        }
        let mut connection = Connection::to("http://127.0.0.1:8080");
        connection.tokens = "nowhere/tokens.json".into();
        connection.as_key = Some("governor".to_owned());
        let told = connection.sign_in(None).unwrap_err().to_string();
        assert!(told.contains("nowhere/tokens.json") && told.contains("--tokens"), "{told}");
    }

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
