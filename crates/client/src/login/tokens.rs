//! The token endpoint: codes and refresh tokens become access tokens.

use std::fmt;
use std::time::Duration;

use doorward_protocol::jose::Alg;
use oauth2::basic::{BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse, BasicTokenType};
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, Client as OAuth, ClientId, ClientSecret, EndpointNotSet, EndpointSet, ExtraTokenFields,
    PkceCodeVerifier, RefreshToken, RequestTokenError, StandardRevocableToken, StandardTokenResponse, TokenResponse as _, TokenUrl,
};
use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

use super::error::Said;
use super::{Answer, Claims, Login, LoginError, Pending};
use crate::client::{Proof, assertion};
use crate::error::ProviderError;
use crate::http::HttpError;
use crate::metadata::Metadata;
use crate::time::{Seconds, Timestamp};

/// The token answer with the one member that OpenID Connect adds.
type Given = StandardTokenResponse<IdTokenMember, BasicTokenType>;
pub(super) type OAuthClient = OAuth<
    BasicErrorResponse,
    Given,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct IdTokenMember {
    id_token: Option<String>,
}
impl ExtraTokenFields for IdTokenMember {}

/// How long before its end an access token is renewed, so that it doesn't end on its way.
const EARLY: Seconds = Seconds(20);

/// No lifetime is believed beyond this: a year.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 3600);

/// Access to APIs, and the means to renew it. It is secret: it is kept on the server or encrypted. `Debug` shows nothing of it.
#[derive(Clone, Serialize, Deserialize)]
pub struct Tokens {
    access: String,
    until: Option<Timestamp>,
    refresh: Option<String>,
    id_token: String,
    scopes: Vec<String>,
}

/// Somebody who has logged in.
#[derive(Debug)]
#[non_exhaustive]
pub struct LoggedIn {
    /// Who: what the ID token says.
    pub claims: Claims,
    /// What the app may do for them.
    pub tokens: Tokens,
    /// Where they wanted to go: a path of this site.
    pub return_to: String,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens(…)")
    }
}

impl Drop for Tokens {
    fn drop(&mut self) {
        self.access.zeroize();
        self.refresh.zeroize();
    }
}

impl Tokens {
    /// The access token, for the header `Authorization: Bearer …` of requests to the API it is for.
    pub fn access_token(&self) -> &str {
        &self.access
    }

    /// When the access token ends, if the provider said so.
    pub fn ends_at(&self) -> Option<Timestamp> {
        self.until
    }

    /// Whether the access token has ended or will in a moment: time to [renew](Login::refresh).
    pub fn needs_renewal(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| now.plus(EARLY) >= until)
    }

    /// Whether there is a refresh token.
    pub fn can_be_renewed(&self) -> bool {
        self.refresh.is_some()
    }

    /// Takes over what a renewal for another API left of the grant: its refresh token.
    pub(super) fn renewed_by(&mut self, other: &Self) {
        self.refresh.clone_from(&other.refresh);
    }

    #[cfg(feature = "web")]
    pub(crate) fn refresh_token(&self) -> Option<&str> {
        self.refresh.as_deref()
    }

    /// The scopes that were granted, which may be fewer than were asked for.
    pub fn scopes(&self) -> &[String] {
        &self.scopes
    }

    /// Whether this scope was granted.
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes.iter().any(|granted| granted == scope)
    }

    /// The ID token as it came: at logout it tells the provider whose session is to end.
    pub fn id_token(&self) -> &str {
        &self.id_token
    }
}

impl Login {
    /// Turns the answer that the browser brought back into somebody who is logged in, or says what is wrong with it.
    ///
    /// `pending` is what this browser began; take it out of where it was kept before this call, so that it is used once.
    ///
    /// # Errors
    /// [`LoginError`]. Whatever it is, nobody is logged in.
    pub async fn finish(&self, pending: Pending, answer: &Answer) -> Result<LoggedIn, LoginError> {
        if !pending.is_answered_by(answer.state()) {
            return Err(LoginError::State);
        }
        let metadata = self.provider.metadata().await?;
        // RFC 9207 section 2.4: simple string comparison, and a missing one is refused where the provider says that it sends it. Before
        // anything else is believed, errors included, and above all before the code is sent to anybody (RFC 9700 section 4.4.2).
        match answer.iss() {
            Some(iss) if iss == self.provider.issuer() => {}
            None if !metadata.says_iss() => {}
            Some(_) | None => return Err(LoginError::OtherIssuer),
        }
        let code = answer.code()?;
        if pending.is_over(self.provider.now()) {
            return Err(LoginError::TooLate);
        }
        let oauth = self.oauth(&metadata)?;
        let mut request =
            oauth.exchange_code(AuthorizationCode::new(code.to_owned())).set_pkce_verifier(PkceCodeVerifier::new(pending.verifier.clone()));
        for (name, value) in self.beside_the_grant()? {
            request = request.add_extra_param(name, value);
        }
        let given = request.request_async(self.provider.http()).await.map_err(|why| failed(&metadata, why))?;
        let id_token = given.extra_fields().id_token.as_deref().ok_or(LoginError::BadTokens("the provider gave no ID token"))?;
        let claims = self.believe(id_token, given.access_token().secret(), &pending).await?;
        let tokens = self.tokens(&given, None)?;
        Ok(LoggedIn { claims, tokens, return_to: pending.return_to.clone() })
    }

