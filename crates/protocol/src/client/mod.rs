//! Clients: their metadata and what follows from it.

mod kinds;
mod metadata;
mod validate;

pub use kinds::{ApplicationType, AuthMethod, Profile, SubjectType};
pub use metadata::{Metadata, MetadataError};
pub(crate) use validate::{holds_private_key, is_reachable};

use crate::grants::GrantType;
use crate::jose::{Alg, JwkSet};
use crate::redirect_uri::LoopbackPorts;
use crate::scopes::Scopes;
use crate::secret::{ClientSecret, Digest, RegistrationAccess};
use crate::values::{ClientId, Timestamp};
use serde_json::Value;
use std::collections::BTreeSet;

/// A registered client.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its public name.
    pub id: ClientId,
    /// What was registered.
    pub metadata: Metadata,
    /// The digest of its secret, if it has one.
    pub secret: Option<Digest<ClientSecret>>,
    /// The secret itself, encrypted under the server's: kept where an HMAC must be verified, and nowhere else.
    pub sealed_secret: Option<String>,
    /// Its public keys, where its metadata holds them.
    pub keys: JwkSet,
    /// Who registered it.
    pub origin: Origin,
    /// What manages a dynamic registration (RFC 7592 §3), by digest.
    pub registration: Option<Digest<RegistrationAccess>>,
    /// The members that the operator set by command of a client that registered itself: they are no longer the client's to change.
    pub fixed: BTreeSet<String>,
    /// When it was registered.
    pub created_at: Timestamp,
}

/// Who registered a client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// The operator.
    #[default]
    Operator,
    /// The client itself (RFC 7591).
    Dynamic,
    /// Nobody: its id is the address of its metadata document.
    Document,
}

impl Client {
    /// A client of the operator's. Keys that the metadata holds are read; [`Metadata::read`] has proven that they can be.
    pub fn new(id: ClientId, metadata: Metadata, secret: Option<Digest<ClientSecret>>, created_at: Timestamp) -> Self {
        let keys = metadata.jwks.as_ref().and_then(|jwks| JwkSet::from_value(jwks).ok()).unwrap_or_default();
        Self {
            id,
            metadata,
            secret,
            sealed_secret: None,
            keys,
            origin: Origin::Operator,
            registration: None,
            fixed: BTreeSet::new(),
            created_at,
        }
    }

    /// Whether it is held to FAPI 2.0.
    pub fn is_fapi2(&self) -> bool {
        self.metadata.is_fapi2()
    }

    /// Whether its authorization requests must be pushed: by its registration or its profile (RFC 9126 §6, FAPI 2.0 §5.3.2.2).
    pub fn must_push(&self) -> bool {
        self.metadata.require_pushed_authorization_requests || self.is_fapi2()
    }

    /// With what its JWT authorization responses are signed: RS256 by default (JARM §3), which FAPI 2.0 Security Profile §5.4.1 excludes.
    pub fn authorization_alg(&self) -> Alg {
        let default = if self.is_fapi2() { Alg::Ps256 } else { Alg::Rs256 };
        self.metadata.authorization_signed_response_alg.unwrap_or(default)
    }

    /// With what its access tokens for an API are signed: as the API says; FAPI 2.0 Security Profile §5.4.1 knows RS256 only in its PSS form.
    pub fn access_token_alg(&self, of_api: Alg) -> Alg {
        if self.is_fapi2() && of_api == Alg::Rs256 { Alg::Ps256 } else { of_api }
    }

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

    /// Whether its signed requests may be fetched from `asked`: a registered address, whatever the fragment, which tells versions of a
    /// document apart (OpenID Connect Core §6.2).
    pub fn has_request_uri(&self, asked: &str) -> bool {
        let address = |uri: &str| uri.split_once('#').map_or(uri, |(address, _)| address).to_owned();
        self.metadata.request_uris.iter().any(|registered| address(registered) == address(asked))
    }

    /// Whether `asked` is one of its addresses for after logout.
    pub fn has_post_logout_redirect_uri(&self, asked: &str) -> bool {
        self.metadata.post_logout_redirect_uris.iter().any(|registered| registered.matches(asked, self.loopback_ports()))
    }

    /// Whether somebody vouches for where it is answered: the operator who registered it with a secret of its own. One that registered itself
    /// has a secret, too, and is nobody's.
    pub fn is_vouched(&self) -> bool {
        !self.is_public() && self.origin == Origin::Operator
    }

    /// Whether a browser may be sent to its addresses before anybody has logged in. Whoever registers itself could otherwise make this server
    /// send people on to any address, under its own good name (RFC 9700 §4.11.2: "MUST always authenticate the user first and, with the
    /// exception of the silent authentication use case, prompt the user for credentials when needed, before redirecting the user").
    pub fn is_trusted_to_redirect(&self) -> bool {
        self.origin == Origin::Operator
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
mod tests;
