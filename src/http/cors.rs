//! CORS for browser apps: any origin, never with credentials, at the endpoints they need and nowhere else.

use super::reply::Reply;
use doorward_protocol::metadata::path;
use rocket::http::{Header, Status};
use rocket::{Response, Route, options, routes};

/// Whether browser apps may read the answer of a path.
fn is_open(path: &str) -> bool {
    path.starts_with("/.well-known/") || [path::JWKS, path::TOKEN, path::USERINFO, path::REVOKE].contains(&path)
}

/// Adds the header that lets a browser app read the answer, errors included.
pub fn allow(path: &str, response: &mut Response<'_>) {
    if is_open(path) {
        response.set_header(Header::new("Access-Control-Allow-Origin", "*"));
        response.set_header(Header::new("Access-Control-Expose-Headers", "WWW-Authenticate, DPoP-Nonce, Retry-After, X-Request-Id"));
    }
}

fn preflight(methods: &'static str) -> Reply {
    Reply::empty(Status::NoContent)
        .with("Access-Control-Allow-Methods", methods)
        .with("Access-Control-Allow-Headers", "Authorization, Content-Type, DPoP")
        .with("Access-Control-Max-Age", "86400")
}

#[options("/.well-known/<_..>")]
fn well_known() -> Reply {
    preflight("GET")
}

#[options("/jwks.json")]
fn jwks() -> Reply {
    preflight("GET")
}

#[options("/token")]
fn token() -> Reply {
    preflight("POST")
}

#[options("/userinfo")]
fn userinfo() -> Reply {
    preflight("GET, POST")
}

#[options("/revoke")]
fn revoke() -> Reply {
    preflight("POST")
}

/// The preflight routes.
pub fn routes() -> Vec<Route> {
    routes![well_known, jwks, token, userinfo, revoke]
}
