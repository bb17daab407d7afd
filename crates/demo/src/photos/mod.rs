//! The photo service: an API that knows no passwords and no sessions, only access tokens.

mod guard;
mod heard;
mod pictures;

pub use heard::{Call, Heard};

use std::sync::Arc;

use rocket::fairing::AdHoc;
use rocket::http::{ContentType, Header};
use rocket::response::content::RawJson;
use rocket::{Build, Rocket, State, catch, catchers, get, routes};
use serde_json::json;

use crate::config::{DemoConfig, rocket_config};
use crate::issuer::Issuer;
use guard::{AlbumsRead, Allowed, Guard, PhotosRead, Refusal};

/// The photo service, for 127.0.0.1 and `photos_port`. It reads the issuer's keys when the first token comes.
pub fn photo_service(cfg: &DemoConfig) -> Rocket<Build> {
    photo_service_heard(cfg, Heard::default())
}

/// The same, where somebody wants to know what it heard.
pub fn photo_service_heard(cfg: &DemoConfig, heard: Heard) -> Rocket<Build> {
    rocket::custom(rocket_config(cfg.photos_port))
        .manage(Arc::new(Guard::new(Issuer::new(&cfg.issuer), &cfg.resource)))
        .manage(heard)
        .mount("/", routes![photos, photo, albums, metadata])
        .register("/", catchers![nothing_here])
        .attach(AdHoc::on_response("headers", |_, response| {
            Box::pin(async move {
                response.set_header(Header::new("Cache-Control", "no-store"));
                response.set_header(Header::new("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"));
            })
        }))
}

/// A handler states what it needs in its signature, and cannot run without it.
#[get("/photos")]
fn photos(token: Result<Allowed<PhotosRead>, Refusal>) -> Result<RawJson<String>, Refusal> {
    let owner = token?.claims.sub;
    Ok(RawJson(json!({ "owner": owner, "photos": pictures::photos() }).to_string()))
}

#[get("/photos/<id>")]
fn photo(id: &str, token: Result<Allowed<PhotosRead>, Refusal>) -> Result<Option<(ContentType, String)>, Refusal> {
    let _allowed = token?;
    Ok(pictures::draw(id).map(|svg| (ContentType::SVG, svg)))
}

#[get("/albums")]
fn albums(token: Result<Allowed<AlbumsRead>, Refusal>) -> Result<RawJson<String>, Refusal> {
    let owner = token?.claims.sub;
    Ok(RawJson(json!({ "owner": owner, "albums": pictures::albums() }).to_string()))
}

/// What a client that knows this address alone needs to know (RFC 9728 §3): who gives tokens for it, and which scopes there are.
#[get("/.well-known/oauth-protected-resource")]
fn metadata(guard: &State<Arc<Guard>>) -> RawJson<String> {
    RawJson(guard.metadata().to_string())
}

#[catch(default)]
fn nothing_here() -> RawJson<&'static str> {
    RawJson(r#"{"error":"not_found"}"#)
}
