//! What strangers ask, and what they get.

#![allow(clippy::expect_used)]

use super::*;
use crate::check::{Check, Checks};
use crate::client::{AuthMethod, Client, Metadata, Origin, Profile};
use crate::error::Refusal;
use crate::policy::Policy;
use crate::secret::{ClientSecret, Entropy, RegistrationAccess, Secret};
use crate::values::{ClientId, Issuer, Timestamp};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

struct Zeros;

impl Entropy for Zeros {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

fn apis() -> Scopes {
    ["photos:read", "photos:write"].into_iter().collect()
}

fn object(json: &Value) -> Map<String, Value> {
    json.as_object().expect("an object").clone()
}

/// Registers an app at `https://a.example/` with these members beside it.
fn ask(members: &Value, rules: &Rules) -> Result<Metadata, Refusal> {
    let mut asked = object(&json!({"redirect_uris": ["https://a.example/cb"]}));
    asked.extend(object(members));
    metadata(asked, rules, &apis(), &mut Checks::silent())
}

fn refused(members: &Value) -> Option<Check> {
    ask(members, &Rules::default()).err().map(|refusal| refusal.check)
}

#[test]
fn a_bare_registration_gets_the_defaults_of_rfc_7591_2() {
    let got = ask(&json!({}), &Rules::default()).expect("to be registered");
    assert_eq!(got.token_endpoint_auth_method, AuthMethod::ClientSecretBasic);
    assert_eq!(
        (got.grant_types.as_slice(), got.response_types.as_slice()),
        (&[GrantType::AuthorizationCode][..], &["code".to_owned()][..])
    );
    // Law: without a word, the OpenID scopes, consent and PKCE.
    assert_eq!((got.scope, got.require_pkce, got.require_consent), (Some(Scopes::openid()), true, true));
}

#[test]
fn rfc_7591_5_what_a_stranger_may_not_register() {
    use Check::{
        RegistrationMetadata as Metadata, RegistrationOperators as Operators, RegistrationRedirectUris as Uris,
        RegistrationUsable as Usable,
    };
    let key = json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
    for (members, check) in [
        (json!({"resource": "https://photos.example"}), Operators),
        (json!({"resource": []}), Operators),
        (json!({"access_token_format": "opaque"}), Operators),
        (json!({"require_pkce": false}), Operators),
        (json!({"require_pkce": "true"}), Operators),
        (json!({"require_consent": false}), Operators),
        (json!({"refresh_retry_window": 60}), Operators),
        (json!({"owner": "ada"}), Operators),
        (json!({"assertion_issuer": "https://ci.example", "assertion_subject": "x"}), Operators),
        (json!({"profile": "loose"}), Operators),
        (json!({"authorization_details_types": ["payment"]}), Operators),
        (json!({"grant_types": ["implicit"]}), Usable),
        (json!({"grant_types": ["password"]}), Usable),
        (json!({"grant_types": ["refresh_token"]}), Usable),
        (json!({"grant_types": ["client_credentials"]}), Usable),
        (json!({"grant_types": ["urn:ietf:params:oauth:grant-type:device_code"]}), Usable),
        (json!({"grant_types": ["urn:ietf:params:oauth:grant-type:token-exchange"]}), Usable),
        (json!({"grant_types": ["urn:ietf:params:oauth:grant-type:jwt-bearer"]}), Usable),
        (json!({"response_types": ["token"]}), Usable),
        (json!({"response_types": ["code id_token", "id_token"]}), Usable),
        (json!({"scope": "photos:read"}), Usable),
        (json!({"scope": ["openid"]}), Metadata),
        (json!({"scope": "open\"id"}), Metadata),
        (json!({"grant_types": "authorization_code"}), Metadata),
        (json!({"grant_types": [5]}), Metadata),
        (json!({"token_endpoint_auth_method": "private_key_jwt"}), Metadata),
        (json!({"software_statement": "a.b.c"}), Check::StatementApproved),
        (json!({"jwks": {"keys": vec![key; 21]}}), Metadata),
        (json!({"client_name": "x".repeat(101)}), Metadata),
        (json!({"client_name#de": "x".repeat(101)}), Metadata),
        (json!({"client_name#de": 5}), Metadata),
        (json!({"client_uri#de": "javascript:alert(1)"}), Metadata),
        (json!({"client_uri": "javascript:alert(1)"}), Metadata),
        (json!({"logo_uri": "data:image/png;base64,AAAA"}), Metadata),
        (json!({"tos_uri": format!("https://a.example/{}", "x".repeat(2048))}), Metadata),
        (json!({"unknown": "x".repeat(2049)}), Metadata),
        (json!({"id_token_signed_response_alg": "none"}), Metadata),
        (json!({"userinfo_encrypted_response_alg": "RSA-OAEP"}), Metadata),
        (json!({"redirect_uris": []}), Uris),
        (json!({"redirect_uris": ["https://a.example/#x"]}), Uris),
        (json!({"redirect_uris": ["https://a.example/cb", "javascript:alert(1)"]}), Uris),
        (json!({"redirect_uris": ["data:text/html,x"]}), Uris),
        (json!({"redirect_uris": ["http://a.example/cb"]}), Uris),
        (json!({"redirect_uris": ["https://*.a.example/cb"]}), Uris),
        (json!({"redirect_uris": ["myapp:/cb"]}), Uris),
        (json!({"redirect_uris": ["/cb"]}), Uris),
    ] {
        // Law: the member that is wrong is refused by its own rule.
        assert_eq!(refused(&members), Some(check), "{members}");
    }
    let many: Vec<String> = (0..51).map(|n| format!("https://a.example/{n}")).collect();
    assert_eq!(refused(&json!({"redirect_uris": many})), Some(Check::RegistrationMetadata));
}

#[test]
fn what_is_the_operators_may_be_said_where_it_widens_nothing() {
    let stricter = json!({
        "require_pkce": true, "require_consent": true, "refresh_retry_window": 0, "access_token_format": "jwt", "profile": "oauth21",
        "owner": null, "resource": null,
    });
    assert!(ask(&stricter, &Rules::default()).is_ok());
    let key = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]});
    let fapi = json!({
        "profile": "fapi2", "token_endpoint_auth_method": "private_key_jwt", "jwks": key, "dpop_bound_access_tokens": true,
        "id_token_signed_response_alg": "ES256",
    });
    let lax = Rules { require_pkce: false, ..Rules::default() };
    let got = ask(&fapi, &lax).expect("to be registered");
    // Law: the stricter profile stays as strict as it is.
    assert_eq!((got.profile, got.require_pkce), (Profile::Fapi2, true));
}

