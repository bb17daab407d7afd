//! Discovery and the key set. RFC 8414 §3, OpenID Connect Discovery §4, RFC 7517 §5.

use crate::flows::FlowError;
use crate::flows::catalog::Catalog;
use crate::http::App;
use crate::http::reply::Reply;
use crate::keys::JWKS_MAX_AGE;
use doorward_protocol::metadata;
use rocket::http::{ContentType, Status};
use rocket::{State, get};
use std::sync::Arc;

/// OpenID Connect Discovery §4.
#[get("/.well-known/openid-configuration")]
pub async fn openid_configuration(app: &State<App>) -> Reply {
    document(app).await
}

/// RFC 8414 §3.
#[get("/.well-known/oauth-authorization-server")]
pub async fn oauth_authorization_server(app: &State<App>) -> Reply {
    document(app).await
}

/// The key set (RFC 7517 §5), public parts only.
#[get("/jwks.json")]
pub async fn jwks(app: &State<App>) -> Reply {
    match catalog(app).await {
        Ok(catalog) => cached(Reply::json(Status::Ok, &catalog.keys.jwks())),
        Err(error) => Reply::json_error(&error),
    }
}

/// The document of both places; RFC 8414 §3.1 puts it at the root of the host when the issuer has a path.
pub async fn document(app: &App) -> Reply {
    match catalog(app).await {
        Ok(catalog) => cached(Reply::json(Status::Ok, &metadata::document(&app.ctx.policy, &catalog.apis))),
        Err(error) => Reply::json_error(&error),
    }
}

async fn catalog(app: &App) -> Result<Arc<Catalog>, FlowError> {
    let cache = Arc::clone(&app.ctx.catalog);
    app.ctx.store.read(move |conn| cache.get(conn)).await
}

fn cached(reply: Reply) -> Reply {
    reply.with("Cache-Control", format!("public, max-age={}", JWKS_MAX_AGE.0))
}

/// `robots.txt`: nothing here is for an index.
#[get("/robots.txt")]
pub fn robots() -> Reply {
    Reply::file(ContentType::Plain, b"User-agent: *\nDisallow: /\n")
}
