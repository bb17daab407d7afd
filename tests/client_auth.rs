//! Clients prove who they are, over HTTP: RFC 6749 §2.3, RFC 7523, RFC 10070, OpenID Connect Core §9.
#![allow(clippy::expect_used, missing_docs)]

use doorward_testkit::{ASSERTION_TYPE, App, AppKey, Page, SECRET, START, World, basic, encode, hs256};
use serde_json::{Value, json};
use std::sync::Arc;

const ISSUER: &str = "http://127.0.0.1:8000";

struct Scene {
    world: World,
    key: Arc<AppKey>,
}

/// `signer` signs with `key`; `hasher` authenticates with its secret; both are machines as well. `shop` has a secret and shows it.
async fn scene() -> Scene {
    let key = Arc::new(AppKey::new());
    let machine = json!(["authorization_code", "refresh_token", "client_credentials"]);
    let by_key =
        json!({"token_endpoint_auth_method": "private_key_jwt", "jwks": key.jwks(), "client_secret": null, "grant_types": machine});
    let by_secret = json!({"token_endpoint_auth_method": "client_secret_jwt", "grant_types": machine});
    let other = Arc::new(AppKey::new());
    let world = World::new()
        .app("signer", by_key.clone())
        .app("other", json!({"token_endpoint_auth_method": "private_key_jwt", "jwks": other.jwks(), "client_secret": null}))
        .app("hasher", by_secret)
        .app("shop", json!({"grant_types": machine}))
        .api(doorward_testkit::photos())
        .user("ada")
        .start()
        .await;
    Scene { world, key }
}

impl Scene {
    fn signer(&self) -> App<'_> {
        self.world.app("signer").signing(&self.key)
    }

    /// Asks for a token of its own with this assertion and more parameters.
    async fn ask(&self, assertion: &str, more: &[(&str, &str)]) -> Page {
        self.ask_as(&[], assertion, more).await
    }

    async fn ask_as(&self, headers: &[(&str, &str)], assertion: &str, more: &[(&str, &str)]) -> Page {
        let mut pairs =
            vec![("grant_type", "client_credentials"), ("client_assertion_type", ASSERTION_TYPE), ("client_assertion", assertion)];
        pairs.extend(more);
        self.world.app("signer").raw("/token", headers, &encode(&pairs)).await
    }

    /// What is said to a client that nobody knows.
    async fn stranger(&self) -> Page {
        let nobody = json!({"iss": "nobody", "sub": "nobody"});
        self.ask(&self.signer().assertion(&nobody), &[]).await
    }
}

/// Status, error and description: all that a caller sees.
fn seen(page: &Page) -> (u16, Value) {
    (page.status, page.json())
}

#[rocket::async_test]
async fn rfc_7523_2_2_an_assertion_authenticates_at_every_endpoint() {
    let scene = scene().await;
    let signer = scene.signer();
    let code = scene.world.browser().allow(&signer.request()).await.code();
    let given = signer.redeem(&code).await;
    assert_eq!(given.status, 200, "{}", given.body);
    let renewed = signer.refresh(&given.text("refresh_token")).await;
    let token = renewed.text("access_token");
    assert!(signer.is_active(&token).await);
    assert_eq!(signer.revoke(&token).await.status, 200);
    // Law: one way of proving, wherever clients prove themselves.
    assert!(!signer.is_active(&token).await);
    assert_eq!(signer.machine(&[]).await.status, 200);
}

#[rocket::async_test]
async fn rfc_7521_4_2_client_id_may_come_along_and_must_be_the_same() {
    let scene = scene().await;
    let signer = scene.signer();
    assert_eq!(scene.ask(&signer.assertion(&json!({})), &[("client_id", "signer")]).await.status, 200);
    for named in ["other", "SIGNER", "signer "] {
        let page = scene.ask(&signer.assertion(&json!({})), &[("client_id", named)]).await;
        // Law: no client speaks for another.
        assert_eq!(page.refusal(), (401, "invalid_client".to_owned()), "{named}");
    }
}

