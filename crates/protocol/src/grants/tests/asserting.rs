//! A trusted issuer's word as a grant: what comes of it, and what doesn't.

use super::jwt_bearer::{self, Found};
use super::*;
use crate::trusted_issuer::{Asserted, PersonClaim};

const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

fn outcome(by: &Authenticated, person: Option<bool>, pairs: &[(&str, &str)]) -> Result<Grantee, Check> {
    let req = read(&[&[("grant_type", JWT_BEARER)], pairs].concat(), by)?;
    let asserted = Asserted { claim: PersonClaim::Sub, value: "ada".to_owned(), once: None };
    let found = person.map(|active| Found { subject: Subject::new("ada"), active });
    let known = (&apis(), &policy());
    jwt_bearer::grant(&req, by, (&asserted, found.as_ref()), known, &mut Checks::silent()).map_err(|refusal| refusal.check)
}

fn client(scope: &str) -> Authenticated {
    by("orders", json!({"grant_types": [JWT_BEARER], "redirect_uris": [], "scope": scope}))
}

#[test]
fn it_gives_an_access_token_for_an_api_and_nothing_else() {
    for (scope, pairs, expected) in [
        ("openid photos:read", &[][..], is(PHOTOS, "photos:read")),
        ("photos:read mail:read", &[("resource", MAIL)], is(MAIL, "mail:read")),
        ("photos:read photos:write", &[("scope", "photos:write")], is(PHOTOS, "photos:write")),
        ("photos:read", &[("resource", BARE)], is(BARE, "")),
    ] {
        let given = outcome(&client(scope), Some(true), pairs).expect("it is given");
        // Law: there was no login here: no ID token, nothing that renews itself.
        assert_eq!((given.refresh_until, given.id_token), (None, false));
        assert_eq!(shape(Ok(given)), Ok(expected), "{scope}: {pairs:?}");
    }
}

#[test]
fn what_may_not_be_asked_with_it() {
    for (scope, person, pairs, check) in [
        ("photos:read", None, &[][..], Check::AssertedPerson),
        ("photos:read", Some(false), &[], Check::AssertedPerson),
        ("openid photos:read", Some(true), &[("scope", "openid")], Check::NoOpenidWithoutLogin),
        ("openid photos:read", Some(true), &[("scope", "photos:read email")], Check::NoOpenidWithoutLogin),
        ("photos:read", Some(true), &[("scope", "photos:read offline_access")], Check::NoOpenidWithoutLogin),
        ("photos:read", Some(true), &[("scope", "photos:write")], Check::ScopeRegistered),
        ("photos:read mail:read", Some(true), &[], Check::OneAudience),
        ("photos:read", Some(true), &[("resource", PHOTOS), ("resource", MAIL)], Check::OneResource),
        ("photos:read", Some(true), &[("resource", MAIL)], Check::ResourceGranted),
        ("openid", Some(true), &[], Check::AssertedForApi),
        ("openid photos:read", Some(true), &[("resource", ISSUER)], Check::ResourceGranted),
    ] {
        // Law: never beyond the client's registration, and never a login.
        assert_eq!(outcome(&client(scope), person, pairs).map(|_| ()), Err(check), "{scope}: {pairs:?}");
    }
    let public = jwt_bearer_of_a_public_client();
    assert_eq!(public.err(), Some(Check::ClientConfidential));
}

/// It can't be registered; should it be, the grant refuses it by itself.
fn jwt_bearer_of_a_public_client() -> Result<Grantee, Check> {
    let req = read(&[("grant_type", JWT_BEARER)], &client("photos:read")).expect("it is read");
    let asserted = Asserted { claim: PersonClaim::Sub, value: "ada".to_owned(), once: None };
    let found = Found { subject: Subject::new("ada"), active: true };
    let known = (&apis(), &policy());
    jwt_bearer::grant(&req, &public(), (&asserted, Some(&found)), known, &mut Checks::silent()).map_err(|refusal| refusal.check)
}
