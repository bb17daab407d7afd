//! `POST /device_authorization`: RFC 8628 §3.1.

use crate::flows::{self, FlowError};
use crate::http::guards::{ClientForm, Visit};
use crate::http::reply::Reply;
use doorward_protocol::error::Refusal;
use rocket::http::Status;
use rocket::post;

/// Gives a device its codes.
#[post("/device_authorization", data = "<form>")]
pub async fn device_authorization(form: Result<ClientForm, Refusal>, visit: Visit<'_>) -> Reply {
    let answered = match form {
        Ok(ClientForm { sender, params }) => flows::device::authorize(visit.ctx, &sender, params, visit.origin()).await,
        Err(refusal) => Err(FlowError::Refused(refusal)),
    };
    match answered {
        // RFC 8628 §3.2, as RFC 6749 §5.1.
        Ok(response) => Reply::json(Status::Ok, &response).with("Cache-Control", "no-store"),
        Err(error) => Reply::client_error(&error),
    }
}
