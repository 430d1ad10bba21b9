//! What the routes of who gets in take and answer.

use salur_store::access::{Factors, Session, SessionKind, SessionState};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::access::{Opened, SignedIn};

/// A name and a password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SignInBody {
    /// The name, in whatever letters.
    #[schema(max_length = 200)]
    pub(super) login: String,
    /// The password.
    #[schema(max_length = 128)]
    pub(super) password: String,
    /// What the device is called in the list of sessions; the browser's own words if it is not said.
    #[serde(default)]
    pub(super) device: Option<String>,
    /// True to be handed the token in a cookie instead of the body.
    #[serde(default)]
    pub(super) cookie: bool,
}

/// A session as it goes on.
#[derive(Serialize, ToSchema)]
pub(super) struct OpenedBody {
    /// The token; none where it came in a cookie.
    token: Option<String>,
    /// Whose session it is.
    person: Uuid,
    /// `full`, `wants_factor` (show one) or `wants_enrolment` (set one up).
    state: &'static str,
    /// The factors that can be shown: `passkey`, `totp`, `recovery`.
    factors: Vec<&'static str>,
    /// Until when it lasts at most.
    expires_at: String,
}

impl OpenedBody {
    pub(super) fn of(opened: &Opened, with_token: bool) -> OpenedBody {
        OpenedBody {
            token: with_token.then(|| opened.token.clone()),
            person: opened.person.0,
            state: state(opened.state),
            factors: opened.factors.iter().map(|factor| factor.as_str()).collect(),
            expires_at: opened.expires_at.to_string(),
        }
    }
}

fn state(state: SessionState) -> &'static str {
    match state {
        SessionState::Full => "full",
        SessionState::WantsFactor => "wants_factor",
        SessionState::WantsEnrolment => "wants_enrolment",
    }
}

/// A session.
#[derive(Serialize, ToSchema)]
pub(super) struct SessionBody {
    /// The id.
    id: Uuid,
    /// True for the one that asks.
    current: bool,
    /// `person` (signed in), `token` (given by the setup or the demo) or `program`.
    kind: &'static str,
    /// `full`, `wants_factor` or `wants_enrolment`.
    state: &'static str,
    /// The device, or what it is for.
    device: String,
    /// Since when.
    opened_at: String,
    /// When it was last used, to the minute.
    seen_at: String,
    /// Until when it lasts at most.
    expires_at: String,
    /// When a second factor was last shown; it counts for five minutes.
    stepped_up_at: Option<String>,
}

impl SessionBody {
    pub(super) fn of(session: &Session, signed: &SignedIn) -> SessionBody {
        SessionBody {
            id: session.id,
            current: session.id == signed.session.id,
            kind: match session.kind {
                SessionKind::Person => "person",
                SessionKind::Token => "token",
                SessionKind::Program => "program",
            },
            state: state(session.state),
            device: session.label.clone(),
            opened_at: session.opened_at.to_string(),
            seen_at: session.seen_at.to_string(),
            expires_at: session.expires_at.to_string(),
            stepped_up_at: session.step_up_at.map(|at| at.to_string()),
        }
    }
}

/// A code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CodeBody {
    /// Six digits, or a recovery code.
    #[schema(max_length = 40)]
    pub(super) code: String,
}

/// What a browser answers for a passkey.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AnswerBody {
    /// The credential as JSON, its bytes in Base64url.
    pub(super) credential: Value,
}

/// A new passkey.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPasskeyBody {
    /// What its owner calls it.
    #[schema(max_length = 100)]
    pub(super) name: String,
    /// The credential as JSON, its bytes in Base64url.
    pub(super) credential: Value,
}

/// The password once more, where it is asked for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PasswordBody {
    /// The current password; not needed right after signing in, or after a second factor.
    #[serde(default)]
    pub(super) password: Option<String>,
}

/// A password in place of the current one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangePasswordBody {
    /// The current one.
    pub(super) current: String,
    /// The new one, 12 to 128 characters.
    #[schema(min_length = 12, max_length = 128)]
    pub(super) password: String,
}

/// A password by a one-time link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RedeemBody {
    /// The link's token.
    #[schema(max_length = 100)]
    pub(super) token: String,
    /// The password, 12 to 128 characters.
    #[schema(min_length = 12, max_length = 128)]
    pub(super) password: String,
}

/// A secret for one-time codes.
#[derive(Serialize, ToSchema)]
pub(super) struct TotpBody {
    /// As people type it.
    pub(super) secret: String,
    /// As apps read it from a picture.
    pub(super) url: String,
}

/// Recovery codes.
#[derive(Serialize, ToSchema)]
pub(super) struct RecoveryBody {
    /// Ten of them; each works once.
    pub(super) codes: Vec<String>,
}

/// One's second factors.
#[derive(Serialize, ToSchema)]
pub(super) struct FactorsBody {
    /// Passkeys.
    passkeys: Vec<PasskeyBody>,
    /// Since when there are one-time codes.
    totp_since: Option<String>,
    /// How many recovery codes are left.
    recovery_codes: usize,
}

/// A passkey.
#[derive(Serialize, ToSchema)]
struct PasskeyBody {
    /// The id.
    id: String,
    /// What its owner calls it.
    name: String,
    /// Since when.
    made_at: String,
    /// When it was last shown.
    used_at: Option<String>,
}

impl FactorsBody {
    pub(super) fn of(factors: &Factors) -> FactorsBody {
        let passkeys = factors.passkeys.iter().map(|passkey| PasskeyBody {
            id: passkey.id.clone(),
            name: passkey.name.clone(),
            made_at: passkey.made_at.to_string(),
            used_at: passkey.used_at.map(|at| at.to_string()),
        });
        FactorsBody {
            passkeys: passkeys.collect(),
            totp_since: factors.totp.as_ref().map(|totp| totp.made_at.to_string()),
            recovery_codes: factors.recovery.len(),
        }
    }
}
