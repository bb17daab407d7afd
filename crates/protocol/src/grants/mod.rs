//! The token endpoint: one file a grant. Each takes an [`Authenticated`] client, so none is reached without it.

pub mod authorization_code;
pub mod client_credentials;
pub mod device_code;
pub mod jwt_bearer;
pub mod refresh_token;
#[cfg(test)]
mod tests;
pub mod token_exchange;

use crate::audience::TokenPlan;
use crate::binding::{self, Confirmation, Proven};
use crate::check::{Check, Checks, Evidence};
use crate::claims_request::ClaimsRequest;
use crate::client::Client;
use crate::client_auth::Authenticated;
use crate::details::{Details, type_of};
use crate::error::Refusal;
use crate::params::Params;
use crate::scopes::Scopes;
use crate::tokens::claims;
use crate::values::{ClientId, GrantId, ResourceUri, SessionId, Subject, Timestamp};
use serde::{Deserialize, Serialize};

/// What may be asked at the token endpoint. There is no password grant (RFC 9700 §2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GrantType {
    /// RFC 6749 §4.1.
    #[serde(rename = "authorization_code")]
    AuthorizationCode,
    /// RFC 6749 §6.
    #[serde(rename = "refresh_token")]
    RefreshToken,
    /// RFC 6749 §4.4.
    #[serde(rename = "client_credentials")]
    ClientCredentials,
    /// RFC 8628 §3.4.
    #[serde(rename = "urn:ietf:params:oauth:grant-type:device_code")]
    DeviceCode,
    /// RFC 8693 §2.1.
    #[serde(rename = "urn:ietf:params:oauth:grant-type:token-exchange")]
    TokenExchange,
    /// RFC 7523 §2.1.
    #[serde(rename = "urn:ietf:params:oauth:grant-type:jwt-bearer")]
    JwtBearer,
}

impl GrantType {
    /// Every grant, as discovery lists them.
    pub const ALL: [Self; 6] =
        [Self::AuthorizationCode, Self::RefreshToken, Self::ClientCredentials, Self::DeviceCode, Self::TokenExchange, Self::JwtBearer];

    /// As it stands in a request.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
            Self::DeviceCode => "urn:ietf:params:oauth:grant-type:device_code",
            Self::TokenExchange => "urn:ietf:params:oauth:grant-type:token-exchange",
            Self::JwtBearer => "urn:ietf:params:oauth:grant-type:jwt-bearer",
        }
    }
}

/// The parameters of a token request that may come several times (RFC 8707 §2.2; `audience` in a token exchange alone, RFC 8693 §2.1).
pub const MAY_REPEAT: &[&str] = &["resource", "audience"];

/// A token request.
#[derive(Clone, Debug)]
pub struct TokenRequest {
    /// The grant.
    pub grant_type: GrantType,
    /// `resource` parameters (RFC 8707 §2.2).
    pub resources: Vec<String>,
    /// `scope`, to narrow.
    pub scope: Option<Scopes>,
    /// `authorization_details`, to narrow; for a machine, to ask (RFC 9396 §6).
    pub details: Option<Details>,
    /// Which keys the request has proven to hold.
    pub proven: Proven,
    /// To what key the access token it gets is bound.
    pub confirmation: Option<Confirmation>,
    params: Params,
}

impl TokenRequest {
    /// Reads a token request of an authenticated client, registered for the grant it asks.
    ///
    /// # Errors
    /// [`Check::ParamNotRepeated`], [`Check::GrantTypePresent`], [`Check::GrantTypeKnown`], [`Check::GrantTypeRegistered`],
    /// [`Check::ScopeWellFormed`], and those of [`binding::of_request`].
    pub fn read(params: Params, by: &Authenticated, proven: Proven, checks: &mut Checks<'_>) -> Result<Self, Refusal> {
        params.no_repeats(checks)?;
        let named = checks.some(Check::GrantTypePresent, params.get("grant_type"))?;
        let known = GrantType::ALL.into_iter().find(|grant| grant.as_str() == named);
        let grant_type = checks.require_some(Check::GrantTypeKnown, known, || Evidence::new("a supported grant", named.to_owned()))?;
        checks.hold(Check::ParamNotRepeated, grant_type == GrantType::TokenExchange || params.all("audience").nth(1).is_none())?;
        checks.hold(Check::GrantTypeRegistered, by.client().may(grant_type))?;
        let scope = match params.get("scope") {
            Some(text) => Some(checks.some(Check::ScopeWellFormed, Scopes::parse(text))?),
            None => None,
        };
        let details = params.get("authorization_details").map(|text| Details::read(text, checks)).transpose()?;
        let resources = params.all("resource").map(str::to_owned).collect();
        let confirmation = binding::of_request(by.client(), &proven, checks)?;
        Ok(Self { grant_type, resources, scope, details, proven, confirmation, params })
    }

