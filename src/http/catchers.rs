//! Requests that reach no handler, or whose handler broke: still an answer of ours, with a request id.

use super::guards::Visit;
use super::reply::{Reply, app};
use crate::pages::{ErrorKind, ErrorPage};
use rocket::http::{Method, Status};
use rocket::{Catcher, Request, catch, catchers};
use serde_json::json;

#[catch(default)]
fn default(status: Status, request: &Request<'_>) -> Reply {
    let allowed = if status == Status::NotFound { other_methods(request) } else { Vec::new() };
    let status = if allowed.is_empty() { status } else { Status::MethodNotAllowed };
    let kind = match status.code {
        404 => ErrorKind::NotFound,
        405 => ErrorKind::MethodNotAllowed,
        413 | 414 | 431 => ErrorKind::TooLarge,
        503 => ErrorKind::Unavailable,
        400..=499 => ErrorKind::BadRequest,
        _ => ErrorKind::Internal,
    };
    let html = request.headers().get("Accept").any(|accept| accept.contains("text/html"));
    let reply = if html {
        Visit::of(request).trouble(status, &ErrorPage::new(kind))
    } else {
        let error = if status.code >= 500 { "server_error" } else { "invalid_request" };
        Reply::json(status, &json!({"error": error, "error_description": status.reason_lossy()}))
    };
    if allowed.is_empty() { reply } else { reply.with("Allow", allowed.join(", ")) }
}

/// The methods that the path of a request has, when the asked one isn't among them: Rocket itself would say 404.
fn other_methods(request: &Request<'_>) -> Vec<&'static str> {
    let base = &app(request).site.base;
    let path = request.uri().path();
    let Some(path) = path.as_str().strip_prefix(base.as_str()) else { return Vec::new() };
    let matches = |pattern: &str| {
        let pattern = pattern.strip_prefix(base.as_str()).unwrap_or(pattern);
        let (mut a, mut b) = (pattern.split('/'), path.split('/'));
        loop {
            match (a.next(), b.next()) {
                (None, None) => return true,
                (Some(part), Some(_)) if part.starts_with('<') => {}
                (Some(part), Some(piece)) if part == piece => {}
                _ => return false,
            }
        }
    };
    let ours = |route: &&rocket::Route| matches!(route.method, Method::Get | Method::Post | Method::Put | Method::Delete);
    let mut methods: Vec<&str> =
        request.rocket().routes().filter(ours).filter(|route| matches(route.uri.path())).map(|route| route.method.as_str()).collect();
    methods.sort_unstable();
    methods.dedup();
    methods
}

/// The catchers.
pub fn catchers() -> Vec<Catcher> {
    catchers![default]
}
