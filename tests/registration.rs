//! Clients that register themselves, over HTTP: RFC 7591, OpenID Connect Registration.
#![allow(clippy::expect_used, missing_docs)]

use doorward::clock::Clock as _;
use doorward::flows::sweep;
use doorward::store::registration_tokens::{self, RegistrationToken};
use doorward::store::{clients, leases};
use doorward_protocol::client::Origin;
use doorward_protocol::secret::{InitialAccess, Secret};
use doorward_protocol::trusted_issuer::TrustedIssuer;
use doorward_protocol::values::{ClientId, Seconds};
use doorward_testkit::{AppKey, AuthRequest, Builder, Page, Site, World, photos};
use rocket::http::Method;
use serde_json::{Value, json};

fn asked() -> Value {
    json!({"client_name": "Prints", "redirect_uris": ["https://prints.example/cb"]})
}

fn with(members: &Value) -> Value {
    let mut asked = asked();
    for (member, value) in members.as_object().expect("members") {
        asked[member] = value.clone();
    }
    asked
}

fn open() -> Builder {
    World::new().set("REGISTRATION", "open").api(photos()).user("ada")
}

async fn post(world: &World, body: &str, headers: &[(&str, &str)]) -> Page {
    let mut all = vec![("Content-Type", "application/json")];
    all.extend(headers);
    world.send(Method::Post, "/register", &all, body.as_bytes()).await
}

async fn register(world: &World, asked: &Value) -> Page {
    post(world, &asked.to_string(), &[]).await
}

async fn token(world: &World, uses: i64, lives: Seconds) -> Secret<InitialAccess> {
    let secret = Secret::<InitialAccess>::mint(&*world.ctx.rng);
    let now = world.clock.now();
    let row = RegistrationToken {
        id: secret.expose()[4..12].to_owned(),
        digest: secret.digest(),
        note: String::new(),
        uses_left: uses,
        created_at: now,
        expires_at: now.plus(lives),
    };
    world.change(move |conn| registration_tokens::insert(conn, &row)).await;
    secret
}

/// What Ada sees, once she has logged in.
async fn asked_ada(world: &World, request: &AuthRequest) -> Page {
    let mut browser = world.browser();
    browser.log_in("ada").await;
    browser.open(request).await
}

async fn is_known(world: &World, id: &str) -> bool {
    let id = ClientId::new(id);
    world.change(move |conn| Ok(clients::find(conn, &id)?.is_some())).await
}

async fn sweep(world: &World) {
    while sweep::once(&world.ctx).await.expect("a sweep") > 0 {}
}

#[rocket::async_test]
async fn rfc_7591_3_2_1_a_client_registers_and_logs_somebody_in() {
    let world = open().start().await;
    let told = register(&world, &asked()).await;
    assert_eq!((told.status, told.header("Content-Type"), told.header("Cache-Control")), (201, Some("application/json"), Some("no-store")));
    let client = told.json();
    assert_eq!((&client["client_secret_expires_at"], &client["client_name"]), (&json!(0), &json!("Prints")));
    assert_eq!(client["registration_client_uri"], format!("http://127.0.0.1:8000/register/{}", told.text("client_id")));
    let app = world.registered(&client);
    let code = world.browser().allow(&app.request()).await.code();
    // Law: what was answered is all a client needs.
    assert_eq!(app.redeem(&code).await.status, 200);
}

#[rocket::async_test]
async fn people_are_asked_by_a_client_that_registered_itself() {
    let world = open().start().await;
    let app_json = register(&world, &asked()).await.json();
    let app = world.registered(&app_json);
    let page = asked_ada(&world, &app.request()).await;
    // Law: no registration spares the consent page.
    assert!(page.is_html() && page.has_form("/consent"), "{}", page.body);
}

#[rocket::async_test]
async fn where_registration_is_closed_nothing_is_registered_and_nothing_announced() {
    let world = World::usual().await;
    let told = register(&world, &asked()).await;
    assert_eq!(told.refusal(), (403, "access_denied".to_owned()));
    assert!(told.text("error_description").contains("operator"));
    assert!(world.get("/.well-known/openid-configuration").await.json().get("registration_endpoint").is_none());
    let open = open().start().await;
    let announced = open.get("/.well-known/openid-configuration").await.text("registration_endpoint");
    // Law: discovery lists what works.
    assert_eq!(announced, "http://127.0.0.1:8000/register");
}

