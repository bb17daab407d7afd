//! What the operator may choose: the issuer and the lifetimes.

use crate::client::{AuthMethod, Client, Metadata, MetadataError, Origin};
use crate::client_document::Documents;
use crate::error::ErrorCode;
use crate::registration::Rules;
use crate::values::{Issuer, Seconds};

/// The operator's choices that rules depend on.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Who issues.
    pub issuer: Issuer,
    /// How long a code may be redeemed (RFC 6749 §4.1.2: at most ten minutes recommended).
    pub code_lifetime: Seconds,
    /// How long a device's code may be entered, and polled with (RFC 8628 §3.2 `expires_in`).
    pub device_code_lifetime: Seconds,
    /// How long an access token is accepted, unless its API says otherwise.
    pub access_token_lifetime: Seconds,
    /// `exp` of ID tokens.
    pub id_token_lifetime: Seconds,
    /// A refresh token unused for so long is dead.
    pub refresh_idle: Seconds,
    /// A family of refresh tokens ends after so long, used or not (RFC 9700 §4.14.2).
    pub refresh_absolute: Seconds,
    /// A session unused for so long has ended.
    pub session_idle: Seconds,
    /// A session ends after so long, used or not.
    pub session_absolute: Seconds,
    /// A consent is remembered for so long.
    pub consent_lifetime: Seconds,
    /// How long a pushed request may be used (RFC 9126 §2.2 `expires_in`).
    pub pushed_request_lifetime: Seconds,
    /// Whether every client must push its authorization requests (RFC 9126 §5 `require_pushed_authorization_requests`).
    pub require_pushed_requests: bool,
    /// Whether a DPoP proof must carry a nonce of this server (RFC 9449 §8).
    pub require_dpop_nonce: bool,
    /// What clients that register themselves may have (RFC 7591).
    pub registration: Rules,
    /// Whose metadata documents are read.
    pub documents: Documents,
    /// Which certificates of clients can reach this server (RFC 8705): a fact of how it is set up.
    pub mutual_tls: MutualTls,
}

/// Which client certificates a server gets to see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MutualTls {
    /// None.
    #[default]
    Off,
    /// Those of authorities that it trusts: it ends TLS itself, and refuses others in the handshake.
    Authorities,
    /// Any that a proxy hands on, without a word on who verified them: good for being registered themselves and for binding tokens.
    Unverified,
    /// Any, and of each it learns whether it is of an authority.
    Any,
}

impl MutualTls {
    /// Whether clients can authenticate by `method`.
    pub fn allows(self, method: AuthMethod) -> bool {
        match (method, self) {
            (AuthMethod::TlsClientAuth, _) => matches!(self, Self::Authorities | Self::Any),
            (AuthMethod::SelfSignedTlsClientAuth, _) => matches!(self, Self::Unverified | Self::Any),
            (
                AuthMethod::ClientSecretBasic
                | AuthMethod::ClientSecretPost
                | AuthMethod::ClientSecretJwt
                | AuthMethod::PrivateKeyJwt
                | AuthMethod::None,
                _,
            ) => true,
        }
    }
}

impl Policy {
    /// The defaults of the configuration reference.
    pub fn for_issuer(issuer: Issuer) -> Self {
        Self {
            issuer,
            code_lifetime: Seconds(60),
            device_code_lifetime: Seconds::minutes(10),
            access_token_lifetime: Seconds::minutes(10),
            id_token_lifetime: Seconds::hours(1),
            refresh_idle: Seconds::days(30),
            refresh_absolute: Seconds::days(90),
            session_idle: Seconds::hours(12),
            session_absolute: Seconds::days(7),
            consent_lifetime: Seconds::days(180),
            pushed_request_lifetime: Seconds(60),
            require_pushed_requests: false,
            require_dpop_nonce: false,
            registration: Rules::default(),
            documents: Documents::default(),
            mutual_tls: MutualTls::Off,
        }
    }

    /// How long the codes of a client may be redeemed: at most 60 seconds by FAPI 2.0 Security Profile §5.3.2.2.
    pub fn code_lifetime_of(&self, client: &Client) -> Seconds {
        if client.is_fapi2() { self.code_lifetime.min(Seconds(60)) } else { self.code_lifetime }
    }

    /// Refuses a registration for a method by which no client can prove itself here.
    ///
    /// # Errors
    /// [`MetadataError`] names the member.
    pub fn takes_method_of(&self, metadata: &Metadata) -> Result<(), MetadataError> {
        let method = metadata.token_endpoint_auth_method;
        if self.mutual_tls.allows(method) {
            return Ok(());
        }
        let text = format!("token_endpoint_auth_method: {} needs client certificates, which do not reach this server", method.as_str());
        Err(MetadataError { code: ErrorCode::InvalidClientMetadata, text })
    }

    /// Whether PKCE is required of a client. One that registered itself goes without only as long as the operator lets such clients.
    pub fn requires_pkce(&self, client: &Client) -> bool {
        client.requires_pkce() || client.origin != Origin::Operator && self.registration.require_pkce
    }

    /// How long a family of tokens lives; one that can't be renewed is of no use once its access token has ended.
    pub fn family_lifetime(&self, renewable: bool) -> Seconds {
        if renewable { self.refresh_absolute } else { self.code_lifetime.max(Seconds::days(1)) }
    }
}
