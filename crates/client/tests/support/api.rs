//! A photo service with guards, and beside it one that believes everything.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_client::Provider;
use doorward_client::service::{self, Allowed, Caller, Machine, Needs, Person, Refusal, Require, Service, ServiceBuilder};
use rocket::http::Header;
use rocket::local::asynchronous::{Client, LocalResponse};
use rocket::request::{FromRequest, Outcome};
use rocket::{Request, get, routes};
use serde_json::Value;

use super::hostile::{RESOURCE, Sent};
use super::{Hands, Rogue};

doorward_client::scopes! {
    pub PhotosRead = "photos:read";
}

struct Pay;
impl Require for Pay {
    const NEEDS: Needs = Needs::scopes(&["photos:read"]).person().acr(&["gold", "silver"]).max_age(300);
}

#[get("/photos")]
fn photos(caller: Allowed<PhotosRead>) -> String {
    caller.subject().to_owned()
}

/// What the handler at this path needs.
pub fn needs_of(path: &str) -> Needs {
    match path {
        "/photos" => PhotosRead::NEEDS,
        "/people" => Person::NEEDS,
        "/machines" => Machine::NEEDS,
        "/pay" => Pay::NEEDS,
        _ => Needs::nothing(),
    }
}

/// Two guards of one request: its proof is used once.
#[get("/twice")]
fn twice(first: Caller, second: Result<Allowed<PhotosRead>, Refusal>) -> Result<String, Refusal> {
    Ok(format!("{} {}", first.subject(), second?.subject()))
}

#[get("/people")]
fn people(caller: Allowed<Person>) -> String {
    caller.subject().to_owned()
}

#[get("/machines")]
fn machines(caller: Allowed<Machine>) -> String {
    caller.subject().to_owned()
}

#[get("/pay")]
fn pay(caller: Allowed<Pay>) -> String {
    caller.subject().to_owned()
}

/// What a beginner writes: whoever shows something is let in, and is whoever the token says.
struct Naive(String);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Naive {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let header =
            request.headers().get_one("Authorization").and_then(|header| header.split_once(' ')).map(|(_, token)| token.to_owned());
        let query = || request.query_value::<String>("access_token").and_then(Result::ok);
        let Some(token) = header.or_else(query) else {
            return Outcome::Error((rocket::http::Status::Unauthorized, ()));
        };
        let claims = token.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
        let claims = claims.and_then(|json| serde_json::from_slice::<Value>(&json).ok()).unwrap_or_default();
        Outcome::Success(Self(claims["sub"].as_str().unwrap_or("somebody").to_owned()))
    }
}

#[get("/<_..>")]
fn naive(caller: Naive) -> String {
    caller.0
}

/// A service that guards its routes, of a provider that a test bends.
pub struct Api {
    pub client: Client,
    pub clock: Arc<Hands>,
    pub service: Service,
}

impl Api {
    pub async fn new(rogue: &Rogue) -> Self {
        Self::with(rogue, |service| service).await
    }

    pub async fn with(rogue: &Rogue, more: impl FnOnce(ServiceBuilder) -> ServiceBuilder) -> Self {
        let clock = Hands::new();
        let provider = Provider::builder(&rogue.issuer).clock(clock.clone()).build().expect("a provider");
        let service = more(Service::builder(&provider, RESOURCE).name("Photos").scopes([PhotosRead::NAME])).build().expect("a service");
        let rocket = rocket::custom(quiet()).attach(service.fairing());
        let rocket = rocket.mount("/", routes![photos, twice, people, machines, pay]).register("/", service::catchers());
        Self { client: Client::untracked(rocket).await.expect("a service"), clock, service }
    }

    pub async fn get(&self, sent: &Sent) -> Answer {
        Answer::of(send(&self.client, sent).await).await
    }
}

/// The naive service.
pub async fn naive_service() -> Client {
    Client::untracked(rocket::custom(quiet()).mount("/", routes![naive])).await.expect("a service")
}

/// The guarded routes without the fairing.
pub async fn without_fairing() -> Client {
    Client::untracked(rocket::custom(quiet()).mount("/", routes![photos]).register("/", service::catchers())).await.expect("a service")
}

pub async fn send<'c>(client: &'c Client, sent: &Sent) -> LocalResponse<'c> {
    let mut request = client.get(sent.path.clone());
    for (name, value) in &sent.headers {
        request.add_header(Header::new(*name, value.clone()));
    }
    request.dispatch().await
}

fn quiet() -> rocket::Config {
    rocket::Config { log_level: rocket::config::LogLevel::Off, ..rocket::Config::debug_default() }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub challenges: Vec<String>,
    pub nonce: Option<String>,
    pub cache: Option<String>,
    pub body: String,
}

impl Answer {
    pub async fn of(response: LocalResponse<'_>) -> Self {
        let header = |name: &str| response.headers().get_one(name).map(str::to_owned);
        Self {
            status: response.status().code,
            challenges: response.headers().get("WWW-Authenticate").map(str::to_owned).collect(),
            nonce: header("DPoP-Nonce"),
            cache: header("Cache-Control"),
            body: response.into_string().await.unwrap_or_default(),
        }
    }

    /// The name of the check that refused.
    pub fn check(&self) -> String {
        let body: Value = serde_json::from_str(&self.body).unwrap_or_default();
        body["check"].as_str().unwrap_or_default().to_owned()
    }
}
