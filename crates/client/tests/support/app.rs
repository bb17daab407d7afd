//! An app with the fairing, and a browser before it.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use doorward_client::error::Check;
use doorward_client::web::{Session, User, Web};
use rocket::http::{Header, Status};
use rocket::local::asynchronous::{Client as Browser, LocalRequest, LocalResponse};
use rocket::{Build, Rocket, get, routes};
use serde_json::{Value, json};

use super::Reply;
use super::story::Story;

#[get("/")]
fn home(user: Option<User>) -> String {
    user.map_or_else(|| "nobody".to_owned(), |user| user.display_name().to_owned())
}

#[get("/me")]
fn me(user: User) -> String {
    format!("{} {}", user.subject(), user.access_token().expose())
}

#[get("/fails")]
fn fails(_user: User) -> Status {
    Status::ImATeapot
}

#[get("/shared")]
fn for_somebody(_user: User) -> &'static str {
    "somebody"
}

#[get("/shared", rank = 2)]
fn for_anybody() -> &'static str {
    "anybody"
}

pub fn rocket(web: Web) -> Rocket<Build> {
    let config = rocket::Config { log_level: rocket::config::LogLevel::Off, ..rocket::Config::debug_default() };
    rocket::custom(config).attach(web.fairing()).mount("/", routes![home, me, fails, for_somebody, for_anybody])
}

pub struct App {
    pub story: Story,
    pub browser: Browser,
    /// Cookies that somebody put into the browser, until the app sets them anew.
    planted: Mutex<BTreeMap<String, String>>,
}

/// The secret of apps that share one.
pub const KEY: &[u8] = b"a secret of the app's own, of 32 bytes and more";

/// What a test needs of an answer.
#[derive(Debug)]
pub struct Page {
    pub status: u16,
    pub location: Option<String>,
    pub headers: BTreeMap<String, String>,
    pub cookies: Vec<String>,
    pub body: String,
}

impl App {
    pub async fn start(how: impl FnOnce(Web) -> Web) -> Self {
        Self::of(Story::new(), how).await
    }

    pub async fn of(story: Story, how: impl FnOnce(Web) -> Web) -> Self {
        let browser = Browser::tracked(rocket(how(Web::new(story.login.clone())))).await.expect("an app");
        Self { story, browser, planted: Mutex::default() }
    }

    /// Another browser, at an app with the same registration.
    pub async fn beside(&self, how: impl FnOnce(Web) -> Web) -> Browser {
        Browser::tracked(rocket(how(Web::new(self.story.login.clone())))).await.expect("an app")
    }

    /// Whether somebody is logged in.
    pub async fn is_somebody(&self) -> bool {
        self.get("/").await.body != "nobody"
    }

    pub async fn get(&self, path: &str) -> Page {
        self.get_with(path, &[]).await
    }

    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Page {
        let mut request = self.browser.get(path.to_owned()).header(Header::new("Accept", "text/html"));
        for (name, value) in headers {
            request.add_header(Header::new((*name).to_owned(), (*value).to_owned()));
        }
        self.send(request).await
    }

    async fn send(&self, mut request: LocalRequest<'_>) -> Page {
        for (name, value) in self.lock().iter() {
            request = request.cookie((name.clone(), value.clone()));
        }
        let page = Page::of(request.dispatch().await).await;
        self.lock().retain(|name, _| !page.cookies.iter().any(|cookie| cookie.starts_with(&format!("{name}="))));
        page
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, String>> {
        self.planted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub async fn post(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Page {
        let mut request = self.browser.post(path.to_owned()).header(rocket::http::ContentType::Form).body(body);
        for (name, value) in headers {
            request.add_header(Header::new((*name).to_owned(), (*value).to_owned()));
        }
        self.send(request).await
    }

    /// The parameters with which the browser is sent to the provider.
    pub async fn begin(&self, path: &str) -> BTreeMap<String, String> {
        let page = self.get(path).await;
        assert_eq!(page.status, 303, "{page:?}");
        page.sent()
    }

    /// The provider will answer the next code with an ID token of these changes and tokens of these.
    pub fn answers(&self, nonce: &str, claims: &Value, tokens: &Value) {
        let id_token = self.story.rogue.key.jwt(&self.story.claims(nonce, claims));
        self.story.rogue.next("/token", Reply::json(200, &Story::tokens(&id_token, tokens)));
    }

    pub fn callback(&self, state: &str) -> String {
        let iss = url::form_urlencoded::byte_serialize(self.story.rogue.issuer.as_bytes()).collect::<String>();
        format!("/callback?code=a-code&state={state}&iss={iss}")
    }

    /// A login from beginning to end.
    pub async fn log_in_as(&self, claims: &Value, tokens: &Value) -> Page {
        let sent = self.begin("/login").await;
        self.answers(&sent["nonce"], claims, tokens);
        self.get(&self.callback(&sent["state"])).await
    }

    pub async fn log_in(&self) {
        let page = self.log_in_as(&json!({}), &json!({})).await;
        assert_eq!((page.status, page.location.as_deref()), (303, Some("/")), "{}", page.body);
    }

    /// The cookies whose names hold this.
    pub fn cookies(&self, part: &str) -> Vec<(String, String)> {
        let jar = self.browser.cookies();
        jar.iter().filter(|c| c.name().contains(part)).map(|c| (c.name().to_owned(), c.value().to_owned())).collect()
    }

    /// A login in which the ID token is what `token` makes of the nonce.
    pub async fn log_in_with(&self, token: impl FnOnce(&str) -> String) -> Page {
        let sent = self.begin("/login").await;
        let id_token = token(&sent["nonce"]);
        self.story.rogue.next("/token", Reply::json(200, &Story::tokens(&id_token, &json!({}))));
        self.get(&self.callback(&sent["state"])).await
    }

    pub fn plant(&self, name: &str, value: &str) {
        self.lock().insert(name.to_owned(), value.to_owned());
    }
}

impl Page {
    pub async fn of(answer: LocalResponse<'_>) -> Self {
        let headers = answer.headers().iter();
        let headers = headers.map(|header| (header.name().as_str().to_ascii_lowercase(), header.value().to_owned())).collect();
        Self {
            status: answer.status().code,
            location: answer.headers().get_one("Location").map(str::to_owned),
            cookies: answer.headers().get("Set-Cookie").map(str::to_owned).collect(),
            headers,
            body: answer.into_string().await.unwrap_or_default(),
        }
    }

    /// Asserts that this check failed, and that the page says so to the author.
    pub fn names(&self, check: Check) {
        assert!(self.body.contains(&format!("<code>{}</code>", check.code())), "not {check:?}: {} {}", self.status, self.body);
        assert!(self.status >= 400 && self.location.is_none() && self.headers["cache-control"] == "no-store", "{self:?}");
        assert!(self.headers["content-security-policy"].starts_with("default-src 'none'") && !self.body.contains("<script"));
    }

    /// The query of where it leads.
    pub fn sent(&self) -> BTreeMap<String, String> {
        let url = url::Url::parse(self.location.as_deref().expect("a redirect")).expect("an absolute address");
        url.query_pairs().into_owned().collect()
    }
}

/// So that it is known what a store may hold.
pub fn is_storable(session: &Session) -> bool {
    serde_json::to_string(session).is_ok_and(|text| serde_json::from_str::<Session>(&text).is_ok())
}
