//! An empty database on a server that is already there.

use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::{Error, Result, psql};

/// Names the server.
pub const SERVER: &str = "SALUR_TEST_POSTGRES";

/// A server on which databases may be created.
#[derive(Debug, Clone)]
pub struct Server {
    /// Up to the host: scheme, user, password.
    before: String,
    host: String,
    database: String,
    /// `?` and what follows it, or nothing.
    parameters: String,
}

impl Server {
    /// The one the environment names in [`SERVER`].
    pub fn from_env() -> Result<Server> {
        Server::named(std::env::var(SERVER).ok().as_deref())
    }

    fn named(url: Option<&str>) -> Result<Server> {
        match url {
            Some(url) if !url.is_empty() => Server::at(url),
            _ => Err(Error::new(format!(
                "{SERVER} is not set; `cargo xtask test` starts a PostgreSQL for the tests, \
                 or name one: {SERVER}=postgres://user@host/postgres"
            ))),
        }
    }

    /// The one at a URL: `postgres://user@host/postgres`.
    pub fn at(url: &str) -> Result<Server> {
        let wrong = || Error::new(format!("not like postgres://user@host/postgres: {url}"));
        let (scheme, rest) = url.split_once("://").ok_or_else(wrong)?;
        let (rest, parameters) = rest.find('?').map_or((rest, ""), |at| rest.split_at(at));
        let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
        let (user, host) = authority.rsplit_once('@').map_or(("", authority), |(user, host)| (user, host));
        if host.is_empty() || !matches!(scheme, "postgres" | "postgresql") {
            return Err(wrong());
        }
        let at = if user.is_empty() { "" } else { "@" };
        Ok(Server {
            before: format!("{scheme}://{user}{at}"),
            host: host.to_owned(),
            database: if database.is_empty() { "postgres" } else { database }.to_owned(),
            parameters: parameters.to_owned(),
        })
    }

    /// Where a client finds a database of it.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        self.url_at(&self.host, database)
    }

    /// Where it listens.
    pub fn address(&self) -> Result<SocketAddr> {
        let has_port = self.host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        let host = if has_port { self.host.clone() } else { format!("{}:5432", self.host) };
        let mut found = host.to_socket_addrs().map_err(Error::doing(format!("find {host}")))?;
        found.next().ok_or_else(|| Error::new(format!("{host} has no address")))
    }

    fn url_at(&self, host: &str, database: &str) -> String {
        format!("{}{host}/{database}{}", self.before, self.parameters)
    }

    fn run(&self, sql: &str) -> Result<()> {
        psql::plain(&self.url(&self.database), sql).map(drop)
    }
}

#[expect(clippy::disallowed_methods, reason = "the name of a database is no fact that a test looks at")]
fn now() -> SystemTime {
    SystemTime::now()
}

/// A database nobody else uses. Removed when dropped, whoever is still connected.
#[derive(Debug)]
pub struct Database {
    server: Server,
    name: String,
}

impl Database {
    /// A new one on the server that the environment names in [`SERVER`].
    pub fn fresh() -> Result<Database> {
        Database::fresh_on(&Server::from_env()?)
    }

    /// A new one on this server.
    pub fn fresh_on(server: &Server) -> Result<Database> {
        static COUNTER: AtomicU32 = AtomicU32::new(0);
        let time = now().duration_since(UNIX_EPOCH).unwrap_or_default().as_micros();
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let name = format!("salur_{}_{time}_{number}", std::process::id());
        // From the template nobody connects to: a session in `template1` would be in the way.
        server.run(&format!("create database {name} template template0"))?;
        Ok(Database { server: server.clone(), name })
    }

    /// Where a client finds it.
    #[must_use]
    pub fn url(&self) -> String {
        self.server.url(&self.name)
    }

    /// Where a client finds it by way of another address, such as a [`Proxy`](crate::Proxy)'s.
    #[must_use]
    pub fn url_at(&self, address: SocketAddr) -> String {
        self.server.url_at(&address.to_string(), &self.name)
    }

    /// The server that holds it.
    #[must_use]
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// Runs statements one after another until one fails. Answers with the rows, columns separated by `|`.
    pub fn psql(&self, sql: &str) -> Result<String> {
        psql::plain(&self.url(), sql)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let _ = self.server.run(&format!("drop database if exists {} with (force)", self.name));
    }
}

#[cfg(test)]
mod tests {
    use super::Server;

    #[test]
    fn a_url_keeps_all_but_the_database() {
        let url = |text: &str| Server::at(text).unwrap().url("new");
        assert_eq!(url("postgres://salur@127.0.0.1:5444/postgres"), "postgres://salur@127.0.0.1:5444/new");
        assert_eq!(
            url("postgresql://a:b%40@host?sslmode=require"),
            "postgresql://a:b%40@host/new?sslmode=require"
        );
        assert_eq!(url("postgres://host"), "postgres://host/new");
        assert!(Server::at("sqlite://file").is_err());
        assert!(Server::at("postgres:///postgres").is_err());
    }

    #[test]
    fn a_server_must_be_named() {
        assert!(Server::named(Some("postgres://a@host/postgres")).is_ok());
        for url in [None, Some("")] {
            let error = Server::named(url).unwrap_err().to_string();
            assert!(
                error.starts_with("SALUR_TEST_POSTGRES is not set; `cargo xtask test` starts"),
                "{error}"
            );
        }
    }

    #[test]
    fn the_port_may_be_left_out() {
        let address = |text: &str| Server::at(text).unwrap().address().unwrap().to_string();
        assert_eq!(address("postgres://a@127.0.0.1/x"), "127.0.0.1:5432");
        assert_eq!(address("postgres://a@127.0.0.1:77/x"), "127.0.0.1:77");
    }
}
