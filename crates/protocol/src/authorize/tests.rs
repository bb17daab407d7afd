//! The authorization endpoint from the parameters to the decision; refusals are told apart by their [`Check`] alone.
#![allow(clippy::expect_used)]

mod answering;
mod binding;
mod deciding;
mod laws;
mod manners;
mod table;
mod validating;

use super::*;
use crate::api::Apis;
use crate::check::{Check, Checks, Heard};
use crate::claims_request::{ClaimsRequest, Names};
use crate::client::{Client, Metadata};
use crate::consent::Consent;
use crate::details::Details;
use crate::params::Params;
use crate::policy::Policy;
use crate::redirect_uri::RedirectUri;
use crate::scopes::Scopes;
use crate::values::{ClientId, Issuer, Seconds, SessionId, Subject, Timestamp};
use serde_json::{Value, json};
use std::sync::Arc;

const ISSUER: &str = "https://login.example";
const CALLBACK: &str = "https://app.example/cb?keep=1";
const PHOTOS: &str = "https://photos.example";
const MAIL: &str = "https://mail.example";
const BARE: &str = "https://bare.example";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const NOW: Timestamp = Timestamp(1_000_000);

/// A request that holds.
const GOOD: [(&str, &str); 7] = [
    ("client_id", "app"),
    ("redirect_uri", CALLBACK),
    ("response_type", "code"),
    ("scope", "openid photos:read"),
    ("state", "s t&a=t%\"é"),
    ("code_challenge", CHALLENGE),
    ("code_challenge_method", "S256"),
];

fn policy() -> Policy {
    Policy::for_issuer(Issuer::parse(ISSUER).expect("an issuer"))
}

fn apis() -> Apis {
    let read = |json| serde_json::from_value(json).expect("an API");
    let all = [
        json!({"resource": PHOTOS, "scopes": {"photos:read": {}, "photos:write": {}, "photos:list": {"required": true}}}),
        json!({"resource": MAIL, "scopes": {"mail:read": {}}}),
        json!({"resource": BARE}),
    ];
    Apis::new(all.into_iter().map(read).collect())
}

fn scopes(text: &str) -> Scopes {
    Scopes::parse(text).expect("scopes")
}

/// A confidential client for everything but `mail:read`, with some members changed.
fn client(changes: Value) -> Arc<Client> {
    let mut all = json!({
        "redirect_uris": [CALLBACK],
        "grant_types": ["authorization_code", "refresh_token"],
        "scope": "openid profile email offline_access photos:read photos:write photos:list",
    });
    for (name, value) in changes.as_object().expect("an object") {
        all[name] = value.clone();
    }
    let metadata = Metadata::read(all).expect("metadata");
    Arc::new(Client::new(ClientId::new("app"), metadata, None, Timestamp(0)))
}

/// [`GOOD`] with changes: an empty value takes a parameter away, a `+` before the name gives it once more.
fn query(changes: &[(&str, &str)]) -> String {
    let mut pairs: Vec<(&str, &str)> = GOOD.to_vec();
    for &(name, value) in changes {
        if let Some(more) = name.strip_prefix('+') {
            pairs.push((more, value));
        } else {
            pairs.retain(|(known, _)| *known != name);
            pairs.push((name, value));
        }
    }
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// How a request fails.
#[derive(Debug, PartialEq, Eq)]
enum Failure {
    Page(Check),
    Redirect(Check, Target),
}

/// Takes a request through all stages, and makes sure that a listener hears last of the check that refuses.
fn request(query: &str, client: Option<Arc<Client>>, hinted: Result<Option<Subject>, ()>) -> Result<Request, Failure> {
    let listener = Heard::default();
    let outcome = staged(query, client, hinted, &mut Checks::told_to(&listener));
    let heard = listener.all();
    let refused = match &outcome {
        Ok(_) => None,
        Err(Failure::Page(check) | Failure::Redirect(check, _)) => Some(*check),
    };
    let (last, earlier) = heard.split_last().expect("checks were made");
    assert_eq!(refused.unwrap_or(last.0), last.0, "{query}: the listener heard something else");
    assert_eq!(refused.is_none(), last.1, "{query}: the listener heard the contrary");
    assert!(earlier.iter().all(|(_, holds)| *holds), "{query}: it went on after a refusal");
    outcome
}

fn staged(
    query: &str,
    client: Option<Arc<Client>>,
    hinted: Result<Option<Subject>, ()>,
    checks: &mut Checks<'_>,
) -> Result<Request, Failure> {
    let page = |error: PageError| Failure::Page(error.0.check);
    let raw = Raw::new(Params::parse(query.as_bytes(), MAY_REPEAT).expect("well formed"));
    raw.client_id(checks).map_err(page)?;
    let bound = raw.bind(client, checks).map_err(page)?;
    let target = bound.target().clone();
    bound.validate(hinted, &apis(), &policy(), checks).map_err(|error| {
        assert_eq!(error.target, target, "an error goes where the bound request goes");
        Failure::Redirect(error.refusal.check, error.target)
    })
}

/// The request of [`GOOD`] with changes, of a client with changes.
fn changed(metadata: Value, changes: &[(&str, &str)]) -> Result<Request, Failure> {
    request(&query(changes), Some(client(metadata)), Ok(None))
}

/// A request as it is stored, for the decision.
fn stored(asked: &str, prompts: &[Prompt]) -> Request {
    let target = Target { uri: RedirectUri::stored(CALLBACK), mode: ResponseMode::Query, state: Some("s".to_owned()) };
    Request {
        client_id: ClientId::new("app"),
        target,
        redirect_uri_sent: true,
        scopes: scopes(asked),
        resources: Vec::new(),
        challenge: None,
        nonce: None,
        prompts: Prompts::of(prompts),
        max_age: None,
        login_hint: None,
        ui_locales: None,
        acr_values: Vec::new(),
        claims: ClaimsRequest::default(),
        details: Details::default(),
        dpop_jkt: None,
        hinted: None,
    }
}

fn session(age: i64) -> Session {
    Session { id: SessionId::new("here"), subject: Subject::new("ada"), auth_time: NOW.minus(Seconds(age)) }
}

fn consent(granted: &str, declined: &str, left: i64) -> Consent {
    Consent {
        granted: scopes(granted),
        declined: scopes(declined),
        claims: Names::default(),
        claims_declined: Names::default(),
        given_at: Timestamp(0),
        expires_at: NOW.plus(Seconds(left)),
    }
}

/// An app that nobody vouches for: public, behind the loopback.
fn unvouched(mut req: Request) -> (Request, Arc<Client>) {
    let uri = "http://127.0.0.1/cb";
    req.target.uri = RedirectUri::stored(uri);
    (req, client(json!({"redirect_uris": [uri], "token_endpoint_auth_method": "none"})))
}

fn decided(req: &Request, client: &Client, session: Option<&Session>, consent: Option<&Consent>, progress: &Progress) -> Next {
    let facts = Facts { client, session, person: None, consent, progress, apis: &apis() };
    decide(req, facts, NOW, &mut Checks::silent())
}

/// The rule by which a decision refuses.
fn refused(next: &Next) -> Option<Check> {
    match next {
        Next::Refuse(error) => Some(error.refusal.check),
        Next::Login(_) | Next::SelectAccount | Next::Consent(_) | Next::Issue(_) => None,
    }
}
