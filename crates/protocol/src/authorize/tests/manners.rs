//! In which manner a request comes, and who must come in which: RFC 9126, RFC 9101, FAPI 2.0.

use super::*;
use crate::binding::Proven;

const PLAIN: Manner = Manner { pushed: false, signed: false };
const PUSHED_ONLY: Manner = Manner { pushed: true, signed: false };
const SIGNED_ONLY: Manner = Manner { pushed: false, signed: true };
const BOTH: Manner = Manner { pushed: true, signed: true };

fn params(changes: &[(&str, &str)]) -> Params {
    Params::parse(query(changes).as_bytes(), MAY_REPEAT).expect("well formed")
}

fn came(manner: Manner, client: Arc<Client>, policy: &Policy, changes: &[(&str, &str)]) -> Option<Check> {
    let checks = &mut Checks::silent();
    match Raw::by(manner, params(changes)).bind(Some(client), checks) {
        Err(page) => Some(page.0.check),
        Ok(bound) => bound.validate(Ok(None), &apis(), policy, checks).err().map(|error| error.refusal.check),
    }
}

/// A client of FAPI 2.0, with some members changed.
fn fapi2(changes: &Value) -> Arc<Client> {
    let key = json!({"kty": "EC", "crv": "P-256", "kid": "k",
        "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"});
    let mut all = json!({
        "profile": "fapi2", "token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [key]},
        "dpop_bound_access_tokens": true, "id_token_signed_response_alg": "PS256",
    });
    all.as_object_mut().expect("members").extend(changes.as_object().cloned().expect("members"));
    client(all)
}

#[test]
fn who_must_push_is_held_to_it_by_registration_by_profile_and_by_the_server() {
    let strict = || client(json!({"require_pushed_authorization_requests": true}));
    let everywhere = Policy { require_pushed_requests: true, ..policy() };
    for manner in [PLAIN, SIGNED_ONLY] {
        assert_eq!(came(manner, strict(), &policy(), &[]), Some(Check::PushedRequestRequired));
        assert_eq!(came(manner, fapi2(&json!({})), &policy(), &[]), Some(Check::PushedRequestRequired));
        assert_eq!(came(manner, client(json!({})), &everywhere, &[]), Some(Check::PushedRequestRequired));
        assert_eq!(came(manner, client(json!({})), &policy(), &[]), None);
    }
    for manner in [PUSHED_ONLY, BOTH] {
        for client in [strict(), fapi2(&json!({})), client(json!({}))] {
            assert_eq!(came(manner, client, &everywhere, &[]), None);
        }
    }
}

#[test]
fn who_must_sign_is_held_to_it_also_when_pushing() {
    let key = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]});
    let strict = client(json!({"require_signed_request_object": true, "jwks": key}));
    for (manner, refused) in
        [(PLAIN, Some(Check::SignedRequestRequired)), (PUSHED_ONLY, Some(Check::SignedRequestRequired)), (SIGNED_ONLY, None), (BOTH, None)]
    {
        assert_eq!(came(manner, Arc::clone(&strict), &policy(), &[]), refused, "{manner:?}");
    }
    assert_eq!(
        came(PUSHED_ONLY, fapi2(&json!({"require_signed_request_object": true})), &policy(), &[]),
        Some(Check::SignedRequestRequired)
    );
}

#[test]
fn fapi_2_0_5_3_2_2_asks_for_the_redirect_uri_pkce_and_code_alone() {
    let without = [("redirect_uri", ""), ("scope", "photos:read")];
    assert_eq!(came(PUSHED_ONLY, fapi2(&json!({})), &policy(), &without), Some(Check::RedirectUriPresent));
    assert_eq!(came(PUSHED_ONLY, client(json!({})), &policy(), &without), None);
    for (changes, check) in [
        (&[("code_challenge", ""), ("code_challenge_method", "")][..], Check::PkceChallengePresent),
        (&[("code_challenge_method", "plain")], Check::PkceMethodS256),
        (&[("response_type", "code id_token")], Check::ResponseTypeCode),
        (&[("response_mode", "fragment.jwt")], Check::ResponseModeKnown),
    ] {
        assert_eq!(came(PUSHED_ONLY, fapi2(&json!({})), &policy(), changes), Some(check), "{changes:?}");
    }
    // Its codes live 60 seconds at most, whatever the operator's choice; its signed answers are never RS256.
    let slow = Policy { code_lifetime: Seconds(600), ..policy() };
    let quick = Policy { code_lifetime: Seconds(30), ..policy() };
    assert_eq!((slow.code_lifetime_of(&fapi2(&json!({}))), slow.code_lifetime_of(&client(json!({})))), (Seconds(60), Seconds(600)));
    assert_eq!(quick.code_lifetime_of(&fapi2(&json!({}))), Seconds(30));
    assert_eq!(fapi2(&json!({})).authorization_alg(), crate::jose::Alg::Ps256);
    assert_eq!(client(json!({})).authorization_alg(), crate::jose::Alg::Rs256);
}

