//! `POST /register` (RFC 7591) and what is below it: the client's own registration (RFC 7592).

use crate::flows::register::{Applicant, register as enrol};
use crate::flows::{FlowError, registration};
use crate::http::guards::{Here, Holder, JsonBody, Visit};
use crate::http::reply::Reply;
use doorward_protocol::error::Refusal;
use doorward_protocol::secret::{RegistrationAccess, Secret};
use doorward_protocol::values::ClientId;
use rocket::http::Status;
use rocket::{delete, get, post, put};
use serde_json::Value;

/// Registers a client.
#[post("/register", data = "<body>")]
pub async fn register(body: Result<JsonBody, Refusal>, holder: Holder<'_>, visit: Visit<'_>, here: Here<'_>) -> Reply {
    let asked = match body {
        Ok(JsonBody(asked)) => asked,
        Err(refusal) => return Reply::registration_error(&FlowError::Refused(refusal)),
    };
    let applicant = Applicant { authorization: &holder.0.authorization, address: visit.origin().address };
    answered(Status::Created, enrol(&here, &applicant, asked).await)
}

/// What is registered.
#[get("/register/<id>")]
pub async fn read(id: &str, holder: Holder<'_>, here: Here<'_>) -> Reply {
    match access(&holder) {
        Ok(token) => answered(Status::Ok, registration::read(&here, ClientId::new(id), token).await),
        Err(refused) => Reply::registration_error(&refused),
    }
}

/// Registers anew.
#[put("/register/<id>", data = "<body>")]
pub async fn replace(id: &str, body: Result<JsonBody, Refusal>, holder: Holder<'_>, here: Here<'_>) -> Reply {
    let token = match access(&holder) {
        Ok(token) => token,
        Err(refused) => return Reply::registration_error(&refused),
    };
    match body {
        Ok(JsonBody(asked)) => answered(Status::Ok, registration::replace(&here, ClientId::new(id), token, asked).await),
        Err(refusal) => Reply::registration_error(&FlowError::Refused(refusal)),
    }
}

/// Ends the registration and all that was given to the client.
#[delete("/register/<id>")]
pub async fn remove(id: &str, holder: Holder<'_>, here: Here<'_>) -> Reply {
    let removed = match access(&holder) {
        Ok(token) => registration::remove(&here, ClientId::new(id), token).await,
        Err(refused) => Err(refused),
    };
    match removed {
        Ok(()) => Reply::empty(Status::NoContent).with("Cache-Control", "no-store"),
        Err(error) => Reply::registration_error(&error),
    }
}

fn access(holder: &Holder<'_>) -> Result<Secret<RegistrationAccess>, FlowError> {
    registration::shown(&holder.0.authorization)
}

fn answered(status: Status, outcome: Result<Value, FlowError>) -> Reply {
    match outcome {
        // RFC 7591 §3.2.1, RFC 7592 §3: "Cache-Control: no-store" and "Pragma: no-cache".
        Ok(answer) => Reply::json(status, &answer).with("Cache-Control", "no-store").with("Pragma", "no-cache"),
        Err(error) => Reply::registration_error(&error),
    }
}
