//! Mutual TLS, with the certificate handed on by a proxy: RFC 8705, RFC 9440.
#![allow(clippy::expect_used, missing_docs)]

use doorward_testkit::{App, AppCertificate, Page, SECRET, START, World, app, claims, encode, photos};
use rocket::http::Method;
use serde_json::{Value, json};

/// `stock` is known by the subject of its certificate, `own` by a certificate of its own, `bound` by a secret, with tokens bound to a
/// certificate; a proxy at 127.0.0.1 hands on certificates.
struct Scene {
    world: World,
    stock: AppCertificate,
    own: AppCertificate,
}

const PROXY: (&str, &str) = ("TRUSTED_PROXIES", "127.0.0.1");
const HEADER: (&str, &str) = ("CLIENT_CERT_HEADER", "Client-Cert");
const SAYS: (&str, &str) = ("CLIENT_CERT_VERIFIED_HEADER", "Client-Cert-Verified");

const GRANTS: [&str; 3] = ["authorization_code", "refresh_token", "client_credentials"];

fn members(method: &str, more: Value) -> Value {
    let mut all = json!({"token_endpoint_auth_method": method, "client_secret": null, "grant_types": GRANTS});
    all.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
    all
}

async fn scene_with(settings: &[(&str, &str)]) -> Scene {
    let (stock, own) = (AppCertificate::new("stock"), AppCertificate::new("own"));
    let mut builder = World::new()
        .app("stock", members("tls_client_auth", json!({"tls_client_auth_subject_dn": "CN=stock,O=Example"})))
        .app("own", members("self_signed_tls_client_auth", json!({"jwks": own.jwks()})))
        .app("bound", json!({"grant_types": GRANTS, "tls_client_certificate_bound_access_tokens": true}))
        .app("phone", members("none", json!({"tls_client_certificate_bound_access_tokens": true, "grant_types": GRANTS[..2]})))
        .client(app("shop"))
        .api(photos())
        .user("ada");
    for (name, value) in settings {
        builder = builder.set(name, value);
    }
    Scene { world: builder.start().await, stock, own }
}

async fn scene() -> Scene {
    scene_with(&[PROXY, HEADER, SAYS]).await
}

/// Asks for a token of its own, with these headers of a proxy that has verified.
async fn machine(app: &App<'_>, headers: &[(&str, &str)]) -> Page {
    let mut headers = headers.to_vec();
    headers.push(("Client-Cert-Verified", "SUCCESS"));
    with_headers(app, &headers).await
}

/// Asks for a token of its own, with these headers alone.
async fn with_headers(app: &App<'_>, headers: &[(&str, &str)]) -> Page {
    let body = encode(&[("grant_type", "client_credentials"), ("client_id", &app.id), ("scope", "photos:read")]);
    app.raw("/token", headers, &body).await
}

/// What is said to a client that nobody knows.
async fn stranger(scene: &Scene) -> (u16, Value) {
    let page = scene.world.app("shop").raw("/token", &[], "grant_type=client_credentials&client_id=nobody").await;
    (page.status, page.json())
}

#[rocket::async_test]
async fn rfc_8705_2_1_the_subject_proves_the_client_at_every_endpoint() {
    let scene = scene().await;
    let stock = scene.world.app("stock").showing(&scene.stock);
    let code = scene.world.browser().allow(&stock.request()).await.code();
    let given = stock.redeem(&code).await;
    assert_eq!(given.status, 200, "{}", given.body);
    let renewed = stock.refresh(&given.text("refresh_token")).await;
    let token = renewed.text("access_token");
    assert!(stock.is_active(&token).await);
    assert_eq!(stock.revoke(&token).await.status, 200);
    // Law: one way of proving, wherever clients prove themselves.
    assert!(!stock.is_active(&token).await);
}

