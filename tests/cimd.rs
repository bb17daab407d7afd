//! Clients whose id is the address of their metadata document, over HTTP: draft-ietf-oauth-client-id-metadata-document.
#![allow(clippy::expect_used, missing_docs)]

#[path = "cimd/bounds.rs"]
mod bounds;

use doorward::clock::Clock as _;
use doorward::flows::sweep;
use doorward::store::{clients, leases};
use doorward_protocol::client::Origin;
use doorward_protocol::values::ClientId;
use doorward_testkit::{App, AuthRequest, Builder, Page, World, app, photos};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// A host on the loopback with one document, which may change.
struct Host {
    port: u16,
    answer: Arc<Mutex<(String, Vec<u8>)>>,
    asked: Arc<AtomicUsize>,
}

impl Host {
    fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let answer = Arc::new(Mutex::new((String::new(), Vec::new())));
        let asked = Arc::new(AtomicUsize::new(0));
        let (answers, counts) = (Arc::clone(&answer), Arc::clone(&asked));
        // Ends with the process: a listener has no other way to be woken.
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                let mut lines = BufReader::new(stream.try_clone().expect("a stream")).lines();
                while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
                counts.fetch_add(1, Ordering::SeqCst);
                let (head, body) = answers.lock().expect("no panic").clone();
                let _ = write!(stream, "HTTP/1.1 {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
                let _ = stream.write_all(&body);
            }
        });
        let host = Self { port, answer, asked };
        host.serve(&json!({}));
        host
    }

    fn id(&self) -> String {
        format!("http://127.0.0.1:{}/client.json", self.port)
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn answer(&self, head: &str, body: &[u8]) {
        *self.answer.lock().expect("no panic") = (head.to_owned(), body.to_vec());
    }

    /// Serves a sound document with these members.
    fn serve(&self, members: &Value) {
        let mut document = json!({
            "client_id": self.id(), "client_name": "Prints", "redirect_uris": ["https://prints.example/cb"],
            "grant_types": ["authorization_code", "refresh_token"], "token_endpoint_auth_method": "none",
        });
        document.as_object_mut().expect("members").extend(members.as_object().cloned().unwrap_or_default());
        self.answer("200 OK\r\nContent-Type: application/json", document.to_string().as_bytes());
    }

    fn app<'w>(&self, world: &'w World) -> App<'w> {
        world.registered(
            &json!({"client_id": self.id(), "token_endpoint_auth_method": "none", "redirect_uris": ["https://prints.example/cb"]}),
        )
    }
}

fn builder() -> Builder {
    World::new().api(photos()).user("ada")
}

/// What Ada sees, once she has logged in.
async fn page(world: &World, app: &App<'_>) -> Page {
    page_of(world, &app.request()).await
}

async fn page_of(world: &World, request: &AuthRequest) -> Page {
    let mut browser = world.browser();
    browser.log_in("ada").await;
    browser.open(request).await
}

async fn is_known(world: &World, id: &str) -> bool {
    let id = ClientId::new(id);
    world.change(move |conn| Ok(clients::find(conn, &id)?.is_some())).await
}

#[rocket::async_test]
async fn an_app_that_nobody_registered_logs_somebody_in() {
    let (world, host) = (builder().start().await, Host::start());
    let prints = host.app(&world);
    let code = world.browser().allow(&prints.request()).await.code();
    let tokens = prints.redeem(&code).await;
    assert_eq!(tokens.status, 200, "{}", tokens.body);
    assert_eq!(prints.refresh(&tokens.text("refresh_token")).await.status, 200);
    // Law: one look at the document is enough for a while.
    assert_eq!(host.asked(), 1);
    let document = world.get("/.well-known/openid-configuration").await.json();
    assert_eq!(document["client_id_metadata_document_supported"], true);
}

