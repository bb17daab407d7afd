//! Who may come in: everything a service checks in an access token, from the first byte to the last claim.
//!
//! The service asks nobody at each request. It knows three things by heart (the issuer, its own name, the algorithm),
//! fetches the issuer's public keys now and then, and decides alone. RFC 9068 §4 lists the checks.

use std::marker::PhantomData;
use std::sync::Arc;

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use rocket::http::{Header, Status};
use rocket::outcome::Outcome;
use rocket::request::{self, FromRequest, Request};
use rocket::response::{self, Responder, Response};
use rocket::tokio::task::spawn_blocking;
use serde::Deserialize;
use serde_json::{Value, json};

use super::heard::{Call, Heard};
use crate::issuer::{Issuer, IssuerError};
use crate::now;

/// A longer token is not one of ours, and not worth the work.
const LONGEST_TOKEN: usize = 8 * 1024;

/// Said where a token is somebody else's.
const AUDIENCE: &str = "The access token is for another audience";

/// A scope as a type, so that a handler names what it needs in its signature.
pub(crate) trait Scope: Send + Sync + 'static {
    /// The scope as it stands in a token.
    const NAME: &'static str;
}

pub(crate) struct PhotosRead;
impl Scope for PhotosRead {
    const NAME: &'static str = "photos:read";
}

pub(crate) struct AlbumsRead;
impl Scope for AlbumsRead {
    const NAME: &'static str = "albums:read";
}

/// The proof that a request carried a good token with scope `S`. Only [`Guard`] makes one.
pub(crate) struct Allowed<S> {
    pub(crate) claims: Claims,
    scope: PhantomData<S>,
}

/// The claims of an access token (RFC 9068 §2.2). A token that lacks one of these is refused; `exp` is checked apart.
#[derive(Deserialize)]
pub(crate) struct Claims {
    /// Whose photos: the person's lasting id at the issuer.
    pub(crate) sub: String,
    aud: Audience,
    #[serde(default)]
    scope: String,
    cnf: Option<Value>,
    #[serde(rename = "iss")]
    _iss: String,
    #[serde(rename = "client_id")]
    _client_id: String,
    #[serde(rename = "jti")]
    _jti: String,
    #[serde(rename = "iat")]
    _iat: u64,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    /// A token for two services could be carried by one of them to the other, so "one of" is not enough.
    fn is_only(&self, resource: &str) -> bool {
        match self {
            Self::One(aud) => aud == resource,
            Self::Several(all) => matches!(all.as_slice(), [aud] if aud == resource),
        }
    }
}

