#![allow(clippy::expect_used)]

use super::super::caller::Told;
use super::*;
use serde_json::Map;

const NOW: Timestamp = Timestamp(1_800_000_000);
const SCOPES: Needs = Needs::scopes(&["photos:read", "albums:read"]);

fn caller(person: bool, acr: Option<&str>, auth_time: Option<i64>) -> Caller {
    Caller::new(Told {
        subject: "ada".to_owned(),
        client: Some("shop".to_owned()),
        scopes: vec!["photos:read".to_owned(), "albums:read".to_owned()],
        actors: Vec::new(),
        person,
        acr: acr.map(str::to_owned),
        auth_time: auth_time.map(Timestamp),
        expires_at: None,
        token_id: None,
        binding: None,
        claims: Map::new(),
        token: AccessToken::new("the token in clear"),
    })
}

#[test]
fn a_caller_may_do_what_all_needs_allow_and_nothing_less() {
    let now = NOW.0;
    let person = caller(true, Some("silver"), Some(now - 100));
    let machine = caller(false, None, None);
    for (who, needs, expected) in [
        (&person, Needs::nothing(), Ok(())),
        (&person, SCOPES, Ok(())),
        (&person, Needs::scopes(&["photos:read", "photos:write"]), Err(Reason::Scope)),
        (&person, Needs::scopes(&["photos"]), Err(Reason::Scope)),
        (&person, Needs::scopes(&["PHOTOS:READ"]), Err(Reason::Scope)),
        (&person, Needs::scopes(&["photos:read albums:read"]), Err(Reason::Scope)),
        (&person, SCOPES.person(), Ok(())),
        (&person, SCOPES.machine(), Err(Reason::MachineNeeded)),
        (&machine, SCOPES.person(), Err(Reason::PersonNeeded)),
        (&machine, SCOPES.machine(), Ok(())),
        (&person, SCOPES.acr(&["gold", "silver"]), Ok(())),
        (&person, SCOPES.acr(&["gold"]), Err(Reason::LoginTooWeak)),
        (&machine, SCOPES.acr(&["gold"]), Err(Reason::LoginTooWeak)),
        (&person, SCOPES.max_age(100), Ok(())),
        (&person, SCOPES.max_age(99), Err(Reason::LoginTooOld)),
        // Law: RFC 9470 §4: what the token doesn't tell is not enough.
        (&machine, SCOPES.max_age(u32::MAX), Err(Reason::LoginTooOld)),
    ] {
        assert_eq!(met(who, &needs, NOW), expected, "{needs:?}");
    }
}

#[test]
fn a_caller_never_prints_its_token() {
    let caller = caller(true, None, None);
    let shown = format!("{caller:?} {:?}", caller.token());
    assert!(!shown.contains("clear") && shown.contains("ada"), "{shown}");
}

#[test]
fn two_dots_make_a_jws() {
    for (token, jws) in [("a.b.c", true), ("..", true), ("a.b", false), ("opaque", false), ("a.b.c.d.e", false)] {
        assert_eq!(is_jws(token), jws, "{token}");
    }
}
