//! The app of the six steps once more: login, account, photos, logout. What `login.rs`, `logout.rs` and `kept.rs` did by hand there, the
//! fairing does.

use std::env;

use doorward_client::web::{User, Web};
use doorward_client::{Client, Login, Provider};
use oauth2::http::Request;
use rocket::http::{RawStr, Status};
use rocket::response::content::{RawHtml, RawJson};
use rocket::{Config, State, get, launch, routes};
use serde_json::{Value, json};

// region: settings
struct App {
    client_id: String,
    provider: Provider,
    photos: String,
}

fn needed(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("set {name} in the environment"))
}
// endregion: settings

// region: pages
#[get("/")]
fn home(user: Option<User>) -> RawHtml<String> {
    let Some(user) = user else { return page("<p><a href=/login>Log in</a></p>") };
    let name = escape(user.display_name());
    page(&format!(
        "<p>Hello, {name}.</p><p><a href=/me>Who am I?</a></p><p><a href=/photos>My photos</a></p>
        <form method=\"post\" action=\"/logout\"><button name=\"from\" value=\"here\">Log out</button></form>"
    ))
}

/// Whoever isn't logged in is sent to the login, and comes back here.
#[get("/me")]
fn me(user: User) -> RawHtml<String> {
    page(&format!("<p>You are {}, known here as {}.</p>", escape(user.display_name()), escape(user.subject())))
}

#[get("/photos")]
async fn photos(user: User, app: &State<App>) -> Result<RawHtml<String>, Status> {
    let bearer = format!("Bearer {}", user.access_token().expose());
    let request = Request::get(format!("{}photos", app.photos)).header("Authorization", bearer).body(Vec::new());
    let answer = app.provider.http().send(request.map_err(|_| Status::BadGateway)?).await.map_err(|_| Status::BadGateway)?;
    if !answer.status().is_success() {
        return Err(Status::BadGateway);
    }
    let album: Value = serde_json::from_slice(answer.body()).map_err(|_| Status::BadGateway)?;
    let titles = album["photos"].as_array().into_iter().flatten().filter_map(|photo| photo["title"]["en"].as_str());
    let lines: Vec<String> = titles.map(|title| format!("<p>{}</p>", escape(title))).collect();
    Ok(page(&lines.concat()))
}

fn page(body: &str) -> RawHtml<String> {
    RawHtml(format!("<!doctype html><html lang=en><meta charset=utf-8><title>My app</title><h1>My app</h1>{body}</html>"))
}

fn escape(text: &str) -> String {
    RawStr::new(text).html_escape().to_string()
}
// endregion: pages

#[get("/doorward-learn.json")]
fn manifest(app: &State<App>) -> RawJson<String> {
    let id = &app.client_id;
    let pages = json!({
        "client_id": id, "home": "/", "login": "/login", "callback": "/callback", "account": "/me", "photos": "/photos", "logout": "/logout",
    });
    RawJson(pages.to_string())
}

// region: launch
#[launch]
fn launch() -> _ {
    let port = env::var("ROCKET_PORT").ok().and_then(|port| port.parse().ok()).unwrap_or(8080_u16);
    let base = env::var("APP_URL").unwrap_or_else(|_| format!("http://localhost:{port}"));
    let photos = env::var("PHOTOS").unwrap_or_else(|_| "http://127.0.0.1:8002/".to_owned());
    let provider = Provider::new(&needed("DOORWARD_ISSUER")).unwrap_or_else(|why| panic!("DOORWARD_ISSUER: {why}"));
    let client = Client::new(needed("CLIENT_ID")).secret(needed("CLIENT_SECRET"));
    let login = Login::new(provider.clone(), client, &format!("{base}/callback"))
        .and_then(|login| login.scopes(["profile", "photos:read"]).resource(&photos).after_logout(&format!("{base}/")))
        .unwrap_or_else(|why| panic!("APP_URL: {why}"));
    let app = App { client_id: needed("CLIENT_ID"), provider, photos };
    let config = Config::figment().merge(("port", port));
    rocket::custom(config).manage(app).attach(Web::new(login).fairing()).mount("/", routes![home, me, photos, manifest])
}
// endregion: launch
