//! A client acting for itself.

use super::*;

fn outcome(by: &Authenticated, pairs: &[(&str, &str)]) -> Result<Grantee, Check> {
    let req = read(&[&[("grant_type", "client_credentials")], pairs].concat(), by)?;
    client_credentials::grant(&req, by, &apis(), &policy(), &mut Checks::silent()).map_err(|refusal| refusal.check)
}

fn machine(scope: &str) -> Authenticated {
    by("machine", json!({"grant_types": ["client_credentials"], "redirect_uris": [], "scope": scope}))
}

#[test]
fn a_public_client_gets_no_token_of_its_own() {
    // It can't be registered for the grant; should it be, the grant refuses it by itself.
    assert_eq!(outcome(&public(), &[]).err(), Some(Check::GrantTypeRegistered));
    let req = read(&[("grant_type", "client_credentials")], &app()).expect("it is read");
    let refusal = client_credentials::grant(&req, &public(), &apis(), &policy(), &mut Checks::silent());
    assert_eq!(refusal.map_err(|refusal| refusal.check).err(), Some(Check::ClientConfidential));
}

#[test]
fn what_a_machine_may_not_ask() {
    for (scope, pairs, check) in [
        ("openid photos:read", &[("scope", "openid")][..], Check::NoOpenidForMachines),
        ("openid photos:read", &[("scope", "photos:read offline_access")], Check::NoOpenidForMachines),
        ("openid email", &[("scope", "email"), ("resource", ISSUER)], Check::NoOpenidForMachines),
        ("photos:read", &[("scope", "photos:write")], Check::ScopeRegistered),
        ("photos:read", &[("scope", "photos:read mail:read")], Check::ScopeRegistered),
        // Registered, but no API has it any more.
        ("photos:read gone:scope", &[("scope", "gone:scope")], Check::ScopeRegistered),
        ("photos:read mail:read", &[], Check::OneAudience),
        ("photos:read mail:read", &[("scope", "photos:read mail:read")], Check::OneAudience),
        ("photos:read mail:read", &[("resource", PHOTOS), ("resource", MAIL)], Check::OneResource),
        ("photos:read", &[("resource", MAIL)], Check::ResourceGranted),
        ("photos:read mail:read", &[("scope", "mail:read"), ("resource", PHOTOS)], Check::ResourceGranted),
        ("photos:read", &[("resource", "https://unheard.example")], Check::ResourceGranted),
        // The issuer's own resource tells of a person.
        ("openid photos:read", &[("resource", ISSUER)], Check::ResourceGranted),
    ] {
        assert_eq!(outcome(&machine(scope), pairs).err(), Some(check), "{scope}: {pairs:?}");
    }
}

#[test]
fn a_machine_gets_what_it_is_registered_for_at_one_api() {
    for (scope, pairs, expected) in [
        ("openid photos:read photos:write gone:scope", &[][..], is(PHOTOS, "photos:read photos:write")),
        ("photos:read photos:write", &[("scope", "photos:write")], is(PHOTOS, "photos:write")),
        ("photos:read mail:read", &[("scope", "mail:read")], is(MAIL, "mail:read")),
        ("photos:read mail:read", &[("resource", MAIL)], is(MAIL, "mail:read")),
        ("photos:read photos:write", &[("resource", PHOTOS), ("scope", "photos:read")], is(PHOTOS, "photos:read")),
        ("openid", &[("resource", BARE)], is(BARE, "")),
        ("photos:read", &[("resource", BARE)], is(BARE, "")),
    ] {
        assert_eq!(shape(outcome(&machine(scope), pairs)), Ok(expected), "{scope}: {pairs:?}");
    }
}

#[test]
fn nothing_of_a_person_comes_with_it() {
    let given = outcome(&machine("openid photos:read"), &[]).expect("it is given");
    assert_eq!((given.refresh_until, given.id_token), (None, false));
    // Without any API scope a token says nothing but who the machine is.
    assert_eq!(shape(outcome(&machine("openid"), &[])), Ok(is(ISSUER, "")));
}
