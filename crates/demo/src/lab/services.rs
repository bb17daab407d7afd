//! Two small services that take the server's tokens: what the broken flows are tried at.

use doorward_client::Provider;
use doorward_client::service::{Needs, Presented, Refusal, Service};
use rocket::request::{FromRequest, Outcome, Request};
use rocket::response::content::RawJson;
use rocket::{Route, State, get, routes};
use serde_json::json;

use super::LabError;
use super::sabotage::{moment, notes};

const READ_NOTES: Needs = Needs::scopes(&["notes:read"]);
const READ_MOMENT: Needs = Needs::scopes(&["moment:read"]);

/// The guards of both.
pub(super) struct Services {
    notes: Service,
    moment: Service,
}

impl Services {
    pub(super) fn new(lab: &str, server: &str) -> Result<Self, LabError> {
        let provider = Provider::new(server).map_err(LabError::Server)?;
        // No leeway: both clocks are this machine's.
        let service = |resource: String| Service::builder(&provider, resource).leeway(0).build().map_err(LabError::Services);
        Ok(Self { notes: service(notes(lab))?, moment: service(moment(lab))? })
    }
}

pub(super) fn all() -> Vec<Route> {
    routes![read_notes, read_moment]
}

/// Every `Authorization` header of a request.
struct Shown<'r>(Vec<&'r str>);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Shown<'r> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        Outcome::Success(Self(request.headers().get("Authorization").collect()))
    }
}

/// The notes of whoever the token speaks of.
#[get("/notes")]
async fn read_notes(shown: Shown<'_>, services: &State<Services>) -> Result<RawJson<String>, Refusal> {
    let caller = services.notes.authenticate(&Presented::new("GET", "/notes").authorization(&shown.0)).await?;
    services.notes.allow(&caller, &READ_NOTES)?;
    Ok(RawJson(json!({ "owner": caller.subject(), "notes": ["Buy washi paper", "Fold a crane"] }).to_string()))
}

/// A service whose tokens live for a second.
#[get("/moment")]
async fn read_moment(shown: Shown<'_>, services: &State<Services>) -> Result<RawJson<String>, Refusal> {
    let caller = services.moment.authenticate(&Presented::new("GET", "/moment").authorization(&shown.0)).await?;
    services.moment.allow(&caller, &READ_MOMENT)?;
    Ok(RawJson(json!({ "owner": caller.subject(), "moment": "now" }).to_string()))
}
