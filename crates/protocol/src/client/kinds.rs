//! The enumerations of client metadata.

use serde::{Deserialize, Serialize};

/// How a client proves who it is where clients authenticate (RFC 7591 §2, OpenID Connect Core §9, RFC 8705 §2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    /// Its secret in HTTP Basic.
    #[default]
    ClientSecretBasic,
    /// Its secret in the body.
    ClientSecretPost,
    /// An assertion authenticated by its secret (OpenID Connect Core §9).
    ClientSecretJwt,
    /// An assertion signed by its own key, or by a trusted issuer that speaks for it (RFC 7523 §2.2).
    PrivateKeyJwt,
    /// A certificate of an authority, by its subject (RFC 8705 §2.1).
    TlsClientAuth,
    /// A certificate of its own making, by its key (RFC 8705 §2.2).
    SelfSignedTlsClientAuth,
    /// Not at all: a public client.
    None,
}

impl AuthMethod {
    /// Every method, as discovery lists them.
    pub const ALL: [Self; 7] = [
        Self::ClientSecretBasic,
        Self::ClientSecretPost,
        Self::ClientSecretJwt,
        Self::PrivateKeyJwt,
        Self::TlsClientAuth,
        Self::SelfSignedTlsClientAuth,
        Self::None,
    ];

    /// Its registered name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::ClientSecretJwt => "client_secret_jwt",
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::TlsClientAuth => "tls_client_auth",
            Self::SelfSignedTlsClientAuth => "self_signed_tls_client_auth",
            Self::None => "none",
        }
    }

    /// Whether the client has a secret.
    pub fn has_secret(self) -> bool {
        match self {
            Self::ClientSecretBasic | Self::ClientSecretPost | Self::ClientSecretJwt => true,
            Self::PrivateKeyJwt | Self::TlsClientAuth | Self::SelfSignedTlsClientAuth | Self::None => false,
        }
    }

    /// Whether the client shows a certificate.
    pub fn is_mutual_tls(self) -> bool {
        matches!(self, Self::TlsClientAuth | Self::SelfSignedTlsClientAuth)
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

/// Which `sub` a client sees (OpenID Connect Core §8).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SubjectType {
    /// The same for all clients.
    #[default]
    Public,
    /// One for each sector, so that two apps can't compare notes (§8.1).
    Pairwise,
}

impl SubjectType {
    /// Every type, as discovery lists them.
    pub const ALL: [Self; 2] = [Self::Public, Self::Pairwise];

    /// As it stands in metadata.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Pairwise => "pairwise",
        }
    }
}

/// The rules a client is held to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// OAuth 2.1 and OpenID Connect Core.
    #[default]
    Oauth21,
    /// FAPI 2.0 Security Profile Final, and Message Signing where the client asks for it.
    Fapi2,
}
