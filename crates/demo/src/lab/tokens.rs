//! Tokens with one thing wrong.

use aws_lc_rs::error::Unspecified;
use serde_json::{Value, json};

use super::faults::{ClaimsFault, Fault, HeaderFault};
use super::keys::{Alg, Keys, half_hash, message, random, sign_hs256};

/// The made-up person that every login here is of.
pub(super) const PERSON: &str = "lab-mira";
/// Somebody else: who an edited token, or a wrong answer of userinfo, speaks of.
pub(super) const SOMEBODY_ELSE: &str = "lab-somebody-else";
/// Somebody who is neither the app nor the service.
pub(super) const STRANGER: &str = "https://stranger.example";
/// A client whose name begins so gets ID tokens with ES256.
pub const ES256_CLIENT: &str = "es256";
/// Seconds that a token lives.
pub(super) const LIFETIME: u64 = 600;

const HOUR: u64 = 3600;

/// For whom a token is made, by whom, and what is wrong with it.
pub(super) struct Order<'a> {
    pub(super) keys: &'a Keys,
    /// The issuer's identifier.
    pub(super) issuer: &'a str,
    /// Another issuer of the lab.
    pub(super) elsewhere: &'a str,
    pub(super) fault: Fault,
    /// Unix seconds.
    pub(super) now: u64,
}

impl Order<'_> {
    /// An ID token for this client (OpenID Connect Core §2), with the algorithm that a client has unless it is registered with another
    /// (OpenID Connect Registration §2), or with the other one, if its name says so.
    pub(super) fn id_token(&self, client: &str, nonce: Option<&str>, access_token: &str) -> Result<String, Unspecified> {
        let alg = if client.starts_with(ES256_CLIENT) { Alg::Es256 } else { Alg::Rs256 };
        if self.fault == Fault::Header(HeaderFault::OtherKind) {
            let mut claims = self.access_claims(client, client, "openid")?;
            // Else the missing nonce would be what stops it.
            claims["nonce"] = json!(nonce);
            return self.sign(alg, "at+jwt", &claims);
        }
        let claims = self.spoil(self.id_claims(client, nonce, access_token))?;
        self.sign(alg, "JWT", &claims)
    }

    /// An access token for this service (RFC 9068 §2).
    pub(super) fn access_token(&self, audience: &str, client: &str, scope: &str) -> Result<String, Unspecified> {
        if self.fault == Fault::Header(HeaderFault::OtherKind) {
            let claims = self.id_claims(audience, None, "");
            return self.sign(Alg::Es256, "JWT", &claims);
        }
        let claims = self.spoil(self.access_claims(audience, client, scope)?)?;
        self.sign(Alg::Es256, "at+jwt", &claims)
    }

    fn id_claims(&self, client: &str, nonce: Option<&str>, access_token: &str) -> Value {
        let mut claims = json!({
            "iss": self.issuer,
            "sub": PERSON,
            "aud": client,
            "iat": self.now,
            "exp": self.now + LIFETIME,
            "auth_time": self.now,
            "name": "Mira Made-Up",
        });
        if let Some(nonce) = nonce {
            claims["nonce"] = json!(nonce);
        }
        if !access_token.is_empty() {
            claims["at_hash"] = json!(half_hash(access_token));
        }
        claims
    }

    fn access_claims(&self, audience: &str, client: &str, scope: &str) -> Result<Value, Unspecified> {
        Ok(json!({
            "iss": self.issuer,
            "sub": PERSON,
            "aud": audience,
            "client_id": client,
            "iat": self.now,
            "exp": self.now + LIFETIME,
            "jti": random()?,
            "scope": scope,
        }))
    }

    /// The one wrong claim.
    fn spoil(&self, mut claims: Value) -> Result<Value, Unspecified> {
        let Fault::Claims(fault) = self.fault else { return Ok(claims) };
        match fault {
            ClaimsFault::WrongNonce => claims["nonce"] = json!(random()?),
            ClaimsFault::NoNonce => remove(&mut claims, "nonce"),
            ClaimsFault::Expired => {
                claims["iat"] = json!(self.now - 2 * HOUR);
                claims["exp"] = json!(self.now - HOUR);
            }
            ClaimsFault::NoExpiry => remove(&mut claims, "exp"),
            ClaimsFault::FromTheFuture => {
                claims["iat"] = json!(self.now + 24 * HOUR);
                claims["exp"] = json!(self.now + 24 * HOUR + LIFETIME);
            }
            ClaimsFault::NotYetValid => {
                claims["nbf"] = json!(self.now + HOUR);
                claims["exp"] = json!(self.now + HOUR + LIFETIME);
            }
            ClaimsFault::WrongAudience => claims["aud"] = json!(STRANGER),
            ClaimsFault::ExtraAudience => claims["aud"] = json!([claims["aud"], STRANGER]),
            ClaimsFault::WrongAzp => claims["azp"] = json!(STRANGER),
            ClaimsFault::WrongIssuer => claims["iss"] = json!(self.elsewhere),
            ClaimsFault::WrongAtHash => claims["at_hash"] = json!(half_hash(&random()?)),
            ClaimsFault::NoScope => claims["scope"] = json!("lab:nothing"),
        }
        Ok(claims)
    }

    /// Signs as the fault has it.
    fn sign(&self, alg: Alg, typ: &str, claims: &Value) -> Result<String, Unspecified> {
        let own = self.keys.own.key(alg)?;
        let good = json!({ "alg": alg.name(), "kid": own.kid, "typ": typ });
        let Fault::Header(fault) = self.fault else { return own.sign(&good, claims) };
        let stranger = self.keys.stranger.key(alg)?;
        match fault {
            HeaderFault::AlgNone => Ok(format!("{}.", message(&json!({ "alg": "none", "typ": typ }), claims))),
            HeaderFault::Hs256 => Ok(sign_hs256(own.pem()?.as_bytes(), &json!({ "alg": "HS256", "kid": own.kid, "typ": typ }), claims)),
            HeaderFault::UnknownKid => stranger.sign(&json!({ "alg": alg.name(), "kid": stranger.kid, "typ": typ }), claims),
            HeaderFault::ForeignKey => stranger.sign(&good, claims),
            HeaderFault::EmbeddedJwk => stranger.sign(&json!({ "alg": alg.name(), "jwk": stranger.jwk(), "typ": typ }), claims),
            HeaderFault::EmbeddedJku => {
                let jku = format!("{}/stranger-jwks", self.issuer);
                stranger.sign(&json!({ "alg": alg.name(), "kid": stranger.kid, "jku": jku, "typ": typ }), claims)
            }
            HeaderFault::Edited => {
                let signed = own.sign(&good, claims)?;
                let mut edited = claims.clone();
                edited["sub"] = json!(SOMEBODY_ELSE);
                let signature = signed.rsplit('.').next().unwrap_or_default();
                Ok(format!("{}.{signature}", message(&good, &edited)))
            }
            HeaderFault::Critical => {
                let extension = "https://lab.example/must-understand";
                own.sign(&json!({ "alg": alg.name(), "kid": own.kid, "typ": typ, "crit": [extension], extension: true }), claims)
            }
            HeaderFault::WrongType => own.sign(&json!({ "alg": alg.name(), "kid": own.kid, "typ": "logout+jwt" }), claims),
            // The callers ask for the claims and the type of the other kind.
            HeaderFault::OtherKind => own.sign(&good, claims),
        }
    }
}

fn remove(claims: &mut Value, name: &str) {
    if let Some(claims) = claims.as_object_mut() {
        claims.remove(name);
    }
}
