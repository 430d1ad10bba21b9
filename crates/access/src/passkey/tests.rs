use salur_authenticator::Authenticator;
use uuid::Uuid;

use super::*;

const ORIGIN: &str = "https://salur.example.go.id";

fn person() -> PersonId {
    PersonId(Uuid::from_u128(7))
}

fn passkeys() -> Passkeys {
    Passkeys::new(ORIGIN, "Dinas Sosial").unwrap()
}

fn registered(seed: u8) -> (Authenticator, String) {
    let (passkeys, mut authenticator) = (passkeys(), Authenticator::new(seed, ORIGIN).unwrap());
    let begun = passkeys.begin_registration(person(), "governor", "Gubernur", &[]).unwrap();
    let (_, credential) =
        passkeys.finish_registration(&authenticator.create(&begun.options), &begun.state).unwrap();
    (authenticator, credential)
}

/// A decree signed by a passkey, and what is kept of it.
fn signed(digest: Digest) -> Kept {
    let (mut authenticator, credential) = registered(1);
    let nonce = [9; 32];
    let challenge = sign_challenge(digest, person(), nonce);
    let begun = passkeys().begin(&[credential], Some(challenge)).unwrap();
    let answer = authenticator.get(&begun.options);
    passkeys().finish(person(), &answer, &begun.state, nonce).unwrap().kept
}

#[test]
fn a_passkey_is_registered_and_shown() {
    let (mut authenticator, credential) = registered(1);
    let begun = passkeys().begin(std::slice::from_ref(&credential), None).unwrap();
    let answer = authenticator.get(&begun.options);
    let shown = passkeys().finish(person(), &answer, &begun.state, [0; 32]).unwrap();
    assert_ne!(shown.credential, credential, "its counter has moved on");
    // Shown again, the same answer has a counter that is not later.
    let again = passkeys().begin(&[shown.credential], None).unwrap();
    assert!(passkeys().finish(person(), &answer, &again.state, [0; 32]).is_err());
}

#[test]
fn what_does_not_fit_is_refused() {
    let (mut authenticator, credential) = registered(1);
    let begun = passkeys().begin(std::slice::from_ref(&credential), None).unwrap();
    let mut other = Authenticator::new(2, ORIGIN).unwrap();
    let foreign = Authenticator::new(1, "https://salur.example.com").unwrap().get(&begun.options);
    authenticator.verifies = false;
    for answer in [other.get(&begun.options), foreign, authenticator.get(&begun.options), Value::Null] {
        assert!(passkeys().finish(person(), &answer, &begun.state, [0; 32]).is_err(), "{answer}");
    }
    let later = passkeys().begin(&[credential], None).unwrap();
    authenticator.verifies = true;
    let late = authenticator.get(&begun.options);
    assert!(passkeys().finish(person(), &late, &later.state, [0; 32]).is_err(), "another challenge");
}

#[test]
fn what_is_kept_proves_what_was_signed_without_the_server() {
    let digest = Digest([5; 32]);
    // It goes through the database as text.
    let kept: Kept = serde_json::from_str(&serde_json::to_string(&signed(digest)).unwrap()).unwrap();
    assert_eq!(verify_kept(&kept, digest), Ok(()));
    assert_eq!(verify_kept(&kept, Digest([6; 32])), Err(Unproven::OtherChallenge));
    let somebody = PersonId(Uuid::from_u128(8));
    let other = Kept { person: somebody, ..kept.clone() };
    assert_eq!(verify_kept(&other, digest), Err(Unproven::OtherChallenge));
    let other = Kept { nonce: Digest([8; 32]).to_string(), ..kept.clone() };
    assert_eq!(verify_kept(&other, digest), Err(Unproven::OtherChallenge));
    let other = Kept { site: "salur.example.com".into(), ..kept.clone() };
    assert_eq!(verify_kept(&other, digest), Err(Unproven::OtherSite));
    let (_, credential) = registered(2);
    let key = serde_json::from_str::<Value>(&credential).unwrap()["cred"].clone();
    assert_eq!(verify_kept(&Kept { public_key: key, ..kept.clone() }, digest), Err(Unproven::Forged));
    let mut data = URL_SAFE_NO_PAD.decode(&kept.authenticator_data).unwrap();
    data[36] ^= 1;
    let other = Kept { authenticator_data: URL_SAFE_NO_PAD.encode(&data), ..kept.clone() };
    assert_eq!(verify_kept(&other, digest), Err(Unproven::Forged));
    data[32] &= !4;
    let other = Kept { authenticator_data: URL_SAFE_NO_PAD.encode(&data), ..kept.clone() };
    assert_eq!(verify_kept(&other, digest), Err(Unproven::NotVerified));
    let other = Kept { signature: "%".into(), ..kept };
    assert_eq!(verify_kept(&other, digest), Err(Unproven::Malformed));
}

#[test]
fn passkeys_need_an_address_that_browsers_trust() {
    assert!(Passkeys::new("http://localhost:8080", "x").is_ok());
    for address in ["http://salur.example.go.id", "salur", "https://", ""] {
        assert!(Passkeys::new(address, "x").is_err(), "{address}");
    }
}
