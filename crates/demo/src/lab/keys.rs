//! The lab's keys: one that its issuers publish, and one of a stranger, both made at the start and never stored.

use std::sync::OnceLock;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hmac;
use aws_lc_rs::rand::{self, SystemRandom};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// With what a token is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alg {
    Es256,
    Rs256,
}

impl Alg {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
        }
    }
}

enum Pair {
    Ec(Box<EcdsaKeyPair>),
    Rsa(Box<RsaKeyPair>),
}

/// A key pair with its name.
pub(super) struct Key {
    pair: Pair,
    pub(super) kid: String,
}

impl Key {
    pub(super) fn new(alg: Alg) -> Result<Self, Unspecified> {
        let pair = match alg {
            Alg::Es256 => Pair::Ec(Box::new(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)?)),
            Alg::Rs256 => Pair::Rsa(Box::new(RsaKeyPair::generate(KeySize::Rsa2048)?)),
        };
        Ok(Self { kid: encode(&digest(&SHA256, &spki(&pair)?).as_ref()[..12]), pair })
    }

    /// The public half (RFC 7517).
    pub(super) fn jwk(&self) -> Value {
        match &self.pair {
            Pair::Ec(pair) => {
                let point = pair.public_key().as_ref();
                json!({
                    "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": self.kid,
                    "x": encode(&point[1..33]), "y": encode(&point[33..]),
                })
            }
            Pair::Rsa(pair) => {
                let RsaPublicKeyComponents { n, e } = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public_key());
                json!({ "kty": "RSA", "alg": "RS256", "use": "sig", "kid": self.kid, "n": encode(&n), "e": encode(&e) })
            }
        }
    }

    /// The public half as a file would hold it: what a careless library takes for an HMAC secret.
    pub(super) fn pem(&self) -> Result<String, Unspecified> {
        let text = STANDARD.encode(spki(&self.pair)?);
        let lines: Vec<&str> = text.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
        Ok(format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n")))
    }

    /// A compact JWS with this header, whatever it says (RFC 7515 §7.1).
    pub(super) fn sign(&self, header: &Value, claims: &Value) -> Result<String, Unspecified> {
        let message = message(header, claims);
        let signature = match &self.pair {
            Pair::Ec(pair) => pair.sign(&SystemRandom::new(), message.as_bytes())?.as_ref().to_vec(),
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature)?;
                signature
            }
        };
        Ok(format!("{message}.{}", encode(&signature)))
    }
}

/// The public half as `SubjectPublicKeyInfo` (RFC 5280 §4.1.2.7).
fn spki(pair: &Pair) -> Result<Vec<u8>, Unspecified> {
    Ok(match pair {
        Pair::Ec(pair) => pair.public_key().as_der()?.as_ref().to_vec(),
        Pair::Rsa(pair) => pair.public_key().as_der()?.as_ref().to_vec(),
    })
}

/// One party's keys. The RSA key takes a moment to make, and is made when it is first needed.
pub(super) struct Ring {
    ec: Key,
    rsa: OnceLock<Key>,
}

impl Ring {
    fn new() -> Result<Self, Unspecified> {
        Ok(Self { ec: Key::new(Alg::Es256)?, rsa: OnceLock::new() })
    }

    pub(super) fn key(&self, alg: Alg) -> Result<&Key, Unspecified> {
        match (alg, self.rsa.get()) {
            (Alg::Es256, _) => Ok(&self.ec),
            (Alg::Rs256, Some(key)) => Ok(key),
            (Alg::Rs256, None) => {
                let key = Key::new(Alg::Rs256)?;
                Ok(self.rsa.get_or_init(|| key))
            }
        }
    }

    /// As a key set (RFC 7517 §5).
    pub(super) fn jwks(&self) -> Result<Value, Unspecified> {
        Ok(json!({ "keys": [self.ec.jwk(), self.key(Alg::Rs256)?.jwk()] }))
    }
}

/// All keys of the lab.
pub(super) struct Keys {
    /// Those that every issuer of the lab publishes.
    pub(super) own: Ring,
    /// Those that none publishes.
    pub(super) stranger: Ring,
}

impl Keys {
    pub(super) fn new() -> Result<Self, Unspecified> {
        Ok(Self { own: Ring::new()?, stranger: Ring::new()? })
    }
}

/// An HMAC in the place of a signature.
pub(super) fn sign_hs256(secret: &[u8], header: &Value, claims: &Value) -> String {
    let message = message(header, claims);
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message.as_bytes());
    format!("{message}.{}", encode(tag.as_ref()))
}

/// Header and payload as they are signed.
pub(super) fn message(header: &Value, claims: &Value) -> String {
    format!("{}.{}", encode(header.to_string().as_bytes()), encode(claims.to_string().as_bytes()))
}

/// base64url without padding.
pub(super) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The left half of the SHA-256 of a value: `at_hash` (OpenID Connect Core §3.1.3.6).
pub(super) fn half_hash(value: &str) -> String {
    encode(&digest(&SHA256, value.as_bytes()).as_ref()[..16])
}

/// What a PKCE verifier must hash to (RFC 7636 §4.6).
pub(super) fn challenge(verifier: &str) -> String {
    encode(digest(&SHA256, verifier.as_bytes()).as_ref())
}

/// 192 bits of the operating system's generator.
pub(super) fn random() -> Result<String, Unspecified> {
    let mut bytes = [0; 24];
    rand::fill(&mut bytes)?;
    Ok(encode(&bytes))
}
