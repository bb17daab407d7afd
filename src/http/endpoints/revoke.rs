//! `POST /revoke`: RFC 7009.

use crate::flows::{self, FlowError};
use crate::http::guards::{ClientForm, Here};
use crate::http::reply::Reply;
use doorward_protocol::error::Refusal;
use rocket::http::Status;
use rocket::post;

/// Ends a token of the client that asks.
#[post("/revoke", data = "<form>")]
pub async fn revoke(form: Result<ClientForm, Refusal>, here: Here<'_>) -> Reply {
    let answered = match form {
        Ok(ClientForm { sender, params }) => flows::revoke::revoke(&here, &sender, &params).await,
        Err(refusal) => Err(FlowError::Refused(refusal)),
    };
    match answered {
        Ok(()) => Reply::empty(Status::Ok),
        Err(error) => Reply::client_error(&error),
    }
}
