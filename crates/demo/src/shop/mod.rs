//! Papercrane Prints: an app that a person gives some of their photos to, and never their password.

mod login;
mod pages;
mod photos;
mod sessions;
mod trouble;

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_client::login::Answer;
use doorward_client::web::Language;
use rocket::fairing::AdHoc;
use rocket::form::Form;
use rocket::http::uri::Origin;
use rocket::http::{ContentType, Cookie, CookieJar, Header, SameSite, Status};
use rocket::{Build, FromForm, Request, Rocket, State, catch, catchers, get, post, routes};
use serde_json::json;
use url::Url;

use crate::config::{DemoConfig, rocket_config};
use crate::pages::{Page, Pages, SeeOther};
use login::{Account, Login};
use photos::{Photos, Picture};
use sessions::Sessions;
use trouble::Trouble;

/// Cookies ignore ports: the name must differ from those of the server on the same host.
const COOKIE: &str = "print_shop_session";

pub(crate) struct Shop {
    base: String,
    login: Arc<Login>,
    photos: Photos,
    sessions: Sessions,
    pages: Pages,
}

/// The print shop, for 127.0.0.1 and `shop_port`. It reads the issuer's discovery document at the first login.
pub fn print_shop(cfg: &DemoConfig) -> Rocket<Build> {
    let login = Arc::new(Login::new(cfg));
    let shop = Shop {
        base: cfg.shop_base.clone(),
        photos: Photos::new(cfg, Arc::clone(&login)),
        login,
        sessions: Sessions::default(),
        pages: pages::pages(),
    };
    // `form-action` also rules where the answer to a form may redirect: the logout form leads to the server.
    let server = Url::parse(&cfg.issuer).map_or_else(|_| String::new(), |url| url.origin().ascii_serialization());
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' {server}; \
         base-uri 'none'; frame-ancestors 'none'"
    );
    rocket::custom(rocket_config(cfg.shop_port))
        .manage(Arc::new(shop))
        .mount("/", routes![home, login_start, callback, photo, logout, goodbye, style, crane])
        .register("/", catchers![caught])
        .attach(AdHoc::on_response("headers", move |_, response| {
            let policy = policy.clone();
            Box::pin(async move {
                response.set_header(Header::new("Content-Security-Policy", policy));
                response.set_header(Header::new("Referrer-Policy", "same-origin"));
                response.set_header(Header::new("Cache-Control", "no-store"));
            })
        }))
}

#[get("/")]
async fn home(shop: &State<Arc<Shop>>, jar: &CookieJar<'_>, lang: Language) -> Page {
    let Some((account, csrf)) = id(jar).and_then(|id| shop.sessions.account(&id)) else {
        return shop.pages.render("welcome.html", lang, Status::Ok, json!({}));
    };
    let person = account.person.clone();
    let scopes = account.scopes.clone();
    match shop.photos.wall(&account, lang).await {
        Ok(wall) => {
            shop.pages.render("photos.html", lang, Status::Ok, json!({ "person": person, "scopes": scopes, "csrf": csrf, "wall": wall }))
        }
        Err(trouble) => shop.pages.trouble(lang, &trouble, Some(&csrf)),
    }
}

/// Sends the browser to the server. What must come back is remembered in the browser's own session here.
///
/// With `again` the person is asked anew what to share: the server otherwise remembers the answer (OpenID Connect Core §3.1.2.1
/// `prompt=consent`).
#[get("/login?<again>")]
async fn login_start(
    again: Option<bool>,
    shop: &State<Arc<Shop>>,
    jar: &CookieJar<'_>,
    lang: Language,
    host: Option<&rocket::http::uri::Host<'_>>,
) -> Result<SeeOther, Page> {
    // The answer comes back to `base`: under another name of this machine the cookie would not be there.
    let elsewhere = host.map(ToString::to_string).filter(|host| !shop.base.ends_with(&format!("//{host}")));
    if elsewhere.is_some_and(|host| host.starts_with("localhost") || host.starts_with("127.0.0.1")) {
        return Ok(SeeOther::to(format!("{}/login{}", shop.base, if again == Some(true) { "?again" } else { "" })));
    }
    let started = shop.login.start(lang, again == Some(true)).await;
    let (url, pending) = started.map_err(|trouble| shop.pages.trouble(lang, &trouble, None))?;
    let session = shop.sessions.expect_answer(id(jar), pending);
    shop.remember(jar, session);
    Ok(SeeOther::to(url))
}

