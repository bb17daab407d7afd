//! The pictures of apps.

use crate::flows;
use crate::http::App;
use crate::http::reply::Reply;
use rocket::http::{ContentType, Status};
use rocket::{State, get};

/// The picture of an app. Opened by itself it is saved, never shown.
#[get("/client-logo/<name>")]
pub async fn show(name: &str, app: &State<App>) -> Reply {
    match flows::logo::logo(&app.ctx, name).await {
        Ok(Some(logo)) => Reply::file(ContentType::parse_flexible(logo.kind).unwrap_or(ContentType::Binary), &logo.bytes)
            .with("Cache-Control", "public, max-age=3600")
            .with("Content-Disposition", "attachment; filename=\"logo\""),
        Ok(None) => Reply::text(Status::NotFound, "no such file\n"),
        Err(error) => Reply::json_error(&error),
    }
}
