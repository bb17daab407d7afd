//! Access tokens where they are used: bearer tokens (RFC 6750), introspection (RFC 7662), revocation (RFC 7009).

use crate::binding::{Actor, Confirmation};
use crate::check::{Check, Checks, Evidence};
use crate::client::Client;
use crate::client_auth::Authenticated;
use crate::details::Details;
use crate::error::Refusal;
use crate::grants::refresh_token::{RefreshRecord, RefreshState};
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
}

/// Reads a bearer token from the `Authorization` headers (RFC 6750 §2.1). Any number of headers came; tokens elsewhere are not looked at.
///
/// # Errors
/// [`Check::BearerPresent`] when there is none, [`Check::BearerWellFormed`] for more than one or a malformed one.
pub fn bearer<'h>(authorization: &[&'h str], checks: &mut Checks<'_>) -> Result<&'h str, Refusal> {
    let header = checks.some(Check::BearerPresent, authorization.first())?;
    checks.hold(Check::BearerWellFormed, authorization.len() == 1)?;
    let token =
        header.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, token)| token.trim_start_matches(' '));
    let token = checks.some(Check::BearerPresent, token)?;
    // RFC 6750 §2.1: b64token = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="
    let body = token.trim_end_matches('=');
    let b64 = !body.is_empty() && body.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~+/".contains(&b));
    checks.hold(Check::BearerWellFormed, b64)?;
    Ok(token)
}

/// Accepts a token at this server's own resource, userinfo (OpenID Connect Core §5.3).
///
/// # Errors
/// [`Check::TokenActive`], [`Check::TokenAudience`], [`Check::TokenScope`].
pub fn accept<'t>(
    token: Option<&'t AccessRecord>,
    audience: &str,
    now: Timestamp,
    checks: &mut Checks<'_>,
) -> Result<(&'t AccessRecord, &'t Subject), Refusal> {
    let token = checks.some(Check::TokenActive, token)?;
    checks.hold(Check::TokenActive, token.is_active(now))?;
    checks.require(Check::TokenAudience, token.audience == audience, || Evidence::new(audience.to_owned(), token.audience.clone()))?;
    // A machine's token never looks like a person's (RFC 9700 §4.15).
    checks.require(Check::TokenScope, token.scopes.has("openid") && token.subject.is_some(), || {
        Evidence::new("openid", token.scopes.to_string())
    })?;
    let subject = checks.some(Check::TokenScope, token.subject.as_ref())?;
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
        "sub": token.subject.as_ref().map_or(token.client_id.as_str(), Subject::as_str),
        "aud": token.audience,
        "scope": token.scopes,
        "token_type": "Bearer",
        "iat": token.issued_at,
        "exp": token.expires_at,
        "jti": token.id,
    });
    if let Some(at) = token.auth_time {
        answer["auth_time"] = json!(at);
    }
    Ok(answer)
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
mod tests {
    use super::*;
    use crate::client::Metadata;
    use crate::client_auth::{Presented, authenticate};
    use crate::secret::Secret;
    use std::sync::Arc;

    fn token() -> AccessRecord {
        AccessRecord {
            id: TokenId::new("t"),
            grant: None,
            client_id: ClientId::new("app"),
            subject: Some(Subject::new("s")),
            audience: "https://login.example".to_owned(),
            scopes: Scopes::openid(),
            issued_at: Timestamp(0),
            expires_at: Timestamp(10),
            auth_time: None,
            confirmation: None,
            details: Details::default(),
            actor: None,
            alive: true,
        }
    }

    fn accepted(token: &AccessRecord, now: i64) -> Result<(), Check> {
        accept(Some(token), "https://login.example", Timestamp(now), &mut Checks::silent()).map(|_| ()).map_err(|r| r.check)
    }

    #[test]
    fn userinfo_takes_a_living_token_of_a_person_for_this_issuer() {
        assert_eq!(accepted(&token(), 9), Ok(()));
        assert_eq!(accepted(&token(), 10), Err(Check::TokenActive));
        assert_eq!(accepted(&AccessRecord { alive: false, ..token() }, 0), Err(Check::TokenActive));
        assert_eq!(accepted(&AccessRecord { audience: "https://photos.example".to_owned(), ..token() }, 0), Err(Check::TokenAudience));
        assert_eq!(accepted(&AccessRecord { scopes: Scopes::default(), ..token() }, 0), Err(Check::TokenScope));
        assert_eq!(accepted(&AccessRecord { subject: None, ..token() }, 0), Err(Check::TokenScope));
        assert_eq!(accept(None, "x", Timestamp(0), &mut Checks::silent()).map(|_| ()).map_err(|r| r.check), Err(Check::TokenActive));
    }

