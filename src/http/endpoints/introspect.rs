//! `POST /introspect`: RFC 7662.

use crate::flows::{self, FlowError};
use crate::http::App;
use crate::http::guards::ClientForm;
use crate::http::reply::Reply;
use doorward_protocol::error::Refusal;
use rocket::http::Status;
use rocket::{State, post};

/// What a service may know of a token.
#[post("/introspect", data = "<form>")]
pub async fn introspect(form: Result<ClientForm, Refusal>, app: &State<App>) -> Reply {
    let answered = match form {
        Ok(ClientForm { sender, params }) => flows::introspect::introspect(&app.ctx, &sender, &params).await,
        Err(refusal) => Err(FlowError::Refused(refusal)),
    };
    match answered {
        Ok(answer) => Reply::json(Status::Ok, &answer),
        Err(error) => Reply::client_error(&error),
    }
}
