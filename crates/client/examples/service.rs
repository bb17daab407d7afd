//! A service that takes access tokens of any provider, for its own audience and nobody else's.
//!
//! ```sh
//! ISSUER=http://127.0.0.1:8000 RESOURCE=http://localhost:8083/ cargo run -p doorward-client --example service
//! curl -i http://localhost:8083/photos -H "Authorization: Bearer $TOKEN"
//! ```
//!
//! The token must be for `RESOURCE` and have the scope `photos:read`. With `CLIENT_ID` and `CLIENT_SECRET` tokens that are no JWTs are
//! asked about at the provider, too. `ROCKET_PORT` is another port.

use std::env;
use std::error::Error;

use doorward_client::service::{self, Allowed, Caller, Person, Service, scopes};
use doorward_client::{Client, Provider};
use rocket::response::content::RawJson;
use rocket::{Build, Rocket, get, routes};
use serde_json::json;

scopes! {
    PhotosRead = "photos:read";
}

/// For whoever has the scope.
#[get("/photos")]
fn photos(caller: Allowed<PhotosRead>) -> RawJson<String> {
    RawJson(json!({"of": caller.subject(), "photos": ["a crane", "a lake"]}).to_string())
}

/// For people, not for machines of their own.
#[get("/profile")]
fn profile(person: Allowed<Person>) -> RawJson<String> {
    RawJson(json!({"you": person.subject(), "through": person.client_id()}).to_string())
}

/// For any good token: what it says.
#[get("/token")]
fn token(caller: Caller) -> RawJson<String> {
    RawJson(json!(caller.claims()).to_string())
}

/// The app with its guards.
pub fn app(service: &Service) -> Rocket<Build> {
    rocket::build().attach(service.fairing()).mount("/", routes![photos, profile, token]).register("/", service::catchers())
}

/// Whose tokens are taken: by the settings of the environment.
///
/// # Errors
/// Which setting is missing or wrong.
pub fn service(provider: &Provider, setting: impl Fn(&str) -> Option<String>) -> Result<Service, Box<dyn Error>> {
    let resource = setting("RESOURCE").ok_or("set RESOURCE in the environment: the audience of tokens for this service")?;
    let builder = Service::builder(provider, resource).name("Photos").scopes([PhotosRead::NAME]);
    Ok(match (setting("CLIENT_ID"), setting("CLIENT_SECRET")) {
        (Some(id), Some(secret)) => builder.introspect(Client::new(id).secret(secret)).build()?,
        (_, _) => builder.build()?,
    })
}

#[rocket::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let provider = Provider::new(&env::var("ISSUER").map_err(|_| "set ISSUER in the environment")?)?;
    let service = service(&provider, |name| env::var(name).ok())?;
    let port = env::var("ROCKET_PORT").map_or(Ok(8083), |port| port.parse::<u16>())?;
    let app = app(&service);
    let figment = app.figment().clone().merge(("port", port));
    app.configure(figment).launch().await?;
    Ok(())
}
