//! The members of a client's metadata (RFC 7591 §2, OpenID Connect Registration §2, and the extensions each member names).

use super::kinds::{ApplicationType, AuthMethod, Profile, SubjectType};
use crate::api::AccessTokenFormat;
use crate::error::ErrorCode;
use crate::grants::GrantType;
use crate::jose::Alg;
use crate::redirect_uri::RedirectUri;
use crate::scopes::Scopes;
use crate::values::{ResourceUri, Seconds};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The `resource` member: one URI or a list.
fn resources<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<ResourceUri>, D::Error> {
    let uris = match Value::deserialize(from)? {
        Value::Array(uris) => uris,
        one => vec![one],
    };
    let read = |uri| serde_json::from_value(uri).map_err(|e| serde::de::Error::custom(format!("resource: {e}")));
    uris.into_iter().map(read).collect()
}

fn yes() -> bool {
    true
}

fn default_grants() -> Vec<GrantType> {
    vec![GrantType::AuthorizationCode]
}

fn default_responses() -> Vec<String> {
    vec!["code".to_owned()]
}

fn default_id_token_alg() -> Alg {
    Alg::Rs256
}

/// What a client's operator registers. Members that this server doesn't know are kept and ignored (RFC 7591 §2).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a member of its own in the specifications")]
pub struct Metadata {
    /// Where codes may be sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub redirect_uris: Vec<RedirectUri>,
    /// Where a browser may be sent after logout (RP-Initiated Logout §3.1).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub post_logout_redirect_uris: Vec<RedirectUri>,
    /// How it authenticates.
    #[serde(default)]
    pub token_endpoint_auth_method: AuthMethod,
    /// What it may ask at the token endpoint.
    #[serde(default = "default_grants")]
    pub grant_types: Vec<GrantType>,
    /// What it may ask at the authorization endpoint: `code` alone.
    #[serde(default = "default_responses")]
    pub response_types: Vec<String>,
    /// Bounds what may be asked; without it, the OpenID scopes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<Scopes>,
    /// Its name for people; `client_name#zh-CN` and the like stand among the other members.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_name: Option<String>,
    /// Its home page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<String>,
    /// Its privacy policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_uri: Option<String>,
    /// Its terms of service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tos_uri: Option<String>,
    /// Where it runs.
    #[serde(default)]
    pub application_type: ApplicationType,
    /// With what its ID tokens are signed.
    #[serde(default = "default_id_token_alg")]
    pub id_token_signed_response_alg: Alg,
    /// The `max_age` of requests that name none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_max_age: Option<Seconds>,
    /// `auth_time` is in every ID token here anyway.
    #[serde(default)]
    pub require_auth_time: bool,
    /// The APIs that this client is: it may introspect tokens for them.
    #[serde(default, deserialize_with = "resources", skip_serializing_if = "Vec::is_empty")]
    pub resource: Vec<ResourceUri>,
    /// How its access tokens are carried.
    #[serde(default)]
    pub access_token_format: AccessTokenFormat,
    /// `false` lets a confidential client go without PKCE.
    #[serde(default = "yes")]
    pub require_pkce: bool,
    /// `false`: no consent page, for first-party apps.
    #[serde(default = "yes")]
    pub require_consent: bool,
    /// For so long a replayed refresh token is answered without ending the family.
    #[serde(default)]
    pub refresh_retry_window: Seconds,
    /// The rules it is held to.
    #[serde(default)]
    pub profile: Profile,
    /// The name of the person who may read explanations of this client's errors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// With what its assertions are signed (OpenID Connect Registration §2); without it, any algorithm that fits its method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_signing_alg: Option<String>,
    /// Its public keys (RFC 7517 §5); parsed in [`Client::keys`](super::Client).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks: Option<Value>,
    /// Where its public keys are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// `tls_client_auth`: the subject its certificate must have (RFC 8705 §2.1.2), as RFC 4514 text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_subject_dn: Option<String>,
    /// The same by a DNS name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_dns: Option<String>,
    /// The same by a URI.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_uri: Option<String>,
    /// The same by an IP address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_ip: Option<String>,
    /// The same by an e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_email: Option<String>,
    /// Its access tokens are bound to its certificate (RFC 8705 §3.4).
    #[serde(default)]
    pub tls_client_certificate_bound_access_tokens: bool,
    /// Its access tokens are bound to a key that it proves (RFC 9449 §5.2).
    #[serde(default)]
    pub dpop_bound_access_tokens: bool,
    /// It must push its authorization requests (RFC 9126 §6).
    #[serde(default)]
    pub require_pushed_authorization_requests: bool,
    /// It must sign its authorization requests (RFC 9101 §10.5).
    #[serde(default)]
    pub require_signed_request_object: bool,
    /// With what it signs them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_object_signing_alg: Option<Alg>,
    /// Where signed requests of its may be fetched (OpenID Connect Registration §2).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub request_uris: Vec<String>,
    /// Which `sub` it sees.
    #[serde(default)]
    pub subject_type: SubjectType,
    /// The document that lists the redirect URIs of its sector (OpenID Connect Core §8.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sector_identifier_uri: Option<String>,
    /// Userinfo is signed with this (OpenID Connect Core §5.3.2); without it, it is JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub userinfo_signed_response_alg: Option<Alg>,
    /// Introspection answers are signed with this (RFC 9701 §6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub introspection_signed_response_alg: Option<Alg>,
    /// JWT authorization responses are signed with this (JARM §3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorization_signed_response_alg: Option<Alg>,
    /// The `acr_values` of requests that name none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub default_acr_values: Vec<String>,
    /// Where logout tokens are sent (Back-Channel Logout §2.2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_uri: Option<String>,
    /// They must name the session.
    #[serde(default)]
    pub backchannel_logout_session_required: bool,
    /// What is shown in a frame at logout (Front-Channel Logout §2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frontchannel_logout_uri: Option<String>,
    /// Its address must name issuer and session.
    #[serde(default)]
    pub frontchannel_logout_session_required: bool,
    /// Where a login can be begun by others (OpenID Connect Core §4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initiate_login_uri: Option<String>,
    /// Its picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo_uri: Option<String>,
    /// Whom to write to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<String>,
    /// Which software it is (RFC 7591 §2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub software_id: Option<String>,
    /// Which version of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub software_version: Option<String>,
    /// The types of `authorization_details` it may ask (RFC 9396 §10).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authorization_details_types: Vec<String>,
    /// The trusted issuer whose assertions speak for it, in place of keys of its own (workload identity, RFC 7523 §3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assertion_issuer: Option<String>,
    /// What that issuer calls it (`sub` of the assertion).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assertion_subject: Option<String>,
    /// Everything else, kept as it came.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// What is wrong with a client's metadata (RFC 7591 §3.2.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetadataError {
    /// `invalid_redirect_uri` or `invalid_client_metadata`.
    pub code: ErrorCode,
    /// Which member, and what to change.
    pub text: String,
}

impl std::fmt::Display for MetadataError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for MetadataError {}

impl Metadata {
    /// Reads and checks the JSON form.
    ///
    /// # Errors
    /// [`MetadataError`] names the member and what to change.
    pub fn read(json: Value) -> Result<Self, MetadataError> {
        let metadata: Self = serde_json::from_value(json).map_err(|e| {
            let text = e.to_string();
            let code = if text.starts_with("redirect URI") { ErrorCode::InvalidRedirectUri } else { ErrorCode::InvalidClientMetadata };
            MetadataError { code, text }
        })?;
        super::validate::all(&metadata)?;
        Ok(metadata)
    }

    /// Whether it must be held to FAPI 2.0.
    pub fn is_fapi2(&self) -> bool {
        self.profile == Profile::Fapi2
    }
}