#[rocket::async_test]
async fn rfc_8705_2_1_no_other_certificate_and_no_other_way() {
    let scene = scene().await;
    let stock = scene.world.app("stock");
    let told = stranger(&scene).await;
    let header = |certificate: &AppCertificate| certificate.rfc9440();
    let (other, late) = (AppCertificate::new("other"), AppCertificate::lasting("stock", START - 100, START - 1));
    let early = AppCertificate::lasting("stock", START + 1, START + 100);
    assert_eq!(machine(&stock, &[("Client-Cert", &header(&scene.stock))]).await.status, 200);
    for (what, certificate) in [("another subject", other), ("expired", late), ("not yet valid", early)] {
        let page = machine(&stock, &[("Client-Cert", &header(&certificate))]).await;
        // Law: a stranger learns nothing.
        assert_eq!((page.status, page.json()), told, "{what}");
    }
    let basic = doorward_testkit::basic("stock", SECRET);
    let certificate = header(&scene.stock);
    let page = machine(&stock, &[]).await;
    assert_eq!((page.status, page.json()), told);
    let page = machine(&stock, &[("Client-Cert", &certificate), ("Authorization", &basic)]).await;
    assert_eq!((page.status, page.json()), told);
    // Without client_id nobody knows whom the certificate is to prove (§2).
    let page = stock.raw("/token", &[("Client-Cert", &certificate)], "grant_type=client_credentials").await;
    assert_eq!(page.refusal(), (401, "invalid_client".to_owned()));
}

#[rocket::async_test]
async fn rfc_8705_2_2_a_self_signed_certificate_is_a_registered_one() {
    let scene = scene().await;
    let own = scene.world.app("own");
    assert_eq!(machine(&own, &[("Client-Cert", &scene.own.rfc9440())]).await.status, 200);
    let told = stranger(&scene).await;
    for (what, certificate) in [("not registered, of the same name", AppCertificate::new("own")), ("another client's", scene.stock.clone())]
    {
        let page = machine(&own, &[("Client-Cert", &certificate.rfc9440())]).await;
        assert_eq!((page.status, page.json()), told, "{what}");
    }
    let expired = AppCertificate::lasting("own", START - 100, START - 1);
    let world = World::new()
        .app("own", members("self_signed_tls_client_auth", json!({"jwks": expired.jwks()})))
        .set(PROXY.0, PROXY.1)
        .set(HEADER.0, HEADER.1)
        .start()
        .await;
    // Law: a registered certificate has its time, too.
    assert_eq!(machine(&world.app("own"), &[("Client-Cert", &expired.rfc9440())]).await.status, 401);
}

#[rocket::async_test]
async fn rfc_9440_2_the_header_in_each_of_its_forms_once() {
    let scene = scene().await;
    let stock = scene.world.app("stock");
    let certificate = &scene.stock;
    for form in [certificate.rfc9440(), certificate.escaped_pem(), certificate.base64(), format!(" {} ", certificate.rfc9440())] {
        assert_eq!(machine(&stock, &[("Client-Cert", &form)]).await.status, 200, "{form}");
        assert_eq!(machine(&stock, &[("client-cert", &form)]).await.status, 200, "{form}");
    }
    let good = certificate.rfc9440();
    let whole = certificate.base64();
    let twice = format!("{}{}", certificate.escaped_pem(), certificate.escaped_pem());
    for headers in [
        vec![("Client-Cert", good.as_str()), ("Client-Cert", &good)],
        vec![("Client-Cert", "")],
        vec![("Client-Cert", ":")],
        vec![("Client-Cert", "::")],
        vec![("Client-Cert", &good[..good.len() - 1])],
        vec![("Client-Cert", &whole[..whole.len() - 8])],
        vec![("Client-Cert", "garbage")],
        vec![("Client-Cert", "%ff%fe")],
        vec![("Client-Cert", "-----BEGIN CERTIFICATE-----")],
        vec![("Client-Cert", &twice)],
        vec![("X-Client-Cert", &good)],
        vec![("Client-Cert-Chain", &good)],
    ] {
        // Law: what isn't one certificate is none.
        assert_eq!(machine(&stock, &headers).await.refusal(), (401, "invalid_client".to_owned()), "{headers:?}");
    }
    let long = format!(":{}:", "A".repeat(40_000));
    assert_ne!(machine(&stock, &[("Client-Cert", &long)]).await.status, 200);
}

