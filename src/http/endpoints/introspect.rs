//! `POST /introspect`: RFC 7662, RFC 9701.

use crate::flows::mint::Told;
use crate::flows::{self, FlowError};
use crate::http::guards::{ClientForm, Here, Wants};
use crate::http::reply::Reply;
use doorward_protocol::error::Refusal;
use rocket::http::Status;
use rocket::post;

/// What a service may know of a token.
#[post("/introspect", data = "<form>")]
pub async fn introspect(form: Result<ClientForm, Refusal>, wants: Wants, here: Here<'_>) -> Reply {
    let answered = match form {
        Ok(ClientForm { sender, params }) => flows::introspect::introspect(&here, &sender, &params, wants.jwt).await,
        Err(refusal) => Err(FlowError::Refused(refusal)),
    };
    match answered {
        Ok(Told::Plain(answer)) => Reply::json(Status::Ok, &answer),
        Ok(Told::Signed(jwt)) => Reply::jwt("token-introspection+jwt", jwt),
        Err(error) => Reply::client_error(&error),
    }
}
