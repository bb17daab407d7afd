//! Public keys (RFC 7517): what they are, how they are written, what they verify.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::alg::Alg;
use super::error::JwkError;

/// A type of key (RFC 7518 section 6.1, RFC 8037 section 2), with the only curve that is used of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kty {
    /// `EC` on the curve P-256.
    Ec,
    /// `OKP` on the curve Ed25519.
    Okp,
    /// `RSA`.
    Rsa,
}

impl Kty {
    /// The value of the member `kty`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ec => "EC",
            Self::Okp => "OKP",
            Self::Rsa => "RSA",
        }
    }
}

/// The numbers of a key, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Material {
    /// The uncompressed point: 4, x, y (SEC 1 section 2.3.3).
    Ec([u8; 65]),
    /// The encoded point (RFC 8032 section 5.1.5).
    Okp([u8; 32]),
    /// Modulus and exponent, big-endian, without leading zeros.
    Rsa {
        /// The modulus.
        n: Vec<u8>,
        /// The public exponent.
        e: Vec<u8>,
    },
}

/// A public key that verifies signatures.
///
/// It has been checked (point on the curve, RSA of 2048 to 8192 bits) and holds no private part: there is no
/// place for one. Written as JSON it has the required members, `use`, and `kid` and `alg` if known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jwk {
    pub(super) material: Material,
    pub(super) kid: Option<String>,
    pub(super) alg: Option<Alg>,
}

impl Jwk {
    /// A key of our own: bound to one algorithm, named by its thumbprint.
    pub(super) fn own(material: Material, alg: Alg) -> Self {
        let mut key = Self { material, kid: None, alg: Some(alg) };
        key.kid = Some(key.thumbprint());
        key
    }

    /// The `kid` it was published under (RFC 7517 section 4.5), if any. Keys of our own have their
    /// [thumbprint](Self::thumbprint).
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The only algorithm it may be used with (RFC 7517 section 4.4), if it says so.
    pub const fn alg(&self) -> Option<Alg> {
        self.alg
    }

    /// The type of the key.
    pub const fn kty(&self) -> Kty {
        match self.material {
            Material::Ec(_) => Kty::Ec,
            Material::Okp(_) => Kty::Okp,
            Material::Rsa { .. } => Kty::Rsa,
        }
    }

    /// Whether the key may verify signatures made with `alg`: its type fits, and its own `alg`, if it has one, is
    /// the same (RFC 8725 section 3.1: a key is used with one algorithm only).
    pub fn fits(&self, alg: Alg) -> bool {
        self.kty() == alg.kty() && self.alg.is_none_or(|own| own == alg)
    }

    /// The JWK thumbprint with SHA-256, base64url (RFC 7638; RFC 8037 appendix A.3 for `OKP`). It depends on the
    /// numbers of the key alone.
    pub fn thumbprint(&self) -> String {
        // RFC 7638 section 3.3: required members only, in lexicographic order, no white space.
        let mut members = self.required_members();
        members.sort_unstable_by_key(|(name, _)| *name);
        let members: Vec<String> = members.iter().map(|(name, value)| format!(r#""{name}":"{value}""#)).collect();
        let json = format!("{{{}}}", members.join(","));
        URL_SAFE_NO_PAD.encode(digest(&SHA256, json.as_bytes()))
    }

    /// Whether `signature` is one of `message` made with `alg` by the owner of this key.
    pub(super) fn verifies(&self, alg: Alg, message: &[u8], signature: &[u8]) -> bool {
        if !self.fits(alg) {
            return false;
        }
        let verdict = match (alg, &self.material) {
            // RFC 7518 section 3.4: r and s side by side, 64 bytes, not ASN.1.
            (Alg::Es256, Material::Ec(point)) => UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature),
            (Alg::EdDsa, Material::Okp(x)) => UnparsedPublicKey::new(&ED25519, x).verify(message, signature),
            (Alg::Rs256, Material::Rsa { n, e }) => RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature),
            (Alg::Ps256, Material::Rsa { n, e }) => RsaPublicKeyComponents { n, e }.verify(&RSA_PSS_2048_8192_SHA256, message, signature),
            (Alg::Es256 | Alg::EdDsa | Alg::Rs256 | Alg::Ps256, _) => return false,
        };
        verdict.is_ok()
    }

    /// The members that make the key what it is. Their values need no escaping in JSON.
    fn required_members(&self) -> Vec<(&'static str, String)> {
        let kty = ("kty", self.kty().name().to_owned());
        let member = |name, bytes: &[u8]| (name, URL_SAFE_NO_PAD.encode(bytes));
        match &self.material {
            Material::Ec(point) => vec![kty, ("crv", "P-256".to_owned()), member("x", &point[1..33]), member("y", &point[33..])],
            Material::Okp(x) => vec![kty, ("crv", "Ed25519".to_owned()), member("x", x)],
            Material::Rsa { n, e } => vec![kty, member("n", n), member("e", e)],
        }
    }
}

impl Serialize for Jwk {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in self.required_members() {
            map.serialize_entry(name, &value)?;
        }
        map.serialize_entry("use", "sig")?;
        if let Some(alg) = self.alg {
            map.serialize_entry("alg", &alg)?;
        }
        if let Some(kid) = &self.kid {
            map.serialize_entry("kid", kid)?;
        }
        map.end()
    }
}

/// A JWK Set (RFC 7517 section 5) of keys that verify signatures: ours as published, or those of a client.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct JwkSet {
    pub(super) keys: Vec<Jwk>,
}

impl JwkSet {
    /// The longest document that [`from_json`](Self::from_json) reads, in bytes.
    pub const MAX_LEN: usize = 64 * 1024;
    /// The most keys a foreign set may have.
    pub const MAX_KEYS: usize = 32;

    /// A set of the given keys, in their order.
    pub const fn new(keys: Vec<Jwk>) -> Self {
        Self { keys }
    }

    /// The keys, in the order of the document.
    pub fn keys(&self) -> &[Jwk] {
        &self.keys
    }

    /// Reads a foreign set, such as the answer of a client's `jwks_uri`.
    ///
    /// # Errors
    /// As [`from_value`](Self::from_value), and [`JwkError::TooLarge`] beyond [`MAX_LEN`](Self::MAX_LEN).
    pub fn from_json(json: &[u8]) -> Result<Self, JwkError> {
        if json.len() > Self::MAX_LEN {
            return Err(JwkError::TooLarge);
        }
        let value = serde_json::from_slice(json).map_err(|_| JwkError::Malformed("keys"))?;
        Self::from_value(&value)
    }
}
