//! Access tokens where they are used: bearer tokens (RFC 6750), introspection (RFC 7662), revocation (RFC 7009).

use crate::acr::Acr;
use crate::binding::{Actor, Confirmation, Proven};
use crate::check::{Check, Checks, Evidence};
use crate::client::Client;
use crate::client_auth::Authenticated;
use crate::details::Details;
use crate::error::Refusal;
use crate::grants::refresh_token::{RefreshRecord, RefreshState};
use crate::jose::Alg;
use crate::scopes::Scopes;
use crate::values::{ClientId, GrantId, Subject, Timestamp, TokenId};
use serde_json::{Value, json};

/// A stored access token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessRecord {
    /// Its name: `jti` of a JWT; of an opaque one only the store's.
    pub id: TokenId,
    /// Its family; a machine's own token has none.
    pub grant: Option<GrantId>,
    /// For which client.
    pub client_id: ClientId,
    /// Of which person; a machine's own token has none.
    pub subject: Option<Subject>,
    /// Of which machine, where that is another than its client: one whose own token was exchanged (RFC 8693).
    pub machine: Option<ClientId>,
    /// To which app the first token of its chain of exchanges was given (RFC 8693), where that is another than its client.
    pub app: Option<ClientId>,
    /// As which client it tells of its person (OpenID Connect Core §8), where that is another than its own.
    pub seen_by: Option<ClientId>,
    /// For whom.
    pub audience: String,
    /// What it allows.
    pub scopes: Scopes,
    /// When it was made.
    pub issued_at: Timestamp,
    /// From then on it is worthless.
    pub expires_at: Timestamp,
    /// When the person last proved who they are.
    pub auth_time: Option<Timestamp>,
    /// The key it is bound to.
    pub confirmation: Option<Confirmation>,
    /// What it allows beyond scopes (RFC 9396).
    pub details: Details,
    /// Who acts with it for its subject (RFC 8693 §4.1).
    pub actor: Option<Actor>,
    /// Neither it nor its family was revoked, its session lives and its person is active.
    pub alive: bool,
}

impl AccessRecord {
    /// Whether it works at `now`.
    pub fn is_active(&self, now: Timestamp) -> bool {
        self.alive && now < self.expires_at
    }

    /// The app that a person takes it back from: whose token stands at the beginning of its chain.
    pub fn app(&self) -> &ClientId {
        self.app.as_ref().unwrap_or(&self.client_id)
    }

    /// The client by whose name for the person it tells of them.
    pub fn seen_by(&self) -> &ClientId {
        self.seen_by.as_ref().unwrap_or(&self.client_id)
    }

    /// Whom it speaks of: a person, or a machine by its `client_id` (RFC 9068 §2.2).
    pub fn sub(&self) -> &str {
        let machine = self.machine.as_ref().unwrap_or(&self.client_id);
        self.subject.as_ref().map_or(machine.as_str(), Subject::as_str)
    }

    /// What the login behind it attests; nothing where no login is.
    pub fn acr(&self) -> Option<Acr> {
        self.auth_time.map(|_| Acr::LOGIN)
    }
}

/// How a token is sent (RFC 9110 §11.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Whoever has it may use it (RFC 6750 §2.1).
    Bearer,
    /// With a proof of the key it is bound to (RFC 9449 §7.1).
    Dpop,
}

/// A token as it was sent.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Shown<'h> {
    /// How.
    pub scheme: Scheme,
    /// The token.
    pub token: &'h str,
}

/// Reads an access token from the `Authorization` headers (RFC 6750 §2.1, RFC 9449 §7.1). Any number of headers came; tokens elsewhere are
/// not looked at.
///
/// # Errors
/// [`Check::BearerPresent`] when there is none, [`Check::BearerWellFormed`] for more than one or a malformed one.
pub fn shown<'h>(authorization: &[&'h str], checks: &mut Checks<'_>) -> Result<Shown<'h>, Refusal> {
    let header = checks.some(Check::BearerPresent, authorization.first())?;
    checks.hold(Check::BearerWellFormed, authorization.len() == 1)?;
    let sent = header.split_once(' ').and_then(|(scheme, token)| {
        let schemes = [("bearer", Scheme::Bearer), ("dpop", Scheme::Dpop)];
        let known = schemes.into_iter().find(|(name, _)| scheme.eq_ignore_ascii_case(name))?.1;
        Some(Shown { scheme: known, token: token.trim_start_matches(' ') })
    });
    let sent = checks.some(Check::BearerPresent, sent)?;
    let token = sent.token;
    // RFC 6750 §2.1: b64token = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="
    let body = token.trim_end_matches('=');
    let b64 = !body.is_empty() && body.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~+/".contains(&b));
    checks.hold(Check::BearerWellFormed, b64)?;
    Ok(sent)
}

/// Holds a token against the key it is bound to: sent as its binding asks, by whoever holds the key.
///
/// # Errors
/// [`Check::DpopScheme`], [`Check::DpopKeyMatches`], [`Check::DpopTokenBound`], [`Check::CertificateMatches`].
pub fn held(token: &AccessRecord, scheme: Scheme, proven: &Proven, checks: &mut Checks<'_>) -> Result<(), Refusal> {
    match (&token.confirmation, scheme) {
        (None, Scheme::Bearer) => Ok(()),
        // RFC 9449 §7.1: "the resource server MUST NOT grant access to the resource unless all checks are successful"; a bound token sent as
        // Bearer is a downgrade (§7.2).
        (Some(Confirmation::Jkt(_)), Scheme::Bearer) => checks.hold(Check::DpopScheme, false),
        (Some(bound @ Confirmation::Jkt(_)), Scheme::Dpop) => checks.hold(Check::DpopKeyMatches, proven.meets(bound)),
        (None | Some(Confirmation::Certificate(_)), Scheme::Dpop) => checks.hold(Check::DpopTokenBound, false),
        (Some(bound @ Confirmation::Certificate(_)), Scheme::Bearer) => checks.hold(Check::CertificateMatches, proven.meets(bound)),
    }
}

