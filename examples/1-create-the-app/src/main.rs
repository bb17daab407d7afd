//! Step 1: create the app. One page, and the small file by which "check me" finds its way around.

use std::env;

use rocket::response::content::{RawHtml, RawJson};
use rocket::{Config, State, get, launch, routes};
use serde_json::json;

// region: settings
/// What the app is told from outside: by the environment, never in the code.
struct App {
    port: u16,
    client_id: String,
}

impl App {
    fn from_environment() -> Self {
        let port = env::var("ROCKET_PORT").ok().and_then(|port| port.parse().ok()).unwrap_or(8080);
        Self { port, client_id: needed("CLIENT_ID") }
    }
}

fn needed(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("set {name} in the environment"))
}
// endregion: settings

// region: home
#[get("/")]
fn home() -> RawHtml<String> {
    page("<p>It runs.</p>")
}

fn page(body: &str) -> RawHtml<String> {
    RawHtml(format!("<!doctype html><html lang=en><meta charset=utf-8><title>My app</title><h1>My app</h1>{body}</html>"))
}
// endregion: home

// region: manifest
/// Tells "check me" on Doorward's pages where this app's pages are.
#[get("/doorward-learn.json")]
fn manifest(app: &State<App>) -> RawJson<String> {
    RawJson(json!({ "client_id": app.client_id, "home": "/" }).to_string())
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
