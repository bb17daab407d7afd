//! Where the keys of clients come from, over HTTP: their `jwks_uri`, and the issuers that speak for workloads.
#![allow(clippy::expect_used, missing_docs)]

use doorward_protocol::trusted_issuer::TrustedIssuer;
use doorward_testkit::{ASSERTION_TYPE, AppCertificate, AppKey, Page, START, World, encode, key_server, photos};
use serde_json::{Value, json};
use std::net::TcpListener;

const ISSUER: &str = "http://127.0.0.1:8000";
const CLUSTER: &str = "https://cluster.example";
const STOCK: &str = "system:serviceaccount:shop:stock";

async fn world(method: &str, more: Value) -> World {
    let mut members = json!({"token_endpoint_auth_method": method, "client_secret": null, "grant_types": ["client_credentials"],
        "redirect_uris": null, "scope": "photos:read"});
    members.as_object_mut().expect("members").extend(more.as_object().cloned().expect("members"));
    let world = World::new().set("TRUSTED_PROXIES", "127.0.0.1").set("CLIENT_CERT_HEADER", "Client-Cert");
    world.app("stock", members).api(photos()).start().await
}

fn claims(jti: &str, changes: &Value) -> Value {
    let mut all = json!({"iss": "stock", "sub": "stock", "aud": ISSUER, "exp": START + 120, "jti": jti});
    all.as_object_mut().expect("members").extend(changes.as_object().cloned().expect("members"));
    all
}

async fn ask(world: &World, assertion: &str, more: &[(&str, &str)]) -> Page {
    let mut pairs = vec![("grant_type", "client_credentials"), ("client_assertion_type", ASSERTION_TYPE), ("client_assertion", assertion)];
    pairs.extend(more);
    world.app("stock").raw("/token", &[], &encode(&pairs)).await
}

fn refused() -> (u16, String) {
    (401, "invalid_client".to_owned())
}

#[rocket::async_test]
async fn oidc_core_10_1_1_an_unknown_kid_fetches_the_keys_anew() {
    let (key, next) = (AppKey::new(), AppKey::new());
    let (uri, state) = key_server(key.jwks());
    let world = world("private_key_jwt", json!({"jwks_uri": uri})).await;
    let by_next = |jti: &str| next.jws(&json!({"alg": "ES256", "kid": "next"}), &claims(jti, &json!({})));
    for jti in ["a", "b"] {
        assert_eq!(ask(&world, &key.jwt(&claims(jti, &json!({}))), &[]).await.status, 200);
    }
    assert_eq!(state.lock().expect("the state").1, 1);
    for jti in ["c", "d", "e"] {
        assert_eq!(ask(&world, &by_next(jti), &[]).await.refusal(), refused());
    }
    // A stranger makes no flood of requests.
    assert!(state.lock().expect("the state").1 <= 2);
    world.clock.advance(31);
    let mut both = key.jwks();
    let mut jwk = next.jwk.clone();
    jwk["kid"] = json!("next");
    both["keys"].as_array_mut().expect("keys").push(jwk);
    state.lock().expect("the state").0 = both;
    assert_eq!(ask(&world, &by_next("f"), &[]).await.status, 200);
    // Law: a client changes its keys without telling us, and the old ones go on as long as they are there.
    assert_eq!(ask(&world, &key.jwt(&claims("g", &json!({}))), &[]).await.status, 200);
}

#[rocket::async_test]
async fn keys_that_can_not_be_had_prove_nobody() {
    let key = AppKey::new();
    let nobody = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let silent = world("private_key_jwt", json!({"jwks_uri": format!("http://{nobody}/jwks")})).await;
    let page = ask(&silent, &key.jwt(&claims("a", &json!({}))), &[]).await;
    let stranger = ask(&silent, &key.jwt(&claims("a", &json!({"iss": "nobody", "sub": "nobody"}))), &[]).await;
    // Law: no key, no proof; and a stranger learns nothing of it.
    assert_eq!((page.status, page.json()), (stranger.status, stranger.json()));
    let (uri, _) = key_server(json!({"nothing": "here"}));
    let page = ask(&world("private_key_jwt", json!({"jwks_uri": uri})).await, &key.jwt(&claims("a", &json!({}))), &[]).await;
    assert_eq!(page.refusal(), refused());
}

