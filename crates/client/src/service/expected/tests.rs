#![allow(clippy::expect_used)]

use super::*;
use serde_json::json;

const NOW: Timestamp = Timestamp(1_800_000_000);
const ISSUER: &str = "https://login.example";
const RESOURCE: &str = "https://photos.example/";

fn expected(profile: Profile, people: People) -> Expected {
    Expected { issuer: ISSUER.to_owned(), audience: RESOURCE.to_owned(), leeway: Seconds(30), people, profile }
}

fn claims(changed: &Value) -> Map<String, Value> {
    let mut claims = json!({
        "iss": ISSUER, "aud": RESOURCE, "sub": "ada", "client_id": "shop", "jti": "1", "iat": NOW.0, "exp": NOW.0 + 600,
        "scope": "photos:read", "auth_time": NOW.0 - 5,
    });
    let members = claims.as_object_mut().expect("an object");
    members.extend(changed.as_object().expect("an object").clone());
    members.retain(|_, value| !value.is_null());
    members.clone()
}

fn read(changed: &Value) -> Result<Told, Reason> {
    expected(Profile::Rfc9068, People::ByLogin).read(claims(changed), Source::Jwt, AccessToken::new("t"), NOW)
}

fn refused(changed: &Value) -> Option<Reason> {
    read(changed).err()
}

#[test]
fn a_good_token_tells_who_calls() {
    let told = read(&json!({"act": {"sub": "orders", "act": {"sub": "gateway"}}, "acr": "gold", "cnf": {"jkt": "k"}})).expect("good");
    assert_eq!((told.subject.as_str(), told.client.as_deref(), told.person), ("ada", Some("shop"), true));
    assert_eq!((told.scopes, told.actors), (vec!["photos:read".to_owned()], vec!["orders".to_owned(), "gateway".to_owned()]));
    assert_eq!((told.acr.as_deref(), told.binding), (Some("gold"), Some(Binding::Key("k".to_owned()))));
}

#[test]
fn claims_that_are_not_exactly_right_are_refused_by_name() {
    let now = NOW.0;
    for (changed, reason) in [
        (json!({"iss": "https://login.example/"}), Reason::Issuer),
        (json!({"iss": [ISSUER]}), Reason::Issuer),
        (json!({"iss": null}), Reason::Issuer),
        (json!({"aud": "https://photos.example"}), Reason::Audience),
        (json!({"aud": "https://other.example/"}), Reason::Audience),
        (json!({"aud": [RESOURCE, "https://other.example/"]}), Reason::Audience),
        (json!({"aud": [RESOURCE, RESOURCE]}), Reason::Audience),
        (json!({"aud": []}), Reason::Audience),
        (json!({"aud": {"is": RESOURCE}}), Reason::Audience),
        (json!({"aud": null}), Reason::Audience),
        (json!({"nonce": "n"}), Reason::IdToken),
        (json!({"at_hash": "h"}), Reason::IdToken),
        (json!({"exp": now - 30}), Reason::Expired),
        (json!({"exp": 0}), Reason::Expired),
        (json!({"exp": -5}), Reason::ClaimMalformed),
        (json!({"exp": "soon"}), Reason::ClaimMalformed),
        (json!({"exp": null}), Reason::ClaimMissing),
        (json!({"nbf": now + 31}), Reason::NotYetValid),
        (json!({"iat": now + 31}), Reason::IssuedInFuture),
        (json!({"iat": null}), Reason::ClaimMissing),
        (json!({"sub": null}), Reason::ClaimMissing),
        (json!({"sub": ""}), Reason::ClaimMalformed),
        (json!({"sub": 7}), Reason::ClaimMalformed),
        (json!({"client_id": null}), Reason::ClaimMissing),
        (json!({"jti": null}), Reason::ClaimMissing),
        (json!({"scope": 5}), Reason::ClaimMalformed),
        (json!({"scope": ["photos:read"]}), Reason::ClaimMalformed),
        (json!({"auth_time": now + 31}), Reason::ClaimMalformed),
        (json!({"act": "orders"}), Reason::ClaimMalformed),
        (json!({"act": {}}), Reason::ClaimMalformed),
        (json!({"cnf": {}}), Reason::BindingUnknown),
        (json!({"cnf": {"jwk": {}}}), Reason::BindingUnknown),
        (json!({"cnf": {"jkt": 5}}), Reason::BindingUnknown),
        // Law: of two bindings none is left out.
        (json!({"cnf": {"jkt": "k", "x5t#S256": "c"}}), Reason::BindingUnknown),
        (json!({"cnf": "k"}), Reason::ClaimMalformed),
    ] {
        assert_eq!(refused(&changed), Some(reason), "{changed}");
    }
}