#[rocket::async_test]
async fn rfc_10070_4_the_issuer_is_the_only_audience_and_the_refusal_says_so() {
    let scene = scene().await;
    let signer = scene.signer();
    assert_eq!(scene.ask(&signer.assertion(&json!({"aud": [ISSUER]})), &[]).await.status, 200);
    for aud in [
        json!(null),
        json!(""),
        json!(format!("{ISSUER}/")),
        json!(format!("{ISSUER}/token")),
        json!(["http://127.0.0.1:8000/token"]),
        json!([ISSUER, format!("{ISSUER}/token")]),
        json!([ISSUER, ISSUER]),
        json!("https://other.example"),
        json!("signer"),
    ] {
        let page = scene.ask(&signer.assertion(&json!({"aud": aud})), &[]).await;
        assert_eq!(page.refusal(), (401, "invalid_client".to_owned()), "{aud}");
        // Law: a client's author learns what to change.
        assert!(page.text("error_description").contains("issuer"), "{aud}: {}", page.body);
    }
}

#[rocket::async_test]
async fn rfc_7523_3_an_assertion_is_in_time() {
    let scene = scene().await;
    let signer = scene.signer();
    for (changes, good) in [
        (json!({"exp": START + 3600}), true),
        (json!({"exp": START - 10}), true),
        (json!({"iat": START + 10, "nbf": START + 10}), true),
        (json!({"iat": null}), false),
        (json!({"exp": START - 31}), false),
        (json!({"exp": START + 3631}), false),
        (json!({"exp": START + 100_000_000_000_i64}), false),
        (json!({"exp": null}), false),
        (json!({"exp": "tomorrow"}), false),
        (json!({"iat": START + 61}), false),
        (json!({"nbf": START + 61}), false),
    ] {
        let page = scene.ask(&signer.assertion(&changes), &[]).await;
        // Law: neither old ones nor ones that live for long.
        assert_eq!(page.status, if good { 200 } else { 401 }, "{changes}: {}", page.body);
    }
}

#[rocket::async_test]
async fn rfc_7523_3_an_assertion_works_once_wherever_it_was_shown() {
    let scene = scene().await;
    let used = scene.signer().assertion(&json!({}));
    assert_eq!(scene.ask(&used, &[("scope", "nonsense")]).await.refusal().1, "invalid_scope");
    // Law: what an assertion was used for doesn't matter; it is spent.
    assert_eq!(scene.ask(&used, &[]).await.refusal(), (401, "invalid_client".to_owned()));
    let form = [("client_assertion_type", ASSERTION_TYPE), ("client_assertion", used.as_str()), ("token", "x")];
    for path in ["/introspect", "/revoke"] {
        assert_eq!(scene.world.app("signer").raw(path, &[], &encode(&form)).await.status, 401, "{path}");
    }
    for jti in [json!(null), json!(""), json!(7), json!("x".repeat(256))] {
        assert_eq!(scene.ask(&scene.signer().assertion(&json!({"jti": jti})), &[]).await.status, 401, "{jti}");
    }
    // Another client's jti is another.
    let claims = |id: &str| json!({"iss": id, "sub": id, "aud": ISSUER, "jti": "one", "exp": START + 60});
    assert_eq!(scene.ask(&scene.key.jwt(&claims("signer")), &[]).await.status, 200);
    assert_eq!(scene.ask(&hs256(SECRET, &claims("hasher")), &[]).await.status, 200);
}