    /// Renews access: the old tokens are given up for new ones (RFC 6749 section 6).
    ///
    /// Run it once at a time for one person: a refresh token often works once, and a second use looks like theft (RFC 9700 section 4.14.2).
    /// `subject` is whom the tokens are for; a new ID token about anybody else is refused (OpenID Connect Core section 12.2).
    ///
    /// # Errors
    /// [`LoginError::Ended`] when there is no refresh token or it works no longer: the person has to log in again. Any other error says
    /// nothing about the tokens, and trying again may help.
    pub async fn refresh(&self, tokens: &Tokens, subject: &str) -> Result<Tokens, LoginError> {
        self.refresh_for(tokens, subject, &self.resources).await
    }

    /// The same for access to other APIs of the same grant (RFC 8707 section 2.2).
    ///
    /// # Errors
    /// As [`refresh`](Self::refresh).
    pub async fn refresh_for(&self, tokens: &Tokens, subject: &str, resources: &[String]) -> Result<Tokens, LoginError> {
        let refresh = RefreshToken::new(tokens.refresh.clone().ok_or(LoginError::Ended)?);
        let metadata = self.provider.metadata().await?;
        let oauth = self.oauth(&metadata)?;
        let mut request = oauth.exchange_refresh_token(&refresh);
        for (name, value) in self.proof()?.into_iter().chain(resources.iter().map(|resource| ("resource", resource.clone()))) {
            request = request.add_extra_param(name, value);
        }
        let given = request.request_async(self.provider.http()).await.map_err(|why| match failed(&metadata, why) {
            LoginError::Said(said) if said.error() == "invalid_grant" => LoginError::Ended,
            why => why,
        })?;
        if let Some(id_token) = &given.extra_fields().id_token {
            self.believe_renewed(id_token, given.access_token().secret(), subject).await?;
        }
        self.tokens(&given, Some(tokens))
    }

    pub(super) fn oauth(&self, metadata: &Metadata) -> Result<OAuthClient, LoginError> {
        let client = OAuth::new(ClientId::new(self.client.id().to_owned()))
            .set_auth_uri(AuthUrl::from_url(metadata.authorization_endpoint()?.clone()))
            .set_token_uri(TokenUrl::from_url(metadata.token_endpoint()?.clone()))
            .set_redirect_uri(self.redirect_uri.clone());
        Ok(match self.client.proof() {
            Proof::Public | Proof::Key(_) => client.set_auth_type(AuthType::RequestBody),
            Proof::Basic(secret) => client.set_client_secret(ClientSecret::new((**secret).to_string())),
            Proof::Post(secret) => client.set_client_secret(ClientSecret::new((**secret).to_string())).set_auth_type(AuthType::RequestBody),
        })
    }

    /// What the `oauth2` crate doesn't know of: an assertion.
    fn proof(&self) -> Result<Vec<(&'static str, String)>, LoginError> {
        let Proof::Key(key) = self.client.proof() else { return Ok(Vec::new()) };
        let made = assertion(self.client.id(), key, self.provider.issuer(), self.provider.now());
        Ok(made.map_err(|_| LoginError::Config("the app's key can't sign"))?.to_vec())
    }

    fn beside_the_grant(&self) -> Result<impl Iterator<Item = (&'static str, String)>, LoginError> {
        Ok(self.proof()?.into_iter().chain(self.resources.iter().map(|resource| ("resource", resource.clone()))))
    }

    fn tokens(&self, given: &Given, old: Option<&Tokens>) -> Result<Tokens, LoginError> {
        // RFC 6749 section 7.1: a type that isn't understood MUST NOT be used.
        if *given.token_type() != BasicTokenType::Bearer {
            return Err(LoginError::BadTokens("the access token is of another type than Bearer"));
        }
        let seconds = given.expires_in().map(|life| i64::try_from(life.min(LONGEST).as_secs()).unwrap_or(i64::MAX));
        // RFC 6749 section 5.1: an answer without `scope` grants what was asked; section 6: a renewal, what was granted.
        let asked = || old.map_or_else(|| self.scopes.clone(), |old| old.scopes.clone());
        let scopes = given.scopes().map_or_else(asked, |granted| granted.iter().map(|scope| scope.to_string()).collect());
        let refresh = given.refresh_token().map(|token| token.secret().clone());
        let id_token = given.extra_fields().id_token.clone();
        Ok(Tokens {
            access: given.access_token().secret().clone(),
            until: seconds.map(|seconds| self.provider.now().plus(Seconds(seconds))),
            refresh: refresh.or_else(|| old.and_then(|old| old.refresh.clone())),
            id_token: id_token.or_else(|| old.map(|old| old.id_token.clone())).unwrap_or_default(),
            scopes,
        })
    }

    pub(super) fn algs(&self) -> [Alg; 1] {
        [self.alg]
    }
}

/// What was refused, what was away, and what made no sense.
fn failed(metadata: &Metadata, why: RequestTokenError<HttpError, BasicErrorResponse>) -> LoginError {
    match why {
        RequestTokenError::ServerResponse(said) => LoginError::Said(Said::new(
            said.error().as_ref(),
            said.error_description().map(String::as_str),
            said.error_uri().map(String::as_str),
        )),
        RequestTokenError::Request(why) => {
            let url = metadata.token_endpoint().map(ToString::to_string).unwrap_or_default();
            LoginError::Provider(ProviderError::Unreachable { url, why })
        }
        RequestTokenError::Parse(..) => LoginError::BadTokens("the provider's answer at its token endpoint is no token response"),
        RequestTokenError::Other(_) => LoginError::BadTokens("the provider's answer at its token endpoint is not JSON, or empty"),
    }
}
