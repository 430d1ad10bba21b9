//! Salur's locks: passwords, one-time codes, recovery codes, passkeys, random tokens. Pure functions over what is kept
//! and what is shown; who is let in is decided by the store's commit loop, and nothing here knows a database or a clock.

mod hasher;
mod passkey;
mod password;
mod random;
mod recovery;
mod totp;

pub use hasher::{Busy, Hasher};
pub use passkey::{Begun, Kept, PasskeyError, Passkeys, Shown, Unproven, sign_challenge, verify_kept};
pub use password::{Weakness, check_password, fold_login};
pub use random::{NoRandom, fresh, fresh_token};
pub use recovery::{RECOVERY_CODES, recovery_codes, recovery_hash};
pub use totp::{TotpError, matched_step, new_secret, otpauth_url, secret_text};