#[test]
fn rfc_7591_3_2_1_what_is_not_supported_is_replaced_and_told() {
    let asked = json!({
        "grant_types": ["authorization_code", "implicit", "refresh_token", "client_credentials", "authorization_code"],
        "response_types": ["code id_token", "code", "token"],
        "scope": "photos:write email openid root",
    });
    let got = ask(&asked, &Rules::default()).expect("to be registered");
    assert_eq!(got.grant_types, [GrantType::AuthorizationCode, GrantType::RefreshToken]);
    assert_eq!(got.response_types, ["code"]);
    // Law: no API's scope unless the operator says so.
    assert_eq!(got.scope.map(|scope| scope.to_string()).as_deref(), Some("email openid"));
}

#[test]
fn the_operator_says_which_scopes_strangers_may_have() {
    let some = Rules { scopes: ScopeBound::Listed(["openid", "photos:read"].into_iter().collect()), ..Rules::default() };
    let all = Rules { scopes: ScopeBound::All, ..Rules::default() };
    for (rules, asked, got) in [
        (&some, json!({}), "openid photos:read"),
        (&some, json!({"scope": ""}), "openid photos:read"),
        (&some, json!({"scope": "photos:read photos:write email"}), "photos:read"),
        (&all, json!({"scope": "photos:read photos:write"}), "photos:read photos:write"),
        (&all, json!({"scope": "photos:read mail:read"}), "photos:read"),
        (&all, json!({}), "address email offline_access openid phone photos:read photos:write profile"),
    ] {
        let scope = ask(&asked, rules).expect("to be registered").scope.expect("a scope");
        // Law: never more than the bound.
        assert_eq!(scope.to_string(), got, "{asked}");
    }
}