    #[test]
    fn a_bearer_token_comes_in_one_header() {
        let read = |headers: &[&'static str]| bearer(headers, &mut Checks::silent()).map_err(|r| r.check);
        assert_eq!(read(&["Bearer abc.def-_~+/=="]), Ok("abc.def-_~+/=="));
        assert_eq!(read(&["bearer abc"]), Ok("abc"));
        assert_eq!(read(&[]), Err(Check::BearerPresent));
        assert_eq!(read(&["Basic abc"]), Err(Check::BearerPresent));
        assert_eq!(read(&["Bearer"]), Err(Check::BearerPresent));
        for headers in [&["Bearer a", "Bearer b"][..], &["Bearer a b"], &["Bearer ä"], &["Bearer ="], &["Bearer "], &["Bearer a,b"]] {
            assert_eq!(read(headers), Err(Check::BearerWellFormed), "{headers:?}");
        }
    }

    fn authenticated(id: &str, changes: &Value) -> Authenticated {
        let mut all = json!({"redirect_uris": ["https://app.example/cb"], "token_endpoint_auth_method": "client_secret_post"});
        for (name, value) in changes.as_object().into_iter().flatten() {
            all[name] = value.clone();
        }
        let metadata = Metadata::read(all).expect("metadata");
        let client = Client::new(ClientId::new(id), metadata, Some(Secret::shown("x").digest()), Timestamp(0));
        let shown = if client.is_public() { Presented::Public(id.to_owned()) } else { Presented::Post(id.to_owned(), Secret::shown("x")) };
        authenticate(&shown, Some(Arc::new(client)), &mut Checks::silent()).expect("it is authentic")
    }

    fn introspected(by: &Authenticated, token: Option<&AccessRecord>) -> Result<Value, Check> {
        introspect(by, token, "https://login.example", Timestamp(9), &mut Checks::silent()).map_err(|refusal| refusal.check)
    }

    /// A token of `app` for the API that `photos` is.
    fn for_photos() -> AccessRecord {
        AccessRecord { audience: "https://photos.example".to_owned(), scopes: ["photos:read"].into_iter().collect(), ..token() }
    }

    #[test]
    fn a_public_client_may_not_introspect() {
        let public = authenticated("app", &json!({"token_endpoint_auth_method": "none"}));
        assert_eq!(introspected(&public, Some(&token())), Err(Check::IntrospectionConfidential));
        assert_eq!(introspected(&public, None), Err(Check::IntrospectionConfidential));
    }

    #[test]
    fn what_is_over_unknown_or_not_ones_business_is_answered_alike() {
        let photos = authenticated("photos", &json!({"resource": "https://photos.example"}));
        let mail = authenticated("mail", &json!({"resource": ["https://mail.example", "https://photos.example/"]}));
        let nobody = authenticated("other", &json!({}));
        for (by, token) in [
            (&photos, None),
            (&photos, Some(AccessRecord { alive: false, ..for_photos() })),
            (&photos, Some(AccessRecord { expires_at: Timestamp(9), ..for_photos() })),
            // For the issuer, of another client.
            (&photos, Some(token())),
            (&photos, Some(AccessRecord { audience: "https://photos.example/".to_owned(), ..for_photos() })),
            (&mail, Some(for_photos())),
            (&nobody, Some(for_photos())),
            (&nobody, Some(AccessRecord { audience: "other".to_owned(), ..for_photos() })),
        ] {
            assert_eq!(introspected(by, token.as_ref()), Ok(json!({"active": false})), "{token:?}");
        }
    }

    #[test]
    fn an_api_and_the_tokens_own_client_learn_exactly_this() {
        let photos = authenticated("photos", &json!({"resource": "https://photos.example"}));
        let app = authenticated("app", &json!({}));
        let mut expected = json!({
            "active": true, "iss": "https://login.example", "client_id": "app", "sub": "s", "aud": "https://photos.example",
            "scope": "photos:read", "token_type": "Bearer", "iat": 0, "exp": 10, "jti": "t",
        });
        assert_eq!(introspected(&photos, Some(&for_photos())), Ok(expected.clone()));
        assert_eq!(introspected(&app, Some(&for_photos())), Ok(expected.clone()));
        expected["auth_time"] = json!(5);
        let personal = AccessRecord { auth_time: Some(Timestamp(5)), ..for_photos() };
        assert_eq!(introspected(&photos, Some(&personal)), Ok(expected));
        // A machine's token speaks of the machine.
        let machine = introspected(&photos, Some(&AccessRecord { subject: None, ..for_photos() })).expect("it is told");
        assert_eq!(machine["sub"], "app");
    }
}
