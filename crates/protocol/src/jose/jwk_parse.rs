//! Reading foreign keys: what a client sends as its `jwks`, or serves under its `jwks_uri`.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer, de};
use serde_json::{Map, Value};

use super::alg::Alg;
use super::error::JwkError;
use super::jwk::{Jwk, JwkSet, Material};

/// The members that only a private or a symmetric key has (RFC 7518 sections 6.2.2, 6.3.2 and 6.4, RFC 8037
/// section 2).
const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

const MAX_KID_LEN: usize = 256;
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

impl Jwk {
    /// Reads a foreign public key. Unknown members are ignored (RFC 7517 section 4), certificates among them:
    /// they say nothing about who may sign.
    ///
    /// # Errors
    /// Every variant of [`JwkError`] that speaks of one key.
    pub fn from_value(value: &Value) -> Result<Self, JwkError> {
        let members = value.as_object().ok_or(JwkError::Malformed("keys"))?;
        if let Some(member) = PRIVATE_MEMBERS.into_iter().find(|m| members.contains_key(*m)) {
            return Err(JwkError::Private(member));
        }
        let kty = text(members, "kty")?.ok_or(JwkError::Malformed("kty"))?;
        let material = match kty {
            "EC" => ec(members)?,
            "OKP" => okp(members)?,
            "RSA" => rsa(members)?,
            _ => return Err(JwkError::UnsupportedKey),
        };
        verifies_signatures(members)?;
        let alg = match text(members, "alg")? {
            None => None,
            Some(name) => Some(name.parse::<Alg>().map_err(|_| JwkError::UnsupportedAlg)?),
        };
        let kid = text(members, "kid")?;
        if kid.is_some_and(|kid| kid.is_empty() || kid.len() > MAX_KID_LEN) {
            return Err(JwkError::Malformed("kid"));
        }
        let key = Self { material, kid: kid.map(str::to_owned), alg };
        match alg {
            Some(alg) if !key.fits(alg) => Err(JwkError::UnsupportedAlg),
            _ => Ok(key),
        }
    }
}

impl JwkSet {
    /// Reads a foreign set.
    ///
    /// RFC 7517 section 5: keys that are not understood or are out of range are left out, so that a client may
    /// publish its encryption keys in the same set. A private key is an error instead, whatever else is there:
    /// its owner has to know.
    ///
    /// # Errors
    /// [`JwkError::Private`]; [`JwkError::TooManyKeys`] beyond [`MAX_KEYS`](Self::MAX_KEYS);
    /// [`JwkError::Empty`]; when no key is left, the reason why the first was left out.
    pub fn from_value(value: &Value) -> Result<Self, JwkError> {
        let listed = value.get("keys").and_then(Value::as_array).ok_or(JwkError::Malformed("keys"))?;
        if listed.len() > Self::MAX_KEYS {
            return Err(JwkError::TooManyKeys);
        }
        let mut keys = Vec::with_capacity(listed.len());
        let mut first_reason = JwkError::Empty;
        for value in listed {
            match Jwk::from_value(value) {
                Ok(key) => keys.push(key),
                Err(private @ JwkError::Private(_)) => return Err(private),
                Err(reason) if first_reason == JwkError::Empty => first_reason = reason,
                Err(_) => {}
            }
        }
        if keys.is_empty() {
            return Err(first_reason);
        }
        Ok(Self { keys })
    }
}

impl<'de> Deserialize<'de> for Jwk {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_value(&Value::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for JwkSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_value(&Value::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// RFC 7517 sections 4.2 and 4.3: `use` is `sig` and `key_ops` contains `verify`, where they are present.
fn verifies_signatures(members: &Map<String, Value>) -> Result<(), JwkError> {
    if text(members, "use")?.is_some_and(|usage| usage != "sig") {
        return Err(JwkError::NotForSignatures);
    }
    match members.get("key_ops") {
        None => Ok(()),
        Some(Value::Array(ops)) if ops.iter().any(|op| op == "verify") => Ok(()),
        Some(Value::Array(_)) => Err(JwkError::NotForSignatures),
        Some(_) => Err(JwkError::Malformed("key_ops")),
    }
}

/// RFC 7518 section 6.2.1: both coordinates in full length, leading zeros included.
fn ec(members: &Map<String, Value>) -> Result<Material, JwkError> {
    if text(members, "crv")? != Some("P-256") {
        return Err(JwkError::UnsupportedKey);
    }
    let mut point = [4; 65];
    point[1..33].copy_from_slice(&sized::<32>(members, "x")?);
    point[33..].copy_from_slice(&sized::<32>(members, "y")?);
    ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).map_err(|_| JwkError::InvalidKey)?;
    Ok(Material::Ec(point))
}

/// RFC 8037 section 2.
fn okp(members: &Map<String, Value>) -> Result<Material, JwkError> {
    if text(members, "crv")? != Some("Ed25519") {
        return Err(JwkError::UnsupportedKey);
    }
    let x = sized::<32>(members, "x")?;
    ParsedPublicKey::new(&ED25519, x).map_err(|_| JwkError::InvalidKey)?;
    Ok(Material::Okp(x))
}

/// RFC 7518 section 6.3.1: `Base64urlUInt`, the fewest octets that hold the number.
fn rsa(members: &Map<String, Value>) -> Result<Material, JwkError> {
    let n = bytes(members, "n")?;
    let e = bytes(members, "e")?;
    let (Some(&first), Some(&last)) = (n.first(), n.last()) else {
        return Err(JwkError::Malformed("n"));
    };
    if first == 0 {
        return Err(JwkError::Malformed("n"));
    }
    if e.first().is_none_or(|&first| first == 0) {
        return Err(JwkError::Malformed("e"));
    }
    if !RSA_BITS.contains(&(n.len() * 8 - first.leading_zeros() as usize)) {
        return Err(JwkError::RsaSize);
    }
    // An exponent of more than four octets only makes verifying slow; 1 makes every signature good.
    let odd = last & 1 == 1 && e.last().is_some_and(|last| last & 1 == 1);
    if !odd || e.len() > 4 || e == [1] {
        return Err(JwkError::InvalidKey);
    }
    Ok(Material::Rsa { n, e })
}

/// A member that is a string if it is there.
fn text<'a>(members: &'a Map<String, Value>, name: &'static str) -> Result<Option<&'a str>, JwkError> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(JwkError::Malformed(name)),
    }
}

/// A required member in base64url without padding or stray bits (RFC 7515 section 2).
fn bytes(members: &Map<String, Value>, name: &'static str) -> Result<Vec<u8>, JwkError> {
    let text = text(members, name)?.ok_or(JwkError::Malformed(name))?;
    URL_SAFE_NO_PAD.decode(text).map_err(|_| JwkError::Malformed(name))
}

fn sized<const N: usize>(members: &Map<String, Value>, name: &'static str) -> Result<[u8; N], JwkError> {
    bytes(members, name)?.try_into().map_err(|_| JwkError::Malformed(name))
}
