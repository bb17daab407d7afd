//! `POST /par`: RFC 9126 §2.

use crate::flows::{self, FlowError};
use crate::http::guards::{ClientForm, Here};
use crate::http::reply::Reply;
use doorward_protocol::error::Refusal;
use rocket::http::Status;
use rocket::post;

/// Takes an authorization request and gives a reference to it.
#[post("/par", data = "<form>")]
pub async fn push(form: Result<ClientForm, Refusal>, here: Here<'_>) -> Reply {
    let ClientForm { sender, params } = match form {
        Ok(form) => form,
        Err(refusal) => return Reply::client_error(&FlowError::Refused(refusal)),
    };
    let reply = match flows::par::push(&here, &sender, params).await {
        // RFC 9126 §2.2: 201, and as any answer with a secret (§2.2, example) not to be stored.
        Ok(answer) => Reply::json(Status::Created, &answer).with("Cache-Control", "no-cache, no-store"),
        Err(error) => Reply::client_error(&error),
    };
    reply.with_nonce(&here, &sender.dpop)
}
