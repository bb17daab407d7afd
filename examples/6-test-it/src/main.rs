//! Step 6: test it. The app is that of step 5; what is new stands in `tests`.

mod kept;
mod login;
mod logout;
mod photos;
mod problem;

use std::env;

use doorward_client::{Client, Provider};
use rocket::fairing::AdHoc;
use rocket::http::{Header, RawStr};
use rocket::response::content::{RawHtml, RawJson};
use rocket::time::Duration;
use rocket::{Config, State, get, launch, routes};
use serde_json::json;

use kept::Kept;
use login::{Asked, Session};

// region: settings
/// What the app is told from outside: by the environment, never in the code.
struct App {
    port: u16,
    /// Where browsers find the app.
    base: String,
    /// The login server.
    provider: Provider,
    /// This app, as the login server knows it: a name and a secret.
    client: Client,
    /// Where the photo service is, which is also what tokens for it are made for.
    photos: String,
    /// Logins that have begun, and people who are logged in.
    logins: Kept<Asked>,
    sessions: Kept<Session>,
}

impl App {
    fn from_environment() -> Self {
        let port = env::var("ROCKET_PORT").ok().and_then(|port| port.parse().ok()).unwrap_or(8080);
        let base = env::var("APP_URL").unwrap_or_else(|_| format!("http://localhost:{port}"));
        let provider = Provider::new(&needed("DOORWARD_ISSUER")).unwrap_or_else(|why| panic!("DOORWARD_ISSUER: {why}"));
        let client = Client::new(needed("CLIENT_ID")).secret(needed("CLIENT_SECRET"));
        let photos = env::var("PHOTOS").unwrap_or_else(|_| "http://127.0.0.1:8002/".to_owned());
        let secure = base.starts_with("https:");
        let logins = Kept::new("login", Duration::minutes(10), secure);
        let sessions = Kept::new("session", Duration::hours(12), secure);
        Self { port, base, provider, client, photos, logins, sessions }
    }
}

fn needed(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("set {name} in the environment"))
}
// endregion: settings

// region: home
#[get("/")]
fn home(session: Option<Session>) -> RawHtml<String> {
    let Some(session) = session else { return page("<p><a href=/login>Log in</a></p>") };
    let name = escape(session.person.name());
    page(&format!(
        "<p>Hello, {name}.</p>
        <p><a href=/me>Who am I?</a></p>
        <p><a href=/photos>My photos</a></p>
        {}",
        logout::form(&session)
    ))
}

/// For whoever is logged in, by its signature: without a session there is no answer but 401.
#[get("/me")]
fn me(session: Session) -> RawHtml<String> {
    let person = session.person;
    page(&format!("<p>You are {}, known here as {}.</p>", escape(person.name()), escape(&person.sub)))
}

fn page(body: &str) -> RawHtml<String> {
    RawHtml(format!("<!doctype html><html lang=en><meta charset=utf-8><title>My app</title><h1>My app</h1>{body}</html>"))
}

/// What comes from outside is text, never HTML.
fn escape(text: &str) -> String {
    RawStr::new(text).html_escape().to_string()
}
// endregion: home

// region: manifest
/// Tells "check me" on Doorward's pages where this app's pages are.
#[get("/doorward-learn.json")]
fn manifest(app: &State<App>) -> RawJson<String> {
    let pages = json!({
        "client_id": app.client.id(),
        "home": "/",
        "login": "/login",
        "callback": "/callback",
        "account": "/me",
        "photos": "/photos",
        "logout": "/logout",
    });
    RawJson(pages.to_string())
}
// endregion: manifest

// region: launch
#[launch]
fn launch() -> _ {
    let app = App::from_environment();
    let config = Config::figment().merge(("port", app.port));
    rocket::custom(config)
        .manage(app)
        .mount("/", routes![home, me, manifest, login::login, login::callback, photos::photos, logout::logout, logout::backchannel])
        .attach(AdHoc::on_response("nothing is kept", |_, response| {
            // Pages of somebody who has logged out don't come back with the back button.
            Box::pin(async move {
                response.set_header(Header::new("Cache-Control", "no-store"));
            })
        }))
}
// endregion: launch
