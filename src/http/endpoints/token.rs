//! `POST /token`: RFC 6749 §3.2.

use crate::flows::{self, FlowError};
use crate::http::guards::{ClientForm, Here};
use crate::http::reply::Reply;
use doorward_protocol::error::Refusal;
use rocket::http::Status;
use rocket::post;

/// Exchanges a grant for tokens.
#[post("/token", data = "<form>")]
pub async fn token(form: Result<ClientForm, Refusal>, here: Here<'_>) -> Reply {
    let ClientForm { sender, params } = match form {
        Ok(form) => form,
        Err(refusal) => return Reply::client_error(&FlowError::Refused(refusal)),
    };
    let reply = match flows::token::token(&here, &sender, params).await {
        // RFC 6749 §5.1: "Cache-Control: no-store" and "Pragma: no-cache".
        Ok(response) => Reply::json(Status::Ok, &response).with("Cache-Control", "no-store").with("Pragma", "no-cache"),
        Err(error) => Reply::client_error(&error),
    };
    reply.with_nonce(&here, &sender.dpop)
}
