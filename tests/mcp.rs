//! A scripted MCP client, after the authorization text of the Model Context Protocol of 2026-07-28: it knows the address of an MCP server
//! and its own metadata document, and nothing else.
#![allow(clippy::expect_used, missing_docs)]

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use doorward_protocol::api::{Api, Apis};
use doorward_protocol::policy::Policy;
use doorward_protocol::resource_metadata;
use doorward_testkit::{CHALLENGE, PASSWORD, Page, VERIFIER, World, claims, encode};
use rocket::http::Method;
use serde_json::{Value, json};
use url::Url;

/// The MCP server, a resource server; its canonical URI has a path.
const MCP: &str = "https://mcp.example/server/mcp";

fn mcp_api() -> Value {
    json!({"resource": MCP, "name": "Notebook", "scopes": {
        "notes:read": {"en": "Read your notebook", "zh-CN": "查看你的笔记本"},
        "notes:write": {"en": "Write in your notebook", "zh-CN": "在你的笔记本里写入"},
    }})
}

/// A web server that gives one document at each path, and notes what it was asked.
struct Site {
    base: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Site {
    /// Serves what `page` makes of a path, on the loopback, until the test ends.
    fn serve(page: impl Fn(&str, &str) -> Option<Value> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (own, seen) = (base.clone(), Arc::clone(&asked));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                answer(stream, |path| {
                    seen.lock().expect("the list").push(path.to_owned());
                    page(&own, path)
                });
            }
        });
        Self { base, asked }
    }

    fn count(&self, path: &str) -> usize {
        self.asked.lock().expect("the list").iter().filter(|asked| *asked == path).count()
    }
}

fn answer(mut stream: TcpStream, page: impl FnOnce(&str) -> Option<Value>) {
    let mut request = Vec::new();
    let mut piece = [0; 1024];
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => return,
            Ok(count) => request.extend_from_slice(&piece[..count]),
        }
    }
    let text = String::from_utf8_lossy(&request);
    let path = text.split(' ').nth(1).unwrap_or("/").to_owned();
    let (status, body) = page(&path).map_or(("404 Not Found", String::new()), |page| ("200 OK", page.to_string()));
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nCache-Control: max-age=60\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
}

/// A client's own site: `/client.json` is what its `client_id` names.
fn client_site(more: Value) -> Site {
    Site::serve(move |base, path| {
        let mut document = json!({
            "client_id": format!("{base}/client.json"),
            "client_name": "Desk Assistant",
            "client_uri": base,
            "redirect_uris": ["http://127.0.0.1:3000/callback"],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "none",
        });
        document.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
        (path == "/client.json").then_some(document)
    })
}

async fn world() -> World {
    World::new().set("REGISTRATION_SCOPES", "openid,offline_access,notes:read,notes:write").api(mcp_api()).user("ada").start().await
}

/// What the client finds out before it sends anybody anywhere.
struct Discovered {
    document: Value,
    scopes: String,
    resource: String,
}

/// Discovery: from the MCP server's refusal to the authorization server's metadata.
async fn discover(world: &World) -> Discovered {
    // The MCP server answers 401 and points to its metadata (RFC 9728 §5.1), which it made with `doorward api metadata`.
    let api: Api = serde_json::from_value(mcp_api()).expect("an API");
    let address = resource_metadata::well_known(MCP).expect("an address");
    assert_eq!(address, "https://mcp.example/.well-known/oauth-protected-resource/server/mcp");
    let published = resource_metadata::document(&api, &Apis::default(), &Policy::for_issuer(world.issuer.clone()));
    assert_eq!(published["resource"], MCP, "RFC 9728 §3.3: it must be the very address that was asked");
    let issuer = published["authorization_servers"][0].as_str().expect("an authorization server");
    assert_eq!(issuer, world.issuer.as_str());

    let document = world.get("/.well-known/oauth-authorization-server").await.json();
    assert_eq!(document, world.get("/.well-known/openid-configuration").await.json(), "both documents are one");
    assert_eq!(document["issuer"], issuer, "RFC 8414 §3.3");
    // A client MUST refuse to go on without it, in either document.
    assert!(document["code_challenge_methods_supported"].as_array().is_some_and(|all| all.contains(&json!("S256"))));
    assert_eq!(document["client_id_metadata_document_supported"], true);
    assert_eq!(document["authorization_response_iss_parameter_supported"], true);
    let scopes: Vec<&str> = published["scopes_supported"].as_array().expect("scopes").iter().filter_map(Value::as_str).collect();
    assert!(document["scopes_supported"].as_array().is_some_and(|all| all.contains(&json!("offline_access"))));
    Discovered { scopes: scopes.join(" "), document, resource: published["resource"].as_str().expect("a resource").to_owned() }
}

