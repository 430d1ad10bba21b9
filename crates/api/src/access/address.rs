//! From where somebody comes, and how often from there.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::header::USER_AGENT;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use salur_core::Lang;

use crate::App;
use crate::caller::language_of;
use crate::problem::{Problem, pick};

/// Most attempts in a minute from one address.
const ATTEMPTS_MAX: u32 = 30;
/// Most addresses that are counted; beyond it those of earlier minutes are forgotten.
const ADDRESSES_MAX: usize = 10_000;
/// Most characters of what a device is called.
const DEVICE_CHARS_MAX: usize = 100;

/// Attempts by address, in this server.
#[derive(Debug, Clone, Default)]
pub struct Addresses(Arc<Mutex<Counts>>);

/// The minute that was counted last, and how many attempts, for each address.
type Counts = HashMap<Option<IpAddr>, (i64, u32)>;

impl Addresses {
    /// Counts an attempt; false where there were too many in this minute.
    fn admit(&self, address: Option<IpAddr>, at: Timestamp) -> bool {
        let minute = at.as_second().div_euclid(60);
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= ADDRESSES_MAX {
            counts.retain(|_, (last, _)| *last == minute);
        }
        let (last, count) = counts.entry(network(address)).or_insert((minute, 0));
        if *last != minute {
            (*last, *count) = (minute, 0);
        }
        *count = count.saturating_add(1);
        *count <= ATTEMPTS_MAX
    }
}

/// Whoever has an IPv6 address has some 2^64 of them.
fn network(address: Option<IpAddr>) -> Option<IpAddr> {
    match address? {
        IpAddr::V4(address) => Some(IpAddr::V4(address)),
        IpAddr::V6(address) => {
            if let Some(mapped) = address.to_ipv4_mapped() {
                return Some(IpAddr::V4(mapped));
            }
            let [a, b, c, d, ..] = address.segments();
            Some(IpAddr::V6([a, b, c, d, 0, 0, 0, 0].into()))
        }
    }
}

/// Somebody at the door.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// From where.
    pub address: Option<IpAddr>,
    /// With what: the browser's own words, cut.
    pub device: String,
    /// In which language they are answered.
    pub lang: Lang,
    /// When.
    pub at: Timestamp,
}

impl Arrival {
    /// Counts the attempt by its address.
    pub(crate) fn admit(&self, app: &App) -> Result<(), Problem> {
        if app.config.access.addresses.admit(self.address, self.at) {
            return Ok(());
        }
        let detail = pick(
            self.lang,
            "Terlalu banyak percobaan dari alamat ini; tunggu satu menit, lalu coba lagi.",
            "Too many attempts from this address; wait a minute, then try again.",
        );
        Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_attempts", detail))
    }
}

impl FromRequestParts<App> for Arrival {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
        let device = parts.headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        Ok(Arrival {
            address: address_of(peer, &parts.headers, &app.config.access.proxies),
            device: plain(device),
            lang: language_of(&parts.headers),
            at: app.clock.now(),
        })
    }
}

/// A proxy's word on where somebody comes from is taken if the office has named the proxy, and only the last word: the
/// ones before it anybody may write.
fn address_of(peer: Option<IpAddr>, headers: &HeaderMap, proxies: &[IpAddr]) -> Option<IpAddr> {
    let named = peer.is_some_and(|peer| proxies.contains(&peer));
    let last = headers.get_all("x-forwarded-for").into_iter().next_back().filter(|_| named);
    let last = last.and_then(|value| value.to_str().ok()).and_then(|value| value.rsplit(',').next());
    last.and_then(|text| text.trim().parse().ok()).or(peer)
}

/// A text as it is kept and shown: without control characters, and not too long.
pub(crate) fn plain(text: &str) -> String {
    let text: String = text.chars().filter(|c| !c.is_control()).take(DEVICE_CHARS_MAX).collect();
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_may_try_thirty_times_in_a_minute() {
        let (addresses, at) = (Addresses::default(), Timestamp::UNIX_EPOCH);
        let admitted = (0..100).filter(|_| addresses.admit(Some(ip("10.0.0.1")), at)).count();
        assert_eq!(admitted, 30);
        assert!(addresses.admit(Some(ip("10.0.0.2")), at));
        assert!(addresses.admit(Some(ip("10.0.0.1")), at + jiff::SignedDuration::from_mins(1)));
        for n in 0..30 {
            assert!(addresses.admit(Some(ip(&format!("2001:db8::{n:x}"))), at));
        }
        assert!(!addresses.admit(Some(ip("2001:db8::ffff")), at), "one network is one address");
    }

    #[test]
    fn only_named_proxies_are_believed_and_only_their_own_word() {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "192.0.2.7, 198.51.100.4".parse().unwrap());
        let (proxy, other) = (ip("10.0.0.1"), ip("10.0.0.2"));
        assert_eq!(address_of(Some(other), &headers, &[proxy]), Some(other));
        assert_eq!(address_of(Some(proxy), &headers, &[proxy]), Some(ip("198.51.100.4")));
        assert_eq!(address_of(Some(proxy), &HeaderMap::new(), &[proxy]), Some(proxy));
        assert_eq!(address_of(None, &headers, &[proxy]), None);
    }
}
