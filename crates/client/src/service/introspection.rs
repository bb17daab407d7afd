//! Tokens that only the issuer can read: it is asked what they are worth (RFC 7662), and its answers are kept for a while.

use std::sync::Arc;
use std::time::Duration;

use doorward_protocol::jose::{Alg, Rules, Typ, numeric_date, unique_object};
use http::HeaderValue;
use http::header::{ACCEPT, CONTENT_TYPE};
use serde_json::{Map, Value};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::Reason;
use crate::access_token::AccessToken;
use crate::memory::{Held, Memory};
use crate::time::{Seconds, Timestamp};
use crate::{Client, Provider};

/// So many answers are kept.
const MOST: usize = 10_000;
/// How long an answer is believed at most unless it is said otherwise: for so long a revoked token may still work.
pub(super) const LONGEST: Seconds = Seconds(30);
/// And one that a token is good for nothing: whoever holds a new one shouldn't wait long.
const LONGEST_NO: Seconds = Seconds(5);
/// So many questions at once, and so long one waits to be asked: a flood of made-up tokens doesn't become one at the issuer.
const AT_ONCE: usize = 16;
const LONGEST_WAIT: Duration = Duration::from_secs(2);

const SIGNED: &str = "application/token-introspection+jwt";

/// Asks the issuer, as a client of its own.
#[derive(Clone, Debug)]
pub(super) struct Introspection(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    provider: Provider,
    client: Client,
    signed: bool,
    longest: Seconds,
    answers: Memory<Answer, Reason>,
    turns: Semaphore,
}

/// What the issuer says of a token; none of one that is good for nothing.
type Answer = Option<Arc<Map<String, Value>>>;

impl Introspection {
    pub fn new(provider: Provider, client: Client, signed: bool, longest: Seconds) -> Self {
        Self(Arc::new(Inner { provider, client, signed, longest, answers: Memory::new(MOST), turns: Semaphore::new(AT_ONCE) }))
    }

    /// What the token says, if it is active.
    pub async fn ask(&self, token: &AccessToken, now: Timestamp) -> Result<Map<String, Value>, Reason> {
        let (own, asked) = (Arc::clone(&self.0), token.clone());
        let answer = self.0.answers.get(&token.digest(), now, async move { own.fetch(&asked, now).await }).await?;
        answer.map(|members| (*members).clone()).ok_or(Reason::Inactive)
    }
}

impl Inner {
    async fn fetch(&self, token: &AccessToken, now: Timestamp) -> Result<Held<Answer>, Reason> {
        let Ok(Ok(_turn)) = timeout(LONGEST_WAIT, self.turns.acquire()).await else {
            return Err(Reason::IntrospectionUnavailable);
        };
        let answer = self.exchange(token, now).await.map_err(|why| {
            tracing::warn!(why, "the issuer could not be asked about an access token");
            Reason::IntrospectionUnavailable
        })?;
        let value = match answer.get("active") {
            Some(Value::Bool(true)) => Some(Arc::new(answer)),
            Some(Value::Bool(false)) => None,
            Some(_) | None => {
                tracing::warn!("an answer of the issuer about an access token has no active");
                return Err(Reason::IntrospectionUnavailable);
            }
        };
        let longest = if value.is_some() { self.longest } else { Seconds(self.longest.0.min(LONGEST_NO.0)) };
        // RFC 7662 §4: "the response MUST NOT be cached beyond that time", its exp.
        let exp = value.as_ref().and_then(|answer| numeric_date(answer, "exp").ok().flatten());
        let until = exp.map_or(now.plus(longest), |exp| now.plus(longest).min(exp));
        Ok(Held { value, renew_at: until, until })
    }

    /// The answer, be it signed or not.
    async fn exchange(&self, token: &AccessToken, now: Timestamp) -> Result<Map<String, Value>, String> {
        let metadata = self.provider.metadata().await.map_err(|why| why.to_string())?;
        let endpoint = metadata.introspection_endpoint().map_err(|why| why.to_string())?;
        let form = [("token", token.expose()), ("token_type_hint", "access_token")];
        let mut request = self.client.request(endpoint, &form, self.provider.issuer(), now).map_err(|why| why.to_string())?;
        if self.signed {
            request.headers_mut().insert(ACCEPT, HeaderValue::from_static(SIGNED));
        }
        let answer = self.provider.http().send(request).await.map_err(|why| why.to_string())?;
        if answer.status() != 200 {
            return Err(format!("it answered {}", answer.status().as_u16()));
        }
        let kind = answer.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if !self.signed {
            return unique_object(answer.body()).ok_or_else(|| "it is no JSON object".to_owned());
        }
        if kind != SIGNED {
            return Err("it is not signed".to_owned());
        }
        let jwt = std::str::from_utf8(answer.body()).map_err(|_| "it is no JWT".to_owned())?;
        self.opened(jwt.trim()).await
    }

    /// RFC 9701 §5: by the issuer, for this client, and none that was made for something else.
    async fn opened(&self, jwt: &str) -> Result<Map<String, Value>, String> {
        let rules = Rules { max_len: 64 * 1024, ..Rules::new(&Alg::ALL, Typ::Required(&["token-introspection+jwt"])) };
        let mut claims = self.provider.verify(jwt, &rules).await.map_err(|why| why.to_string())?.into_claims();
        let ours = match claims.get("aud") {
            Some(Value::String(aud)) => aud == self.client.id(),
            Some(Value::Array(all)) => matches!(all.as_slice(), [Value::String(aud)] if aud == self.client.id()),
            Some(_) | None => false,
        };
        if claims.get("iss").and_then(Value::as_str) != Some(self.provider.issuer()) || !ours {
            return Err("it is signed for somebody else, or by somebody else".to_owned());
        }
        match claims.remove("token_introspection") {
            Some(Value::Object(answer)) => Ok(answer),
            Some(_) | None => Err("it has no token_introspection".to_owned()),
        }
    }
}
