//! Logging people in: the authorization code flow with PKCE, in two calls, for any web framework.
//!
//! [`Login::begin`] gives the address to send the browser to and a [`Pending`] to keep meanwhile; [`Login::finish`] takes what the browser
//! brought back and gives who they are and the tokens, or says why not. Between the two, keep the [`Pending`] **bound to the browser**: in
//! a session, or a cookie that nobody can read or forge. Whoever can plant it can log their victim in as somebody else.
//!
//! ```no_run
//! use doorward_client::login::{Answer, Ask, Login, Pending};
//! use doorward_client::{Client, Provider};
//!
//! # async fn example(query: &str, keep: impl Fn(Pending), take: impl Fn(&str) -> Option<Pending>) -> Result<(), Box<dyn std::error::Error>> {
//! let provider = Provider::new("https://login.example")?;
//! let client = Client::new("my-app").secret("what the provider gave me");
//! let login = Login::new(provider, client, "https://my-app.example/callback")?.scopes(["openid", "profile"]);
//!
//! // GET /login
//! let begun = login.begin(&Ask::new().return_to("/orders/7")).await?;
//! keep(begun.pending);
//! println!("303 See Other, Location: {}", begun.url);
//!
//! // GET /callback?code=…&state=…
//! let answer = Answer::from_query(query)?;
//! let pending = take(answer.state()).ok_or("this browser began no such login")?;
//! let done = login.finish(pending, &answer).await?;
//! println!("{} is here; on to {}", done.claims.subject(), done.return_to);
//! # Ok(())
//! # }
//! ```
//!
//! What is checked, and where it is written: `state` (RFC 6749 section 10.12), `iss` (RFC 9207), PKCE with S256 (RFC 7636), and of the ID
//! token signature, algorithm, `iss`, `aud`, `azp`, `exp`, `iat`, `nonce`, `at_hash`, and `auth_time` and `acr` when they were asked for
//! (OpenID Connect Core section 3.1.3.7).

mod answer;
mod ask;
mod backchannel;
mod claims;
mod error;
mod id_token;
mod logout;
mod pending;
mod returning;
mod tokens;
mod userinfo;

use std::fmt;
use std::sync::Arc;

use doorward_protocol::jose::Alg;
use oauth2::RedirectUrl;
use url::Url;

use crate::client::Client;
use crate::http::may_be_called;
use crate::once::Once;
use crate::provider::Provider;
use crate::time::Seconds;

pub use answer::Answer;
pub use ask::{Ask, Begun};
pub use backchannel::LogoutToken;
pub use claims::Claims;
pub use error::{LoginError, Said};
pub use logout::Goodbye;
pub use pending::Pending;
pub use returning::local_path;
pub use tokens::{LoggedIn, Tokens};

/// How far the provider's clock may be from ours, unless it is said otherwise.
const SKEW: Seconds = Seconds(30);

/// An app's way of logging people in at one provider. Cheap to clone; clones share what they remember.
#[derive(Clone)]
#[must_use]
pub struct Login {
    provider: Provider,
    client: Client,
    redirect_uri: RedirectUrl,
    scopes: Vec<String>,
    resources: Vec<String>,
    alg: Alg,
    skew: Seconds,
    after_logout: Option<String>,
    spent: Arc<Once>,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").field("provider", &self.provider).field("client", &self.client).finish_non_exhaustive()
    }
}

impl Login {
    /// An app that asks who a person is (the scope `openid`) and nothing else yet.
    ///
    /// `redirect_uri` is where the browser comes back to, exactly as it is registered at the provider.
    ///
    /// # Errors
    /// [`LoginError::Config`] when the address is neither https nor http on the loopback.
    pub fn new(provider: Provider, client: Client, redirect_uri: &str) -> Result<Self, LoginError> {
        let redirect_uri = RedirectUrl::new(redirect_uri.to_owned()).ok().filter(|uri| is_ours(uri.url()));
        let redirect_uri = redirect_uri.ok_or(LoginError::Config("the redirect URI must be https, or http on the loopback"))?;
        Ok(Self {
            provider,
            client,
            redirect_uri,
            scopes: vec!["openid".to_owned()],
            resources: Vec::new(),
            alg: Alg::Rs256,
            skew: SKEW,
            after_logout: None,
            spent: Arc::default(),
        })
    }

    /// Asks for these scopes; `openid` is always among them.
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes = vec!["openid".to_owned()];
        self.scopes.extend(scopes.into_iter().map(Into::into).filter(|scope| scope != "openid"));
        self
    }

    /// Asks for access tokens for this API (RFC 8707), by its absolute URI.
    pub fn resource(mut self, resource: impl Into<String>) -> Self {
        self.resources.push(resource.into());
        self
    }

    /// ID tokens and logout tokens are signed with this algorithm, as it is registered at the provider by
    /// `id_token_signed_response_alg`. `RS256` unless it is said otherwise, there as here (OpenID Connect Registration section 2).
    pub fn id_token_alg(mut self, alg: Alg) -> Self {
        self.alg = alg;
        self
    }

    /// Lets the clocks of provider and app differ so much, at most five minutes; 30 seconds unless it is said otherwise.
    pub fn clock_skew(mut self, skew: Seconds) -> Self {
        self.skew = Seconds(skew.0.clamp(0, 300));
        self
    }

    /// Where the browser comes back to when somebody has logged out at the provider, as it is registered by `post_logout_redirect_uris`.
    ///
    /// # Errors
    /// [`LoginError::Config`] when it is no such address.
    pub fn after_logout(mut self, uri: &str) -> Result<Self, LoginError> {
        if !Url::parse(uri).is_ok_and(|url| is_ours(&url)) {
            return Err(LoginError::Config("the post-logout redirect URI must be https, or http on the loopback"));
        }
        self.after_logout = Some(uri.to_owned());
        Ok(self)
    }

    /// The provider.
    pub fn provider(&self) -> &Provider {
        &self.provider
    }

    /// This app's name at the provider.
    pub fn client_id(&self) -> &str {
        self.client.id()
    }

    #[cfg(feature = "web")]
    pub(crate) fn redirect_url(&self) -> &Url {
        self.redirect_uri.url()
    }

    /// Where the browser comes back to.
    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }
}

/// Whether a browser may be sent there with something that is for this app.
fn is_ours(url: &Url) -> bool {
    may_be_called(url) && url.fragment().is_none()
}
