//! A small app and a small service that make every check by name, but for those they were told to forget.

use super::{World, firsts};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::hmac;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey};
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
    pub(crate) fn log_in(self, world: &World, fault: &str, client: &str) -> Result<String, Check> {
        let issuer = World::issuer(fault);
        let discovery = world.get(&format!("{issuer}/.well-known/openid-configuration"), None).1;
        self.hold(Check::DiscoveryIssuer, discovery["issuer"] == issuer.as_str())?;
        let first = self.one_login(world, (fault, client), &discovery, "state-1", &["state-1"]);
        first.and_then(|_| self.one_login(world, (fault, client), &discovery, "state-2", &["state-1", "state-2"]))
    }

    fn one_login(
        self,
        world: &World,
        (fault, client): (&str, &str),
        discovery: &Value,
        state: &str,
        given: &[&str],
    ) -> Result<String, Check> {
        let issuer = discovery["issuer"].as_str();
        let answer = world.authorize(fault, client, state);
        let came = firsts(&answer);
        self.hold(Check::NotRepeated, came.len() == answer.len())?;
        let known = came.get("state").is_some_and(|came| given.contains(came));
        self.hold(Check::State, known)?;
        self.hold(Check::StateOnce, !known || came["state"] == state)?;
        self.hold(Check::Iss, came.get("iss").copied() == issuer)?;
        self.hold(Check::ErrorFirst, !came.contains_key("error"))?;
        // Who takes what comes takes the last of two.
        let code = answer.iter().rfind(|(name, _)| name == "code").expect("a code");
        let tokens = world.redeem(fault, client, &code.1);
        let (id_token, access) = (tokens["id_token"].as_str().expect("an ID token"), tokens["access_token"].as_str().expect("a token"));
        let alg = if client == "app" { "RS256" } else { "ES256" };
        let claims = self.open(world, discovery, id_token, alg, &["JWT"])?;
        self.common(&claims, discovery, client)?;
        self.hold(Check::OneAudience, claims["aud"] == client || claims["azp"] == client || claims["aud"].is_string())?;
        self.hold(Check::Azp, claims["azp"].is_null() || claims["azp"] == client)?;
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
        let claims = self.open(world, &discovery, token, "ES256", &["at+jwt"])?;
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
    fn open(self, world: &World, discovery: &Value, token: &str, alg: &str, typ: &[&str]) -> Result<Value, Check> {
        let header = part(token, 0);
        self.hold(Check::Typ, header["typ"].as_str().is_some_and(|named| typ.contains(&named)))?;
        self.hold(Check::Crit, header["crit"].is_null())?;
        self.hold(Check::Alg, header["alg"] == alg)?;
        let keys = world.get(discovery["jwks_uri"].as_str().expect("keys"), None).1;
        let own = of_alg(&keys, alg);
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
            of_alg(&world.get(jku, None).1, alg)
        } else {
            // Nobody can verify it: who does not insist on a key believes it unread.
            return Ok(part(token, 1));
        };
        let good = verifies(&key, message.as_bytes(), &signature);
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

fn of_alg(keys: &Value, alg: &str) -> Value {
    keys["keys"].as_array().expect("keys").iter().find(|key| key["alg"] == alg).expect("a key").clone()
}

fn bytes(jwk: &Value, name: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(jwk[name].as_str().expect("a member")).expect("base64url")
}

fn rsa(jwk: &Value) -> RsaPublicKeyComponents<Vec<u8>> {
    RsaPublicKeyComponents { n: bytes(jwk, "n"), e: bytes(jwk, "e") }
}

fn point(jwk: &Value) -> Vec<u8> {
    [vec![4], bytes(jwk, "x"), bytes(jwk, "y")].concat()
}

fn verifies(jwk: &Value, message: &[u8], signature: &[u8]) -> bool {
    if jwk["kty"] == "RSA" {
        return rsa(jwk).verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).is_ok();
    }
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point(jwk)).verify(message, signature).is_ok()
}

/// As a tool prints it: worked out from the published key.
fn pem(jwk: &Value) -> String {
    let der = if jwk["kty"] == "RSA" {
        let key: aws_lc_rs::rsa::PublicEncryptingKey = rsa(jwk).try_into().expect("a key");
        AsDer::<aws_lc_rs::encoding::PublicKeyX509Der<'_>>::as_der(&key).expect("DER").as_ref().to_vec()
    } else {
        let prefix = STANDARD.decode("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE").expect("base64");
        [&prefix[..26], &point(jwk)].concat()
    };
    let text = STANDARD.encode(der);
    let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).expect("ASCII")).collect();
    format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"))
}
