//! A web app that logs people in, at any OpenID provider.
//!
//! ```sh
//! ISSUER=http://127.0.0.1:8000 CLIENT_ID=… CLIENT_SECRET=… cargo run -p doorward-client --example web
//! ```
//!
//! Then open <http://localhost:8080>. Register at the provider: redirect URI `http://localhost:8080/callback`, post-logout redirect URI
//! `http://localhost:8080/`, and, if it can tell apps of logouts, `http://localhost:8080/backchannel-logout`. `APP_URL` is another address
//! of the app, `ROCKET_PORT` another port; `COOKIE_KEY`, at least 32 random bytes, keeps sessions in cookies, so that they outlive a restart.

use std::env;
use std::error::Error;

use doorward_client::web::{User, Web};
use doorward_client::{Client, Login, Provider};
use rocket::fairing::Fairing;
use rocket::http::RawStr;
use rocket::response::content::RawHtml;
use rocket::{Build, Rocket, get, routes};

/// For everybody.
#[get("/")]
fn home(user: Option<User>) -> RawHtml<String> {
    page(&match user {
        Some(user) => format!(
            "<p>Hello, {}.</p><p><a href=/me>What this app knows of you</a></p><form method=post action=/logout><button>Log out</button></form>",
            escaped(user.display_name())
        ),
        None => "<p><a href=/login>Log in</a></p>".to_owned(),
    })
}

/// For whoever is logged in; others are sent to the login, and come back.
#[get("/me")]
fn me(user: User) -> RawHtml<String> {
    let claims = serde_json::to_string_pretty(user.claims()).unwrap_or_default();
    let scopes = user.tokens().scopes().join(" ");
    page(&format!("<h2>{}</h2><pre>{}</pre><p>Access to: {}</p>", escaped(user.subject()), escaped(&claims), escaped(&scopes)))
}

fn page(body: &str) -> RawHtml<String> {
    RawHtml(format!("<!doctype html><html lang=en><meta charset=utf-8><title>An app</title><h1>An app</h1>{body}</html>"))
}

/// What comes from outside is text, never HTML.
fn escaped(text: &str) -> String {
    RawStr::new(text).html_escape().to_string()
}

/// The app, with whatever logs people in.
pub fn app(web: impl Fairing) -> Rocket<Build> {
    rocket::build().attach(web).mount("/", routes![home, me])
}

/// How people log in: by the settings of the environment.
///
/// # Errors
/// Which setting is missing or wrong.
pub fn web(setting: impl Fn(&str) -> Option<String>) -> Result<Web, Box<dyn Error>> {
    let needed = |name: &str| setting(name).ok_or_else(|| format!("set {name} in the environment"));
    let base = setting("APP_URL").unwrap_or_else(|| "http://localhost:8080".to_owned());
    let provider = Provider::new(&needed("ISSUER")?)?;
    let client = Client::new(needed("CLIENT_ID")?).secret(needed("CLIENT_SECRET")?);
    let login = Login::new(provider, client, &format!("{base}/callback"))?.scopes(["profile"]).after_logout(&format!("{base}/"))?;
    let web = Web::new(login);
    Ok(match setting("COOKIE_KEY") {
        Some(key) => web.sessions_in_cookies().key(key)?,
        None => web,
    })
}

#[rocket::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let web = web(|name| env::var(name).ok())?;
    let port = env::var("ROCKET_PORT").map_or(Ok(8080), |port| port.parse::<u16>())?;
    let app = app(web.fairing());
    let figment = app.figment().clone().merge(("port", port));
    app.configure(figment).launch().await?;
    Ok(())
}