#[test]
fn where_the_parameters_are_is_said_once() {
    let of = |changes: &[(&str, &str)]| Carried::of(&params(changes), &mut Checks::silent()).map_err(|refusal| refusal.check);
    assert!(matches!(of(&[]), Ok(Carried::Here)));
    assert!(matches!(of(&[("request", "a.b.c")]), Ok(Carried::Object(object)) if object == "a.b.c"));
    assert!(matches!(of(&[("request_uri", "https://app.example/r")]), Ok(Carried::At(uri)) if uri == "https://app.example/r"));
    let pushed = format!("{PUSHED}abc");
    assert!(matches!(of(&[("request_uri", &pushed)]), Ok(Carried::Pushed(reference)) if reference.expose() == "abc"));
    // Another spelling is an address, which nobody has registered.
    assert!(matches!(of(&[("request_uri", &pushed.to_uppercase())]), Ok(Carried::At(_))));
    assert_eq!(of(&[("request", "a.b.c"), ("request_uri", &pushed)]).err(), Some(Check::RequestOrRequestUri));
    for name in ["request", "request_uri"] {
        assert_eq!(of(&[(name, "x"), (&format!("+{name}"), "x")]).err(), Some(Check::ParamNotRepeated), "{name}");
    }
}

#[test]
fn rfc_9126_2_1_no_reference_is_pushed() {
    let of = |changes: &[(&str, &str)]| {
        Carried::pushed(&params(changes), &mut Checks::silent()).map(|object| object.map(str::to_owned)).map_err(|refusal| refusal.check)
    };
    assert_eq!(of(&[]), Ok(None));
    assert_eq!(of(&[("request", "a.b.c")]), Ok(Some("a.b.c".to_owned())));
    assert_eq!(of(&[("request", "a.b.c"), ("+request", "a.b.c")]), Err(Check::ParamNotRepeated));
    for uri in ["https://app.example/r", "urn:ietf:params:oauth:request_uri:x", "x"] {
        assert_eq!(of(&[("request_uri", uri)]), Err(Check::RequestUriNotPushed), "{uri}");
    }
}

#[test]
fn a_request_uri_is_registered_whatever_its_fragment_and_nothing_else() {
    let client = client(json!({"request_uris": ["https://app.example/r#v1", "https://app.example/s?x"]}));
    for good in ["https://app.example/r", "https://app.example/r#", "https://app.example/r#v2", "https://app.example/s?x#y"] {
        assert!(client.has_request_uri(good), "{good}");
    }
    for bad in [
        "",
        "#v1",
        "https://app.example/",
        "https://app.example/r?",
        "https://app.example/R",
        "https://app.example/s",
        "http://app.example/r",
    ] {
        assert!(!client.has_request_uri(bad), "{bad}");
    }
}

#[test]
fn rfc_9449_10_1_parameter_and_proof_name_one_key() {
    let asked = |jkt: Option<&str>| Request { dpop_jkt: jkt.map(str::to_owned), ..stored("openid", &[]) };
    let proven = |jkt: Option<&str>| Proven { jkt: jkt.map(str::to_owned), certificate: None };
    for (named, proved, bound) in [
        (None, None, Ok(None)),
        (Some("a"), None, Ok(Some("a"))),
        (None, Some("a"), Ok(Some("a"))),
        (Some("a"), Some("a"), Ok(Some("a"))),
        (Some("a"), Some("b"), Err(Check::DpopJktMatches)),
    ] {
        let outcome = asked(named).proven_by(&proven(proved), &mut Checks::silent());
        let outcome = outcome.map(|request| request.dpop_jkt).map_err(|refusal| refusal.check);
        assert_eq!(outcome, bound.map(|jkt| jkt.map(str::to_owned)), "{named:?} {proved:?}");
    }
    assert_eq!(came(PLAIN, client(json!({})), &policy(), &[("dpop_jkt", "short")]), Some(Check::DpopJktWellFormed));
    let jkt = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
    assert_eq!(changed(json!({}), &[("dpop_jkt", jkt)]).expect("it holds").dpop_jkt.as_deref(), Some(jkt));
}
