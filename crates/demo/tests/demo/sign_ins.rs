//! The sign-ins: one for each person, printed and written down.

use std::collections::BTreeMap;

use jiff::ToSpan;

use crate::Demo;

#[tokio::test]
async fn everybody_signs_in_with_the_token_that_is_written_down() {
    let demo = Demo::small("2026-11-24T03:20:00Z").await;
    let keys: Vec<_> = demo.loaded.sign_ins.iter().map(|sign_in| sign_in.key.as_str()).collect();
    for key in
        ["clerk.province", "clerk.6472", "verifier.1", "verifier.2", "governor", "treasurer.2", "admin.2"]
    {
        assert!(keys.contains(&key), "{key}");
    }
    assert_eq!(keys.len(), 19);
    std::fs::write(demo.dir.path().join("demo-tokens.json"), "{}").unwrap();
    demo.loaded.write_tokens(demo.dir.path()).unwrap();
    demo.loaded.write_tokens(demo.dir.path()).unwrap();
    let name = demo.dir.path().join("demo-tokens.json");
    let written: BTreeMap<String, String> =
        serde_json::from_str(&std::fs::read_to_string(&name).unwrap()).unwrap();
    assert_eq!(written.len(), 19);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&name).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let world = demo.store.world();
    for sign_in in &demo.loaded.sign_ins {
        let token = &written[&sign_in.key];
        assert_eq!(token.len(), 64);
        let id = demo.store.session(token, demo.as_of).await.unwrap().unwrap();
        let person = world.roster.person(id).unwrap();
        assert_eq!(person.name, sign_in.name);
        assert!(person.staff_no.starts_with("DEMO-"));
        let role = sign_in.key.split('.').next().unwrap();
        assert!(person.roles().contains(role), "{}", sign_in.key);
        assert!(demo.store.session(token, demo.as_of + (366 * 24).hours()).await.unwrap().is_none());
        assert!(!format!("{sign_in:?}").contains(token.as_str()), "a log tells no token");
    }
}
