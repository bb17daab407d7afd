//! What is taken as proof, and what is refused alike.
#![allow(clippy::expect_used, clippy::panic)]

mod certificates;

use super::*;
use crate::client::Metadata;
use crate::client_assertion::JWT_BEARER;
use crate::jose::{Alg, JwkSet, SigningKey};
use crate::params::Params;
use crate::secret::Secret;
use crate::trusted_issuer::TrustedIssuer;
use crate::values::{ClientId, Issuer, Timestamp};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

const SECRET: &str = "a-secret-of-at-least-32-characters!!";

fn client(method: &str) -> Option<Arc<Client>> {
    let metadata = Metadata::read(json!({"redirect_uris": ["https://a.example/"], "token_endpoint_auth_method": method})).ok()?;
    let secret = (method != "none").then(|| Secret::shown(SECRET).digest());
    Some(Arc::new(Client::new(ClientId::new("app"), metadata, secret, Timestamp(0))))
}

fn header(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

fn outcome(method: &str, authorization: &[&str], body: &str) -> Result<(), Check> {
    let checks = &mut Checks::silent();
    let params = Params::parse(body.as_bytes(), &[]).map_err(|r| r.check)?;
    let shown = Presented::read(authorization, &params, checks).map_err(|r| r.check)?;
    let client = client(method).filter(|client| client.id.as_str() == shown.client_id());
    authenticate(&shown, client, checks).map(|_| ()).map_err(|r| r.check)
}

#[test]
fn the_registered_method_is_accepted() {
    let post = format!("client_id=app&client_secret={SECRET}");
    assert_eq!(outcome("client_secret_basic", &[&header("app", SECRET)], ""), Ok(()));
    assert_eq!(outcome("client_secret_basic", &[&header("app", SECRET)], "client_id=app"), Ok(()));
    assert_eq!(outcome("client_secret_post", &[], &post), Ok(()));
    assert_eq!(outcome("none", &[], "client_id=app"), Ok(()));
}

#[test]
fn any_other_method_secret_or_name_is_refused_alike() {
    let post = format!("client_id=app&client_secret={SECRET}");
    for (method, authorization, body) in [
        ("client_secret_basic", vec![], post.as_str()),
        ("client_secret_basic", vec![], "client_id=app"),
        ("client_secret_post", vec![header("app", SECRET)], ""),
        ("client_secret_post", vec![], "client_id=app"),
        ("client_secret_basic", vec![header("app", "wrong")], ""),
        ("client_secret_basic", vec![header("app", "")], ""),
        ("client_secret_basic", vec![header("other", SECRET)], ""),
        ("none", vec![header("app", SECRET)], ""),
        ("none", vec![header("app", "")], ""),
        ("none", vec![], post.as_str()),
    ] {
        let authorization: Vec<&str> = authorization.iter().map(String::as_str).collect();
        assert_eq!(outcome(method, &authorization, body), Err(Check::ClientAuthentic), "{method} {authorization:?} {body}");
    }
}

#[test]
fn two_ways_at_once_are_refused() {
    let basic = header("app", SECRET);
    let twice = [basic.as_str(), basic.as_str()];
    assert_eq!(outcome("client_secret_basic", &twice, ""), Err(Check::OneAuthentication));
    assert_eq!(outcome("client_secret_basic", &[&basic], "client_secret=x"), Err(Check::OneAuthentication));
    assert_eq!(outcome("client_secret_basic", &[&basic], "client_id=other"), Err(Check::OneAuthentication));
}

#[test]
fn malformed_credentials_are_named() {
    for header in ["Basic", "Basic !!!", "Bearer abc", "Basic YXBw", "Basic /w==", &header("", SECRET)] {
        assert_eq!(outcome("client_secret_basic", &[header], ""), Err(Check::CredentialsWellFormed), "{header}");
    }
    assert_eq!(outcome("client_secret_basic", &[], "x=1"), Err(Check::CredentialsPresent));
}

const ISSUER: &str = "https://login.example";
const NOW: Timestamp = Timestamp(1_800_000_000);

fn assertion(key: &SigningKey, changes: &Value) -> String {
    let mut claims = json!({"iss": "app", "sub": "app", "aud": ISSUER, "exp": NOW.0 + 60, "jti": "a"});
    claims.as_object_mut().expect("an object").extend(changes.as_object().cloned().unwrap_or_default());
    key.sign("JWT", &claims).expect("it is signed")
}

fn form(assertion: &str, more: &str) -> String {
    format!("client_assertion_type={}&client_assertion={assertion}{more}", JWT_BEARER.replace(':', "%3A"))
}

/// A client with the public half of `key`.
fn signing(key: &SigningKey, more: &Value) -> Client {
    let mut metadata = json!({"redirect_uris": ["https://a.example/"], "token_endpoint_auth_method": "private_key_jwt"});
    if more.get("assertion_issuer").is_none() {
        metadata["jwks"] = json!({"keys": [key.public()]});
    }
    metadata.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
    Client::new(ClientId::new("app"), Metadata::read(metadata).expect("metadata"), None, Timestamp(0))
}

/// The issuer of a cluster, as an operator declares it.
fn cluster(changes: &Value) -> TrustedIssuer {
    let mut json =
        json!({"issuer": "https://cluster.example", "algs": ["ES256"], "use": ["client_auth"], "jwks_uri": "https://cluster.example/k"});
    json.as_object_mut().expect("an object").extend(changes.as_object().cloned().unwrap_or_default());
    serde_json::from_value(json).expect("an issuer")
}

/// Everything that an assertion passes, with the keys that are registered.
fn asserted(client: Client, authorization: &[&str], body: &str, keys: &JwkSet, first: bool) -> Result<Authenticated, Check> {
    let checks = &mut Checks::silent();
    let issuer = Issuer::parse(ISSUER).expect("an issuer");
    let run = || {
        let params = Params::parse(body.as_bytes(), &[])?;
        let shown = Presented::read(authorization, &params, checks)?;
        let client = Some(Arc::new(client)).filter(|client| client.id.as_str() == shown.client_id());
        match begin(&shown, None, client, NOW, checks)? {
            Step::Proven(by) => Ok(by),
            Step::SelfSigned(_) => panic!("no certificate was shown"),
            Step::Asserted(asserted) => {
                let trusted = cluster(&json!({}));
                let found = match asserted.needs() {
                    Needs::IssuerKeys(..) => Found::IssuerKeys(&trusted, keys),
                    Needs::ClientKeys(_) | Needs::ClientSecret => Found::Keys(keys),
                };
                asserted.verify(found, &issuer, NOW, checks)?.used(first, checks)
            }
        }
    };
    run().map_err(|refusal: Refusal| refusal.check)
}

#[test]
fn an_assertion_by_a_registered_key_is_a_proof_once() {
    let key = SigningKey::generate(Alg::Es256).expect("a key");
    let keys = JwkSet::new(vec![key.public().clone()]);
    let shown = assertion(&key, &json!({}));
    for more in ["", "&client_id=app"] {
        let by = asserted(signing(&key, &json!({})), &[], &form(&shown, more), &keys, true).expect("it holds");
        assert_eq!(by.client().id.as_str(), "app");
    }
    // Law: RFC 7523 §3: a jti that was seen is no proof.
    assert_eq!(asserted(signing(&key, &json!({})), &[], &form(&shown, ""), &keys, false).err(), Some(Check::AssertionOnce));
}

#[test]
fn one_way_at_a_time_and_the_registered_one() {
    let key = SigningKey::generate(Alg::Es256).expect("a key");
    let keys = JwkSet::new(vec![key.public().clone()]);
    let good = form(&assertion(&key, &json!({})), "");
    let with_secret = format!("{good}&client_secret={SECRET}");
    let basic = header("app", SECRET);
    let public = client("none").map(Arc::unwrap_or_clone).expect("a client");
    let secret = client("client_secret_basic").map(Arc::unwrap_or_clone).expect("a client");
    let own = || signing(&key, &json!({}));
    for (client, authorization, body, refusal) in [
        (own(), vec![basic.as_str()], good.as_str(), Check::OneAuthentication),
        (own(), vec![], with_secret.as_str(), Check::OneAuthentication),
        (own(), vec![], "client_id=app", Check::ClientAuthentic),
        (own(), vec![basic.as_str()], "", Check::ClientAuthentic),
        (own(), vec![], "client_id=app&client_assertion=x", Check::AssertionType),
        (own(), vec![], "client_id=app&client_assertion_type=x", Check::AssertionType),
        (public, vec![], good.as_str(), Check::ClientAuthentic),
        (secret, vec![], good.as_str(), Check::ClientAuthentic),
    ] {
        assert_eq!(asserted(client, &authorization, body, &keys, true).err(), Some(refusal), "{authorization:?} {body}");
    }
}

#[test]
fn the_registration_chooses_algorithm_and_key() {
    let key = SigningKey::generate(Alg::Rs256).expect("a key");
    let keys = JwkSet::new(vec![key.public().clone()]);
    let body = form(&assertion(&key, &json!({})), "");
    let fapi2 = json!({"profile": "fapi2", "dpop_bound_access_tokens": true, "id_token_signed_response_alg": "PS256"});
    let pinned = |alg: &str| json!({"token_endpoint_auth_signing_alg": alg});
    for (more, refusal) in [
        (json!({}), None),
        (pinned("RS256"), None),
        (pinned("PS256"), Some(Check::AssertionAlg)),
        (pinned("ES256"), Some(Check::AssertionAlg)),
        (fapi2, Some(Check::AssertionAlg)),
    ] {
        assert_eq!(asserted(signing(&key, &more), &[], &body, &keys, true).err(), refusal, "{more}");
    }
}

#[test]
fn a_workload_names_its_client_and_may_show_its_assertion_again() {
    let (key, other) = (SigningKey::generate(Alg::Es256).expect("a key"), SigningKey::generate(Alg::Es256).expect("a key"));
    let keys = JwkSet::new(vec![key.public().clone()]);
    let federated = json!({"assertion_issuer": "https://cluster.example", "assertion_subject": "system:serviceaccount:shop:stock"});
    let spoken = json!({"iss": "https://cluster.example", "sub": "system:serviceaccount:shop:stock", "jti": null});
    let outcome = |key: &SigningKey, claims: &Value, more: &str, first| {
        asserted(signing(key, &federated), &[], &form(&assertion(key, claims), more), &keys, first).map(drop)
    };
    assert_eq!(outcome(&key, &spoken, "&client_id=app", true), Ok(()));
    assert_eq!(outcome(&key, &spoken, "&client_id=app", false), Ok(()));
    assert_eq!(outcome(&key, &spoken, "", true), Err(Check::CredentialsPresent));
    assert_eq!(outcome(&key, &spoken, "&client_id=other", true), Err(Check::ClientAuthentic));
    assert_eq!(outcome(&other, &spoken, "&client_id=app", true), Err(Check::AssertionSignature));
    // Law: a client whose issuer speaks for it doesn't speak for itself.
    assert_eq!(outcome(&key, &json!({}), "&client_id=app", true), Err(Check::AssertionIssSub));
}

#[test]
fn an_issuer_speaks_for_a_client_as_far_as_it_is_trusted() {
    let key = SigningKey::generate(Alg::Es256).expect("a key");
    let keys = JwkSet::new(vec![key.public().clone()]);
    let federated = json!({"assertion_issuer": "https://cluster.example", "assertion_subject": "stock"});
    let spoken = assertion(&key, &json!({"iss": "https://cluster.example", "sub": "stock", "exp": NOW.0 + 1000}));
    let body = form(&spoken, "&client_id=app");
    let params = Params::parse(body.as_bytes(), &[]).expect("parameters");
    let shown = Presented::read(&[], &params, &mut Checks::silent()).expect("an assertion");
    for (changes, refusal) in [
        (json!({}), None),
        (json!({"subjects": ["other", "stock"]}), None),
        (json!({"subjects": ["other"]}), Some(Check::AssertionIssSub)),
        (json!({"use": ["grant"]}), Some(Check::AssertionIssSub)),
        (json!({"issuer": "https://other.example"}), Some(Check::AssertionTrusted)),
        (json!({"algs": ["PS256", "EdDSA"]}), Some(Check::AssertionAlg)),
        (json!({"max_lifetime": 900}), Some(Check::AssertionInTime)),
    ] {
        let step = begin(&shown, None, Some(Arc::new(signing(&key, &federated))), NOW, &mut Checks::silent()).expect("a step");
        let Step::Asserted(asserted) = step else { panic!("no assertion") };
        let issuer = Issuer::parse(ISSUER).expect("an issuer");
        let verified = asserted.verify(Found::IssuerKeys(&cluster(&changes), &keys), &issuer, NOW, &mut Checks::silent());
        assert_eq!(verified.err().map(|refusal| refusal.check), refusal, "{changes}");
    }
}

#[test]
fn what_is_needed_follows_from_the_registration() {
    let key = SigningKey::generate(Alg::Es256).expect("a key");
    let needs = |client: Client| {
        let shown = form(&assertion(&key, &json!({})), "&client_id=app");
        let params = Params::parse(shown.as_bytes(), &[]).expect("parameters");
        let shown = Presented::read(&[], &params, &mut Checks::silent()).expect("an assertion");
        match begin(&shown, None, Some(Arc::new(client)), NOW, &mut Checks::silent()).expect("a step") {
            Step::Asserted(asserted) => format!("{:?}", asserted.needs()),
            Step::Proven(_) | Step::SelfSigned(_) => String::new(),
        }
    };
    let by_secret = Metadata::read(json!({"redirect_uris": ["https://a.example/"], "token_endpoint_auth_method": "client_secret_jwt"}));
    let by_secret = Client::new(ClientId::new("app"), by_secret.expect("metadata"), None, Timestamp(0));
    assert_eq!(needs(signing(&key, &json!({}))), format!("{:?}", Needs::ClientKeys(Some(key.kid()))));
    assert_eq!(needs(by_secret), format!("{:?}", Needs::ClientSecret));
    let federated = signing(&key, &json!({"assertion_issuer": "https://c.example", "assertion_subject": "s"}));
    assert_eq!(needs(federated), format!("{:?}", Needs::IssuerKeys("https://c.example", Some(key.kid()))));
}