#[rocket::async_test]
async fn rfc_8725_3_1_the_registration_chooses_key_and_algorithm() {
    let scene = scene().await;
    let stranger = AppKey::new();
    let claims = || serde_json::from_value::<Value>(doorward_testkit::claims(&scene.signer().assertion(&json!({})))).expect("claims");
    let unsigned = |header: Value| {
        let whole = stranger.jws(&header, &claims());
        format!("{}.", whole.rsplit_once('.').expect("a signature").0)
    };
    let public = serde_json::to_string(&scene.key.jwk).expect("JSON");
    let told = seen(&scene.stranger().await);
    for (what, assertion) in [
        ("another's key", stranger.jwt(&claims())),
        ("another's key under our kid", stranger.jws(&json!({"alg": "ES256", "kid": "key"}), &claims())),
        ("our key under another kid", scene.key.jws(&json!({"alg": "ES256", "kid": "other"}), &claims())),
        ("a key of its own", stranger.jws(&json!({"alg": "ES256", "jwk": stranger.jwk}), &claims())),
        ("a key from elsewhere", stranger.jws(&json!({"alg": "ES256", "jku": "https://evil.example/jwks"}), &claims())),
        ("a certificate of its own", stranger.jws(&json!({"alg": "ES256", "x5c": ["MIIB"]}), &claims())),
        ("no signature", unsigned(json!({"alg": "none"}))),
        ("no signature, in capitals", unsigned(json!({"alg": "NONE"}))),
        ("an empty signature", unsigned(json!({"alg": "ES256", "kid": "key"}))),
        ("the public key as a secret", hs256(&public, &claims())),
        ("a secret", hs256(SECRET, &claims())),
        ("another algorithm", scene.key.jws(&json!({"alg": "PS256", "kid": "key"}), &claims())),
    ] {
        let page = scene.ask(&assertion, &[]).await;
        // Law: and none of it tells whether there is such a client.
        assert_eq!(seen(&page), told, "{what}");
    }
}

#[rocket::async_test]
async fn oidc_core_9_iss_and_sub_are_the_client() {
    let scene = scene().await;
    for changes in
        [json!({"iss": "other"}), json!({"sub": "other"}), json!({"iss": null}), json!({"sub": ["signer"]}), json!({"iss": ISSUER})]
    {
        let page = scene.ask(&scene.signer().assertion(&changes), &[("client_id", "signer")]).await;
        assert_eq!(page.refusal(), (401, "invalid_client".to_owned()), "{changes}");
    }
    let taken = scene.signer().assertion(&json!({"iss": "other", "sub": "other"}));
    // Law: a key proves its own client only.
    assert_eq!(seen(&scene.ask(&taken, &[]).await), seen(&scene.stranger().await));
}

#[rocket::async_test]
async fn rfc_6749_2_3_one_method_a_request_and_the_registered_one() {
    let scene = scene().await;
    let assertion = || scene.signer().assertion(&json!({}));
    let header = basic("signer", SECRET);
    for (what, page) in [
        ("a secret in the body", scene.ask(&assertion(), &[("client_secret", SECRET)]).await),
        ("a secret in the header", scene.ask_as(&[("Authorization", &header)], &assertion(), &[]).await),
    ] {
        assert_eq!(page.refusal(), (400, "invalid_request".to_owned()), "{what}");
    }
    let told = seen(&scene.stranger().await);
    let form = |pairs: &[(&str, &str)]| encode(&[&[("grant_type", "client_credentials")], pairs].concat());
    let shop = scene.world.app("shop");
    let shops = hs256(SECRET, &json!({"iss": "shop", "sub": "shop", "aud": ISSUER, "jti": "s", "exp": START + 60}));
    let hashers = form(&[("client_id", "hasher"), ("client_secret", SECRET)]);
    for (what, page) in [
        ("the id alone", shop.raw("/token", &[], &form(&[("client_id", "signer")])).await),
        ("a secret", shop.raw("/token", &[("Authorization", &header)], &form(&[])).await),
        ("the secret that signs, shown", shop.raw("/token", &[], &hashers).await),
        ("an assertion by a secret that is to be shown", scene.ask(&shops, &[]).await),
    ] {
        // Law: no other way than the registered one, and nobody learns which that is.
        assert_eq!(seen(&page), told, "{what}");
    }
    assert_eq!(shop.machine(&[]).await.status, 200);
}

