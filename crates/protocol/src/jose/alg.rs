//! The signature algorithms, and what follows from each.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::digest::{SHA256, SHA512, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::jwk::Kty;

/// A signature algorithm of JOSE (RFC 7518 section 3.1, RFC 8037 section 3.1).
///
/// Only asymmetric ones: `none` and the HMAC family cannot be named by this type, so no setting, key or token
/// can select them (RFC 8725 section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Alg {
    /// ECDSA with P-256 and SHA-256 (RFC 7518 section 3.4).
    Es256,
    /// `EdDSA` with Ed25519 (RFC 8037 section 3.1).
    EdDsa,
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 section 3.3).
    Rs256,
    /// RSASSA-PSS with SHA-256 and MGF1 (RFC 7518 section 3.5).
    Ps256,
}

impl Alg {
    /// Every algorithm, in the order in which discovery names them.
    pub const ALL: [Self; 4] = [Self::Es256, Self::EdDsa, Self::Rs256, Self::Ps256];

    /// Those of FAPI 2.0 Security Profile §5.4: the rest stays for clients of other profiles.
    pub const FAPI2: [Self; 3] = [Self::Es256, Self::EdDsa, Self::Ps256];

    /// The name in JOSE headers and metadata (RFC 7518 section 3.1). Case matters.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
        }
    }

    /// The type of key that the algorithm works with (RFC 7518 section 6.1, RFC 8037 section 2).
    pub const fn kty(self) -> Kty {
        match self {
            Self::Es256 => Kty::Ec,
            Self::EdDsa => Kty::Okp,
            Self::Rs256 | Self::Ps256 => Kty::Rsa,
        }
    }

    /// The value of `at_hash` or `c_hash` for an access token or a code, in an ID token signed with this
    /// algorithm: the left half of the hash of its ASCII text, base64url (OIDC Core sections 3.1.3.6
    /// and 3.3.2.11).
    ///
    /// The hash is the one of the algorithm's name; for Ed25519 it is SHA-512, which the signature uses inside
    /// (RFC 8032 section 5.1).
    pub fn hash_half(self, value: &str) -> String {
        let hash = match self {
            Self::Es256 | Self::Rs256 | Self::Ps256 => &SHA256,
            Self::EdDsa => &SHA512,
        };
        let hash = digest(hash, value.as_bytes());
        let (left, _) = hash.as_ref().split_at(hash.as_ref().len() / 2);
        URL_SAFE_NO_PAD.encode(left)
    }
}

impl fmt::Display for Alg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The name is none of [`Alg::ALL`]. The name itself is not kept: it came from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownAlg;

impl fmt::Display for UnknownAlg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the signature algorithm is not one of ")?;
        for (i, alg) in Alg::ALL.into_iter().enumerate() {
            write!(f, "{}{alg}", if i == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

impl std::error::Error for UnknownAlg {}

impl FromStr for Alg {
    type Err = UnknownAlg;

    fn from_str(name: &str) -> Result<Self, UnknownAlg> {
        Self::ALL.into_iter().find(|alg| alg.name() == name).ok_or(UnknownAlg)
    }
}

impl Serialize for Alg {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Alg {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}
