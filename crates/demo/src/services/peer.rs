//! Calling another service.

use doorward_client::calls::CallError;
use doorward_client::http::{Http, Request};
use rocket::http::{ContentType, Status};
use rocket::response::{self, Responder, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::config::{Program, ServicesConfig};

/// Another service, and the way there.
#[derive(Clone)]
pub(super) struct Peer {
    program: Program,
    address: String,
    audience: String,
    http: Http,
}

/// A refusal on the way: by whom, and why. It is handed back, so that whoever asked can show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Refused {
    /// The service, or `Doorward`.
    pub(super) by: String,
    /// The HTTP status; 0 where there was no answer.
    pub(super) status: u16,
    /// The error code.
    pub(super) error: String,
    /// What it says of it.
    pub(super) description: String,
    /// The check that refused, where it was named.
    pub(super) check: Option<String>,
    /// The challenge of the answer.
    pub(super) challenge: Option<String>,
    /// Where the server says more.
    pub(super) explained: Option<String>,
}

impl Peer {
    pub(super) fn new(cfg: &ServicesConfig, program: Program) -> Self {
        Self { program, address: cfg.address(program), audience: cfg.audience(program), http: Http::new() }
    }

    /// The audience of tokens for it.
    pub(super) fn audience(&self) -> &str {
        &self.audience
    }

    /// Its address of a path.
    pub(super) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    /// Posts JSON, or gets; with the token in the header, or without any.
    pub(super) async fn ask(&self, path: &str, bearer: Option<&str>, body: Option<&Value>) -> Result<Value, Refused> {
        let away = |status: u16, error: &str, what: &str| Refused {
            by: self.program.id().to_owned(),
            status,
            error: error.to_owned(),
            description: what.to_owned(),
            check: None,
            challenge: None,
            explained: None,
        };
        let mut request = if body.is_some() { Request::post(self.at(path)) } else { Request::get(self.at(path)) };
        if let Some(bearer) = bearer {
            request = request.header("Authorization", bearer);
        }
        let bytes = body.map(Value::to_string).unwrap_or_default().into_bytes();
        let request = request
            .header("Content-Type", "application/json")
            .body(bytes)
            .map_err(|_| away(0, "unsent", "The token doesn't fit into a header."))?;
        let answer = self.http.send(request).await.map_err(|why| away(0, "unreachable", &why.to_string()))?;
        let said: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
        if answer.status().is_success() {
            return Ok(said);
        }
        // Somebody further down refused: whoever it was is passed on.
        if let Ok(refused) = serde_json::from_value(said["refused"].clone()) {
            return Err(refused);
        }
        let text = |name: &str| said[name].as_str().map(|text| text.chars().take(600).collect::<String>());
        let challenge = answer.headers().get("WWW-Authenticate").and_then(|value| value.to_str().ok()).map(str::to_owned);
        Err(Refused {
            check: text("check"),
            challenge,
            ..away(answer.status().as_u16(), &text("error").unwrap_or_default(), &text("error_description").unwrap_or_default())
        })
    }
}

impl From<CallError> for Refused {
    fn from(why: CallError) -> Self {
        let base = Self {
            by: "Doorward".to_owned(),
            status: 0,
            error: "no_token".to_owned(),
            description: why.to_string(),
            check: None,
            challenge: None,
            explained: None,
        };
        match why {
            CallError::Refused { error, description, uri, .. } => {
                Self { status: 400, error, description: description.unwrap_or_default(), explained: uri, ..base }
            }
            _ => base,
        }
    }
}

/// To the caller: 502, and who it was.
impl<'r> Responder<'r, 'static> for Refused {
    fn respond_to(self, _: &'r rocket::Request<'_>) -> response::Result<'static> {
        let body = json!({ "error": "refused_further_down", "refused": self }).to_string();
        Response::build().status(Status::BadGateway).header(ContentType::JSON).sized_body(body.len(), std::io::Cursor::new(body)).ok()
    }
}