#[rocket::async_test]
async fn an_initial_access_token_is_needed_where_the_operator_asks_for_one() {
    let world = World::new().set("REGISTRATION", "token").start().await;
    let (once, expired) = (token(&world, 1, Seconds::days(7)).await, token(&world, 9, Seconds(-1)).await);
    let basic = format!("Basic {}", once.expose());
    let dpop = format!("DPoP {}", once.expose());
    let stale = format!("Bearer {}", expired.expose());
    for headers in [
        &[][..],
        &[("Authorization", "Bearer dwi_unknown")],
        &[("Authorization", "Bearer ")],
        &[("Authorization", basic.as_str())],
        &[("Authorization", dpop.as_str())],
        &[("Authorization", stale.as_str())],
    ] {
        // The metadata is wrong, too, but nothing is said of it to a stranger.
        let page = post(&world, "{}", headers).await;
        assert_eq!(page.refusal(), (401, "invalid_token".to_owned()), "{headers:?}");
        assert!(page.header("WWW-Authenticate").is_some_and(|challenge| challenge.starts_with("Bearer ")));
    }
    let good = format!("Bearer {}", once.expose());
    let good = [("Authorization", good.as_str())];
    assert_eq!(post(&world, "{}", &good).await.refusal(), (400, "invalid_redirect_uri".to_owned()));
    // A refused registration used nothing up.
    assert_eq!(post(&world, &asked().to_string(), &good).await.status, 201);
    // Law: one use is one client.
    assert_eq!(post(&world, &asked().to_string(), &good).await.refusal(), (401, "invalid_token".to_owned()));
}

#[rocket::async_test]
async fn of_twenty_registrations_at_once_with_a_token_of_one_use_one_wins() {
    let world = World::new().set("REGISTRATION", "token").start().await;
    let good = format!("Bearer {}", token(&world, 1, Seconds::days(7)).await.expose());
    let asked = asked().to_string();
    let headers = [("Authorization", good.as_str())];
    let all = rocket::futures::future::join_all((0..20).map(|_| post(&world, &asked, &headers))).await;
    // Law: a token is counted in one statement.
    assert_eq!(all.iter().filter(|page| page.status == 201).count(), 1);
    assert!(all.iter().all(|page| page.status == 201 || page.status == 401));
}

#[rocket::async_test]
async fn rfc_7591_3_2_2_a_wrong_registration_is_told_what_is_wrong() {
    let world = open().start().await;
    for (members, code, says) in [
        (json!({"redirect_uris": ["https://prints.example/cb#x"]}), "invalid_redirect_uri", "fragment"),
        (json!({"redirect_uris": ["javascript:alert(1)"]}), "invalid_redirect_uri", "scheme"),
        (json!({"redirect_uris": ["http://prints.example/cb"]}), "invalid_redirect_uri", "https"),
        (json!({"redirect_uris": []}), "invalid_redirect_uri", "at least one"),
        (json!({"require_consent": false}), "invalid_client_metadata", "require_consent"),
        (json!({"resource": "https://photos.example"}), "invalid_client_metadata", "resource"),
        (json!({"owner": "ada"}), "invalid_client_metadata", "owner"),
        (json!({"grant_types": ["implicit"], "response_types": ["token"]}), "invalid_client_metadata", "grant_types"),
        (json!({"scope": "photos:read"}), "invalid_client_metadata", "scope"),
        (json!({"logo_uri": "javascript:alert(1)"}), "invalid_client_metadata", "logo_uri"),
        (json!({"software_statement": "eyJ.eyJ.x"}), "invalid_software_statement", ""),
        (
            json!({"token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_san_dns": "prints.example"}),
            "invalid_client_metadata",
            "certificates, which do not reach this server",
        ),
        (json!({"jwks": {"keys": [{"kty": "oct", "k": "AAAA"}]}}), "invalid_client_metadata", "jwks"),
    ] {
        let page = register(&world, &with(&members)).await;
        assert_eq!(page.refusal(), (400, code.to_owned()), "{members}");
        // Law: the author learns which member to change.
        assert!(page.text("error_description").contains(says), "{members}: {}", page.body);
    }
}

