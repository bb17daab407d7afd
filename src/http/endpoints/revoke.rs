//! `POST /revoke`: RFC 7009.

use crate::flows::{self, FlowError};
use crate::http::App;
use crate::http::guards::ClientForm;
use crate::http::reply::Reply;
use doorward_protocol::error::Refusal;
use rocket::http::Status;
use rocket::{State, post};

/// Ends a token of the client that asks.
#[post("/revoke", data = "<form>")]
pub async fn revoke(form: Result<ClientForm, Refusal>, app: &State<App>) -> Reply {
    let answered = match form {
        Ok(ClientForm { sender, params }) => flows::revoke::revoke(&app.ctx, &sender, &params).await,
        Err(refusal) => Err(FlowError::Refused(refusal)),
    };
    match answered {
        Ok(()) => Reply::empty(Status::Ok),
        Err(error) => Reply::client_error(&error),
    }
}
