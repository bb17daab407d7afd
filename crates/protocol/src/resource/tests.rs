use super::*;
use crate::client::Metadata;
use crate::client_auth::{Presented, authenticate};
use crate::secret::Secret;
use std::sync::Arc;

fn token() -> AccessRecord {
    AccessRecord {
        id: TokenId::new("t"),
        grant: None,
        client_id: ClientId::new("app"),
        subject: Some(Subject::new("s")),
        machine: None,
        app: None,
        seen_by: None,
        audience: "https://login.example".to_owned(),
        scopes: Scopes::openid(),
        issued_at: Timestamp(0),
        expires_at: Timestamp(10),
        auth_time: None,
        confirmation: None,
        details: Details::default(),
        actor: None,
        alive: true,
    }
}

const NOTHING: &Proven = &Proven { jkt: None, certificate: None };
const BEARER: (Scheme, &Proven) = (Scheme::Bearer, NOTHING);

fn accepted(token: &AccessRecord, now: i64) -> Result<(), Check> {
    accept(Some(token), BEARER, "https://login.example", Timestamp(now), &mut Checks::silent()).map(|_| ()).map_err(|r| r.check)
}

#[test]
fn userinfo_takes_a_living_token_of_a_person_for_this_issuer() {
    assert_eq!(accepted(&token(), 9), Ok(()));
    assert_eq!(accepted(&token(), 10), Err(Check::TokenActive));
    assert_eq!(accepted(&AccessRecord { alive: false, ..token() }, 0), Err(Check::TokenActive));
    assert_eq!(accepted(&AccessRecord { audience: "https://photos.example".to_owned(), ..token() }, 0), Err(Check::TokenAudience));
    assert_eq!(accepted(&AccessRecord { scopes: Scopes::default(), ..token() }, 0), Err(Check::TokenScope));
    assert_eq!(accepted(&AccessRecord { subject: None, ..token() }, 0), Err(Check::TokenScope));
    assert_eq!(accept(None, BEARER, "x", Timestamp(0), &mut Checks::silent()).map(|_| ()).map_err(|r| r.check), Err(Check::TokenActive));
}

