//! What the tokens that come of a grant say, member by member.

use super::*;
use crate::binding::Actor;
use crate::tokens::access::AccessClaims;
use crate::tokens::claims::Person;
use crate::tokens::id_token::IdClaims;
use crate::values::TokenId;
use serde_json::Map;

#[test]
fn an_access_token_says_exactly_this() {
    let (jti, client_id, sid) = (TokenId::new("t"), ClientId::new("app"), SessionId::new("s"));
    let (some, none) = (scopes("photos:write photos:read"), Scopes::default());
    let bound = Confirmation::Jkt("k".to_owned());
    let actor = Actor { sub: "orders".to_owned(), act: None };
    let details = Details::default();
    let person = AccessClaims {
        iss: ISSUER,
        sub: "ada",
        aud: PHOTOS,
        exp: Timestamp(700),
        iat: Timestamp(100),
        jti: &jti,
        client_id: &client_id,
        scope: &some,
        auth_time: Some(Timestamp(50)),
        authorization_details: &details,
        cnf: Some(&bound),
        act: Some(&actor),
        acr: Some("urn:doorward:acr:password"),
        sid: Some(&sid),
    };
    let expected = json!({
        "iss": ISSUER, "sub": "ada", "aud": PHOTOS, "exp": 700, "iat": 100, "jti": "t", "client_id": "app",
        "scope": "photos:read photos:write", "auth_time": 50, "acr": "urn:doorward:acr:password", "cnf": {"jkt": "k"}, "act": {"sub": "orders"}, "sid": "s",
    });
    assert_eq!(serde_json::to_value(&person).expect("claims"), expected);
    let machine = AccessClaims { sub: "app", scope: &none, auth_time: None, acr: None, act: None, cnf: None, sid: None, ..person };
    let expected = json!({"iss": ISSUER, "sub": "app", "aud": PHOTOS, "exp": 700, "iat": 100, "jti": "t", "client_id": "app"});
    assert_eq!(serde_json::to_value(&machine).expect("claims"), expected);
}

#[test]
fn an_id_token_says_exactly_this() {
    let (sub, aud, sid) = (Subject::new("ada"), ClientId::new("app"), SessionId::new("s"));
    let claims = IdClaims {
        iss: ISSUER,
        sub: &sub,
        aud: &aud,
        exp: Timestamp(3700),
        iat: Timestamp(100),
        auth_time: Timestamp(50),
        acr: "urn:doorward:acr:password",
        amr: &["pwd"],
        nonce: Some(" n&\"\u{e9}"),
        at_hash: "hash".to_owned(),
        sid: &sid,
        personal: Map::new(),
    };
    let mut expected = json!({
        "iss": ISSUER, "sub": "ada", "aud": "app", "exp": 3700, "iat": 100, "auth_time": 50,
        "acr": "urn:doorward:acr:password", "amr": ["pwd"], "nonce": " n&\"\u{e9}", "at_hash": "hash", "sid": "s",
    });
    assert_eq!(serde_json::to_value(&claims).expect("claims"), expected);
    let personal = json!({"email": "ada@example.org"}).as_object().cloned().expect("an object");
    let refreshed = IdClaims { nonce: None, personal, ..claims };
    expected.as_object_mut().expect("an object").remove("nonce");
    expected["email"] = json!("ada@example.org");
    assert_eq!(serde_json::to_value(&refreshed).expect("claims"), expected);
}

#[test]
fn what_is_told_of_a_person_takes_no_place_of_the_servers_own() {
    let claims = json!({
        "sub": "root", "iss": "https://evil.example", "aud": "other", "exp": 9_999_999_999_i64, "nonce": "n", "sid": "x", "client_id": "y",
        "auth_time": 0, "amr": ["hwk"], "at_hash": "h", "name": "Ada", "admin": true,
    });
    let person = Person {
        subject: Subject::new("ada"),
        username: "ada".to_owned(),
        email: None,
        email_verified: false,
        claims: claims.as_object().cloned().expect("an object"),
    };
    let told = person.told(&scopes("openid profile email address phone offline_access photos:read"), &[]);
    assert_eq!(Value::Object(told), json!({"name": "Ada", "preferred_username": "ada"}));
}
