//! What a signed request may say, and what must not pass for one.
#![allow(clippy::expect_used)]

use super::*;
use crate::client::Metadata;
use crate::jose::{JwkSet, SigningKey};
use crate::values::ClientId;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use proptest::prelude::*;
use serde_json::json;

const NOW: Timestamp = Timestamp(1_800_000_000);
const ISSUER: &str = "https://login.example";

fn claims(changes: &Value) -> Map<String, Value> {
    let mut claims = json!({
        "iss": "app", "aud": ISSUER, "exp": NOW.0 + 300, "nbf": NOW.0, "iat": NOW.0, "jti": "a",
        "client_id": "app", "response_type": "code", "scope": "openid", "state": "s",
    });
    for (name, value) in changes.as_object().expect("changes are an object") {
        claims[name] = value.clone();
    }
    claims.as_object().cloned().expect("an object")
}

fn without(names: &[&str]) -> Map<String, Value> {
    let mut claims = claims(&json!({}));
    claims.retain(|name, _| !names.contains(&name.as_str()));
    claims
}

fn read(claims: &Map<String, Value>, fapi: bool) -> Result<Params, Check> {
    let issuer = Issuer::parse(ISSUER).expect("an issuer");
    params(claims, Expected { client_id: "app", issuer: &issuer, fapi }, NOW, &mut Checks::silent()).map_err(|r| r.check)
}

fn refused(changes: &Value) -> (Option<Check>, Option<Check>) {
    (read(&claims(changes), false).err(), read(&claims(changes), true).err())
}

fn verified(object: &str, keys: &JwkSet, algs: &[Alg]) -> Result<Map<String, Value>, Check> {
    verify(object, keys, algs, &mut Checks::silent()).map_err(|r| r.check)
}

#[test]
fn a_signed_request_becomes_its_parameters_and_the_claims_about_the_jwt_do_not() {
    let key = SigningKey::generate(Alg::Ps256).expect("a key");
    let keys = JwkSet::new(vec![key.public().clone()]);
    for typ in ["oauth-authz-req+jwt", "application/oauth-authz-req+jwt", "JWT"] {
        let object = key.sign(typ, &claims(&json!({}))).expect("it is signed");
        let params = read(&verified(&object, &keys, &[Alg::Ps256]).expect("it verifies"), true).expect("it holds");
        assert_eq!((params.get("client_id"), params.get("scope"), params.get("state")), (Some("app"), Some("openid"), Some("s")));
        assert!(ABOUT_THE_JWT.iter().all(|name| params.get(name).is_none()));
    }
}

