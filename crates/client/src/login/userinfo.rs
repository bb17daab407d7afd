//! What the provider tells about a person when it is asked (OpenID Connect Core section 5.3).

use doorward_protocol::jose::{Rules, Typ, unique_object};
use http::HeaderValue;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use oauth2::HttpRequest;

#[cfg(feature = "web")]
use super::LoggedIn;
use super::{Claims, Login, LoginError, Tokens};
use crate::error::ProviderError;

/// Scopes, and one claim of each that shows whether it was told (OpenID Connect Core section 5.4).
#[cfg(feature = "web")]
const TOLD: [(&str, &str); 4] = [("profile", "name"), ("email", "email"), ("address", "address"), ("phone", "phone_number")];

#[cfg(feature = "web")]
impl LoggedIn {
    /// Whether the ID token leaves out what the granted scopes are for.
    pub(crate) fn lacks_profile(&self) -> bool {
        TOLD.iter().any(|(scope, claim)| self.tokens.has_scope(scope) && self.claims.get(claim).is_none())
    }
}

impl Login {
    /// Asks the provider about the person whom the tokens are for. Its answer counts only when it is about `subject`, who is the one of the
    /// ID token: section 5.3.2.
    ///
    /// # Errors
    /// [`LoginError::OtherPerson`], [`LoginError::Userinfo`] when it is refused or no answer, [`LoginError::Provider`].
    pub async fn userinfo(&self, tokens: &Tokens, subject: &str) -> Result<Claims, LoginError> {
        let metadata = self.provider.metadata().await?;
        let url = metadata.userinfo_endpoint()?;
        let bearer = HeaderValue::try_from(format!("Bearer {}", tokens.access_token()));
        let mut bearer = bearer.map_err(|_| LoginError::BadTokens("the access token doesn't fit into a header"))?;
        bearer.set_sensitive(true);
        let request = http::Request::get(url.as_str()).header(AUTHORIZATION, bearer).header(ACCEPT, "application/json, application/jwt");
        let request: HttpRequest = request.body(Vec::new()).map_err(|_| ProviderError::BadEndpoint("userinfo_endpoint"))?;
        let away = |why| ProviderError::Unreachable { url: url.to_string(), why };
        let answer = self.provider.http().send(request).await.map_err(away)?;
        match answer.status().as_u16() {
            200 => {}
            401 | 403 => return Err(LoginError::Userinfo("userinfo refuses the access token: is it for another API, or without openid?")),
            _ => return Err(LoginError::Userinfo("userinfo answers with an error")),
        }
        let media_type = answer.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let claims = match media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
            "application/json" => unique_object(answer.body()).ok_or(LoginError::Userinfo("userinfo is no JSON object"))?,
            "application/jwt" => {
                let jwt = std::str::from_utf8(answer.body()).map_err(|_| LoginError::Userinfo("userinfo is no JWT"))?;
                let told = self.provider.verify(jwt, &Rules::new(&self.algs(), Typ::Any)).await?;
                self.is_from_and_for(told.claims())?;
                told.into_claims()
            }
            _ => return Err(LoginError::Userinfo("userinfo is neither JSON nor a JWT")),
        };
        let claims = Claims::new(claims).ok_or(LoginError::Userinfo("userinfo has no sub"))?;
        if claims.subject() == subject { Ok(claims) } else { Err(LoginError::OtherPerson) }
    }

    /// Asks the provider about the person, whatever the access token is for: one for another API (see [`resource`](Self::resource)) is no good
    /// at the provider, so the refresh token first gives one for the provider itself (RFC 8707 section 2.2). `tokens` keep their access, and
    /// take over the refresh token that came in place of the spent one, also when an error follows.
    ///
    /// # Errors
    /// As [`userinfo`](Self::userinfo) and [`refresh`](Self::refresh).
    pub async fn profile(&self, tokens: &mut Tokens, subject: &str) -> Result<Claims, LoginError> {
        if self.resources.is_empty() || !tokens.can_be_renewed() {
            return self.userinfo(tokens, subject).await;
        }
        match self.refresh_for(tokens, subject, &[self.provider.issuer().to_owned()]).await {
            Ok(own) => {
                tokens.renewed_by(&own);
                self.userinfo(&own, subject).await
            }
            // A provider that knows no resources may take any of its tokens.
            Err(LoginError::Said(_)) => self.userinfo(tokens, subject).await,
            Err(why) => Err(why),
        }
    }
}
