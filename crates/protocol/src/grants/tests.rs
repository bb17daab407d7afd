//! The token endpoint's grants; refusals are told apart by their [`Check`] alone.
#![allow(clippy::expect_used)]

mod asserting;
mod exchanging;
mod family;
mod machine;
mod polling;
mod redeeming;
mod refreshing;
mod requests;
mod tokens;

use super::*;
use crate::api::Apis;
use crate::check::Checks;
use crate::client::{Client, Metadata};
use crate::client_auth::{Authenticated, Presented, authenticate};
use crate::policy::Policy;
use crate::secret::Secret;
use crate::values::{Issuer, Seconds};
use serde_json::{Value, json};
use std::sync::Arc;

const ISSUER: &str = "https://login.example";
const CALLBACK: &str = "https://app.example/cb";
const PHOTOS: &str = "https://photos.example";
const MAIL: &str = "https://mail.example";
const BARE: &str = "https://bare.example";
const SECRET: &str = "a-secret-of-at-least-32-characters!!";
const NOW: Timestamp = Timestamp(1_000_000);

fn policy() -> Policy {
    Policy::for_issuer(Issuer::parse(ISSUER).expect("an issuer"))
}

fn apis() -> Apis {
    let read = |json| serde_json::from_value(json).expect("an API");
    let all = [
        json!({"resource": PHOTOS, "scopes": {"photos:read": {}, "photos:write": {}}}),
        json!({"resource": MAIL, "scopes": {"mail:read": {}}}),
        json!({"resource": BARE}),
    ];
    Apis::new(all.into_iter().map(read).collect())
}

fn scopes(text: &str) -> Scopes {
    Scopes::parse(text).expect("scopes")
}

/// The client `id`, proven: a confidential one for every grant, with some members changed.
fn by(id: &str, changes: Value) -> Authenticated {
    let mut all = json!({
        "redirect_uris": [CALLBACK],
        "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
        "token_endpoint_auth_method": "client_secret_post",
        "scope": "openid email offline_access photos:read photos:write mail:read gone:scope",
    });
    for (name, value) in changes.as_object().expect("an object") {
        all[name] = value.clone();
    }
    let metadata = Metadata::read(all).expect("metadata");
    let client = Client::new(ClientId::new(id), metadata, Some(Secret::shown(SECRET).digest()), Timestamp(0));
    let shown = if client.is_public() { Presented::Public(id.to_owned()) } else { Presented::Post(id.to_owned(), Secret::shown(SECRET)) };
    authenticate(&shown, Some(Arc::new(client)), &mut Checks::silent()).expect("it is authentic")
}

fn app() -> Authenticated {
    by("app", json!({}))
}

/// A public client without the grant that public clients can't have.
fn public() -> Authenticated {
    by("app", json!({"token_endpoint_auth_method": "none", "grant_types": ["authorization_code", "refresh_token"]}))
}

fn read(pairs: &[(&str, &str)], by: &Authenticated) -> Result<TokenRequest, Check> {
    read_with(pairs, by, Proven::default())
}

/// The same by a request that proved keys.
fn read_with(pairs: &[(&str, &str)], by: &Authenticated, proven: Proven) -> Result<TokenRequest, Check> {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let params = Params::parse(body.as_bytes(), MAY_REPEAT).expect("well formed");
    TokenRequest::read(params, by, proven, &mut Checks::silent()).map_err(|refusal| refusal.check)
}

/// A living grant of `app`, for everything.
fn grant() -> Grant {
    Grant {
        id: GrantId::new("g"),
        client_id: ClientId::new("app"),
        subject: Subject::new("ada"),
        session: SessionId::new("s"),
        scopes: scopes("openid email photos:read photos:write"),
        resources: Vec::new(),
        auth_time: Timestamp(0),
        nonce: None,
        claims: ClaimsRequest::default(),
        details: Details::default(),
        confirmation: None,
        expires_at: NOW.plus(Seconds::days(90)),
        alive: true,
        person_active: true,
    }
}

/// Audience and scopes of what is given.
fn shape(outcome: Result<Grantee, Check>) -> Result<(String, String), Check> {
    outcome.map(|given| (given.access.audience, given.access.scopes.to_string()))
}

fn is(audience: &str, scopes: &str) -> (String, String) {
    (audience.to_owned(), scopes.to_owned())
}