#[test]
fn the_request_object_of_rfc_9101_section_4_verifies_and_gives_its_parameters() {
    let keys = JwkSet::from_value(&json!({"keys": [{
        "kty": "RSA",
        "kid": "k2bdc",
        "n": "x5RbkAZkmpRxia65qRQ1wwSMSxQUnS7gcpVTV_cdHmfmG2ltd2yabEO9XadD8pJNZubINPpmgHh3J1aD9WRwS05ucmFq3CfFsluLt13_7oX5yDRSKX7poXmT_5ko8k4NJZPMAO8fPToDTH7kHYbONSE2FYa5GZ60CUsFhSonI-dcMDJ0Ary9lxIw5k2z4TAdARVWcS7sD07VhlMMshrwsPHBQgTatlkxyIHXbYdtak8fqvNAwr7OlVEvM_Ipf5OfmdB8Sd-wjzaBsyP4VhJKoi_qdgSzpC694XZeYPq45Sw-q51iFUlcOlTCI7z6jltUtnR6ySn6XDGFnzH5Fe5ypw",
        "e": "AQAB",
    }]}))
    .expect("the key of the RFC is read");
    let object = "eyJhbGciOiJSUzI1NiIsImtpZCI6ImsyYmRjIn0.ewogICAgImlzcyI6ICJzNkJoZFJrcXQzIiwKICAgICJhdWQiOiAiaHR0cHM6Ly9zZXJ2ZXIuZXhhbXBsZS5jb20iLAogICAgInJlc3BvbnNlX3R5cGUiOiAiY29kZSBpZF90b2tlbiIsCiAgICAiY2xpZW50X2lkIjogInM2QmhkUmtxdDMiLAogICAgInJlZGlyZWN0X3VyaSI6ICJodHRwczovL2NsaWVudC5leGFtcGxlLm9yZy9jYiIsCiAgICAic2NvcGUiOiAib3BlbmlkIiwKICAgICJzdGF0ZSI6ICJhZjBpZmpzbGRraiIsCiAgICAibm9uY2UiOiAibi0wUzZfV3pBMk1qIiwKICAgICJtYXhfYWdlIjogODY0MDAKfQ.Nsxa_18VUElVaPjqW_ToI1yrEJ67BgKb5xsuZRVqzGkfKrOIX7BCx0biSxYGmjK9KJPctH1OC0iQJwXu5YVY-vnW0_PLJb1C2HG-ztVzcnKZC2gE4i0vgQcpkUOCpW3SEYXnyWnKzuKzqSb1wAZALo5f89B_p6QA6j6JwBSRvdVsDPdulW8lKxGTbH82czCaQ50rLAg3EYLYaCb4ik4I1zGXE4fvim9FIMs8OCMmzwIB5S-ujFfzwFjoyuPEV4hJnoVUmXR_W9typPf846lGwA8h9G9oNTIuX8Ft2jfpnZdFmLg3_wr3Wa5q3a-lfbgF3S9H_8nN3j1i7tLR_5Nz-g";
    let claims = verified(object, &keys, &[Alg::Rs256]).expect("the RFC verifies");
    let issuer = Issuer::parse("https://server.example.com").expect("an issuer");
    let expected = |client_id| Expected { client_id, issuer: &issuer, fapi: false };
    let params = super::params(&claims, expected("s6BhdRkqt3"), NOW, &mut Checks::silent()).expect("it holds");
    for (name, value) in [
        ("response_type", "code id_token"),
        ("client_id", "s6BhdRkqt3"),
        ("redirect_uri", "https://client.example.org/cb"),
        ("scope", "openid"),
        ("state", "af0ifjsldkj"),
        ("nonce", "n-0S6_WzA2Mj"),
        ("max_age", "86400"),
    ] {
        assert_eq!(params.get(name), Some(value), "{name}");
    }
    let other = super::params(&claims, expected("another"), NOW, &mut Checks::silent());
    assert_eq!(other.err().map(|r| r.check), Some(Check::RequestObjectClientId));
}

#[test]
fn unsigned_foreign_and_otherwise_signed_objects_are_refused() {
    let (key, other) = (SigningKey::generate(Alg::Es256).expect("a key"), SigningKey::generate(Alg::Es256).expect("a key"));
    let keys = JwkSet::new(vec![key.public().clone()]);
    let object = key.sign("JWT", &claims(&json!({}))).expect("it is signed");
    let (_, payload) = object.rsplit_once('.').expect("dots").0.split_once('.').expect("dots");
    for alg in ["none", "None", "HS256"] {
        let header = URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"{alg}"}}"#));
        assert_eq!(verified(&format!("{header}.{payload}."), &keys, &Alg::ALL), Err(Check::RequestObjectSigned), "{alg}");
    }
    assert_eq!(verified(&object, &keys, &[Alg::Ps256]), Err(Check::RequestObjectSigned));
    let strangers = other.sign("JWT", &claims(&json!({}))).expect("it is signed");
    assert_eq!(verified(&strangers, &keys, &Alg::ALL), Err(Check::RequestObjectSignature));
    for typ in ["at+jwt", "dpop+jwt", "client-authentication+jwt", ""] {
        let object = key.sign(typ, &claims(&json!({}))).expect("it is signed");
        assert_eq!(verified(&object, &keys, &Alg::ALL), Err(Check::RequestObjectTyp), "{typ}");
    }
    for bad in ["", "a.b.c", &format!("{object}.x.y"), &"x".repeat(20_000)] {
        assert_eq!(verified(bad, &keys, &Alg::ALL), Err(Check::RequestObjectWellFormed), "{bad}");
    }
    let brought = json!({"alg": "ES256", "jwk": other.public()});
    let brought = other.sign_under(&brought, &claims(&json!({}))).expect("it is signed");
    assert_eq!(verified(&brought, &keys, &Alg::ALL), Err(Check::RequestObjectSignature));
}

#[test]
fn the_client_stands_in_the_object_and_beside_it() {
    for id in [json!("other"), json!(""), json!(null), json!(["app"]), json!(7)] {
        let both = Some(Check::RequestObjectClientId);
        assert_eq!(refused(&json!({"client_id": id})), (both, both), "{id}");
    }
    assert_eq!(read(&without(&["client_id"]), false).err(), Some(Check::RequestObjectClientId));
}

