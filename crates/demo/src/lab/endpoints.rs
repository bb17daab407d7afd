//! The endpoints of each issuer.

use aws_lc_rs::error::Unspecified;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::get_current_timestamp;
use rocket::http::Status;
use rocket::request::{FromParam, FromRequest, Outcome, Request};
use rocket::response::content::RawJson;
use rocket::{Route, State, get, post, routes};
use serde_json::{Value, json};

use super::Lab;
use super::answer::{Going, address, on_loopback};
use super::desk::Asked;
use super::faults::{Fault, HeaderFault, Row, Side, row, rows};
use super::keys::{challenge, random};
use super::parameters::Parameters;
use super::tokens::{LIFETIME, PERSON, SOMEBODY_ELSE};
use crate::pages::SeeOther;

/// All of them.
pub(super) fn all() -> Vec<Route> {
    routes![index, discovery, discovery_oauth, jwks, stranger_jwks, authorize, token, userinfo, access_token_by_query, access_token_by_form]
}

/// An issuer of the table; any other name is 404.
struct Known(&'static Row);

impl<'a> FromParam<'a> for Known {
    type Error = ();

    fn from_param(name: &'a str) -> Result<Self, ()> {
        row(name).map(Self).ok_or(())
    }
}

type Json = RawJson<String>;
type Refused = (Status, Json);

/// An error for the author of an app or a service (RFC 6749 §5.2).
fn refused(status: Status, error: &str, why: &str) -> Refused {
    (status, RawJson(json!({ "error": error, "error_description": why }).to_string()))
}

fn broken(_: Unspecified) -> Refused {
    refused(Status::InternalServerError, "server_error", "The lab could not sign.")
}

/// The whole table, for whoever asks the bare address.
#[get("/")]
fn index(lab: &State<Lab>) -> Json {
    let side = |row: &Row| match row.side {
        Side::App => json!(["app"]),
        Side::Service => json!(["service"]),
        Side::Both => json!(["app", "service"]),
    };
    let issuers: Vec<Value> = rows()
        .iter()
        .map(|row| json!({ "issuer": lab.issuer(row), "for": side(row), "does": row.does.en, "must": row.must.en, "source": row.source }))
        .collect();
    RawJson(json!({ "lab": lab.base, "issuers": issuers }).to_string())
}

#[get("/<known>/.well-known/openid-configuration")]
fn discovery(known: Known, lab: &State<Lab>) -> Json {
    let at = lab.issuer(known.0);
    RawJson(
        json!({
            "issuer": lab.named(known.0),
            "authorization_endpoint": format!("{at}/authorize"),
            "token_endpoint": format!("{at}/token"),
            "userinfo_endpoint": format!("{at}/userinfo"),
            "jwks_uri": format!("{at}/jwks"),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256"],
            "scopes_supported": ["openid", "profile"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": true,
        })
        .to_string(),
    )
}

/// The same under the address of RFC 8414 §3.1.
#[get("/.well-known/oauth-authorization-server/<known>")]
fn discovery_oauth(known: Known, lab: &State<Lab>) -> Json {
    discovery(known, lab)
}

#[get("/<known>/jwks")]
fn jwks(known: Known, lab: &State<Lab>) -> Result<Json, Refused> {
    let Known(_) = known;
    lab.keys.own.jwks().map(|keys| RawJson(keys.to_string())).map_err(broken)
}

/// Where `jku` leads: nobody but a service that believes a header ever asks.
#[get("/<known>/stranger-jwks")]
fn stranger_jwks(known: Known, lab: &State<Lab>) -> Result<Json, Refused> {
    let Known(_) = known;
    lab.keys.stranger.jwks().map(|keys| RawJson(keys.to_string())).map_err(broken)
}

/// No login page: the made-up person is always there and always agrees.
#[get("/<known>/authorize")]
fn authorize(known: Known, asked: Parameters, lab: &State<Lab>) -> Result<SeeOther, Refused> {
    let bad = |why| refused(Status::BadRequest, "invalid_request", why);
    let client = asked.get("client_id").ok_or_else(|| bad("client_id is missing; the lab takes any."))?;
    let redirect_uri = asked.get("redirect_uri").ok_or_else(|| bad("redirect_uri is missing."))?;
    let target = on_loopback(redirect_uri).ok_or_else(|| bad("The lab sends browsers to this machine only."))?;
    if asked.get("response_type") != Some("code") {
        return Err(bad("response_type must be code."));
    }
    if asked.get("code_challenge").is_some() && asked.get("code_challenge_method") != Some("S256") {
        return Err(bad("code_challenge_method must be S256."));
    }
    let code = random().map_err(broken)?;
    let owned = |name| asked.get(name).map(str::to_owned);
    lab.desk.give_code(
        code.clone(),
        Asked {
            fault: known.0.name,
            client: client.to_owned(),
            redirect_uri: redirect_uri.to_owned(),
            nonce: owned("nonce"),
            challenge: owned("code_challenge"),
            scope: owned("scope").unwrap_or_else(|| "openid".to_owned()),
        },
    );
    let (issuer, elsewhere) = (lab.named(known.0), lab.elsewhere());
    let going = Going { row: known.0, issuer: &issuer, elsewhere: &elsewhere, code: &code, state: asked.get("state"), client };
    let to = address(target, &going, &lab.desk).map_err(broken)?;
    Ok(SeeOther::to(to))
}

/// The name in `Authorization: Basic`, decoded (RFC 6749 §2.3.1). Any secret is good here.
struct BasicName(Option<String>);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for BasicName {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let name = request.headers().get_one("Authorization").and_then(|header| header.strip_prefix("Basic ")).and_then(|text| {
            let pair = String::from_utf8(STANDARD.decode(text.trim()).ok()?).ok()?;
            let name = pair.split_once(':')?.0;
            url::form_urlencoded::parse(format!("name={name}").as_bytes()).next().map(|(_, name)| name.into_owned())
        });
        Outcome::Success(Self(name))
    }
}

/// Redeems a code, once, for the client that asked, with its verifier. The lab's mistakes are elsewhere.
#[post("/<known>/token", data = "<form>")]
fn token(known: Known, basic: BasicName, form: Parameters, lab: &State<Lab>) -> Result<Json, Refused> {
    let bad = |error, why| refused(Status::BadRequest, error, why);
    if form.get("grant_type") != Some("authorization_code") {
        return Err(bad("unsupported_grant_type", "The lab knows authorization_code only."));
    }
    let code = form.get("code").ok_or_else(|| bad("invalid_request", "code is missing."))?;
    let asked = lab.desk.take_code(code).ok_or_else(|| bad("invalid_grant", "The code is unknown, or was used before."))?;
    let client = basic.0.as_deref().or_else(|| form.get("client_id"));
    if asked.fault != known.0.name || client != Some(&asked.client) || form.get("redirect_uri") != Some(&asked.redirect_uri) {
        return Err(bad("invalid_grant", "The code was given at another issuer, to another client, or for another redirect_uri."));
    }
    if asked.challenge != form.get("code_verifier").map(challenge) {
        return Err(bad("invalid_grant", "code_verifier does not match the code_challenge."));
    }
    let (issuer, elsewhere) = (lab.named(known.0), lab.elsewhere());
    let order = lab.order(known.0, &issuer, &elsewhere, get_current_timestamp());
    let access = match form.get("resource") {
        Some(audience) => order.access_token(audience, &asked.client, &asked.scope),
        None => random(),
    }
    .map_err(broken)?;
    let id_token = order.id_token(&asked.client, asked.nonce.as_deref(), &access).map_err(broken)?;
    lab.desk.give_token(access.clone());
    Ok(RawJson(
        json!({
            "access_token": access, "token_type": "Bearer", "expires_in": LIFETIME, "scope": asked.scope, "id_token": id_token,
        })
        .to_string(),
    ))
}

/// The token in `Authorization: Bearer`.
struct Shown(Option<String>);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Shown {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let header = request.headers().get_one("Authorization");
        Outcome::Success(Self(header.and_then(|header| header.strip_prefix("Bearer ")).map(str::to_owned)))
    }
}

