//! A key of an app's own: for DPoP proofs, client assertions and signed requests.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_protocol::jose::{Jwk, sha256};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};

/// A P-256 key with its public half as a JWK.
pub struct AppKey {
    pair: EcdsaKeyPair,
    /// The public half; `kid` is `key`.
    pub jwk: Value,
}

impl AppKey {
    /// A new one.
    pub fn new() -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
        let point = pair.public_key().as_ref();
        let jwk = json!({"kty": "EC", "crv": "P-256", "x": b64(&point[1..33]), "y": b64(&point[33..65])});
        Self { pair, jwk }
    }

    /// Its JWK Set, as metadata holds it.
    pub fn jwks(&self) -> Value {
        let mut jwk = self.jwk.clone();
        jwk["kid"] = json!("key");
        jwk["alg"] = json!("ES256");
        json!({"keys": [jwk]})
    }

    /// Its thumbprint (RFC 7638).
    pub fn jkt(&self) -> String {
        Jwk::from_value(&self.jwk).expect("a key").thumbprint()
    }

    /// A compact JWS with this header and these claims, whatever they say.
    pub fn jws(&self, header: &Value, claims: &Value) -> String {
        let signed = format!("{}.{}", b64(header.to_string().as_bytes()), b64(claims.to_string().as_bytes()));
        let signature = self.pair.sign(&SystemRandom::new(), signed.as_bytes()).expect("a signature");
        format!("{signed}.{}", b64(signature.as_ref()))
    }

    /// A JWT by this key as `kid` `key`.
    pub fn jwt(&self, claims: &Value) -> String {
        self.jws(&json!({"alg": "ES256", "kid": "key", "typ": "JWT"}), claims)
    }

    /// A DPoP proof (RFC 9449 §4.2) made at `now`; `more` changes its claims.
    pub fn proof(&self, method: &str, url: &str, now: i64, more: Value) -> String {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let mut claims = json!({"jti": format!("proof-{}", NEXT.fetch_add(1, Ordering::Relaxed)), "htm": method, "htu": url, "iat": now});
        claims.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
        self.jws(&json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk}), &claims)
    }

    /// The same for a request with an access token.
    pub fn proof_with(&self, method: &str, url: &str, now: i64, token: &str) -> String {
        self.proof(method, url, now, json!({"ath": sha256(token.as_bytes())}))
    }
}

impl Default for AppKey {
    fn default() -> Self {
        Self::new()
    }
}

fn b64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
