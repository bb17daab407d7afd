//! Step 1: create the app. One page, and the small file by which "check me" finds its way around.

use std::env;

use rocket::response::content::{RawHtml, RawJson};
use rocket::{Config, State, get, launch, routes};
use serde_json::json;

// region: settings
/// What the app is told from outside: by the environment, never in the code.
struct Settings {
    port: u16,
    client_id: String,
}

impl Settings {
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
    page("<h1>My app</h1><p>It runs.</p>")
}

fn page(body: &str) -> RawHtml<String> {
    RawHtml(format!("<!doctype html><html lang=en><meta charset=utf-8><title>My app</title>{body}</html>"))
}
// endregion: home

// region: manifest
/// Tells "check me" on Doorward's pages where this app's pages are.
#[get("/doorward-learn.json")]
fn manifest(settings: &State<Settings>) -> RawJson<String> {
    RawJson(json!({ "client_id": settings.client_id, "home": "/" }).to_string())
}
// endregion: manifest

// region: launch
#[launch]
fn app() -> _ {
    let settings = Settings::from_environment();
    let config = Config::figment().merge(("port", settings.port));
    rocket::custom(config).manage(settings).mount("/", routes![home, manifest])
}
// endregion: launch
