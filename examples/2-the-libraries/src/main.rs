//! Step 2: the libraries. `doorward-client` finds the login server by its address alone, and the page shows what it found.

use std::env;

use doorward_client::{Client, Provider};
use rocket::http::RawStr;
use rocket::response::content::{RawHtml, RawJson};
use rocket::{Config, State, get, launch, routes};
use serde_json::json;

// region: settings
/// What the app is told from outside: by the environment, never in the code.
struct App {
    port: u16,
    /// The login server.
    provider: Provider,
    /// This app, as the login server knows it: a name and a secret.
    client: Client,
}

impl App {
    fn from_environment() -> Self {
        let port = env::var("ROCKET_PORT").ok().and_then(|port| port.parse().ok()).unwrap_or(8080);
        let provider = Provider::new(&needed("DOORWARD_ISSUER")).unwrap_or_else(|why| panic!("DOORWARD_ISSUER: {why}"));
        let client = Client::new(needed("CLIENT_ID")).secret(needed("CLIENT_SECRET"));
        Self { port, provider, client }
    }
}

fn needed(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("set {name} in the environment"))
}
// endregion: settings

// region: home
#[get("/")]
async fn home(app: &State<App>) -> RawHtml<String> {
    let found = match app.provider.metadata().await {
        Ok(metadata) => metadata.authorization_endpoint().map_or("nowhere".to_owned(), ToString::to_string),
        Err(why) => format!("not found: {why}"),
    };
    page(&format!("<p>Logins are at {}</p>", RawStr::new(&found).html_escape()))
}

fn page(body: &str) -> RawHtml<String> {
    RawHtml(format!("<!doctype html><html lang=en><meta charset=utf-8><title>My app</title><h1>My app</h1>{body}</html>"))
}
// endregion: home

// region: manifest
/// Tells "check me" on Doorward's pages where this app's pages are.
#[get("/doorward-learn.json")]
fn manifest(app: &State<App>) -> RawJson<String> {
    RawJson(json!({ "client_id": app.client.id(), "home": "/" }).to_string())
}
// endregion: manifest

// region: launch
#[launch]
fn launch() -> _ {
    let app = App::from_environment();
    let config = Config::figment().merge(("port", app.port));
    rocket::custom(config).manage(app).mount("/", routes![home, manifest])
}
// endregion: launch
