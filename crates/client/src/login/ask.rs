//! The beginning: where the browser is sent, and with which wishes.

use oauth2::{CsrfToken, PkceCodeChallenge, PkceCodeVerifier, Scope};
use url::Url;

use super::{Login, LoginError, Pending, local_path};

/// What an app may wish beside its registration. The default wishes nothing and returns to `/`.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Ask {
    return_to: Option<String>,
    max_age: Option<u32>,
    acr: Vec<String>,
    more: Vec<(String, String)>,
}

/// A login that has begun.
#[derive(Debug)]
#[non_exhaustive]
pub struct Begun {
    /// Where the browser is sent, by status 303.
    pub url: Url,
    /// What is kept until it comes back, bound to this browser.
    pub pending: Pending,
}

impl Ask {
    /// No wishes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Comes back to this path of the app. Anything else than a [`local_path`] is passed over: it may come from a link of somebody else's.
    pub fn return_to(mut self, path: &str) -> Self {
        self.return_to = local_path(path).map(str::to_owned);
        self
    }

    /// Wishes that the person log in again (`login`), agree again (`consent`), choose an account (`select_account`), or that nothing be
    /// asked at all (`none`).
    pub fn prompt(self, prompt: &str) -> Self {
        self.with("prompt", prompt)
    }

    /// Wishes that the login be no older than so many seconds, and refuses an older one.
    pub fn max_age(mut self, seconds: u32) -> Self {
        self.max_age = Some(seconds);
        self
    }

    /// Wishes that the login be by one of these means, the best first, and refuses another (`acr_values`; RFC 9470 asks for such).
    pub fn acr<S: Into<String>>(mut self, values: impl IntoIterator<Item = S>) -> Self {
        self.acr = values.into_iter().map(Into::into).collect();
        self
    }

    /// Says who will probably log in: a name or an e-mail address.
    pub fn login_hint(self, hint: &str) -> Self {
        self.with("login_hint", hint)
    }

    /// Says which languages the person reads, the best first, as in `zh-CN en`.
    pub fn languages(self, tags: &str) -> Self {
        self.with("ui_locales", tags)
    }

    /// Adds another parameter that the provider knows. Those that this crate sets itself can't be changed by it.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.more.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// What is decided here and nowhere else.
const OURS: [&str; 14] = [
    "response_type",
    "resource",
    "response_mode",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "request",
    "request_uri",
    "max_age",
    "acr_values",
];

impl Login {
    /// Begins a login.
    ///
    /// # Errors
    /// [`LoginError::Provider`] when the provider can't be found.
    pub async fn begin(&self, ask: &Ask) -> Result<Begun, LoginError> {
        let metadata = self.provider.metadata().await?;
        let return_to = ask.return_to.clone().unwrap_or_else(|| "/".to_owned());
        let mut pending = Pending::new(return_to, self.provider.now());
        pending.max_age = ask.max_age;
        pending.acr.clone_from(&ask.acr);

        let verifier = PkceCodeVerifier::new(pending.verifier.clone());
        let oauth = self.oauth(&metadata)?;
        let mut request = oauth
            .authorize_url(|| CsrfToken::new(pending.state.clone()))
            .add_scopes(self.scopes.iter().cloned().map(Scope::new))
            // Ties the code to this app (RFC 7636 section 4.3), and the ID token to this login (OpenID Connect Core section 3.1.2.1).
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .add_extra_param("nonce", pending.nonce.clone());
        for resource in &self.resources {
            request = request.add_extra_param("resource", resource.clone());
        }
        if let Some(seconds) = ask.max_age {
            request = request.add_extra_param("max_age", seconds.to_string());
        }
        if !ask.acr.is_empty() {
            request = request.add_extra_param("acr_values", ask.acr.join(" "));
        }
        for (name, value) in ask.more.iter().filter(|(name, _)| !OURS.contains(&name.as_str())) {
            request = request.add_extra_param(name.clone(), value.clone());
        }
        let (url, _) = request.url();
        Ok(Begun { url, pending })
    }
}
