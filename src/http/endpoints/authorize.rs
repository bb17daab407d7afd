//! `GET` and `POST /authorize`: RFC 6749 §3.1, OpenID Connect Core §3.1.2.

use crate::flows::FlowError;
use crate::flows::authorize::{self, Begun};
use crate::http::guards::{FormBody, Visit};
use crate::http::reply::{Reply, to_client};
use doorward_protocol::authorize::{MAY_REPEAT, Raw};
use doorward_protocol::error::Refusal;
use doorward_protocol::params::Params;
use rocket::http::uri::Origin;
use rocket::{get, post};

/// A request in the query.
#[get("/authorize")]
pub async fn get(uri: &Origin<'_>, visit: Visit<'_>) -> Reply {
    // Byte-exact values come from the raw query: Rocket decodes leniently.
    let query = uri.query().map(|query| query.as_str()).unwrap_or_default();
    begin(visit, Params::parse(query.as_bytes(), MAY_REPEAT), false).await
}

/// A request in the body, as other sites may post it: stored, and acted on only at our own page.
#[post("/authorize", data = "<body>")]
pub async fn post(body: Result<FormBody, Refusal>, visit: Visit<'_>) -> Reply {
    begin(visit, body.and_then(|body| body.params(MAY_REPEAT)), true).await
}

async fn begin(mut visit: Visit<'_>, params: Result<Params, Refusal>, stay: bool) -> Reply {
    let params = match params {
        Ok(params) => params,
        Err(refusal) => return visit.refused(refusal, None),
    };
    visit.wished(params.unambiguous("ui_locales"));
    match run(&visit, params, stay).await {
        Ok(reply) => reply,
        Err(error) => visit.failed(&error),
    }
}

async fn run(visit: &Visit<'_>, params: Params, stay: bool) -> Result<Reply, FlowError> {
    let client = params.unambiguous("client_id").map(str::to_owned);
    let who = if stay { None } else { visit.who().await? };
    let browser = visit.browser_for(stay);
    Ok(match authorize::begin(visit.ctx, Raw::new(params), browser, who, stay).await? {
        Begun::Interact(id) => Reply::see_other(visit.app.path(&format!("/interaction/{id}"))),
        Begun::Respond(response) => to_client(&response, false, "", &visit.frame()),
        Begun::Page(page) => visit.refused(page.0, client.as_deref()),
    })
}