#[test]
fn a_client_assertion_is_no_request() {
    let assertion = json!({"iss": "app", "sub": "app", "aud": ISSUER, "exp": NOW.0 + 60, "jti": "a"});
    let assertion = assertion.as_object().cloned().expect("an object");
    assert_eq!(read(&assertion, false).err(), Some(Check::RequestObjectClientId));
}

#[test]
fn iss_and_aud_hold_where_they_are_and_are_there_for_fapi() {
    for iss in [json!("other"), json!(null), json!(["app"])] {
        let both = Some(Check::RequestObjectIss);
        assert_eq!(refused(&json!({"iss": iss})), (both, both), "{iss}");
    }
    for aud in
        [json!("https://evil.example"), json!([]), json!(null), json!("https://login.example/"), json!({"aud": ISSUER}), json!([[ISSUER]])]
    {
        let both = Some(Check::RequestObjectAud);
        assert_eq!(refused(&json!({"aud": aud})), (both, both), "{aud}");
    }
    for aud in [json!([ISSUER]), json!(["https://other.example", ISSUER])] {
        assert_eq!(refused(&json!({"aud": aud})), (None, None), "{aud}");
    }
    assert!(read(&without(&["iss", "aud"]), false).is_ok());
    assert_eq!(read(&without(&["iss"]), true).err(), Some(Check::RequestObjectIss));
    assert_eq!(read(&without(&["aud"]), true).err(), Some(Check::RequestObjectAud));
}

#[test]
fn times_hold_where_they_are_and_fapi_bounds_them() {
    let late = Some(Check::RequestObjectInTime);
    for (changes, plain, fapi) in [
        (json!({"exp": NOW.0 + 3600}), None, None),
        (json!({"exp": NOW.0 + 3601}), None, late),
        (json!({"exp": NOW.0 + 4200}), None, late),
        (json!({"nbf": NOW.0 - 3000, "exp": NOW.0 + 600}), None, None),
        (json!({"nbf": NOW.0 - 4200, "exp": NOW.0 + 60}), None, late),
        (json!({"nbf": NOW.0 - 4200, "exp": NOW.0 - 601}), late, late),
        (json!({"exp": NOW.0 - 30}), late, late),
        (json!({"nbf": NOW.0 + 10, "iat": NOW.0 + 10}), None, None),
        (json!({"nbf": NOW.0 + 61}), late, late),
        (json!({"iat": NOW.0 + 61}), late, late),
        (json!({"exp": "soon"}), late, late),
        (json!({"nbf": null}), late, late),
    ] {
        assert_eq!(refused(&changes), (plain, fapi), "{changes}");
    }
    assert!(read(&without(&["exp", "nbf", "iat"]), false).is_ok());
    for needed in ["exp", "nbf"] {
        assert_eq!(read(&without(&[needed]), true).err(), late, "{needed}");
    }
    assert!(read(&without(&["iat"]), true).is_ok());
}

#[test]
fn an_object_does_not_hold_another() {
    for (name, value) in
        [("request", json!("a.b.c")), ("request_uri", json!("urn:x")), ("request", json!("")), ("request_uri", json!(null))]
    {
        let both = Some(Check::RequestObjectNotNested);
        assert_eq!(refused(&json!({name: value})), (both, both), "{name} {value}");
    }
}

