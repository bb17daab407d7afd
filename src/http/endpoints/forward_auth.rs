//! `GET /forward-auth`: nginx `auth_request`, Traefik `forwardAuth`, Caddy `forward_auth`.

use crate::flows::forward_auth as flow;
use crate::http::guards::{Here, Proxied};
use crate::http::reply::Reply;
use rocket::get;
use rocket::http::Status;

/// Whether a request may pass to the service behind the proxy.
#[get("/forward-auth")]
pub async fn forward_auth(proxied: Proxied<'_>, here: Here<'_>) -> Reply {
    let Proxied(question) = proxied;
    let reply = match flow::forward_auth(&here, &question).await {
        Ok(told) => told.into_iter().fold(Reply::empty(Status::NoContent), |reply, (name, value)| reply.with(name, value)),
        Err(error) => Reply::forward_error(&error),
    };
    reply.with_nonce(&here, &question.visitor.dpop)
}
