//! The stylesheet and its like, under addresses that change with their content.

use crate::http::App;
use crate::http::reply::Reply;
use rocket::http::{ContentType, Status};
use rocket::{State, get};

/// A file of that content.
#[get("/static/<hash>/<name>")]
pub fn file(hash: &str, name: &str, app: &State<App>) -> Reply {
    match app.statics.get(hash, name) {
        Some(file) => {
            let kind = ContentType::parse_flexible(file.content_type).unwrap_or(ContentType::Binary);
            Reply::file(kind, &file.bytes).with("Cache-Control", "public, max-age=31536000, immutable")
        }
        None => Reply::text(Status::NotFound, "no such file\n"),
    }
}
