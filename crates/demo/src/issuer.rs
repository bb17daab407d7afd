//! The login server as its clients see it: a name, a document that says where everything is, and public keys.

use std::fmt;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, JwkSet, KeyAlgorithm, PublicKeyUse};
use oauth2::http::{Request, Response};
use oauth2::{AuthUrl, TokenUrl};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use ureq::AsSendBody;
use url::Url;

/// Keys are asked for again after this time, so that one that was withdrawn stops being trusted.
const KEYS_LIVE: Duration = Duration::from_secs(300);
/// An unknown key may be a new one. Anybody can name an unknown key, so it makes us ask only this often.
const KEYS_REST: Duration = Duration::from_secs(10);
/// Nothing that a login server or a photo service says is longer.
const LONGEST_ANSWER: u64 = 256 * 1024;

/// The part of the discovery document that the demo uses (OpenID Connect Discovery §3).
#[derive(Deserialize)]
pub(crate) struct Discovery {
    issuer: String,
    jwks_uri: String,
    pub(crate) authorization_endpoint: AuthUrl,
    pub(crate) token_endpoint: TokenUrl,
    pub(crate) userinfo_endpoint: Option<String>,
    pub(crate) end_session_endpoint: Option<Url>,
    /// Whether the server says who it is in its answers to the browser (RFC 9207 §3).
    #[serde(default)]
    pub(crate) authorization_response_iss_parameter_supported: bool,
}

/// Why the server's endpoints or keys are not at hand.
#[derive(Debug)]
pub(crate) enum IssuerError {
    /// No answer, or one that makes no sense.
    Unreachable(String),
    /// The document is of another issuer (OpenID Connect Discovery §4.3).
    NotTheIssuer,
    /// The server has no such key.
    UnknownKey,
}

#[derive(Default)]
struct Keys {
    set: Option<JwkSet>,
    asked: Option<Instant>,
}

/// One issuer. Its methods block: call them on a thread that may.
pub(crate) struct Issuer {
    name: String,
    agent: ureq::Agent,
    discovery: OnceLock<Discovery>,
    keys: Mutex<Keys>,
}

impl Issuer {
    pub(crate) fn new(name: &str) -> Self {
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(10)))
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .user_agent("doorward-demo")
            .build()
            .into();
        Self { name: name.to_owned(), agent, discovery: OnceLock::new(), keys: Mutex::default() }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Sends one request and reads the whole answer. Redirects are not followed: a token must go where it was meant to.
    pub(crate) fn send(&self, request: Request<impl AsSendBody>) -> Result<Response<Vec<u8>>, ureq::Error> {
        let (head, mut body) = self.agent.run(request)?.into_parts();
        let body = body.with_config().limit(LONGEST_ANSWER).read_to_vec()?;
        Ok(Response::from_parts(head, body))
    }

    /// Where everything is. Read at first use, so that the demo may start before the server does.
    pub(crate) fn discovery(&self) -> Result<&Discovery, IssuerError> {
        if let Some(known) = self.discovery.get() {
            return Ok(known);
        }
        let at = format!("{}/.well-known/openid-configuration", self.name.trim_end_matches('/'));
        let found: Discovery = self.json(&at)?;
        if found.issuer != self.name {
            return Err(IssuerError::NotTheIssuer);
        }
        Ok(self.discovery.get_or_init(|| found))
    }

    /// The ES256 key of this name, from memory, or from the server when it is time to ask.
    pub(crate) fn key(&self, kid: &str, now: Instant) -> Result<DecodingKey, IssuerError> {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        let age = keys.asked.map(|asked| now.saturating_duration_since(asked));
        let known = keys.set.as_ref().is_some_and(|set| set.find(kid).is_some());
        let due = match age {
            None => true,
            Some(age) => age >= KEYS_LIVE || (!known && age >= KEYS_REST),
        };
        if due {
            match self.fetch_keys() {
                Ok(set) => keys.set = Some(set),
                // The keys that are known stay good while the server is away for a moment.
                Err(_) if known => {}
                Err(error) => return Err(error),
            }
            keys.asked = Some(now);
        }
        let jwk = keys.set.as_ref().and_then(|set| set.find(kid)).filter(|jwk| verifies_es256(jwk));
        jwk.and_then(|jwk| DecodingKey::from_jwk(jwk).ok()).ok_or(IssuerError::UnknownKey)
    }

    fn fetch_keys(&self) -> Result<JwkSet, IssuerError> {
        let at = self.discovery()?.jwks_uri.clone();
        self.json(&at)
    }

    fn json<T: DeserializeOwned>(&self, at: &str) -> Result<T, IssuerError> {
        let away = |why: String| IssuerError::Unreachable(format!("{at}: {why}"));
        let request = Request::get(at).body(()).map_err(|error| away(error.to_string()))?;
        let answer = self.send(request).map_err(|error| away(error.to_string()))?;
        if !answer.status().is_success() {
            return Err(away(format!("answered {}", answer.status())));
        }
        serde_json::from_slice(answer.body()).map_err(|error| away(error.to_string()))
    }
}

/// The algorithm belongs to the key, not to the token that claims to be signed with it (RFC 8725 §3.1).
fn verifies_es256(jwk: &Jwk) -> bool {
    let signs = matches!(jwk.common.public_key_use, None | Some(PublicKeyUse::Signature));
    let es256 = matches!(jwk.common.key_algorithm, None | Some(KeyAlgorithm::ES256));
    signs && es256 && matches!(jwk.algorithm, AlgorithmParameters::EllipticCurve(_))
}

impl fmt::Display for IssuerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(what) => f.write_str(what),
            Self::NotTheIssuer => f.write_str("the discovery document names another issuer"),
            Self::UnknownKey => f.write_str("the server has no such key"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used)]

    use super::{Issuer, IssuerError, KEYS_LIVE, KEYS_REST};
    use crate::now;
    use crate::testing::{KID, Provider};

    #[test]
    fn unknown_keys_make_the_issuer_be_asked_once_in_a_while_and_not_for_each_token() {
        let provider = Provider::new();
        let issuer = Issuer::new(&provider.issuer);
        let start = now();
        for _ in 0..20 {
            assert!(matches!(issuer.key("unknown", start), Err(IssuerError::UnknownKey)));
            assert!(issuer.key(KID, start).is_ok());
        }
        assert_eq!(provider.saw("/jwks").len(), 1);
        for _ in 0..20 {
            assert!(issuer.key("unknown", start + KEYS_REST).is_err());
        }
        assert_eq!(provider.saw("/jwks").len(), 2, "a flood of unknown keys costs one question per rest");
    }

    #[test]
    fn known_keys_are_asked_for_again_in_time_and_stay_good_while_the_issuer_is_away() {
        let provider = Provider::new();
        let issuer = Issuer::new(&provider.issuer);
        let start = now();
        assert!(issuer.key(KID, start).is_ok());
        assert!(issuer.key(KID, start + KEYS_LIVE).is_ok());
        assert_eq!(provider.saw("/jwks").len(), 2);
        drop(provider);
        assert!(issuer.key(KID, start + KEYS_LIVE * 2).is_ok(), "a short absence stops nobody");
    }

    #[test]
    fn a_discovery_document_of_another_issuer_is_refused() {
        let provider = Provider::new();
        let issuer = Issuer::new(&format!("{}/", provider.issuer));
        assert!(matches!(issuer.discovery(), Err(IssuerError::NotTheIssuer)));
        assert!(matches!(issuer.key(KID, now()), Err(IssuerError::NotTheIssuer)), "its keys are nobody's");
    }
}
