//! Random bytes and the tokens made of them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The operating system has no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("no random bytes to be had")]
pub struct NoRandom;

/// Random bytes from the operating system.
pub fn fresh<const N: usize>() -> Result<[u8; N], NoRandom> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| NoRandom)?;
    Ok(bytes)
}

/// A new token of 256 bits, fit for headers, cookies and addresses.
pub fn fresh_token() -> Result<String, NoRandom> {
    Ok(URL_SAFE_NO_PAD.encode(fresh::<32>()?))
}