/// The authorization request of a client that is its own registration.
fn request(client_id: &str, found: &Discovered, port: u16, more: &[(&str, &str)]) -> String {
    let redirect = format!("http://127.0.0.1:{port}/callback");
    let mut pairs = vec![
        ("response_type", "code"),
        ("client_id", client_id),
        ("redirect_uri", &redirect),
        ("scope", &found.scopes),
        ("resource", &found.resource),
        ("state", "a state"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    pairs.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
    pairs.extend(more.iter().filter(|(_, value)| !value.is_empty()));
    format!("/authorize?{}", encode(&pairs))
}

async fn token(world: &World, pairs: &[(&str, &str)]) -> Page {
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    world.send(Method::Post, "/token", &form, encode(pairs).as_bytes()).await
}

fn query(location: &str) -> Vec<(String, String)> {
    Url::parse(location).expect("an address").query_pairs().into_owned().collect()
}

fn value(location: &str, name: &str) -> Option<String> {
    query(location).into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
}

#[rocket::async_test]
async fn an_mcp_client_that_nobody_registered_gets_a_token_for_its_server() {
    let (world, site) = (world().await, client_site(json!({})));
    let id = format!("{}/client.json", site.base);
    let found = discover(&world).await;
    let mut browser = world.browser();
    // Any port of the loopback (RFC 8252 §7.3): a desktop app takes what is free.
    let with_offline = format!("{} offline_access", found.scopes);
    let page = browser.get(&request(&id, &found, 49_152, &[("scope", &with_offline)])).await;
    let page = browser.follow(page).await;
    let page = browser.log_in_at(&page, "ada", PASSWORD).await;
    // The person sees who asks, where the answer goes, and that nobody vouches for an app behind a loopback address.
    assert!(page.body.contains("Desk Assistant") && page.body.contains("127.0.0.1"), "{}", page.body);
    assert!(page.body.contains(&site.base.replace("http://", "")), "the host of the client_id: {}", page.body);
    assert!(page.body.contains("Read your notebook"));
    let answer = browser.submit(page.form("/consent").press("decision", "allow")).await;
    let landed = answer.location().to_owned();
    assert!(landed.starts_with("http://127.0.0.1:49152/callback?"), "{landed}");
    // RFC 9207 §2.4: compared as it is, before the code goes anywhere.
    assert_eq!(value(&landed, "iss").as_deref(), found.document["issuer"].as_str());
    let code = value(&landed, "code").expect("a code");
    let redirect = ("redirect_uri", "http://127.0.0.1:49152/callback");
    let given = token(
        &world,
        &[
            ("grant_type", "authorization_code"),
            ("client_id", &id),
            ("code", &code),
            redirect,
            ("code_verifier", VERIFIER),
            ("resource", &found.resource),
        ],
    )
    .await;
    assert_eq!(given.status, 200, "{}", given.body);
    let access = claims(&given.text("access_token"));
    assert_eq!((&access["aud"], &access["client_id"]), (&json!(MCP), &json!(id)));
    assert_eq!(access["scope"], "notes:read notes:write");
    let refresh = given.text("refresh_token");
    let renew = [("grant_type", "refresh_token"), ("client_id", id.as_str()), ("refresh_token", &refresh), ("resource", MCP)];
    let next = token(&world, &renew).await;
    assert_eq!(next.status, 200, "{}", next.body);
    // A public client's refresh tokens MUST rotate (OAuth 2.1 §4.3.1).
    assert_ne!(next.text("refresh_token"), refresh);
    assert_eq!(token(&world, &renew).await.refusal(), (400, "invalid_grant".to_owned()));
    // Law: the document was fetched once for all of this, as its cache headers allow.
    assert_eq!(site.count("/client.json"), 1);
}

#[rocket::async_test]
async fn an_mcp_client_without_a_scope_asks_for_what_the_server_has() {
    let (world, site) = (world().await, client_site(json!({})));
    let id = format!("{}/client.json", site.base);
    let found = discover(&world).await;
    let mut browser = world.browser();
    let page = browser.get(&request(&id, &found, 3000, &[("scope", "")])).await;
    let page = browser.follow(page).await;
    let page = browser.log_in_at(&page, "ada", PASSWORD).await;
    // Law: RFC 6749 §3.3, the default is that of the resource it names.
    assert!(page.body.contains("Read your notebook") && page.body.contains("Write in your notebook"), "{}", page.body);
}

#[rocket::async_test]
async fn what_is_not_in_its_document_is_not_the_clients() {
    let world = world().await;
    let found = discover(&world).await;
    let site = client_site(json!({}));
    let impostor = client_site(json!({"client_id": format!("{}/client.json", site.base)}));
    let secretive = client_site(json!({"token_endpoint_auth_method": "client_secret_basic"}));
    let named = |site: &Site| format!("{}/client.json", site.base);
    let elsewhere = [("redirect_uri", "https://evil.example/callback")];
    for (what, id, more) in [
        ("another redirect URI", named(&site), &elsewhere[..]),
        ("a document that speaks for another", named(&impostor), &[]),
        ("a secret that everybody could read", named(&secretive), &[]),
        ("no document at all", format!("{}/nothing.json", site.base), &[]),
        ("an address without a path", site.base.clone(), &[]),
        ("the server's own network", "http://169.254.169.254/client.json".to_owned(), &[]),
        ("a fragment", format!("{}#x", named(&site)), &[]),
    ] {
        let page = world.browser().get(&request(&id, &found, 3000, more)).await;
        // Law: a page, never a redirect to where nobody is known to be.
        assert_eq!((page.status, page.header("Location")), (400, None), "{what}: {}", page.body);
    }
}

#[rocket::async_test]
async fn a_token_for_one_mcp_server_is_not_for_another() {
    let (world, site) = (world().await, client_site(json!({})));
    let id = format!("{}/client.json", site.base);
    let found = discover(&world).await;
    let mut browser = world.browser();
    browser.log_in("ada").await;
    for other in ["https://mcp.example/other", "https://mcp.example/server/mcp/", "https://MCP.example/server/mcp"] {
        let page = browser.get(&request(&id, &found, 3000, &[("resource", other)])).await;
        // Law: RFC 8707 §2, a resource is what was registered, byte for byte.
        assert_eq!(value(page.location(), "error").as_deref(), Some("invalid_target"), "{other}: {} {}", page.status, page.location());
    }
}
