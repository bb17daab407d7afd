//! `GET /forward-auth`: nginx `auth_request`, Traefik `forwardAuth`, Caddy `forward_auth`.

use crate::flows::forward_auth as flow;
use crate::http::App;
use crate::http::guards::Proxied;
use crate::http::reply::Reply;
use rocket::http::Status;
use rocket::{State, get};

/// Whether a request may pass to the service behind the proxy.
#[get("/forward-auth")]
pub async fn forward_auth(proxied: Proxied<'_>, app: &State<App>) -> Reply {
    let Proxied(question) = proxied;
    let reply = match flow::forward_auth(&app.ctx, &question).await {
        Ok(told) => told.into_iter().fold(Reply::empty(Status::NoContent), |reply, (name, value)| reply.with(name, value)),
        Err(error) => Reply::forward_error(&error),
    };
    reply.with_nonce(&app.ctx, &question.visitor.dpop)
}
