//! Token requests before their grant is looked at.

use super::*;

#[test]
fn a_grant_must_be_named_known_and_registered() {
    let code_only = || by("app", json!({"grant_types": ["authorization_code"]}));
    for (client, pairs, check) in [
        (app(), &[][..], Check::GrantTypePresent),
        (app(), &[("grant_type", "")], Check::GrantTypePresent),
        (app(), &[("grant_type", "password")], Check::GrantTypeKnown),
        (app(), &[("grant_type", "implicit")], Check::GrantTypeKnown),
        (app(), &[("grant_type", "Refresh_Token")], Check::GrantTypeKnown),
        (app(), &[("grant_type", "refresh_token ")], Check::GrantTypeKnown),
        (app(), &[("grant_type", "urn:ietf:params:oauth:grant-type:saml2-bearer")], Check::GrantTypeKnown),
        (app(), &[("grant_type", "device_code")], Check::GrantTypeKnown),
        (code_only(), &[("grant_type", "refresh_token")], Check::GrantTypeRegistered),
        (code_only(), &[("grant_type", "client_credentials")], Check::GrantTypeRegistered),
        (by("app", json!({"grant_types": ["client_credentials"]})), &[("grant_type", "authorization_code")], Check::GrantTypeRegistered),
        (public(), &[("grant_type", "client_credentials")], Check::GrantTypeRegistered),
        (app(), &[("grant_type", "refresh_token"), ("scope", "a\"b")], Check::ScopeWellFormed),
        (app(), &[("grant_type", "refresh_token"), ("scope", "ä")], Check::ScopeWellFormed),
    ] {
        assert_eq!(read(pairs, &client).err(), Some(check), "{pairs:?}");
    }
}

#[test]
fn every_parameter_but_resource_comes_once() {
    for name in ["grant_type", "code", "redirect_uri", "code_verifier", "client_id", "refresh_token", "scope", "audience", "unheard_of"] {
        let pairs = [("grant_type", "authorization_code"), (name, "x"), (name, "x")];
        assert_eq!(read(&pairs, &app()).err(), Some(Check::ParamNotRepeated), "{name}");
    }
    let twice = [("grant_type", "refresh_token"), ("resource", PHOTOS), ("resource", MAIL)];
    assert_eq!(read(&twice, &app()).expect("it is read").resources, [PHOTOS, MAIL]);
}

#[test]
fn each_registered_grant_is_read_with_its_parameters() {
    for grant in GrantType::ALL {
        let pairs = [("grant_type", grant.as_str()), ("scope", "photos:read openid"), ("code", "dwc_x"), ("empty", "")];
        let may_all = by("app", json!({"grant_types": GrantType::ALL.map(GrantType::as_str)}));
        let req = read(&pairs, &may_all).expect("it is read");
        assert_eq!((req.grant_type, req.scope.clone()), (grant, Some(scopes("openid photos:read"))));
        assert_eq!((req.param("code"), req.param("empty"), req.resources.len()), (Some("dwc_x"), None, 0));
    }
}