/// Accepts a token at this server's own resource, userinfo (OpenID Connect Core §5.3).
///
/// # Errors
/// [`Check::TokenActive`], those of [`held`], [`Check::TokenAudience`], [`Check::TokenScope`].
pub fn accept<'t>(
    token: Option<&'t AccessRecord>,
    (scheme, proven): (Scheme, &Proven),
    audience: &str,
    now: Timestamp,
    checks: &mut Checks<'_>,
) -> Result<(&'t AccessRecord, &'t Subject), Refusal> {
    let token = checks.some(Check::TokenActive, token)?;
    checks.hold(Check::TokenActive, token.is_active(now))?;
    held(token, scheme, proven, checks)?;
    checks.require(Check::TokenAudience, token.audience == audience, || Evidence::new(audience.to_owned(), token.audience.clone()))?;
    // A machine's token never looks like a person's (RFC 9700 §4.15).
    let subject = token.subject.as_ref().filter(|_| token.scopes.has("openid"));
    let subject = checks.require_some(Check::TokenScope, subject, || Evidence::new("openid", token.scopes.to_string()))?;
    Ok((token, subject))
}

/// Whether a client may know of a token: it is for an API that the client is, or was issued to it (RFC 7662 §4).
pub fn may_introspect(client: &Client, token: &AccessRecord) -> bool {
    client.is_resource(&token.audience) || token.client_id == client.id
}

/// The answer to an introspection (RFC 7662 §2.2). Of a token that is none, is over, or is none of the caller's business it says the same.
///
/// # Errors
/// [`Check::IntrospectionConfidential`] for public clients (§2.1: the endpoint "MUST also require some form of authorization").
pub fn introspect(
    by: &Authenticated,
    token: Option<&AccessRecord>,
    issuer: &str,
    now: Timestamp,
    checks: &mut Checks<'_>,
) -> Result<Value, Refusal> {
    checks.hold(Check::IntrospectionConfidential, !by.client().is_public())?;
    let Some(token) = token.filter(|token| token.is_active(now) && may_introspect(by.client(), token)) else {
        return Ok(json!({"active": false}));
    };
    let mut answer = json!({
        "active": true,
        "iss": issuer,
        "client_id": token.client_id,
        "sub": token.sub(),
        "aud": token.audience,
        "scope": token.scopes,
        // RFC 9449 §6.2.
        "token_type": if matches!(token.confirmation, Some(Confirmation::Jkt(_))) { "DPoP" } else { "Bearer" },
        "iat": token.issued_at,
        "exp": token.expires_at,
        "jti": token.id,
    });
    if let Some(at) = token.auth_time {
        answer["auth_time"] = json!(at);
    }
    // RFC 9470 §6.2: both, so that a resource can tell whether to ask for more.
    if let Some(acr) = token.acr() {
        answer["acr"] = json!(acr.as_str());
    }
    if let Some(bound) = &token.confirmation {
        answer["cnf"] = json!(bound);
    }
    // RFC 8693 §4.1, §7.2.
    if let Some(actor) = &token.actor {
        answer["act"] = json!(actor);
    }
    // RFC 9396 §9.2.
    if !token.details.is_empty() {
        answer["authorization_details"] = json!(token.details);
    }
    Ok(answer)
}

/// With what an answer is signed (RFC 9701 §4, §6): as the client is registered, or by default, where it asks for a JWT; else not at all.
pub fn introspection_alg(client: &Client, wants_jwt: bool) -> Option<Alg> {
    // §6: "The default, if omitted, is RS256"; FAPI 2.0 Security Profile §5.4.1 knows only its PSS form.
    let default = if client.is_fapi2() { Alg::Ps256 } else { Alg::Rs256 };
    client.metadata.introspection_signed_response_alg.or(wants_jwt.then_some(default))
}

/// The claims of a signed answer (RFC 9701 §5): "The JWT SHOULD NOT include the sub and exp claims", so that it never passes for a token.
pub fn introspection_claims(answer: &Value, by: &Client, issuer: &str, now: Timestamp) -> Value {
    json!({"iss": issuer, "aud": by.id, "iat": now, "token_introspection": answer})
}

/// The same of a refresh token, which only its own client may ask about: it has no audience but this server.
///
/// # Errors
/// As [`introspect`].
pub fn introspect_refresh(
    by: &Authenticated,
    token: &RefreshRecord,
    issuer: &str,
    now: Timestamp,
    checks: &mut Checks<'_>,
) -> Result<Value, Refusal> {
    checks.hold(Check::IntrospectionConfidential, !by.client().is_public())?;
    let grant = &token.grant;
    let active = token.state == RefreshState::Unspent && grant.alive && grant.person_active && now < token.expires_at;
    if !active || grant.client_id != by.client().id {
        return Ok(json!({"active": false}));
    }
    Ok(json!({
        "active": true,
        "iss": issuer,
        "client_id": grant.client_id,
        "sub": grant.subject,
        "scope": grant.scopes,
        "exp": token.expires_at,
    }))
}

#[cfg(test)]
mod tests;
