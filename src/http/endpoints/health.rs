//! Whether the process lives, and whether it can serve.

use crate::http::App;
use crate::http::reply::Reply;
use rocket::http::Status;
use rocket::{State, get};
use std::sync::Arc;

/// The process lives.
#[get("/healthz")]
pub fn healthz() -> Reply {
    Reply::text(Status::Ok, "ok\n")
}

/// It can serve: the database takes a write, is migrated, and the keys are loaded.
#[get("/readyz")]
pub async fn readyz(app: &State<App>) -> Reply {
    let cache = Arc::clone(&app.ctx.catalog);
    let keys = app.ctx.store.read(move |conn| cache.get(conn)).await;
    let ready = match keys {
        Ok(catalog) if catalog.keys.missing().is_empty() => app.ctx.store.ready().await.map_err(|why| why.to_string()),
        Ok(_) => Err("a signing key is missing".to_owned()),
        Err(why) => Err(why.to_string()),
    };
    match ready {
        Ok(()) => Reply::text(Status::Ok, "ready\n"),
        Err(why) => {
            tracing::warn!(%why, "not ready");
            Reply::text(Status::ServiceUnavailable, "not ready\n").with("Retry-After", "2")
        }
    }
}
