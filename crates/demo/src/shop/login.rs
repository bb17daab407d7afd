//! Login with the server: the authorization code flow with PKCE, as the shop lives it.
//!
//! [`Login::start`] sends the browser away with a question, [`Login::finish`] takes the answer, [`Login::fresh_token`] keeps access
//! alive, [`Login::end_session`] says goodbye. The protocol and its checks are `doorward-client`'s; what is the shop's own is what it
//! asks for, what it remembers, and what it tells the person.

use doorward_client::login::{Answer, Ask, Claims, Goodbye, LoginError, Pending, Tokens};
use doorward_client::web::Language;
use doorward_client::{Alg, Client, Provider};
use rocket::tokio::sync::Mutex;
use serde::Serialize;

use super::trouble::Trouble;
use crate::config::{DemoConfig, SCOPES};

/// Who is there, as far as they let us know.
#[derive(Clone, Serialize)]
pub(crate) struct Person {
    sub: String,
    name: Option<String>,
    email: Option<String>,
}

/// A person who is logged in, and what the shop may do for them.
pub(crate) struct Account {
    pub(crate) person: Person,
    pub(crate) scopes: Vec<String>,
    tokens: Mutex<Tokens>,
}

/// The shop at its login server; or why it can't be there, told when somebody wants to log in.
pub(crate) struct Login(Result<doorward_client::Login, LoginError>);

impl Login {
    pub(crate) fn new(cfg: &DemoConfig) -> Self {
        Self(at(cfg))
    }

    /// The address to send the browser to, and what to remember meanwhile.
    pub(crate) async fn start(&self, lang: Language, again: bool) -> Result<(String, Pending), Trouble> {
        let ask = Ask::new().languages(lang.tag());
        let begun = self.there()?.begin(&if again { ask.prompt("consent") } else { ask }).await?;
        Ok((begun.url.into(), begun.pending))
    }

    /// Turns the answer into an account, or says what is wrong with it.
    pub(crate) async fn finish(&self, answer: Answer, pending: Pending) -> Result<Account, Trouble> {
        let login = self.there()?;
        let mut done = login.finish(pending, &answer).await?;
        if done.claims.name().is_none() {
            // A shop that can't greet by name still prints photos.
            let subject = done.claims.subject().to_owned();
            if let Ok(told) = login.profile(&mut done.tokens, &subject).await {
                done.claims = told;
            }
        }
        let scopes = done.tokens.scopes().to_vec();
        Ok(Account { person: Person::from(&done.claims), scopes, tokens: Mutex::new(done.tokens) })
    }

    /// An access token for the photo service that is good for a while yet.
    ///
    /// One renewal at a time: a refresh token works once, and a second use would look like theft (RFC 9700 §4.14.2).
    pub(crate) async fn fresh_token(&self, account: &Account) -> Result<String, Trouble> {
        let login = self.there()?;
        let mut tokens = account.tokens.lock().await;
        if tokens.needs_renewal(login.provider().now()) {
            *tokens = login.refresh(&tokens, &account.person.sub).await.map_err(|why| match why {
                LoginError::Said(_) => Trouble::PermissionEnded,
                why => why.into(),
            })?;
        }
        Ok(tokens.access_token().to_owned())
    }

    /// Where to send the browser to log out of the server too, and the `state` that will come back.
    pub(crate) async fn end_session(&self, account: &Account) -> Result<Goodbye, Trouble> {
        Ok(self.there()?.logout(Some(&*account.tokens.lock().await)).await?)
    }

    fn there(&self) -> Result<&doorward_client::Login, Trouble> {
        self.0.as_ref().map_err(|why| why.clone().into())
    }
}

fn at(cfg: &DemoConfig) -> Result<doorward_client::Login, LoginError> {
    let client = Client::new(&cfg.client_id).secret(&cfg.client_secret);
    doorward_client::Login::new(Provider::new(&cfg.issuer)?, client, &cfg.redirect_uri())?
        .scopes(SCOPES)
        // Tokens are for the photo service and nobody else (RFC 8707).
        .resource(&cfg.resource)
        // As the shop is registered, whatever a token says of itself.
        .id_token_alg(Alg::Es256)
        .after_logout(&cfg.after_logout())
}

impl From<&Claims> for Person {
    fn from(told: &Claims) -> Self {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Self { sub: told.subject().to_owned(), name: owned(told.name()), email: owned(told.email()) }
    }
}