#[test]
fn a_bearer_token_comes_in_one_header() {
    let read = |headers: &[&'static str]| shown(headers, &mut Checks::silent()).map(|sent| sent.token).map_err(|r| r.check);
    assert_eq!(read(&["Bearer abc.def-_~+/=="]), Ok("abc.def-_~+/=="));
    assert_eq!(read(&["bearer abc"]), Ok("abc"));
    assert_eq!(read(&[]), Err(Check::BearerPresent));
    assert_eq!(read(&["Basic abc"]), Err(Check::BearerPresent));
    assert_eq!(read(&["Bearer"]), Err(Check::BearerPresent));
    for headers in [&["Bearer a", "Bearer b"][..], &["Bearer a b"], &["Bearer ä"], &["Bearer ="], &["Bearer "], &["Bearer a,b"]] {
        assert_eq!(read(headers), Err(Check::BearerWellFormed), "{headers:?}");
    }
}

fn authenticated(id: &str, changes: &Value) -> Authenticated {
    let mut all = json!({"redirect_uris": ["https://app.example/cb"], "token_endpoint_auth_method": "client_secret_post"});
    for (name, value) in changes.as_object().into_iter().flatten() {
        all[name] = value.clone();
    }
    let metadata = Metadata::read(all).expect("metadata");
    let client = Client::new(ClientId::new(id), metadata, Some(Secret::shown("x").digest()), Timestamp(0));
    let shown = if client.is_public() { Presented::Public(id.to_owned()) } else { Presented::Post(id.to_owned(), Secret::shown("x")) };
    authenticate(&shown, Some(Arc::new(client)), &mut Checks::silent()).expect("it is authentic")
}

fn introspected(by: &Authenticated, token: Option<&AccessRecord>) -> Result<Value, Check> {
    introspect(by, token, "https://login.example", Timestamp(9), &mut Checks::silent()).map_err(|refusal| refusal.check)
}

/// A token of `app` for the API that `photos` is.
fn for_photos() -> AccessRecord {
    AccessRecord { audience: "https://photos.example".to_owned(), scopes: ["photos:read"].into_iter().collect(), ..token() }
}

#[test]
fn a_public_client_may_not_introspect() {
    let public = authenticated("app", &json!({"token_endpoint_auth_method": "none"}));
    assert_eq!(introspected(&public, Some(&token())), Err(Check::IntrospectionConfidential));
    assert_eq!(introspected(&public, None), Err(Check::IntrospectionConfidential));
}

#[test]
fn what_is_over_unknown_or_not_ones_business_is_answered_alike() {
    let photos = authenticated("photos", &json!({"resource": "https://photos.example"}));
    let mail = authenticated("mail", &json!({"resource": ["https://mail.example", "https://photos.example/"]}));
    let nobody = authenticated("other", &json!({}));
    for (by, token) in [
        (&photos, None),
        (&photos, Some(AccessRecord { alive: false, ..for_photos() })),
        (&photos, Some(AccessRecord { expires_at: Timestamp(9), ..for_photos() })),
        // For the issuer, of another client.
        (&photos, Some(token())),
        (&photos, Some(AccessRecord { audience: "https://photos.example/".to_owned(), ..for_photos() })),
        (&mail, Some(for_photos())),
        (&nobody, Some(for_photos())),
        (&nobody, Some(AccessRecord { audience: "other".to_owned(), ..for_photos() })),
    ] {
        assert_eq!(introspected(by, token.as_ref()), Ok(json!({"active": false})), "{token:?}");
    }
}

#[test]
fn an_api_and_the_tokens_own_client_learn_exactly_this() {
    let photos = authenticated("photos", &json!({"resource": "https://photos.example"}));
    let app = authenticated("app", &json!({}));
    let mut expected = json!({
        "active": true, "iss": "https://login.example", "client_id": "app", "sub": "s", "aud": "https://photos.example",
        "scope": "photos:read", "token_type": "Bearer", "iat": 0, "exp": 10, "jti": "t",
    });
    assert_eq!(introspected(&photos, Some(&for_photos())), Ok(expected.clone()));
    assert_eq!(introspected(&app, Some(&for_photos())), Ok(expected.clone()));
    expected["auth_time"] = json!(5);
    expected["acr"] = json!("urn:doorward:acr:password");
    let personal = AccessRecord { auth_time: Some(Timestamp(5)), ..for_photos() };
    assert_eq!(introspected(&photos, Some(&personal)), Ok(expected));
    // A machine's token speaks of the machine.
    let machine = introspected(&photos, Some(&AccessRecord { subject: None, ..for_photos() })).expect("it is told");
    assert_eq!(machine["sub"], "app");
}

#[test]
fn a_bound_token_works_with_its_key_and_only_as_its_binding_asks() {
    let bound = |confirmation| AccessRecord { confirmation, ..token() };
    let (jkt, cert) = (Confirmation::Jkt("k".to_owned()), Confirmation::Certificate("c".to_owned()));
    let mine = Proven { jkt: Some("k".to_owned()), certificate: Some("c".to_owned()) };
    let other = Proven { jkt: Some("x".to_owned()), certificate: Some("x".to_owned()) };
    for (confirmation, scheme, proven, expected) in [
        (None, Scheme::Bearer, NOTHING, Ok(())),
        (None, Scheme::Bearer, &mine, Ok(())),
        (None, Scheme::Dpop, &mine, Err(Check::DpopTokenBound)),
        (Some(jkt.clone()), Scheme::Dpop, &mine, Ok(())),
        (Some(jkt.clone()), Scheme::Dpop, &other, Err(Check::DpopKeyMatches)),
        (Some(jkt.clone()), Scheme::Dpop, NOTHING, Err(Check::DpopKeyMatches)),
        (Some(jkt), Scheme::Bearer, &mine, Err(Check::DpopScheme)),
        (Some(cert.clone()), Scheme::Bearer, &mine, Ok(())),
        (Some(cert.clone()), Scheme::Bearer, &other, Err(Check::CertificateMatches)),
        (Some(cert.clone()), Scheme::Bearer, NOTHING, Err(Check::CertificateMatches)),
        (Some(cert), Scheme::Dpop, &mine, Err(Check::DpopTokenBound)),
    ] {
        let record = bound(confirmation);
        let verdict = accept(Some(&record), (scheme, proven), "https://login.example", Timestamp(0), &mut Checks::silent());
        assert_eq!(verdict.map(|_| ()).map_err(|refusal| refusal.check), expected, "{record:?} {scheme:?}");
    }
}

#[test]
fn introspection_tells_a_service_to_which_key_a_token_is_bound() {
    let photos = authenticated("photos", &json!({"resource": "https://photos.example"}));
    let bound = AccessRecord { confirmation: Some(Confirmation::Jkt("k".to_owned())), ..for_photos() };
    let told = introspected(&photos, Some(&bound)).expect("it is told");
    assert_eq!((&told["token_type"], &told["cnf"]), (&json!("DPoP"), &json!({"jkt": "k"})));
    let plain = introspected(&photos, Some(&for_photos())).expect("it is told");
    assert_eq!((&plain["token_type"], plain.get("cnf")), (&json!("Bearer"), None));
}
