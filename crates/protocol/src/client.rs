//! Clients: their metadata (RFC 7591 §2, OpenID Connect Registration §2) and what follows from it.

use crate::api::AccessTokenFormat;
use crate::error::ErrorCode;
use crate::grants::GrantType;
use crate::jose::Alg;
use crate::redirect_uri::{LoopbackPorts, RedirectUri};
use crate::scopes::Scopes;
use crate::secret::{ClientSecret, Digest};
use crate::values::{ClientId, ResourceUri, Seconds, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// How a client proves who it is at the token endpoint (RFC 7591 §2 `token_endpoint_auth_method`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    /// Its secret in HTTP Basic.
    #[default]
    ClientSecretBasic,
    /// Its secret in the body.
    ClientSecretPost,
    /// Not at all: a public client.
    None,
}

impl AuthMethod {
    /// Every method, as discovery lists them.
    pub const ALL: [Self; 3] = [Self::ClientSecretBasic, Self::ClientSecretPost, Self::None];

    /// Its registered name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::None => "none",
        }
    }
}

/// Whether an app runs on a server or on a person's device (OpenID Connect Registration §2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ApplicationType {
    /// On a server or in a page.
    #[default]
    Web,
    /// On the device: loopback redirects choose their port (RFC 8252 §7.3).
    Native,
}

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
    /// `oauth21`.
    #[serde(default = "default_profile")]
    pub profile: String,
    /// The name of the person who may read explanations of this client's errors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Everything else, kept as it came.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

fn default_profile() -> String {
    "oauth21".to_owned()
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

/// Members that ask for a protection this server doesn't give yet: taking them silently would weaken what the operator relies on.
const UNENFORCED: [(&str, &[&str]); 14] = [
    ("require_pushed_authorization_requests", &["false"]),
    ("require_signed_request_object", &["false"]),
    ("request_object_signing_alg", &[]),
    ("request_object_encryption_alg", &[]),
    ("dpop_bound_access_tokens", &["false"]),
    ("tls_client_certificate_bound_access_tokens", &["false"]),
    ("subject_type", &["public"]),
    ("sector_identifier_uri", &[]),
    ("userinfo_signed_response_alg", &[]),
    ("userinfo_encrypted_response_alg", &[]),
    ("id_token_encrypted_response_alg", &[]),
    ("introspection_signed_response_alg", &[]),
    ("authorization_signed_response_alg", &[]),
    ("authorization_encrypted_response_alg", &[]),
];

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
        metadata.validate()?;
        Ok(metadata)
    }

    fn validate(&self) -> Result<(), MetadataError> {
        let wrong = |text: String| Err(MetadataError { code: ErrorCode::InvalidClientMetadata, text });
        let uses_code = self.grant_types.contains(&GrantType::AuthorizationCode);
        if uses_code && self.redirect_uris.is_empty() {
            let text = "redirect_uris: the grant authorization_code needs at least one; for a machine set \"grant_types\": [\"client_credentials\"]";
            return Err(MetadataError { code: ErrorCode::InvalidRedirectUri, text: text.to_owned() });
        }
        if self.response_types.iter().any(|kind| kind != "code") {
            return wrong("response_types: only \"code\" is supported: there is no implicit or hybrid flow".to_owned());
        }
        let public = self.token_endpoint_auth_method == AuthMethod::None;
        if public && self.grant_types.contains(&GrantType::ClientCredentials) {
            return wrong("grant_types: client_credentials needs a token_endpoint_auth_method other than \"none\"".to_owned());
        }
        if public && !self.require_pkce {
            return wrong("require_pkce: a public client can't go without PKCE (RFC 9700 section 2.1.1)".to_owned());
        }
        if public && !self.resource.is_empty() {
            return wrong("resource: a public client can't introspect; give it a token_endpoint_auth_method".to_owned());
        }
        if self.grant_types.contains(&GrantType::RefreshToken) && !uses_code {
            return wrong("grant_types: refresh_token needs authorization_code beside it".to_owned());
        }
        if self.profile != "oauth21" {
            return wrong(format!("profile: {:?} is not supported by this version; only \"oauth21\" is", self.profile));
        }
        if !(0..=60).contains(&self.refresh_retry_window.0) {
            return wrong("refresh_retry_window: give 0 to 60 seconds".to_owned());
        }
        if self.default_max_age.is_some_and(|age| age.0 < 0) {
            return wrong("default_max_age: it can't be negative".to_owned());
        }
        if self.client_name.as_deref().is_some_and(|name| name.trim().is_empty() || name.chars().count() > 100) {
            return wrong("client_name: give 1 to 100 characters".to_owned());
        }
        for (member, uri) in [("client_uri", &self.client_uri), ("policy_uri", &self.policy_uri), ("tos_uri", &self.tos_uri)] {
            // A link people click: never a scheme that runs code (ASVS 5.0 1.2.2).
            let fine = |text: &String| url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.has_host());
            if !uri.as_ref().is_none_or(fine) {
                return wrong(format!("{member}: it must be an https or http URL"));
            }
        }
        for (member, harmless) in UNENFORCED {
            if let Some(value) = self.other.get(member) {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                if !value.is_null() && !harmless.contains(&text.as_str()) {
                    return wrong(format!("{member}: this version can't enforce {text:?}; leave it out"));
                }
            }
        }
        Ok(())
    }
}