#[rocket::async_test]
async fn rfc_7521_4_2_an_assertion_comes_with_its_type_once() {
    let scene = scene().await;
    let good = scene.signer().assertion(&json!({}));
    let saml = "urn:ietf:params:oauth:client-assertion-type:saml2-bearer";
    for pairs in [
        vec![("client_assertion", good.as_str())],
        vec![("client_assertion_type", ASSERTION_TYPE)],
        vec![("client_assertion_type", ASSERTION_TYPE), ("client_id", "signer")],
        vec![("client_assertion_type", saml), ("client_assertion", &good)],
        vec![("client_assertion_type", ASSERTION_TYPE), ("client_assertion", "x.y.z")],
    ] {
        let body = encode(&[&[("grant_type", "client_credentials")], &pairs[..]].concat());
        assert_eq!(scene.signer().raw("/token", &[], &body).await.refusal().1, "invalid_client", "{pairs:?}");
    }
    let another = scene.signer().assertion(&json!({}));
    // Law: of two, none is believed.
    assert_eq!(scene.ask(&good, &[("client_assertion", &another)]).await.refusal(), (400, "invalid_request".to_owned()));
    assert_eq!(scene.ask(&good, &[]).await.status, 200);
}

#[rocket::async_test]
async fn oidc_core_9_a_secret_may_sign_for_those_registered_so() {
    let scene = scene().await;
    let hasher = scene.world.app("hasher");
    assert_eq!(hasher.machine(&[]).await.status, 200);
    let claims = |jti: &str| json!({"iss": "hasher", "sub": "hasher", "aud": ISSUER, "jti": jti, "exp": START + 60});
    assert_eq!(scene.ask(&hs256(SECRET, &claims("a")), &[]).await.status, 200);
    assert_eq!(scene.ask(&hs256(SECRET, &claims("a")), &[]).await.status, 401);
    let told = seen(&scene.stranger().await);
    let other = "another secret of thirty-two characters";
    for (what, assertion) in
        [("another secret", hs256(other, &claims("b"))), ("a key", scene.key.jwt(&claims("c"))), ("no secret", hs256("", &claims("d")))]
    {
        // Law: HS256 with the client's own secret, and nothing else.
        assert_eq!(seen(&scene.ask(&assertion, &[]).await), told, "{what}");
    }
}

#[rocket::async_test]
async fn oidc_registration_2_the_registered_algorithm_and_no_other() {
    let key = Arc::new(AppKey::new());
    let base = json!({"token_endpoint_auth_method": "private_key_jwt", "jwks": key.jwks(), "client_secret": null,
        "grant_types": ["client_credentials"], "redirect_uris": []});
    let mut pinned = base.clone();
    pinned["token_endpoint_auth_signing_alg"] = json!("PS256");
    let world = World::new().app("es256", base).app("ps256", pinned).api(doorward_testkit::photos()).start().await;
    assert_eq!(world.app("es256").signing(&key).machine(&[]).await.status, 200);
    // Law: a key that could sign otherwise does not.
    assert_eq!(world.app("ps256").signing(&key).machine(&[]).await.refusal(), (401, "invalid_client".to_owned()));
}

#[rocket::async_test]
async fn rfc_8414_2_what_assertions_may_be_signed_with_is_published() {
    let document = scene().await.world.get("/.well-known/openid-configuration").await.json();
    for endpoint in ["token", "introspection", "revocation"] {
        let list = |what: &str| document[format!("{endpoint}_endpoint_auth_{what}_supported")].as_array().cloned().unwrap_or_default();
        for method in ["private_key_jwt", "client_secret_jwt"] {
            assert!(list("methods").contains(&json!(method)), "{endpoint}");
        }
        let algs = list("signing_alg_values");
        // Law: RFC 8414 §2: present where those methods are, and never none.
        assert!(algs.contains(&json!("ES256")) && algs.contains(&json!("HS256")) && !algs.contains(&json!("none")), "{endpoint}");
    }
}