/// Why a request is turned away (RFC 6750 §3.1).
#[derive(Debug, Clone)]
pub(crate) enum Refusal {
    /// No token came: 401 without an error code, since nothing was wrong with it.
    NoToken,
    /// Two tokens, or none that could be read as one: 400.
    BadRequest,
    /// 401, and why.
    BadToken(&'static str),
    /// 403, and the scope that is missing.
    MissingScope(&'static str),
    /// The issuer's keys are not at hand: 503.
    NoKeys,
}

/// What the service knows by heart.
pub(crate) struct Guard {
    issuer: Issuer,
    resource: String,
}

impl Guard {
    pub(crate) fn new(issuer: Issuer, resource: &str) -> Self {
        Self { issuer, resource: resource.to_owned() }
    }

    /// What this service publishes of itself (RFC 9728 §2).
    pub(crate) fn metadata(&self) -> Value {
        json!({
            "resource": self.resource,
            "authorization_servers": [self.issuer.name()],
            "scopes_supported": [PhotosRead::NAME, AlbumsRead::NAME],
            "bearer_methods_supported": ["header"],
            "resource_name": "Photos",
        })
    }

    /// Where that stands: a refusal says so (§5.1).
    fn metadata_address(&self) -> String {
        format!("{}/.well-known/oauth-protected-resource", self.resource.trim_end_matches('/'))
    }

    fn check(&self, token: &str, scope: &'static str) -> Result<Claims, Refusal> {
        // Until the signature is verified, a stranger speaks: say no more than "no".
        let bad = || Refusal::BadToken("The access token is not valid");
        if token.len() > LONGEST_TOKEN {
            return Err(bad());
        }
        let header = decode_header(token).map_err(|_| bad())?;
        // An ID token must not pass for an access token (RFC 9068 §4, RFC 8725 §3.11).
        let typ = header.typ.as_deref().unwrap_or_default();
        if !typ.eq_ignore_ascii_case("at+jwt") && !typ.eq_ignore_ascii_case("application/at+jwt") {
            return Err(bad());
        }
        // What it calls critical, we don't understand (RFC 7515 §4.1.11).
        if header.crit.is_some() {
            return Err(bad());
        }
        let kid = header.kid.ok_or_else(bad)?;
        let key = self.issuer.key(&kid, now()).map_err(|error| match error {
            IssuerError::UnknownKey => bad(),
            IssuerError::Unreachable(_) | IssuerError::NotTheIssuer => Refusal::NoKeys,
        })?;

        // The algorithm is ours to say, never the token's (RFC 8725 §3.1).
        let mut rules = Validation::new(Algorithm::ES256);
        rules.leeway = 0;
        rules.validate_nbf = true;
        rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        rules.set_issuer(&[self.issuer.name()]);
        rules.set_audience(&[&self.resource]);
        let claims = decode::<Claims>(token, &key, &rules)
            .map_err(|error| {
                Refusal::BadToken(match error.kind() {
                    ErrorKind::ExpiredSignature => "The access token has expired",
                    ErrorKind::ImmatureSignature => "The access token is not valid yet",
                    ErrorKind::InvalidIssuer => "The access token is from another issuer",
                    ErrorKind::InvalidAudience => AUDIENCE,
                    // Not our enum: whatever else fails is told as little as a bad signature.
                    _ => "The access token is not valid",
                })
            })?
            .claims;
        if !claims.aud.is_only(&self.resource) {
            return Err(Refusal::BadToken(AUDIENCE));
        }
        // A token bound to a key is good with a proof of that key (RFC 9449 §7.1), which this small service can't check.
        if claims.cnf.is_some() {
            return Err(Refusal::BadToken("The access token is bound to a key"));
        }
        // Whole words only: `photos:read` is not in `photos:readonly`.
        if !claims.scope.split(' ').any(|granted| granted == scope) {
            return Err(Refusal::MissingScope(scope));
        }
        Ok(claims)
    }
}

/// The token in `Authorization: Bearer …`, the only place where it is looked for (RFC 6750 §2.1).
fn bearer<'r>(request: &'r Request<'_>) -> Result<&'r str, Refusal> {
    let mut headers = request.headers().get("Authorization");
    let header = headers.next().ok_or(Refusal::NoToken)?;
    if headers.next().is_some() {
        return Err(Refusal::BadRequest);
    }
    match header.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("Bearer") => Ok(token),
        None if header.eq_ignore_ascii_case("Bearer") => Err(Refusal::BadRequest),
        Some(_) | None => Err(Refusal::NoToken),
    }
}

/// What is remembered of a call: the verdict, and what a token said it is.
fn told(verdict: &Result<Claims, Refusal>, token: &str) -> Call {
    let typ = decode_header(token).ok().map(|header| header.typ.unwrap_or_default());
    match (verdict, typ) {
        (Ok(_), _) => Call::Served,
        (Err(Refusal::NoToken | Refusal::BadRequest), _) => Call::NoToken,
        (Err(Refusal::MissingScope(_)), _) => Call::Scope,
        (Err(Refusal::BadToken(_)), Some(typ)) if !typ.to_ascii_lowercase().contains("at+jwt") => Call::NotAccessToken(typ),
        (Err(Refusal::BadToken(why)), _) if *why == AUDIENCE => Call::Audience,
        (Err(Refusal::BadToken(why)), _) => Call::Refused(why),
        (Err(Refusal::NoKeys), _) => Call::Refused("The keys of the issuer are not at hand"),
    }
}

#[rocket::async_trait]
impl<'r, S: Scope> FromRequest<'r> for Allowed<S> {
    type Error = Refusal;

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, Refusal> {
        let verdict = match (bearer(request), request.rocket().state::<Arc<Guard>>()) {
            (Err(refusal), _) => Err(refusal),
            (Ok(_), None) => Err(Refusal::NoKeys),
            (Ok(token), Some(guard)) => {
                let (token, guard) = (token.to_owned(), Arc::clone(guard));
                // Fetching keys blocks, so the whole check runs where it may.
                let checked = spawn_blocking(move || guard.check(&token, S::NAME)).await;
                checked.unwrap_or(Err(Refusal::NoKeys))
            }
        };
        if let Some(heard) = request.rocket().state::<Heard>() {
            heard.note(told(&verdict, bearer(request).unwrap_or_default()));
        }
        match verdict {
            Ok(claims) => Outcome::Success(Self { claims, scope: PhantomData }),
            Err(refusal) => Outcome::Error((refusal.status(), refusal)),
        }
    }
}

impl Refusal {
    fn status(&self) -> Status {
        match self {
            Self::NoToken | Self::BadToken(_) => Status::Unauthorized,
            Self::BadRequest => Status::BadRequest,
            Self::MissingScope(_) => Status::Forbidden,
            Self::NoKeys => Status::ServiceUnavailable,
        }
    }

    /// The `WWW-Authenticate` header (RFC 6750 §3): what a client reads to know what to do next.
    fn challenge(&self) -> Option<String> {
        match self {
            Self::NoToken => Some("Bearer".to_owned()),
            Self::BadRequest => Some(r#"Bearer error="invalid_request""#.to_owned()),
            Self::BadToken(why) => Some(format!(r#"Bearer error="invalid_token", error_description="{why}""#)),
            Self::MissingScope(scope) => Some(format!(r#"Bearer error="insufficient_scope", scope="{scope}""#)),
            Self::NoKeys => None,
        }
    }
}

impl<'r> Responder<'r, 'static> for Refusal {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let mut answer = Response::build();
        answer.status(self.status());
        if let Some(challenge) = self.challenge() {
            let guard = request.rocket().state::<Arc<Guard>>();
            let more = guard.map(|guard| format!(r#"resource_metadata="{}""#, guard.metadata_address())).unwrap_or_default();
            let glue = if challenge.contains(' ') { ", " } else { " " };
            answer.header(Header::new("WWW-Authenticate", format!("{challenge}{glue}{more}")));
        }
        answer.ok()
    }
}