#[rocket::async_test]
async fn rfc_9440_4_a_header_from_an_untrusted_address_is_ignored() {
    let elsewhere = scene_with(&[("TRUSTED_PROXIES", "10.0.0.1"), HEADER, SAYS]).await;
    let page = machine(&elsewhere.world.app("stock"), &[("Client-Cert", &elsewhere.stock.rfc9440())]).await;
    assert_eq!(page.refusal(), (401, "invalid_client".to_owned()));
    let nowhere = scene_with(&[PROXY]).await;
    let page = machine(&nowhere.world.app("stock"), &[("Client-Cert", &nowhere.stock.rfc9440())]).await;
    assert_eq!(page.refusal(), (401, "invalid_client".to_owned()));
    let forwarded = [("Client-Cert", elsewhere.stock.rfc9440()), ("X-Forwarded-For", "10.0.0.1".to_owned())];
    let forwarded = forwarded.each_ref().map(|(name, value)| (*name, value.as_str()));
    // Law: only the address of the connection counts, no header.
    assert_eq!(machine(&elsewhere.world.app("stock"), &forwarded).await.status, 401);
}

#[rocket::async_test]
async fn rfc_8705_2_1_a_home_made_certificate_with_the_victims_subject_gets_nothing_from_a_proxy_that_does_not_say_it_verified() {
    let scene = scene_with(&[PROXY, HEADER]).await;
    let (stock, own) = (scene.world.app("stock"), scene.world.app("own"));
    let told = stranger(&scene).await;
    let forged = AppCertificate::new("stock").rfc9440();
    // Nobody reads the other headers: whoever sends them, they change nothing.
    for more in [vec![], vec![("Client-Cert-Verified", "SUCCESS")], vec![("X-SSL-Client-Verify", "SUCCESS")]] {
        let mut headers = vec![("Client-Cert", forged.as_str())];
        headers.extend(more);
        let page = with_headers(&stock, &headers).await;
        assert_eq!((page.status, page.json()), told, "{headers:?}");
    }
    let document = scene.world.get("/.well-known/openid-configuration").await.json();
    for endpoint in ["token", "introspection", "revocation"] {
        let methods = &document[format!("{endpoint}_endpoint_auth_methods_supported")];
        let lists = |name: &str| methods.as_array().is_some_and(|all| all.contains(&json!(name)));
        assert_eq!((lists("tls_client_auth"), lists("self_signed_tls_client_auth")), (false, true), "{endpoint}");
    }
    assert_eq!(document["tls_client_certificate_bound_access_tokens"], json!(true));
    assert_eq!(with_headers(&own, &[("Client-Cert", &scene.own.rfc9440())]).await.status, 200);
    let bound = scene.world.app("bound");
    let code = scene.world.browser().allow(&bound.request()).await.code();
    let given = bound.showing(&scene.own).redeem(&code).await;
    // Law: unverified, a certificate is good for what needs no authority: being registered itself, and binding.
    assert_eq!(claims(&given.text("access_token"))["cnf"], json!({"x5t#S256": scene.own.thumbprint()}), "{}", given.body);
}