#[rocket::async_test]
async fn rfc_8705_2_2_2_certificates_at_an_address_are_fetched_anew() {
    let (first, next) = (AppCertificate::new("stock"), AppCertificate::new("stock"));
    let (uri, state) = key_server(first.jwks());
    let world = world("self_signed_tls_client_auth", json!({"jwks_uri": uri})).await;
    let (by_first, by_next) = (world.app("stock").showing(&first), world.app("stock").showing(&next));
    assert_eq!(by_first.machine(&[]).await.status, 200);
    assert_eq!(by_next.machine(&[]).await.refusal(), refused());
    world.clock.advance(31);
    state.lock().expect("the state").0 = next.jwks();
    assert_eq!(by_next.machine(&[]).await.status, 200);
    // Law: what is no longer registered proves nothing.
    assert_eq!(by_first.machine(&[]).await.refusal(), refused());
}

async fn cluster(key: &AppKey, changes: Value) -> World {
    let world = world("private_key_jwt", json!({"assertion_issuer": CLUSTER, "assertion_subject": STOCK})).await;
    let mut issuer = json!({"issuer": CLUSTER, "jwks": key.jwks(), "algs": ["ES256"], "use": ["client_auth"]});
    issuer.as_object_mut().expect("members").extend(changes.as_object().cloned().expect("members"));
    world.declare::<TrustedIssuer>(issuer).await;
    world
}

fn workload(key: &AppKey, changes: Value) -> String {
    let mut all = json!({"iss": CLUSTER, "sub": STOCK, "aud": [ISSUER], "exp": START + 600, "iat": START, "jti": "pod"});
    all.as_object_mut().expect("members").extend(changes.as_object().cloned().expect("members"));
    key.jwt(&all)
}

#[rocket::async_test]
async fn a_workload_proves_itself_by_what_its_platform_says_as_long_as_that_holds() {
    let key = AppKey::new();
    let world = cluster(&key, json!({})).await;
    let token = workload(&key, json!({}));
    let named = [("client_id", "stock")];
    for _ in 0..3 {
        let page = ask(&world, &token, &named).await;
        assert_eq!(page.status, 200, "{}", page.body);
    }
    assert_eq!(ask(&world, &token, &[]).await.refusal(), refused());
    world.clock.advance(640);
    // Law: shown as often as needed, and no longer than its platform says.
    assert_eq!(ask(&world, &token, &named).await.refusal(), refused());
}

#[rocket::async_test]
async fn a_workload_is_the_registered_one_and_its_issuer_a_trusted_one() {
    let (key, other) = (AppKey::new(), AppKey::new());
    let trusted = cluster(&key, json!({})).await;
    let named = [("client_id", "stock")];
    for (what, token) in [
        ("another workload", workload(&key, json!({"sub": "system:serviceaccount:shop:other"}))),
        ("another issuer", workload(&key, json!({"iss": "https://evil.example"}))),
        ("another key", workload(&other, json!({}))),
        ("meant for the cluster", workload(&key, json!({"aud": ["https://kubernetes.default.svc"]}))),
        ("meant for both", workload(&key, json!({"aud": [ISSUER, "https://kubernetes.default.svc"]}))),
        ("for the token endpoint", workload(&key, json!({"aud": format!("{ISSUER}/token")}))),
        ("living too long", workload(&key, json!({"exp": START + 7_200}))),
        ("expired", workload(&key, json!({"exp": START - 60}))),
        ("the client for itself", key.jwt(&claims("own", &json!({})))),
    ] {
        assert_eq!(ask(&trusted, &token, &named).await.refusal(), refused(), "{what}");
    }
    for changes in [
        json!({"use": ["grant"], "clients": ["stock"]}),
        json!({"subjects": ["other"]}),
        json!({"issuer": "https://other.example"}),
        json!({"algs": ["PS256"]}),
    ] {
        let world = cluster(&key, changes.clone()).await;
        // Law: an issuer speaks for clients as far as its operator says.
        assert_eq!(ask(&world, &workload(&key, json!({})), &named).await.refusal(), refused(), "{changes}");
    }
    assert_eq!(ask(&trusted, &workload(&key, json!({})), &named).await.status, 200);
}
