//! The lab's keys: one that its issuers publish, and one of a stranger, both made at the start and never stored.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hmac;
use aws_lc_rs::rand::{self, SystemRandom};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// What stands before the point of a P-256 key in its `SubjectPublicKeyInfo` (RFC 5480 §2.1).
const SPKI_P256: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01,
    0x07, 0x03, 0x42, 0x00,
];

/// A key pair for ES256 with its name.
pub(super) struct Key {
    pair: EcdsaKeyPair,
    pub(super) kid: String,
}

impl Key {
    pub(super) fn new() -> Result<Self, Unspecified> {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)?;
        Ok(Self { kid: encode(&digest(&SHA256, pair.public_key().as_ref()).as_ref()[..12]), pair })
    }

    /// The public half (RFC 7517).
    pub(super) fn jwk(&self) -> Value {
        let point = self.pair.public_key().as_ref();
        json!({
            "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": self.kid,
            "x": encode(&point[1..33]), "y": encode(&point[33..]),
        })
    }

    /// The public half as a file would hold it: what a careless library takes for an HMAC secret.
    pub(super) fn pem(&self) -> String {
        let der = [&SPKI_P256[..], self.pair.public_key().as_ref()].concat();
        let text = STANDARD.encode(der);
        let lines: Vec<&str> = text.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
        format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"))
    }

    /// A compact JWS with this header, whatever it says (RFC 7515 §7.1).
    pub(super) fn sign(&self, header: &Value, claims: &Value) -> Result<String, Unspecified> {
        let message = message(header, claims);
        let signature = self.pair.sign(&SystemRandom::new(), message.as_bytes())?;
        Ok(format!("{message}.{}", encode(signature.as_ref())))
    }
}

/// All keys of the lab.
pub(super) struct Keys {
    /// The one that every issuer of the lab publishes.
    pub(super) own: Key,
    /// The one that none publishes.
    pub(super) stranger: Key,
}

impl Keys {
    pub(super) fn new() -> Result<Self, Unspecified> {
        Ok(Self { own: Key::new()?, stranger: Key::new()? })
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
