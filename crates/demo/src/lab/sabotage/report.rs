//! What a run has to show: each message, its answer, and what stopped it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use std::fmt;

use crate::lab::Words;
use crate::player::{Answer, Trouble};

/// Of longer values so many characters are shown from the beginning, and so many from the end.
const BEGINNING: usize = 36;
const END: usize = 24;
/// Longer bodies are shown with their beginning only.
const LONGEST_BODY: usize = 4096;

/// A request as it is shown: secrets and passwords are left out, long values shortened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// Where it went, without the query.
    pub address: String,
    /// The parameters of its query.
    pub query: Vec<(String, String)>,
    /// The headers that matter.
    pub headers: Vec<(String, String)>,
    /// The fields of its form.
    pub form: Vec<(String, String)>,
    /// The token it carries, opened.
    pub token: Option<Token>,
}

/// A JWT as anybody can read it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Token {
    /// The members of its header.
    pub header: Vec<(String, String)>,
    /// Its claims.
    pub claims: Vec<(String, String)>,
    /// Its signature; empty when there is none.
    pub signature: String,
}

/// What an honest flow has in the place of a step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Honest {
    /// The very same: nothing was changed here.
    #[default]
    Same,
    /// This message.
    Sends(Box<Message>),
    /// Nothing: every byte was right before, and is wrong now.
    Never,
}

/// An answer as it is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Came {
    /// The status.
    pub status: u16,
    /// The headers that matter.
    pub headers: Vec<(String, String)>,
    /// The parameters of the address the browser is sent to.
    pub query: Vec<(String, String)>,
    /// JSON, indented; empty when it is a page.
    pub body: String,
    /// By which the server's trace is found.
    pub request_id: Option<String>,
}

/// One step of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What happens.
    pub what: Words,
    /// What was sent.
    pub sent: Message,
    /// What came back.
    pub came: Came,
    /// What an honest flow has there.
    pub honest: Honest,
}

/// What refused, as far as the refusal itself says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    /// Which step it was, counted from 0.
    pub step: usize,
    /// The name of the check that an app or a service gives. The server's is in its trace.
    pub check: Option<String>,
    /// What it says in words.
    pub sentence: Option<String>,
}

/// A run, whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The steps in order.
    pub steps: Vec<Step>,
    /// What refused; `None` when nothing did.
    pub refusal: Option<Refusal>,
    /// Why it broke off before anything could refuse.
    pub failure: Option<String>,
}

/// Why a run can't go on: something is not as the demo has it.
#[derive(Debug)]
pub(super) struct Failure(pub(super) String);

impl Failure {
    pub(super) fn new(why: impl fmt::Display) -> Self {
        Self(why.to_string())
    }
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Self {
        Self::new(trouble)
    }
}

impl From<url::ParseError> for Failure {
    fn from(why: url::ParseError) -> Self {
        Self::new(why)
    }
}

impl From<aws_lc_rs::error::Unspecified> for Failure {
    fn from(why: aws_lc_rs::error::Unspecified) -> Self {
        Self::new(why)
    }
}

/// An address apart from its query.
pub(super) fn split(url: &url::Url) -> (String, Vec<(String, String)>) {
    let query = url.query_pairs().map(|(name, value)| (name.into_owned(), short(&value))).collect();
    let mut bare = url.clone();
    bare.set_query(None);
    (bare.into(), query)
}

/// A value as it is shown.
pub(super) fn short(value: &str) -> String {
    let count = value.chars().count();
    if count <= BEGINNING + END + 4 {
        return value.to_owned();
    }
    let beginning: String = value.chars().take(BEGINNING).collect();
    beginning + "…" + &value.chars().skip(count - END).collect::<String>()
}

impl Came {
    /// Whether it says no: an error, or a way back to the app with one (RFC 6749 §4.1.2.1).
    pub fn refuses(&self) -> bool {
        self.status >= 400 || self.query.iter().any(|(name, _)| name == "error")
    }
}

impl Token {
    /// Opens what looks like a JWT.
    pub(super) fn of(token: &str) -> Option<Self> {
        let parts: Vec<&str> = token.split('.').collect();
        let [header, claims, signature] = parts.as_slice() else { return None };
        Some(Self { header: members(header)?, claims: members(claims)?, signature: short(signature) })
    }
}

fn members(part: &str) -> Option<Vec<(String, String)>> {
    let members: Map<String, Value> = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()?;
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Some(members.iter().map(|(name, value)| (name.clone(), short(&text(value)))).collect())
}

impl Came {
    /// An answer of a program: JSON is indented, with its long strings shortened.
    pub(super) fn json(status: u16, headers: Vec<(String, String)>, body: &str, request_id: Option<String>) -> Self {
        let body = match serde_json::from_str::<Value>(body) {
            Ok(mut value) => {
                shorten(&mut value);
                serde_json::to_string_pretty(&value).unwrap_or_default()
            }
            Err(_) => String::new(),
        };
        Self { status, headers, query: Vec::new(), body: body.chars().take(LONGEST_BODY).collect(), request_id }
    }

    /// An answer that a browser got: where it leads, or that it is a page.
    pub(super) fn page(answer: &Answer) -> Self {
        let (headers, query) = match answer.target() {
            Some(to) => {
                let (address, query) = split(&to);
                (vec![("Location".to_owned(), address)], query)
            }
            None => (Vec::new(), Vec::new()),
        };
        Self { status: answer.status, headers, query, body: String::new(), request_id: answer.request_id.clone() }
    }
}

fn shorten(value: &mut Value) {
    match value {
        Value::String(text) => *text = short(text),
        Value::Array(all) => all.iter_mut().for_each(shorten),
        Value::Object(members) => members.values_mut().for_each(shorten),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