#[test]
fn json_values_become_the_text_that_a_parameter_would_have() {
    let claims = claims(&json!({
        "max_age": 3600,
        "claims": {"id_token": {"acr": {"essential": true}}},
        "authorization_details": [{"type": "payment"}],
        "resource": ["https://a.example", "https://b.example"],
        "unknown": {"x": [1]},
        "prompt": "",
    }));
    let params = read(&claims, false).expect("it holds");
    assert_eq!(params.get("max_age"), Some("3600"));
    assert_eq!(params.get("claims"), Some(r#"{"id_token":{"acr":{"essential":true}}}"#));
    assert_eq!(params.get("authorization_details"), Some(r#"[{"type":"payment"}]"#));
    assert_eq!(params.all("resource").collect::<Vec<_>>(), ["https://a.example", "https://b.example"]);
    assert_eq!(params.get("prompt"), None);
    assert!(params.no_repeats(&mut Checks::silent()).is_ok());
    // A list where a text belongs is JSON text: the rule of that parameter refuses it.
    assert_eq!(read(&self::claims(&json!({"scope": ["openid"]})), false).expect("it is read").get("scope"), Some(r#"["openid"]"#));
}

#[test]
fn values_that_no_parameter_has_are_refused() {
    let both = Some(Check::RequestObjectValues);
    for changes in [
        json!({"state": true}),
        json!({"state": null}),
        json!({"max_age": 1.5}),
        json!({"max_age": 1e3}),
        json!({"resource": [1]}),
        json!({"resource": [["https://a.example"]]}),
        json!({"state": "a\u{0}b"}),
        json!({"state": "x".repeat(20_000)}),
        json!({"resource": vec!["https://a.example"; 100]}),
    ] {
        assert_eq!(refused(&changes), (both, both), "{changes}");
    }
}

fn client(changes: &Value) -> Client {
    let mut all = json!({"redirect_uris": ["https://app.example/"]});
    all.as_object_mut().expect("members").extend(changes.as_object().cloned().expect("members"));
    Client::new(ClientId::new("app"), Metadata::read(all).expect("metadata"), None, Timestamp(0))
}

#[test]
fn the_algorithm_is_the_registered_one_or_else_one_of_the_profile() {
    let (rs, ps) = (SigningKey::generate(Alg::Rs256).expect("a key"), SigningKey::generate(Alg::Ps256).expect("a key"));
    let keys = JwkSet::new(vec![rs.public().clone(), ps.public().clone()]);
    let issuer = Issuer::parse(ISSUER).expect("an issuer");
    let fapi = json!({"profile": "fapi2", "token_endpoint_auth_method": "private_key_jwt", "jwks": keys,
        "dpop_bound_access_tokens": true, "id_token_signed_response_alg": "PS256"});
    let refused = Err(Check::RequestObjectSigned);
    for (metadata, by_rs, by_ps) in [
        (json!({}), Ok(()), Ok(())),
        (json!({"request_object_signing_alg": "PS256"}), refused, Ok(())),
        (json!({"request_object_signing_alg": "RS256"}), Ok(()), refused),
        (json!({"request_object_signing_alg": "ES256"}), refused, refused),
        (fapi, refused, Ok(())),
    ] {
        let client = client(&metadata);
        let opened = |key: &SigningKey| {
            let object = key.sign("JWT", &claims(&json!({}))).expect("it is signed");
            open(&object, &keys, &client, &issuer, NOW, &mut Checks::silent()).map(|_| ()).map_err(|refusal| refusal.check)
        };
        assert_eq!((opened(&rs), opened(&ps)), (by_rs, by_ps), "{metadata}");
    }
}

#[test]
fn a_jti_with_an_end_is_remembered_until_then_and_for_a_day_at_most() {
    let remembered = |client_id: &str, claims: &Map<String, Value>| {
        let client = Client { id: ClientId::new(client_id), ..client(&json!({})) };
        once(claims, &client, NOW)
    };
    let one = remembered("app", &claims(&json!({}))).expect("it is remembered");
    assert_eq!(one.expires_at, NOW.plus(Seconds(300)).plus(LEEWAY));
    let long = remembered("app", &claims(&json!({"exp": NOW.0 + 1_000_000}))).expect("it is remembered");
    assert_eq!((long.expires_at, &long.key), (NOW.plus(REMEMBERED), &one.key));
    // By client and jti; the same words of another client are another request.
    assert_ne!(remembered("other", &claims(&json!({}))).map(|once| once.key), Some(one.key.clone()));
    assert_ne!(remembered("app", &claims(&json!({"jti": "b"}))).map(|once| once.key), Some(one.key));
    for absent in ["jti", "exp"] {
        assert_eq!(remembered("app", &without(&[absent])), None, "{absent}");
    }
}

proptest! {
    #[test]
    fn no_claims_make_it_panic_and_what_is_read_is_what_was_signed(text in "[^\0]{1,40}", number in any::<i64>()) {
        let params = read(&claims(&json!({"state": text, "max_age": number})), false).map_err(|e| TestCaseError::fail(format!("{e:?}")))?;
        prop_assert_eq!(params.get("state"), Some(text.as_str()));
        let decimal = number.to_string();
        prop_assert_eq!(params.get("max_age"), Some(decimal.as_str()));
    }
}