#[rocket::async_test]
async fn rfc_8705_2_1_only_success_from_the_proxy_is_verified() {
    let scene = scene().await;
    let (stock, own) = (scene.world.app("stock"), scene.world.app("own"));
    let certificate = scene.stock.rfc9440();
    for (said, status) in [
        (vec!["SUCCESS"], 200),
        (vec![], 401),
        (vec!["FAILED:self signed certificate"], 401),
        (vec!["NONE"], 401),
        (vec!["success"], 401),
        (vec!["0"], 401),
        (vec!["1"], 401),
        (vec![""], 401),
        (vec!["SUCCESS, SUCCESS"], 401),
        (vec!["SUCCESS", "SUCCESS"], 401),
        (vec!["SUCCESS", "FAILED"], 401),
    ] {
        let mut headers = vec![("Client-Cert", certificate.as_str())];
        headers.extend(said.iter().map(|said| ("Client-Cert-Verified", *said)));
        assert_eq!(with_headers(&stock, &headers).await.status, status, "{said:?}");
    }
    let headers = [("Client-Cert", scene.own.rfc9440()), ("Client-Cert-Verified", "FAILED:self signed certificate".to_owned())];
    let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
    // Law: a certificate of one's own needs no authority; it is registered itself.
    assert_eq!(with_headers(&own, &headers).await.status, 200);
}

#[rocket::async_test]
async fn rfc_8705_3_tokens_are_bound_to_the_certificate() {
    let scene = scene().await;
    let bound = scene.world.app("bound").showing(&scene.stock);
    let code = scene.world.browser().allow(&bound.request()).await.code();
    let bare = scene.world.app("bound");
    assert_eq!(bare.redeem(&code).await.refusal(), (400, "invalid_request".to_owned()));
    let given = bound.redeem(&code).await;
    assert_eq!((given.status, &given.json()["token_type"]), (200, &json!("Bearer")), "{}", given.body);
    let token = given.text("access_token");
    assert_eq!(claims(&token)["cnf"], json!({"x5t#S256": scene.stock.thumbprint()}));
    assert_eq!(bound.introspect(&token).await.json()["cnf"]["x5t#S256"], json!(scene.stock.thumbprint()));
    assert_eq!(bound.userinfo(&token).await.status, 200);
    let another = AppCertificate::new("stock");
    for (what, thief) in [("no certificate", bare), ("another certificate", bound.clone().showing(&another))] {
        let page = thief.userinfo(&token).await;
        // Law: §3: "the protected resource MUST … reject … with HTTP 401 and the error code invalid_token".
        assert_eq!((page.status, page.json()["error"].clone()), (401, json!("invalid_token")), "{what}");
    }
    let told = scene.world.send(Method::Get, "/userinfo", &[("Authorization", &format!("Bearer {token}"))], &[]).await;
    assert!(told.header("WWW-Authenticate").is_some_and(|challenge| challenge.contains("invalid_token")));
}

#[rocket::async_test]
async fn rfc_8705_4_the_refresh_tokens_of_a_public_client_are_bound_to_its_certificate() {
    let scene = scene().await;
    let phone = scene.world.app("phone").showing(&scene.own);
    let request = phone.request().with("scope", "openid offline_access");
    let code = scene.world.browser().allow(&request).await.code();
    let refresh = phone.redeem(&code).await.text("refresh_token");
    let another = phone.clone().showing(&AppCertificate::new("own"));
    assert_eq!(another.refresh(&refresh).await.refusal().1, "invalid_grant");
    // Law: the thief's try ended nothing.
    assert_eq!(phone.refresh(&refresh).await.status, 200);
}

#[rocket::async_test]
async fn rfc_8705_3_3_what_works_is_published() {
    let document = async |scene: Scene| scene.world.get("/.well-known/openid-configuration").await.json();
    let (with, without) = (document(scene().await).await, document(scene_with(&[]).await).await);
    let lists = |document: &Value, method: &str| {
        document["token_endpoint_auth_methods_supported"].as_array().expect("a list").contains(&json!(method))
    };
    for method in ["tls_client_auth", "self_signed_tls_client_auth"] {
        assert!(lists(&with, method) && !lists(&without, method), "{method}");
    }
    // Law: discovery lists only what works.
    assert_eq!(
        (&with["tls_client_certificate_bound_access_tokens"], &without["tls_client_certificate_bound_access_tokens"]),
        (&json!(true), &json!(false))
    );
}
