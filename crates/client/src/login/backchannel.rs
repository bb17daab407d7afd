//! The provider says by itself that a session is over (OpenID Connect Back-Channel Logout 1.0).

use doorward_protocol::jose::{Typ, numeric_date};
use serde_json::Value;

use super::Login;
use super::id_token::text;
use crate::error::TokenError;

/// The member of `events` that makes a token one (section 2.4).
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// Whose sessions are to end, as the provider says: that one session, or all of that person, or what both name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogoutToken {
    subject: Option<String>,
    session: Option<String>,
    jti: String,
}

impl LogoutToken {
    /// The person: the subject of their ID tokens.
    pub fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// The session: the `sid` of its ID tokens. Without it, all sessions of the person end.
    pub fn session(&self) -> Option<&str> {
        self.session.as_deref()
    }

    /// Whether a session of the app, with this subject and `sid`, is to end.
    pub fn ends(&self, subject: &str, session: Option<&str>) -> bool {
        let person = self.subject.as_deref().is_none_or(|meant| meant == subject);
        let this = self.session.as_deref().is_none_or(|meant| Some(meant) == session);
        person && this
    }
}

impl Login {
    /// Believes a logout token, the parameter `logout_token` of the provider's POST, after all of section 2.6. Then end the sessions that
    /// it [names](LogoutToken::ends), and answer 200 with `Cache-Control: no-store`; on an error answer 400.
    ///
    /// A token works once: its `jti` is remembered until it ends, in the memory of this [`Login`] and its clones. If you can't end the
    /// sessions, say so by [`logout_failed`](Self::logout_failed).
    ///
    /// # Errors
    /// [`TokenError`].
    pub async fn logout_token(&self, jwt: &str) -> Result<LogoutToken, TokenError> {
        // An ID token has no `typ` or JWT; a declared access token or proof is refused by it.
        let token = self.open(jwt, Typ::Optional(&["logout+jwt", "JWT"])).await?;
        let claims = token.claims();
        let event = claims.get("events").and_then(Value::as_object).and_then(|events| events.get(EVENT));
        if !event.is_some_and(Value::is_object) {
            return Err(TokenError::Claim("events"));
        }
        // Section 2.4: so that no ID token is ever taken for one.
        if claims.contains_key("nonce") {
            return Err(TokenError::Nonce);
        }
        let named = |name| match claims.get(name) {
            None => Ok(None),
            Some(Value::String(text)) if !text.is_empty() => Ok(Some(text.clone())),
            Some(_) => Err(TokenError::Claim(name)),
        };
        let (subject, session) = (named("sub")?, named("sid")?);
        if subject.is_none() && session.is_none() {
            return Err(TokenError::Claim("sub"));
        }
        let jti = text(claims, "jti").filter(|jti| !jti.is_empty() && jti.len() <= 512).ok_or(TokenError::Claim("jti"))?;
        let ends = numeric_date(claims, "exp")?.ok_or(TokenError::Claim("exp"))?.plus(self.skew);
        if !self.spent.first(jti, ends, self.provider.now()) {
            return Err(TokenError::Replayed);
        }
        Ok(LogoutToken { subject, session, jti: jti.to_owned() })
    }

    /// The sessions that the token names could not be ended now: answer 503, and the provider may send it again.
    pub fn logout_failed(&self, token: &LogoutToken) {
        self.spent.forget(&token.jti);
    }
}
