//! The cookie of a session, and the rule that no other site can act by it.

use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderValue};

use crate::caller::cookie;

/// How the cookie of a session is sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Cookies {
    /// Over HTTPS only, and for this very host only.
    #[default]
    Secure,
    /// Over plain HTTP too: for development and the demo on one's own machine. It has another name, so that neither is
    /// taken for the other.
    Plain,
}

/// How long a browser keeps it; the server ends sessions by its own clock.
const SECONDS: u32 = 12 * 60 * 60;

impl Cookies {
    /// The cookie's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Cookies::Secure => "__Host-salur",
            Cookies::Plain => "salur-dev",
        }
    }

    /// The token that a request brings in its cookie.
    #[must_use]
    pub fn token(self, headers: &HeaderMap) -> Option<&str> {
        cookie(headers, self.name()).filter(|token| !token.is_empty())
    }

    /// The header that hands a token to a browser.
    #[must_use]
    pub fn set(self, token: &str) -> HeaderValue {
        self.header(token, SECONDS)
    }

    /// The header that takes it away.
    #[must_use]
    pub fn clear(self) -> HeaderValue {
        self.header("", 0)
    }

    fn header(self, token: &str, seconds: u32) -> HeaderValue {
        let secure = if self == Cookies::Secure { " Secure;" } else { "" };
        let text =
            format!("{}={token}; Path=/;{secure} HttpOnly; SameSite=Lax; Max-Age={seconds}", self.name());
        HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
    }
}

/// True if the browser says that a request comes from a page of this site: by `Sec-Fetch-Site`, or by `Origin` where it
/// is too old for that. A request that says neither is refused: every browser that sends our cookie says one of them.
#[must_use]
pub fn is_same_origin(headers: &HeaderMap) -> bool {
    let text = |value: &HeaderValue| value.to_str().map(str::to_owned).ok();
    if let Some(site) = headers.get("sec-fetch-site") {
        return text(site).is_some_and(|site| site == "same-origin" || site == "none");
    }
    let origin = headers.get(ORIGIN).and_then(text);
    let host = headers.get(HOST).and_then(text);
    match (origin, host) {
        (Some(origin), Some(host)) => {
            origin.split_once("://").is_some_and(|(_, from)| from.eq_ignore_ascii_case(&host))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn a_cookie_is_for_this_host_and_no_script() {
        let set = Cookies::Secure.set("abc");
        let wanted = "__Host-salur=abc; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=43200";
        assert_eq!(set.to_str().unwrap(), wanted);
        let plain = Cookies::Plain.clear();
        assert_eq!(plain.to_str().unwrap(), "salur-dev=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
        let sent = headers(&[("cookie", "a=1; __Host-salur=abc"), ("cookie", "salur-dev=def")]);
        assert_eq!(Cookies::Secure.token(&sent), Some("abc"));
        assert_eq!(Cookies::Plain.token(&sent), Some("def"));
        assert_eq!(Cookies::Secure.token(&headers(&[("cookie", "__Host-salur=")])), None);
    }

    #[test]
    fn no_other_site_acts_by_a_cookie() {
        let host = ("host", "salur.example.go.id");
        for (sent, fits) in [
            (vec![host, ("sec-fetch-site", "same-origin")], true),
            (vec![host, ("sec-fetch-site", "none")], true),
            (vec![host, ("sec-fetch-site", "same-site")], false),
            (vec![host, ("sec-fetch-site", "cross-site"), ("origin", "https://salur.example.go.id")], false),
            (vec![host, ("origin", "https://salur.example.go.id")], true),
            (vec![host, ("origin", "https://salur.example.go.id:8443")], false),
            (vec![host, ("origin", "https://evil.example")], false),
            (vec![host, ("origin", "null")], false),
            (vec![("origin", "https://salur.example.go.id")], false),
            (vec![host], false),
            (vec![], false),
        ] {
            assert_eq!(is_same_origin(&headers(&sent)), fits, "{sent:?}");
        }
    }
}