#[test]
fn clocks_may_differ_by_the_leeway_and_by_no_more() {
    let now = NOW.0;
    for good in [json!({"exp": now - 29}), json!({"nbf": now + 30}), json!({"iat": now + 30}), json!({"aud": [RESOURCE]})] {
        assert_eq!(refused(&good), None, "{good}");
    }
    let strict = Expected { leeway: Seconds(0), ..expected(Profile::Rfc9068, People::ByLogin) };
    let at = |exp: i64| strict.read(claims(&json!({"exp": exp})), Source::Jwt, AccessToken::new("t"), NOW).err();
    assert_eq!((at(now), at(now + 1)), (Some(Reason::Expired), None));
}

#[test]
fn a_chain_of_actors_without_end_is_none() {
    let mut act = json!({"sub": "first"});
    for _ in 0..MOST_ACTORS {
        act = json!({"sub": "next", "act": act});
    }
    assert_eq!(refused(&json!({"act": act})), Some(Reason::ClaimMalformed));
}

#[test]
fn a_machine_never_passes_for_a_person() {
    let person = |people, changed: Value| {
        let read = expected(Profile::Rfc9068, people).read(claims(&changed), Source::Jwt, AccessToken::new("t"), NOW);
        read.expect("a good token").person
    };
    let own = json!({"sub": "shop", "auth_time": null});
    let exchanged = json!({"sub": "orders", "client_id": "stock", "auth_time": null});
    assert!(!person(People::ByLogin, own.clone()) && !person(People::BySubject, own));
    assert!(!person(People::ByLogin, exchanged), "a machine's token that was exchanged has no login behind it");
    // Law: RFC 9700 §4.15.
    assert!(!person(People::ByLogin, json!({"sub": "shop"})));
    assert!(person(People::BySubject, json!({"auth_time": null})));
}

#[test]
fn issuers_that_follow_no_standard_are_read_where_that_was_asked_for() {
    let plain = expected(Profile::Plain, People::BySubject);
    let read = |changed: Value| plain.read(claims(&changed), Source::Jwt, AccessToken::new("t"), NOW);
    let bare = json!({"jti": null, "iat": null, "client_id": null, "azp": "shop", "scope": null, "scp": ["a", "b"]});
    let told = read(bare.clone()).expect("a plain token");
    assert_eq!((told.client.as_deref(), told.scopes), (Some("shop"), vec!["a".to_owned(), "b".to_owned()]));
    assert_eq!(refused(&bare), Some(Reason::ClaimMissing));
    assert_eq!(read(json!({"scope": null, "scp": "a b"})).map(|told| told.scopes.len()), Ok(2));
    assert_eq!(read(json!({"sub": null, "client_id": null})).err(), Some(Reason::ClaimMissing), "somebody must have sent it");
    // Law: what is lenient in form stays strict in meaning.
    assert_eq!(read(json!({"exp": null})).err(), Some(Reason::ClaimMissing));
    assert_eq!(read(json!({"nonce": "n"})).err(), Some(Reason::IdToken));
    assert_eq!(read(json!({"aud": null})).err(), Some(Reason::Audience));
}

#[test]
fn an_answer_about_a_token_may_say_less_but_not_something_else() {
    let rules = expected(Profile::Rfc9068, People::ByLogin);
    let read = |changed: Value| rules.read(claims(&changed), Source::Introspection, AccessToken::new("t"), NOW).err();
    assert_eq!(read(json!({"iss": null, "jti": null, "iat": null, "exp": null, "sub": null})), None);
    assert_eq!(read(json!({"iss": "https://evil.example"})), Some(Reason::Issuer));
    assert_eq!(read(json!({"aud": null})), Some(Reason::Audience));
    assert_eq!(read(json!({"exp": NOW.0 - 60})), Some(Reason::Expired));
}