/// The browser comes back with a code, or with an error.
#[get("/callback")]
async fn callback(shop: &State<Arc<Shop>>, jar: &CookieJar<'_>, lang: Language, at: &Origin<'_>) -> Result<SeeOther, Page> {
    let finished = async {
        let answer = Answer::from_query(at.query().map_or("", |query| query.as_str()))?;
        // Taken, not looked at: an answer counts once, and only in the browser that asked (RFC 6749 §10.12).
        let pending = id(jar).and_then(|id| shop.sessions.take_answer(&id, answer.state()));
        let pending = pending.ok_or(Trouble::UnknownState)?;
        shop.login.finish(answer, pending).await
    };
    let account: Account = finished.await.map_err(|trouble| shop.pages.trouble(lang, &trouble, None))?;
    // A new id: one that somebody planted or saw before the login is worth nothing after it.
    shop.remember(jar, shop.sessions.begin(account, id(jar).as_deref()));
    Ok(SeeOther::to("/"))
}

/// A photo, fetched with the token, which stays here: the browser only ever sees the picture.
#[get("/photos/<name>")]
async fn photo(shop: &State<Arc<Shop>>, jar: &CookieJar<'_>, name: &str) -> Result<(ContentType, Vec<u8>), Status> {
    let (account, _) = id(jar).and_then(|id| shop.sessions.account(&id)).ok_or(Status::NotFound)?;
    let picture = Picture::named(name).ok_or(Status::NotFound)?;
    let fetched = shop.photos.picture(&account, &picture).await;
    fetched.map(|svg| (ContentType::SVG, svg)).map_err(|trouble| trouble.status())
}

#[derive(FromForm)]
struct Logout {
    csrf: String,
}

/// Ends the session here, then asks the server to end its own (OpenID Connect RP-Initiated Logout §2).
#[post("/logout", data = "<form>")]
async fn logout(shop: &State<Arc<Shop>>, jar: &CookieJar<'_>, form: Option<Form<Logout>>) -> SeeOther {
    let Some((account, csrf)) = id(jar).and_then(|id| shop.sessions.account(&id)) else {
        return SeeOther::to("/goodbye");
    };
    if form.is_none_or(|form| form.csrf != csrf) {
        return SeeOther::to("/");
    }
    if let Some(id) = id(jar) {
        shop.sessions.end(&id);
    }
    let Ok(farewell) = shop.login.end_session(&account).await else {
        jar.remove(Cookie::build(COOKIE).path("/"));
        return SeeOther::to("/goodbye?server=away");
    };
    shop.remember(jar, shop.sessions.expect_goodbye(farewell.state));
    SeeOther::to(farewell.url)
}

/// Where the server sends the browser after logout. Its `state` tells that from a visitor who came by a link.
#[get("/goodbye?<state>&<server>")]
fn goodbye(shop: &State<Arc<Shop>>, jar: &CookieJar<'_>, lang: Language, state: Option<&str>, server: Option<&str>) -> Page {
    let id = id(jar);
    let both = state.zip(id.as_deref()).is_some_and(|(state, id)| shop.sessions.take_goodbye(id, state));
    let still_in = id.is_some_and(|id| shop.sessions.account(&id).is_some());
    if !still_in {
        jar.remove(Cookie::build(COOKIE).path("/"));
    }
    let how = if both {
        "both"
    } else if still_in {
        "still_in"
    } else if server == Some("away") {
        "away"
    } else {
        "here"
    };
    shop.pages.render("goodbye.html", lang, Status::Ok, json!({ "how": how }))
}

#[get("/style.css")]
fn style() -> (ContentType, &'static str) {
    (ContentType::CSS, include_str!("static/style.css"))
}

#[get("/crane.svg")]
fn crane() -> (ContentType, &'static str) {
    (ContentType::SVG, include_str!("static/crane.svg"))
}

#[catch(default)]
async fn caught(status: Status, request: &Request<'_>) -> Option<(Status, Page)> {
    let lang = request.guard::<Language>().await.succeeded().unwrap_or_default();
    let shop = request.rocket().state::<Arc<Shop>>()?;
    let trouble = if status.code < 500 { Trouble::NoSuchPage } else { Trouble::Ours };
    Some((status, shop.pages.trouble(lang, &trouble, None)))
}

fn id(jar: &CookieJar<'_>) -> Option<String> {
    jar.get(COOKIE).map(|cookie| cookie.value().to_owned())
}

impl Shop {
    /// The cookie holds a random id and nothing else. `Lax`: it must come along when the server sends the browser back.
    fn remember(&self, jar: &CookieJar<'_>, session: String) {
        let cookie = Cookie::build((COOKIE, session)).path("/").http_only(true).same_site(SameSite::Lax);
        jar.add(cookie.secure(self.base.starts_with("https:")));
    }
}

/// 256 bits from the operating system's generator: for session ids and the token of forms.
#[expect(clippy::expect_used, reason = "without chance there is no session")]
fn random() -> String {
    let mut bytes = [0; 32];
    aws_lc_rs::rand::fill(&mut bytes).expect("the system's randomness");
    URL_SAFE_NO_PAD.encode(bytes)
}
