//! A page asked for under another name of the loopback is redirected to the issuer's: cookies and form checks belong to one name.
//!
//! In the demo, which shows tokens to whoever asks, so is one asked for under any other name: a site whose own name was made to lead here
//! (DNS rebinding) would read it as its own.

use super::reply::{Reply, app};
use rocket::http::Method;
use rocket::http::uri::Origin;
use rocket::{Request, Route, route};

/// Where diverted requests are routed; nobody gets there by asking for it.
const PATH: &str = "/canonical-name";

/// The path and query that were asked for.
struct Asked(Option<String>);

/// The names of the loopback.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// Paths that programs ask for under whatever name they know; a page isn't among them.
const NOT_PAGES: [&str; 10] = [
    "/.well-known/",
    "/jwks.json",
    "/token",
    "/device_authorization",
    "/userinfo",
    "/introspect",
    "/revoke",
    "/forward-auth",
    "/healthz",
    "/readyz",
];

/// Sends a GET for a page under a foreign name to [`PATH`].
pub fn divert(request: &mut Request<'_>, base: &str) {
    let (issuer, demo) = (&app(request).ctx.policy.issuer, app(request).demo);
    let path = request.uri().path().as_str().to_owned();
    let below = path.strip_prefix(base).unwrap_or(&path);
    if !issuer.is_loopback() || request.method() != Method::Get || NOT_PAGES.iter().any(|start| below.starts_with(start)) {
        return;
    }
    let Some(host) = request.headers().get_one("Host") else { return };
    let authority = issuer.authority();
    let (name, port) = split(host);
    let foreign = if LOOPBACK.contains(&name) { name != split(&authority).0 && port == split(&authority).1 } else { demo };
    if !foreign {
        return;
    }
    let asked = request.uri().to_string();
    request.local_cache(|| Asked(Some(asked)));
    if let Ok(uri) = Origin::parse_owned(format!("{base}{PATH}")) {
        request.set_uri(uri);
    }
}

fn split(authority: &str) -> (&str, &str) {
    match authority.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => (name, port),
        _ => (authority, ""),
    }
}

/// The route that answers diverted requests.
pub fn routes() -> Vec<Route> {
    vec![Route::new(Method::Get, PATH, handle)]
}

fn handle<'r>(request: &'r Request<'_>, data: rocket::Data<'r>) -> route::BoxFuture<'r> {
    Box::pin(async move {
        match &request.local_cache(|| Asked(None)).0 {
            Some(asked) => {
                let location = format!("{}{asked}", app(request).ctx.policy.issuer.origin());
                route::Outcome::from(request, Reply::see_other(location))
            }
            None => route::Outcome::forward(data, rocket::http::Status::NotFound),
        }
    })
}