#[rocket::async_test]
async fn a_body_that_is_no_single_json_object_is_refused_before_it_is_read_on() {
    let world = open().start().await;
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(5000), "]".repeat(5000));
    for body in ["", "[]", "null", "5", "\"x\"", "{", "{} {}", "{\"client_name\":\"a\",\"client_name\":\"b\"}", deep.as_str()] {
        assert_eq!(post(&world, body, &[]).await.refusal(), (400, "invalid_client_metadata".to_owned()), "{body:.40}");
    }
    assert_eq!(world.send(Method::Post, "/register", &[("Content-Type", "application/json")], b"{\"a\":\"\xff\"}").await.status, 400);
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    assert_eq!(world.send(Method::Post, "/register", &form, b"client_name=x").await.refusal().1, "invalid_client_metadata");
    let large = with(&json!({"client_name": "x".repeat(70_000)})).to_string();
    // Law: nobody is read beyond the bound.
    assert_eq!(post(&world, &large, &[]).await.status, 413);
}

#[rocket::async_test]
async fn no_other_site_and_no_other_method_registers() {
    let world = open().start().await;
    let page = post(&world, &asked().to_string(), &[("Origin", "https://evil.example")]).await;
    assert!(page.header("Access-Control-Allow-Origin").is_none());
    let page = world.get("/register").await;
    // Law: a wrong method is 405.
    assert_eq!((page.status, page.header("Allow")), (405, Some("POST")));
}

#[rocket::async_test]
async fn what_is_not_supported_is_left_out_and_told() {
    let world = open().set("REGISTRATION_SCOPES", "openid, email, photos:read").start().await;
    let client = register(
        &world,
        &with(&json!({
            "grant_types": ["authorization_code", "implicit", "refresh_token"], "response_types": ["code", "code id_token"],
            "scope": "openid photos:read photos:write", "software_version": "2", "x_unknown": {"a": 1}, "client_secret": "mine",
        })),
    )
    .await
    .json();
    assert_eq!(client["grant_types"], json!(["authorization_code", "refresh_token"]));
    assert_eq!((&client["response_types"], &client["scope"]), (&json!(["code"]), &json!("openid photos:read")));
    assert!(client.get("x_unknown").is_none() && client["client_secret"] != "mine");
    let app = world.registered(&client);
    let page = asked_ada(&world, &app.request().with("scope", "openid photos:write")).await;
    // Law: what was left out can't be asked later.
    assert_eq!(page.landing().error(), "invalid_scope");
}

#[rocket::async_test]
async fn a_public_client_gets_no_secret_and_one_that_signs_neither() {
    let world = open().start().await;
    let key = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "use": "sig"}]});
    for members in [
        json!({"token_endpoint_auth_method": "none", "redirect_uris": ["http://127.0.0.1/cb"]}),
        json!({"token_endpoint_auth_method": "private_key_jwt", "jwks": key}),
    ] {
        let told = register(&world, &with(&members)).await;
        let client = told.json();
        // Law: nobody holds a secret that nobody asks for.
        assert_eq!(told.status, 201, "{}", told.body);
        assert!(client.get("client_secret").is_none() && client.get("client_secret_expires_at").is_none(), "{client}");
    }
}

#[rocket::async_test]
async fn pkce_is_the_operators_to_waive_and_only_for_confidential_clients() {
    for (waived, method, works) in
        [("false", "client_secret_basic", true), ("false", "none", false), ("true", "client_secret_basic", false)]
    {
        let world = open().set("REGISTRATION_REQUIRE_PKCE", waived).start().await;
        let client = register(&world, &with(&json!({"token_endpoint_auth_method": method}))).await.json();
        let app = world.registered(&client);
        let page = asked_ada(&world, &app.request().without("code_challenge").without("code_challenge_method")).await;
        // Law: a public client always needs PKCE.
        assert_eq!(page.has_form("/consent"), works, "{waived} {method}");
    }
}

#[rocket::async_test]
async fn open_registration_is_bounded_also_in_parallel() {
    let world = open().start().await;
    let asked = asked().to_string();
    let all = rocket::futures::future::join_all((0..60).map(|_| post(&world, &asked, &[]))).await;
    let made = all.iter().filter(|page| page.status == 201).count();
    let refused: Vec<_> = all.iter().filter(|page| page.status == 429).collect();
    // Law: thirty at once from one place, then a pause.
    assert_eq!((made, refused.len()), (30, 30));
    assert!(refused.iter().all(|page| page.header("Retry-After").is_some() && page.text("error") == "temporarily_unavailable"));
    world.clock.advance(3600);
    assert_eq!(post(&world, &asked, &[]).await.status, 201);
}