/// A registered client.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its public name.
    pub id: ClientId,
    /// What was registered.
    pub metadata: Metadata,
    /// The digest of its secret, if it has one.
    pub secret: Option<Digest<ClientSecret>>,
    /// When it was registered.
    pub created_at: Timestamp,
}

impl Client {
    /// Whether it can't keep a secret (RFC 6749 §2.1).
    pub fn is_public(&self) -> bool {
        self.metadata.token_endpoint_auth_method == AuthMethod::None
    }

    /// Whether it may use a grant.
    pub fn may(&self, grant: GrantType) -> bool {
        self.metadata.grant_types.contains(&grant)
    }

    /// What it may ask.
    pub fn allowed_scopes(&self) -> Scopes {
        self.metadata.scope.clone().unwrap_or_else(Scopes::openid)
    }

    /// Whether PKCE is required of it: of every client but a confidential one whose operator decided otherwise (RFC 9700 §2.1.1).
    pub fn requires_pkce(&self) -> bool {
        self.is_public() || self.metadata.require_pkce
    }

    /// For which loopback hosts its requests choose the port.
    pub fn loopback_ports(&self) -> LoopbackPorts {
        match (self.is_public(), self.metadata.application_type) {
            (true, _) => LoopbackPorts::NameToo,
            (false, ApplicationType::Native) => LoopbackPorts::AddressesOnly,
            (false, ApplicationType::Web) => LoopbackPorts::Exact,
        }
    }

    /// Whether `asked` is one of its redirect URIs.
    pub fn has_redirect_uri(&self, asked: &str) -> bool {
        self.metadata.redirect_uris.iter().any(|registered| registered.matches(asked, self.loopback_ports()))
    }

    /// Whether `asked` is one of its addresses for after logout.
    pub fn has_post_logout_redirect_uri(&self, asked: &str) -> bool {
        self.metadata.post_logout_redirect_uris.iter().any(|registered| registered.matches(asked, self.loopback_ports()))
    }

    /// Its name for people who read `language`.
    pub fn shown_name(&self, language: &str) -> &str {
        self.metadata
            .other
            .get(&format!("client_name#{language}"))
            .and_then(Value::as_str)
            .or(self.metadata.client_name.as_deref())
            .unwrap_or_else(|| self.id.as_str())
    }

    /// Whether it is the API `audience`.
    pub fn is_resource(&self, audience: &str) -> bool {
        self.metadata.resource.iter().any(|uri| uri.as_str() == audience)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_a_client_may_not_register() {
        for (json, names) in [
            (json!({}), "redirect_uris"),
            (json!({"redirect_uris": ["javascript:alert(1)"]}), "redirect URI"),
            (json!({"redirect_uris": ["https://a.example/#x"]}), "redirect URI"),
            (json!({"redirect_uris": ["https://a.example/"], "response_types": ["token"]}), "response_types"),
            (json!({"redirect_uris": ["https://a.example/"], "grant_types": ["password"]}), "password"),
            (json!({"redirect_uris": ["https://a.example/"], "token_endpoint_auth_method": "none", "require_pkce": false}), "require_pkce"),
            (json!({"grant_types": ["client_credentials"], "token_endpoint_auth_method": "none"}), "client_credentials"),
            (json!({"grant_types": ["refresh_token"]}), "refresh_token"),
            (json!({"redirect_uris": ["https://a.example/"], "id_token_signed_response_alg": "none"}), "signature algorithm"),
            (json!({"redirect_uris": ["https://a.example/"], "client_uri": "javascript:alert(1)"}), "client_uri"),
            (json!({"redirect_uris": ["https://a.example/"], "dpop_bound_access_tokens": true}), "dpop_bound_access_tokens"),
            (json!({"redirect_uris": ["https://a.example/"], "subject_type": "pairwise"}), "subject_type"),
            (json!({"redirect_uris": ["https://a.example/"], "profile": "fapi2"}), "profile"),
            (json!({"redirect_uris": ["https://a.example/"], "refresh_retry_window": 3600}), "refresh_retry_window"),
            (json!({"redirect_uris": ["https://a.example/"], "scope": "a\"b"}), "scope"),
            (json!({"redirect_uris": "https://a.example/"}), "sequence"),
            (json!({"redirect_uris": ["https://a.example/"], "resource": ["photos"]}), "resource: "),
            (json!([]), "invalid"),
        ] {
            let error = Metadata::read(json.clone()).err().map(|e| e.text).unwrap_or_default();
            assert!(error.contains(names), "{json}: {error}");
        }
    }

    #[test]
    fn unknown_and_localised_members_are_kept() -> Result<(), MetadataError> {
        let metadata = Metadata::read(
            json!({"redirect_uris": ["https://a.example/"], "client_name": "Print shop", "client_name#zh-CN": "照片冲印店", "x_y": 1}),
        )?;
        assert_eq!(metadata.other["x_y"], 1);
        let client = Client { id: ClientId::new("shop"), metadata, secret: None, created_at: Timestamp(0) };
        assert_eq!((client.shown_name("zh-CN"), client.shown_name("en")), ("照片冲印店", "Print shop"));
        assert_eq!(client.loopback_ports(), LoopbackPorts::Exact);
        Ok(())
    }
}