#[test]
fn the_operator_says_which_grants_strangers_may_have() {
    let machines = Rules { grants: vec![GrantType::ClientCredentials], ..Rules::default() };
    let got = ask(&json!({"grant_types": ["authorization_code", "client_credentials"]}), &machines).expect("to be registered");
    assert_eq!((got.grant_types.as_slice(), got.response_types.len()), (&[GrantType::ClientCredentials][..], 0));
    // Law: what isn't named is the code grant, and that isn't given here.
    assert_eq!(ask(&json!({}), &machines).err().map(|refusal| refusal.check), Some(Check::RegistrationUsable));
}

#[test]
fn pkce_is_left_out_only_where_the_operator_says_so_and_only_by_confidential_clients() {
    let lax = Rules { require_pkce: false, ..Rules::default() };
    for (members, rules, required) in [
        (json!({}), &Rules::default(), true),
        (json!({}), &lax, false),
        (json!({"require_pkce": false}), &lax, false),
        (json!({"require_pkce": true}), &lax, true),
        (json!({"token_endpoint_auth_method": "none"}), &lax, true),
    ] {
        assert_eq!(ask(&members, rules).expect("to be registered").require_pkce, required, "{members}");
    }
    let public = json!({"token_endpoint_auth_method": "none", "require_pkce": false});
    assert_eq!(ask(&public, &lax).err().map(|refusal| refusal.check), Some(Check::RegistrationMetadata));
    let client =
        Client { origin: Origin::Dynamic, ..Client::new(ClientId::new("a"), ask(&json!({}), &lax).expect("one"), None, Timestamp(0)) };
    let mut policy = Policy { registration: lax, ..Policy::for_issuer(Issuer::parse("https://login.example").expect("an issuer")) };
    assert!(!policy.requires_pkce(&client));
    policy.registration.require_pkce = true;
    // Law: an operator who closes the gap closes it for those who are registered, too.
    assert!(policy.requires_pkce(&client));
}

#[test]
fn unknown_members_are_ignored_and_those_in_a_language_kept() {
    let got = ask(
        &json!({"client_name#zh-CN": "照片冲印店", "tos_uri#de": "https://a.example/agb", "x_y": 1, "a#b": 1, "client_name#": 1, "client_id": "mine",
            "client_secret": "chosen by the stranger, of 43 characters", "client_secret_expires_at": 5, "client_id_issued_at": "x"}),
        &Rules::default(),
    );
    let other = got.expect("to be registered").other;
    // Law: nothing is stored that nobody here understands.
    assert_eq!(other.keys().collect::<Vec<_>>(), ["client_name#zh-CN", "tos_uri#de"]);
}

fn registered(members: &Value) -> Client {
    let metadata = ask(members, &Rules::default()).expect("to be registered");
    let secret = Some(Secret::<ClientSecret>::shown("the secret").digest());
    Client { origin: Origin::Dynamic, ..Client::new(ClientId::new("abc"), metadata, secret, Timestamp(77)) }
}

