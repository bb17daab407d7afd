//! A small app and a small service that make every check by name, but for those they were told to forget.

use super::{World, firsts};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::Value;

/// A check, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Check {
    DiscoveryIssuer,
    State,
    StateOnce,
    Iss,
    NotRepeated,
    ErrorFirst,
    Typ,
    Crit,
    Alg,
    KeyOfIssuer,
    Signature,
    Issuer,
    Audience,
    OneAudience,
    Azp,
    Expiry,
    NotBefore,
    IssuedAt,
    Nonce,
    AtHash,
    Person,
    Scope,
}

/// What is left out.
#[derive(Clone, Copy)]
pub(crate) struct Without<'a>(pub(crate) &'a [Check]);

impl Without<'_> {
    fn hold(self, check: Check, holds: bool) -> Result<(), Check> {
        if holds || self.0.contains(&check) { Ok(()) } else { Err(check) }
    }

    fn makes(self, check: Check) -> bool {
        !self.0.contains(&check)
    }

    /// Two logins in a row, as the fault of a replayed state needs. Gives the sub that the app believes in after the last.
    pub(crate) fn log_in(self, world: &World, fault: &str) -> Result<String, Check> {
        let issuer = World::issuer(fault);
        let discovery = world.get(&format!("{issuer}/.well-known/openid-configuration"), None).1;
        self.hold(Check::DiscoveryIssuer, discovery["issuer"] == issuer.as_str())?;
        let first = self.one_login(world, fault, &discovery, "state-1", &["state-1"]);
        first.and_then(|_| self.one_login(world, fault, &discovery, "state-2", &["state-1", "state-2"]))
    }

    fn one_login(self, world: &World, fault: &str, discovery: &Value, state: &str, given: &[&str]) -> Result<String, Check> {
        let issuer = discovery["issuer"].as_str();
        let answer = world.authorize(fault, state);
        let came = firsts(&answer);
        self.hold(Check::NotRepeated, came.len() == answer.len())?;
        let known = came.get("state").is_some_and(|came| given.contains(came));
        self.hold(Check::State, known)?;
        self.hold(Check::StateOnce, !known || came["state"] == state)?;
        self.hold(Check::Iss, came.get("iss").copied() == issuer)?;
        self.hold(Check::ErrorFirst, !came.contains_key("error"))?;
        // Who takes what comes takes the last of two.
        let code = answer.iter().rfind(|(name, _)| name == "code").expect("a code");
        let tokens = world.redeem(fault, &code.1);
        let (id_token, access) = (tokens["id_token"].as_str().expect("an ID token"), tokens["access_token"].as_str().expect("a token"));
        let claims = self.open(world, discovery, id_token, &["JWT"], true)?;
        self.common(&claims, discovery, "app")?;
        self.hold(Check::OneAudience, claims["aud"] == "app" || claims["azp"] == "app" || claims["aud"].is_string())?;
        self.hold(Check::Azp, claims["azp"].is_null() || claims["azp"] == "app")?;
        self.hold(Check::IssuedAt, claims["iat"].as_u64().is_some_and(|iat| iat <= now() + 300))?;
        self.hold(Check::Nonce, claims["nonce"] == "nonce-1")?;
        let half = URL_SAFE_NO_PAD.encode(&digest(&SHA256, access.as_bytes()).as_ref()[..16]);
        self.hold(Check::AtHash, claims["at_hash"].is_null() || claims["at_hash"] == half.as_str())?;
        let (status, person) = world.get(discovery["userinfo_endpoint"].as_str().expect("userinfo"), Some(access));
        assert_eq!(status, 200, "{fault}");
        self.hold(Check::Person, person["sub"] == claims["sub"])?;
        Ok(person["sub"].as_str().expect("a sub").to_owned())
    }

    /// What a service does with the token.
    pub(crate) fn serve(self, world: &World, fault: &str, token: &str) -> Result<String, Check> {
        let discovery = world.get(&format!("{}/.well-known/openid-configuration", World::issuer(fault)), None).1;
        let claims = self.open(world, &discovery, token, &["at+jwt"], false)?;
        self.common(&claims, &discovery, "https://api.example")?;
        let scope = claims["scope"].as_str().unwrap_or_default();
        self.hold(Check::Scope, scope.split(' ').any(|scope| scope == "notes:read"))?;
        Ok(claims["sub"].as_str().expect("a sub").to_owned())
    }

    fn common(self, claims: &Value, discovery: &Value, audience: &str) -> Result<(), Check> {
        self.hold(Check::Issuer, claims["iss"] == discovery["issuer"])?;
        let among = claims["aud"].as_array().is_some_and(|all| all.iter().any(|aud| aud == audience));
        self.hold(Check::Audience, among || claims["aud"] == audience)?;
        self.hold(Check::Expiry, claims["exp"].as_u64().is_some_and(|exp| exp > now()))?;
        self.hold(Check::NotBefore, claims["nbf"].as_u64().is_none_or(|nbf| nbf <= now()))
    }

    /// Header, key and signature. Where a check is left out, the token has its way.
    fn open(self, world: &World, discovery: &Value, token: &str, typ: &[&str], or_none: bool) -> Result<Value, Check> {
        let header = part(token, 0);
        self.hold(Check::Typ, header["typ"].as_str().map_or(or_none, |named| typ.contains(&named)))?;
        self.hold(Check::Crit, header["crit"].is_null())?;
        self.hold(Check::Alg, header["alg"] == "ES256")?;
        let own = world.get(discovery["jwks_uri"].as_str().expect("keys"), None).1["keys"][0].clone();
        let (message, signature) = token.rsplit_once('.').expect("a signature");
        let signature = URL_SAFE_NO_PAD.decode(signature).expect("base64url");
        match header["alg"].as_str().expect("an algorithm") {
            "none" => return Ok(part(token, 1)),
            "HS256" => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, pem(&own).as_bytes());
                hmac::verify(&key, message.as_bytes(), &signature).expect("an HMAC with the public key");
                return Ok(part(token, 1));
            }
            _ => {}
        }
        self.hold(Check::KeyOfIssuer, header["kid"] == own["kid"])?;
        let key = if header["kid"] == own["kid"] {
            own
        } else if header["jwk"].is_object() {
            header["jwk"].clone()
        } else if let Some(jku) = header["jku"].as_str() {
            world.get(jku, None).1["keys"][0].clone()
        } else {
            // Nobody can verify it: who does not insist on a key believes it unread.
            return Ok(part(token, 1));
        };
        let good = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point(&key)).verify(message.as_bytes(), &signature).is_ok();
        self.hold(Check::Signature, good)?;
        assert!(good || !self.makes(Check::Signature));
        Ok(part(token, 1))
    }
}

pub(crate) fn part(token: &str, at: usize) -> Value {
    let part = token.split('.').nth(at).expect("a part");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("JSON")
}

pub(crate) fn now() -> u64 {
    jsonwebtoken::get_current_timestamp()
}

fn point(jwk: &Value) -> Vec<u8> {
    let half = |name: &str| URL_SAFE_NO_PAD.decode(jwk[name].as_str().expect("a coordinate")).expect("base64url");
    [vec![4], half("x"), half("y")].concat()
}

/// As a tool prints it: worked out here anew, so that the lab's own writing is checked, too.
fn pem(jwk: &Value) -> String {
    let prefix = STANDARD.decode("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE").expect("base64");
    let text = STANDARD.encode([&prefix[..26], &point(jwk)].concat());
    format!("-----BEGIN PUBLIC KEY-----\n{}\n{}\n-----END PUBLIC KEY-----\n", &text[..64], &text[64..])
}