#[get("/<known>/userinfo")]
fn userinfo(known: Known, shown: Shown, lab: &State<Lab>) -> Result<Json, Refused> {
    if !shown.0.is_some_and(|token| lab.desk.knows_token(&token)) {
        return Err(refused(Status::Unauthorized, "invalid_token", "The lab gave no such token."));
    }
    // Who edited the ID token also says the same here: one mistake at a time.
    let another = matches!(known.0.fault, Fault::Userinfo | Fault::Header(HeaderFault::Edited));
    let (sub, name) = if another { (SOMEBODY_ELSE, "Somebody Else") } else { (PERSON, "Mira Made-Up") };
    Ok(RawJson(json!({ "sub": sub, "name": name, "preferred_username": "mira" }).to_string()))
}

#[get("/<known>/access-token")]
fn access_token_by_query(known: Known, asked: Parameters, lab: &State<Lab>) -> Result<Json, Refused> {
    access_token(known.0, &asked, lab)
}

#[post("/<known>/access-token", data = "<asked>")]
fn access_token_by_form(known: Known, asked: Parameters, lab: &State<Lab>) -> Result<Json, Refused> {
    access_token(known.0, &asked, lab)
}

/// A token for the author of a service to try: `audience` is the service's name, `scope` what it asks for.
fn access_token(row: &'static Row, asked: &Parameters, lab: &Lab) -> Result<Json, Refused> {
    let bad = |why| refused(Status::BadRequest, "invalid_request", why);
    let audience = asked.get("audience").ok_or_else(|| bad("audience is missing: the name of your service."))?;
    let scope = asked.get("scope").unwrap_or_default();
    let (issuer, elsewhere) = (lab.named(row), lab.elsewhere());
    let order = lab.order(row, &issuer, &elsewhere, get_current_timestamp());
    let token = order.access_token(audience, "lab-app", scope).map_err(broken)?;
    Ok(RawJson(json!({ "access_token": token, "token_type": "Bearer", "expires_in": LIFETIME }).to_string()))
}