#[test]
fn rfc_7592_2_2_what_an_update_may_not_say() {
    let client = registered(&json!({}));
    let change = |members: Value| {
        let mut asked = object(&json!({"client_id": "abc", "redirect_uris": ["https://b.example/"]}));
        asked.extend(object(&members));
        update(&client, asked, &Rules::default(), &apis(), &mut Checks::silent()).err().map(|refusal| refusal.check)
    };
    for bad in [
        json!({"client_id": "other"}),
        json!({"client_id": null}),
        json!({"client_secret": "another"}),
        json!({"client_secret": 5}),
        json!({"registration_access_token": "x"}),
        json!({"registration_client_uri": "https://login.example/register/abc"}),
        json!({"client_secret_expires_at": 0}),
        json!({"client_id_issued_at": 77}),
    ] {
        assert_eq!(change(bad.clone()), Some(Check::RegistrationUpdate), "{bad}");
    }
    assert_eq!(change(json!({"require_consent": false})), Some(Check::RegistrationOperators));
    assert_eq!(change(json!({})), None);
    // Law: naming the secret one has proves nothing new, and is no error.
    assert_eq!(change(json!({"client_secret": "the secret"})), None);
}

#[test]
fn rfc_7591_3_2_1_the_answer_tells_all_that_is_registered_and_can_be_sent_back() {
    let client = registered(&json!({"client_name": "Prints", "client_name#de": "Abzüge", "contacts": ["a@a.example"]}));
    let (secret, access) = (Secret::<ClientSecret>::mint(&Zeros), Secret::<RegistrationAccess>::mint(&Zeros));
    let issuer = Issuer::parse("https://login.example/t").expect("an issuer");
    let told = answer(&client, Fresh { secret: Some(&secret), access: &access }, &issuer);
    assert_eq!(told["registration_client_uri"], "https://login.example/t/register/abc");
    assert_eq!(
        (&told["client_id"], &told["client_id_issued_at"], &told["client_secret_expires_at"]),
        (&json!("abc"), &json!(77), &json!(0))
    );
    assert_eq!((&told["client_name#de"], &told["contacts"]), (&json!("Abzüge"), &json!(["a@a.example"])));
    let again = answer(&client, Fresh { secret: None, access: &access }, &issuer);
    assert!(again.get("client_secret").is_none() && again["client_secret_expires_at"] == 0);
    let mut back = object(&told);
    for member in
        ["registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at", "client_secret"]
    {
        back.remove(member);
    }
    let same = update(&client, back, &Rules::default(), &apis(), &mut Checks::silent());
    // Law: what was told, sent back, changes nothing.
    assert_eq!(same.expect("to be taken"), client.metadata);
}

#[test]
fn an_explanation_is_ascii_that_may_stand_in_a_json_error() {
    let refusal = ask(&json!({"client_uri": "ä\"\\"}), &Rules::default()).expect_err("to be refused");
    assert!(explanation(&refusal).starts_with("client_uri"), "{refusal:?}");
    let refusal = ask(&json!({"redirect_uris": ["ä\"\\\u{7f}"]}), &Rules::default()).expect_err("to be refused");
    let text = explanation(&refusal);
    // Law: RFC 6749 section 5.2.
    assert!(text.starts_with("redirect URI") && text.bytes().all(|b| matches!(b, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e)), "{text}");
}

proptest! {
    #[test]
    fn whatever_is_asked_no_more_is_had_than_the_operator_allows(
        grants in prop::collection::vec(prop::sample::select(vec!["authorization_code", "refresh_token", "client_credentials", "implicit", "x"]), 0..5),
        scopes in prop::collection::vec(prop::sample::select(vec!["openid", "email", "photos:read", "x"]), 0..4),
        consent in prop::option::of(any::<bool>()),
        pkce in prop::option::of(any::<bool>()),
    ) {
        let asked = json!({"grant_types": grants, "scope": scopes.join(" "), "require_consent": consent, "require_pkce": pkce});
        let rules = Rules::default();
        if let Ok(got) = ask(&asked, &rules) {
            prop_assert!(got.grant_types.iter().all(|grant| rules.grants.contains(grant)));
            prop_assert!(got.scope.is_some_and(|scope| scope.within(&Scopes::openid()) && !scope.is_empty()));
            prop_assert!(got.require_consent && got.require_pkce && got.resource.is_empty());
        }
    }
}
