//! The photo service: an API that knows no passwords and no sessions, only access tokens. What is checked in each, the library does.

mod heard;
mod pictures;

pub use heard::{Call, Heard};

use doorward_client::Provider;
use doorward_client::service::{self, Allowed, Service, scopes};
use rocket::fairing::AdHoc;
use rocket::http::{ContentType, Header};
use rocket::response::content::RawJson;
use rocket::{Build, Rocket, catch, catchers, get, routes};
use serde_json::json;

use crate::config::{DemoConfig, rocket_config};

scopes! {
    PhotosRead = "photos:read";
    AlbumsRead = "albums:read";
}

/// The photo service, for 127.0.0.1 and `photos_port`. It reads the issuer's keys when the first token comes.
pub fn photo_service(cfg: &DemoConfig) -> Rocket<Build> {
    photo_service_heard(cfg, Heard::default())
}

/// The same, where somebody wants to know what it heard.
pub fn photo_service_heard(cfg: &DemoConfig, heard: Heard) -> Rocket<Build> {
    let rocket = rocket::custom(rocket_config(cfg.photos_port))
        .mount("/", routes![photos, photo, albums])
        .attach(heard.fairing())
        .register("/", service::catchers())
        .register("/", catchers![nothing_here])
        .attach(AdHoc::on_response("headers", |_, response| {
            Box::pin(async move {
                response.set_header(Header::new("Cache-Control", "no-store"));
                response.set_header(Header::new("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"));
            })
        }));
    match guarded(cfg) {
        Some(service) => rocket.attach(service.fairing()),
        // Without it every guard answers 500 and lets nobody in.
        None => rocket,
    }
}

/// Whose tokens are taken, and for whom they must be. None if the addresses make no sense.
fn guarded(cfg: &DemoConfig) -> Option<Service> {
    let provider = Provider::new(&cfg.issuer).ok()?;
    let service = Service::builder(&provider, &cfg.resource).name("Photos").scopes([PhotosRead::NAME, AlbumsRead::NAME]);
    // Both run on one machine, whose clock doesn't differ from itself.
    service.leeway(0).build().ok()
}

/// A handler states what it needs in its signature, and cannot run without it.
#[get("/photos")]
fn photos(caller: Allowed<PhotosRead>) -> RawJson<String> {
    RawJson(json!({ "owner": caller.subject(), "photos": pictures::photos() }).to_string())
}

#[get("/photos/<id>")]
fn photo(id: &str, _caller: Allowed<PhotosRead>) -> Option<(ContentType, String)> {
    pictures::draw(id).map(|svg| (ContentType::SVG, svg))
}

#[get("/albums")]
fn albums(caller: Allowed<AlbumsRead>) -> RawJson<String> {
    RawJson(json!({ "owner": caller.subject(), "albums": pictures::albums() }).to_string())
}

#[catch(default)]
fn nothing_here() -> RawJson<&'static str> {
    RawJson(r#"{"error":"not_found"}"#)
}