#[rocket::async_test]
async fn a_client_that_nobody_uses_goes_and_one_that_works_stays() {
    let world = open().start().await;
    let (used, unused) = (register(&world, &asked()).await.json(), register(&world, &asked()).await.json());
    let app = world.registered(&used);
    let code = world.browser().allow(&app.request()).await.code();
    world.clock.advance(30);
    assert_eq!(app.redeem(&code).await.status, 200);
    world.clock.advance(29 * 86_400);
    sweep(&world).await;
    let id = |json: &Value| json["client_id"].as_str().expect("an id").to_owned();
    assert!(is_known(&world, &id(&used)).await && is_known(&world, &id(&unused)).await);
    world.clock.advance(2 * 86_400);
    sweep(&world).await;
    assert!(is_known(&world, &id(&used)).await && !is_known(&world, &id(&unused)).await);
    assert_eq!(world.change(|conn| leases::count(conn, Origin::Dynamic)).await, 0);
    // Law: a client that went is unknown at once, whatever was cached.
    assert_eq!(world.registered(&unused).machine(&[]).await.refusal(), (401, "invalid_client".to_owned()));
}

#[rocket::async_test]
async fn a_sector_is_asked_only_for_a_registration_that_was_counted() {
    let world = open().start().await;
    let closed = World::new().set("REGISTRATION", "token").start().await;
    let bearer = format!("Bearer {}", token(&closed, 100, Seconds::hours(1)).await.expose());
    for (world, headers) in [(&world, vec![]), (&closed, vec![("Authorization", bearer.as_str())])] {
        let site = Site::start();
        for n in 0..40 {
            let members = json!({"subject_type": "pairwise", "sector_identifier_uri": site.url(&format!("/sector-{n}.json"))});
            let status = post(world, &with(&members).to_string(), &headers).await.status;
            assert_eq!(status, if n < 30 { 400 } else { 429 }, "{n}");
        }
        // Law: no stranger has this server call others as often as it likes.
        assert_eq!(site.asked().len(), 30);
    }
}

#[rocket::async_test]
async fn rfc_7591_2_3_a_statement_of_a_trusted_issuer_goes_before_the_clients_own_word() {
    let maker = AppKey::new();
    let world = open().start().await;
    let statement = |more: &Value| {
        let mut claims = json!({"iss": "https://makers.example", "software_id": "prints", "client_name": "Prints by its maker"});
        claims.as_object_mut().expect("an object").extend(more.as_object().cloned().expect("an object"));
        maker.jwt(&claims)
    };
    let asked = |text: String| with(&json!({ "software_statement": text, "client_name": "Somebody else" }));
    let nobodys = register(&world, &asked(statement(&json!({})))).await;
    assert_eq!(nobodys.refusal(), (400, "unapproved_software_statement".to_owned()));
    world
        .declare::<TrustedIssuer>(
            json!({"issuer": "https://makers.example", "jwks": maker.jwks(), "algs": ["ES256"], "use": ["registration"]}),
        )
        .await;
    let sent = statement(&json!({}));
    let told = register(&world, &asked(sent.clone())).await;
    assert_eq!((told.status, told.text("client_name").as_str()), (201, "Prints by its maker"), "{}", told.body);
    assert_eq!(told.text("software_statement"), sent);
    for (what, text, error) in [
        ("forged", format!("{}x", statement(&json!({}))), "invalid_software_statement"),
        ("over", statement(&json!({"exp": 1})), "invalid_software_statement"),
        ("no JWT", "x".to_owned(), "invalid_software_statement"),
        ("what only the operator gives", statement(&json!({"require_consent": false})), "invalid_client_metadata"),
        ("an address that runs code", statement(&json!({"redirect_uris": ["javascript:alert(1)"]})), "invalid_redirect_uri"),
    ] {
        // Law: a maker vouches for its software, and gives it nothing that a client could not ask.
        assert_eq!(register(&world, &asked(text)).await.refusal(), (400, error.to_owned()), "{what}");
    }
}