    /// A parameter of this grant.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.get(name)
    }
}

/// A family of tokens: what one approval of a person gave one client.
#[derive(Clone, Debug, PartialEq)]
pub struct Grant {
    /// Which one.
    pub id: GrantId,
    /// Whose.
    pub client_id: ClientId,
    /// Of whom.
    pub subject: Subject,
    /// The login session it came from (`sid`).
    pub session: SessionId,
    /// What was granted.
    pub scopes: Scopes,
    /// For which APIs it was asked.
    pub resources: Vec<ResourceUri>,
    /// When the person had last proved who they are.
    pub auth_time: Timestamp,
    /// The nonce of the request.
    pub nonce: Option<String>,
    /// The claims asked for by name.
    pub claims: ClaimsRequest,
    /// What was granted beyond scopes (RFC 9396).
    pub details: Details,
    /// The key its refresh tokens are bound to.
    pub confirmation: Option<Confirmation>,
    /// From then on no token of it can be renewed (RFC 9700 §4.14.2).
    pub expires_at: Timestamp,
    /// Neither revoked nor ended with its session.
    pub alive: bool,
    /// The person's account exists and isn't disabled.
    pub person_active: bool,
}

impl Grant {
    /// What is left of it for its client as that is registered today: an operator who narrows `scope` narrows living grants, too.
    pub fn scopes_of(&self, client: &Client) -> Scopes {
        self.scopes.and(&client.allowed_scopes())
    }

    /// The same of what was granted beyond them: a type that the client lost is given no longer.
    pub fn details_of(&self, client: &Client) -> Details {
        let types = &client.metadata.authorization_details_types;
        Details(self.details.0.iter().filter(|detail| types.iter().any(|own| own == type_of(detail))).cloned().collect())
    }

    /// The claims asked for by name that may be told beside a token of these scopes: an operator who narrows `scope` narrows them as well,
    /// and a token that was narrowed tells none that one of its lost scopes had allowed.
    pub fn claims_of(&self, client: &Client, token: &Scopes) -> ClaimsRequest {
        let allowed = client.allowed_scopes();
        self.claims.only(|name| {
            let lost = claims::covers(&self.scopes, name) && !claims::covers(token, name);
            !lost && claims::scope_of(name).is_some_and(|scope| allowed.has(scope))
        })
    }

    /// Whether it outlives the session it came from (OpenID Connect Core §11).
    pub fn is_offline(&self) -> bool {
        self.scopes.has("offline_access")
    }

    /// What every grant asks before it gives anything.
    fn usable(&self, now: Timestamp, checks: &mut Checks<'_>) -> Result<(), Refusal> {
        checks.hold(Check::GrantAlive, self.alive && now < self.expires_at)?;
        checks.hold(Check::PersonActive, self.person_active)
    }

    /// RFC 9449 §5: a refresh token that is bound to a key is worth nothing without it.
    fn held_by(&self, proven: &Proven, checks: &mut Checks<'_>) -> Result<(), Refusal> {
        checks.hold(Check::DpopGrantKey, self.confirmation.as_ref().is_none_or(|bound| proven.meets(bound)))
    }
}

/// What a token request gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grantee {
    /// The access token to make.
    pub access: TokenPlan,
    /// A refresh token comes with it, to live until then.
    pub refresh_until: Option<Timestamp>,
    /// An ID token comes with it.
    pub id_token: bool,
}