#[rocket::async_test]
async fn a_document_that_may_not_be_used_is_a_page_and_never_a_redirect() {
    let world = builder().start().await;
    let sound = "200 OK\r\nContent-Type: application/json";
    let html = "200 OK\r\nContent-Type: text/html";
    let large = json!({"client_name": "x".repeat(90), "contacts": ["x".repeat(6_000)]});
    for (what, head, members) in [
        ("another client_id", sound, json!({"client_id": "https://other.example/client.json"})),
        ("no client_id", sound, json!({"client_id": null})),
        ("a secret", sound, json!({"client_secret": "x"})),
        ("a shared secret", sound, json!({"token_endpoint_auth_method": "client_secret_basic"})),
        ("a private key", sound, json!({"jwks": {"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "AA", "d": "AA"}]}})),
        ("a script as address", sound, json!({"redirect_uris": ["javascript:alert(1)"]})),
        ("too much", sound, large),
        ("no JSON type", html, json!({})),
        ("not found", "404 Not Found\r\nContent-Type: application/json", json!({})),
        ("an error", "500 Oops\r\nContent-Type: application/json", json!({})),
        ("a redirect", "302 Found\r\nContent-Type: application/json\r\nLocation: /other.json", json!({})),
    ] {
        let host = Host::start();
        host.serve(&members);
        let body = host.answer.lock().expect("no panic").1.clone();
        host.answer(head, &body);
        let prints = host.app(&world);
        let page = world.browser().get(&prints.request().path()).await;
        assert!(page.is_html() && page.status == 401 || page.status == 400, "{what}: {}", page.status);
        assert!(page.header("Location").is_none() && !is_known(&world, &host.id()).await, "{what}");
        assert!(page.title().contains("know this app"), "{what}: {}", page.title());
        // Law: at the token endpoint it is a client like any unknown one.
        assert_eq!(prints.redeem("x").await.refusal(), (401, "invalid_client".to_owned()), "{what}");
    }
}

#[rocket::async_test]
async fn an_address_that_is_none_of_a_document_is_never_called() {
    let (world, host) = (builder().start().await, Host::start());
    let base = format!("http://127.0.0.1:{}", host.port);
    for id in [
        base.clone(),
        format!("{base}/client.json#x"),
        format!("{base}/a/../client.json"),
        format!("{base}/%2e%2e/client.json"),
        format!("http://me@127.0.0.1:{}/client.json", host.port),
        format!("HTTP://127.0.0.1:{}/client.json", host.port),
        format!("http://127.1:{}/client.json", host.port),
        format!("ftp://127.0.0.1:{}/client.json", host.port),
    ] {
        let page = world.browser().get(&host.app(&world).request().with("client_id", &id).path()).await;
        assert!(page.status >= 400 && page.is_html(), "{id}");
    }
    let off = builder().set("CLIENT_ID_METADATA_DOCUMENTS", "false").start().await;
    let others = builder().set("CLIENT_ID_METADATA_HOSTS", "app.example").start().await;
    for world in [&off, &others] {
        assert!(world.browser().get(&host.app(world).request().path()).await.status >= 400);
    }
    assert!(off.get("/.well-known/openid-configuration").await.json().get("client_id_metadata_document_supported").is_none());
    // Law: the server calls nobody but where its rules lead it.
    assert_eq!(host.asked(), 0);
}

#[rocket::async_test]
async fn a_server_on_the_network_calls_nothing_on_its_own_machine() {
    let host = Host::start();
    let world = builder().issuer("https://login.example").start().await;
    let prints = host.app(&world);
    for id in [host.id(), format!("https://127.0.0.1:{}/client.json", host.port), format!("https://localhost:{}/client.json", host.port)] {
        let page = world.browser().get(&prints.request().with("client_id", &id).path()).await;
        assert!(page.status >= 400, "{id}");
    }
    // Law: SSRF Attacks, "MUST NOT fetch … special-use IP addresses".
    assert_eq!(host.asked(), 0);
}

#[rocket::async_test]
async fn what_the_operator_registered_is_not_looked_for_elsewhere() {
    let host = Host::start();
    host.serve(&json!({"client_name": "An impostor", "redirect_uris": ["https://evil.example/cb"]}));
    let mut own = app("shop");
    own["client_id"] = json!(host.id());
    let world = builder().client(own.clone()).start().await;
    let shop = world.registered(&own);
    let code = world.browser().allow(&shop.request()).await.code();
    assert_eq!(shop.redeem(&code).await.status, 200);
    // Law: a document shadows no registration.
    assert_eq!(host.asked(), 0);
}

#[rocket::async_test]
async fn a_document_that_changes_changes_its_client_and_people_are_asked_anew() {
    let (world, host) = (builder().start().await, Host::start());
    let prints = host.app(&world);
    let mut browser = world.browser();
    assert_eq!(prints.redeem(&browser.allow(&prints.request()).await.code()).await.status, 200);
    assert!(browser.open(&prints.request()).await.left(), "the answer is remembered");
    host.serve(&json!({"client_name": "Prints of another owner"}));
    assert!(browser.open(&prints.request()).await.left(), "the document stands for a while");
    world.clock.advance(3_601);
    let page = browser.open(&prints.request()).await;
    // Law: what was allowed was for the client as it was.
    assert!(page.has_form("/consent") && page.body.contains("Prints of another owner"), "{}", page.title());
}

#[rocket::async_test]
async fn a_document_that_is_gone_takes_its_client_along() {
    let (world, host) = (builder().start().await, Host::start());
    let prints = host.app(&world);
    let tokens = prints.redeem(&world.browser().allow(&prints.request()).await.code()).await;
    host.answer("404 Not Found", b"");
    world.clock.advance(3_601);
    let refused = prints.refresh(&tokens.text("refresh_token")).await;
    assert_eq!(refused.refusal(), (401, "invalid_client".to_owned()));
    host.serve(&json!({}));
    world.clock.advance(60);
    // Law: and brings it back.
    assert_eq!(prints.refresh(&tokens.text("refresh_token")).await.status, 200);
}

#[rocket::async_test]
async fn a_host_without_documents_is_not_asked_again_and_again() {
    let (world, host) = (builder().start().await, Host::start());
    host.answer("404 Not Found", b"");
    let prints = host.app(&world);
    for n in 0..40 {
        let id = format!("http://127.0.0.1:{}/client-{n}.json", host.port);
        world.browser().get(&prints.request().with("client_id", &id).path()).await;
    }
    // Law: nobody makes this server hammer at another's door.
    assert!(host.asked() <= 20, "{}", host.asked());
}

#[rocket::async_test]
async fn an_app_that_gets_no_token_is_forgotten_and_comes_back() {
    let (world, host) = (builder().start().await, Host::start());
    let prints = host.app(&world);
    assert!(page(&world, &prints).await.has_form("/consent"));
    assert!(is_known(&world, &host.id()).await);
    world.clock.advance(86_400 + 60);
    while sweep::once(&world.ctx).await.expect("a sweep") > 0 {}
    assert!(!is_known(&world, &host.id()).await);
    assert_eq!(world.change(|conn| leases::count(conn, Origin::Document)).await, 0);
    assert!(world.clock.now().0 > 0);
    let code = world.browser().allow(&prints.request()).await.code();
    // Law: nothing was lost but a copy.
    assert_eq!(prints.redeem(&code).await.status, 200);
}

#[rocket::async_test]
async fn an_app_gets_no_scope_that_the_operator_did_not_give_to_strangers() {
    let (world, host) = (builder().start().await, Host::start());
    host.serve(&json!({"scope": "openid photos:read photos:write"}));
    let asked = host.app(&world).request().with("scope", "openid photos:read");
    assert_eq!(page_of(&world, &asked).await.landing().error(), "invalid_scope");
    let world = builder().set("REGISTRATION_SCOPES", "openid, photos:read").start().await;
    // Law: what is listed may be asked.
    assert!(page_of(&world, &asked).await.has_form("/consent"));
}

#[rocket::async_test]
async fn people_see_whose_app_it_is_and_that_nobody_here_checked_it() {
    let (world, host) = (builder().start().await, Host::start());
    host.serve(&json!({"client_name": "<b>Bank</b>", "redirect_uris": ["https://prints.example/cb", "http://127.0.0.1/cb"]}));
    let prints = host.app(&world);
    let asked = page(&world, &prints).await;
    let here = format!("127.0.0.1:{}", host.port);
    assert!(asked.body.contains(&here) && asked.body.contains("prints.example") && asked.body.contains("Nobody at this site"));
    assert!(!asked.body.contains("<b>Bank</b>"));
    let mut browser = world.browser();
    browser.language = Some("zh-CN".to_owned());
    browser.log_in("ada").await;
    let asked = browser.open(&prints.request().with("redirect_uri", "http://127.0.0.1/cb")).await;
    // Law: in the reader's language, with a second warning where the answer goes to the reader's own device.
    assert!(asked.body.contains("本站未核实过此应用") && asked.body.matches("note warn").count() == 2, "{}", asked.body);
}

#[rocket::async_test]
async fn the_picture_of_an_app_comes_from_this_server_and_is_nothing_but_a_picture() {
    let (documents, pictures) = (Host::start(), Host::start());
    let links =
        json!({"policy_uri": "https://prints.example/privacy", "tos_uri": "https://prints.example/terms", "logo_uri": pictures.id()});
    documents.serve(&links);
    let png = b"\x89PNG\r\n\x1a\n with some bytes \xff";
    pictures.answer("200 OK\r\nContent-Type: text/html\r\nCache-Control: no-store", png);
    let world = builder().start().await;
    let login = world.browser().get(&documents.app(&world).request().path()).await;
    let links = login.links();
    assert!(["https://prints.example/privacy", "https://prints.example/terms"].iter().all(|link| links.iter().any(|known| known == link)));
    let source =
        login.body.split("<img class=\"logo\" src=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a picture").to_owned();
    assert!(source.starts_with("/client-logo/") && !login.body.contains(&pictures.id()), "{source}");
    let shown = world.get(&source).await;
    assert_eq!((shown.status, shown.header("Content-Type")), (200, Some("image/png")));
    assert_eq!(shown.header("X-Content-Type-Options"), Some("nosniff"));
    assert!(shown.header("Content-Disposition").is_some_and(|how| how.starts_with("attachment")));
    assert_eq!(pictures.asked(), 1);
    for bad in ["<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "<script>alert(1)</script>", ""] {
        let other = Host::start();
        other.answer("200 OK\r\nContent-Type: image/png", bad.as_bytes());
        let documents = Host::start();
        documents.serve(&json!({"logo_uri": other.id()}));
        let login = world.browser().get(&documents.app(&world).request().path()).await;
        let source = login.body.split("<img class=\"logo\" src=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a picture");
        assert_eq!(world.get(source).await.status, 404, "{bad}");
    }
    for name in ["", "x", "bm9ib2R5", "..", "%2e%2e"] {
        // Law: what is no app has no picture.
        assert!(world.get(&format!("/client-logo/{name}")).await.status >= 400, "{name}");
    }
}

#[rocket::async_test]
async fn a_document_cannot_enter_a_sector_that_does_not_list_it() {
    let (world, host, sector) = (builder().start().await, Host::start(), Host::start());
    let named = format!("http://127.0.0.1:{}/sector.json", sector.port);
    host.serve(&json!({"subject_type": "pairwise", "sector_identifier_uri": named}));
    sector.answer("200 OK\r\nContent-Type: application/json", br#"["https://another.example/cb"]"#);
    // Law: nobody sees people under the names that another company knows them by.
    assert_eq!(page(&world, &host.app(&world)).await.status, 400);
    assert!(!is_known(&world, &host.id()).await);
    let (host, sector) = (Host::start(), Host::start());
    sector.answer("200 OK\r\nContent-Type: application/json", br#"["https://prints.example/cb"]"#);
    host.serve(&json!({"subject_type": "pairwise", "sector_identifier_uri": format!("http://127.0.0.1:{}/sector.json", sector.port)}));
    assert!(page(&world, &host.app(&world)).await.has_form("/consent"));
}
