//! The web part's heart: who is there, and how that begins, goes on and ends.

use std::borrow::Cow;
use std::sync::Arc;

use doorward_protocol::jose::sha256;
use rocket::Request;
use rocket::http::{Cookie, CookieJar};

use super::Session;
use super::cookies::Names;
use super::ended::Ended;
use super::renew::Renewals;
use super::seal::Seal;
use super::store::Sessions;
use super::trouble::Trouble;
use crate::login::{Answer, Ask, Login, LoginError, Pending};
use crate::once::Once;
use crate::random::random;
use crate::time::Seconds;

/// An app's own page for troubles: its HTML.
pub(super) type Page = Arc<dyn Fn(&Trouble) -> String + Send + Sync>;

/// Where sessions are.
pub(super) enum Keep {
    /// On the server; the cookie names one and says nothing by itself.
    Store(Arc<dyn Sessions>),
    /// In cookies that only this app can read; what ended early is remembered.
    Cookies(Ended),
}

pub(super) struct Core {
    pub login: Login,
    pub keep: Keep,
    pub seal: Seal,
    pub names: Names,
    pub life: Seconds,
    pub paths: Paths,
    pub userinfo: bool,
    pub details: bool,
    pub page: Option<Page>,
    pub renewals: Renewals,
    /// The states of logins that are finished.
    pub answered: Once,
}

/// Where the routes of this crate are in the app.
#[derive(Clone)]
pub(super) struct Paths {
    pub login: Cow<'static, str>,
    pub logout: Cow<'static, str>,
    pub backchannel: Cow<'static, str>,
    pub home: Cow<'static, str>,
    pub callback: String,
    pub origin: String,
}

/// What the browser is told.
pub(super) struct Told {
    pub to: String,
    pub cookies: Vec<Cookie<'static>>,
}

impl Core {
    /// Who is there, if anybody.
    pub async fn session(&self, jar: &CookieJar<'_>) -> Result<Option<Session>, Trouble> {
        let now = self.login.provider().now();
        let found = match &self.keep {
            Keep::Store(store) => match jar.get(self.names.session()) {
                Some(cookie) => store.get(&key(cookie.value())).await?,
                None => None,
            },
            Keep::Cookies(ended) => {
                let value = self.names.joined(jar);
                value.and_then(|value| self.seal.open(self.names.session(), &value)).filter(|session| !ended.has(session))
            }
        };
        Ok(found.filter(|session| !session.is_over(now)))
    }

    /// The beginning of a login. What a few other tabs of the browser have begun goes on.
    pub async fn begin(&self, ask: &Ask, jar: &CookieJar<'_>) -> Result<Told, Trouble> {
        let begun = self.login.begin(ask).await?;
        let name = self.names.pending(begun.pending.state());
        let sealed = self.seal.seal(&name, &begun.pending);
        let mut cookies: Vec<_> = self.names.too_many(jar).into_iter().map(|name| self.names.gone(name)).collect();
        cookies.push(self.names.cookie(name, sealed, Some(rocket::time::Duration::seconds(Pending::LIFE.0))));
        Ok(Told { to: begun.url.into(), cookies })
    }

    /// The end of it. Only the browser that began it has the cookie that its state asks for, and it is taken away whatever happens.
    pub async fn finish(&self, query: &str, jar: &CookieJar<'_>) -> (Result<Told, Trouble>, Option<Cookie<'static>>) {
        let answer = match Answer::from_query(query) {
            Ok(answer) => answer,
            Err(why) => return (Err(self.again(why.into(), "/")), None),
        };
        let name = self.names.pending(answer.state());
        let pending: Option<Pending> = jar.get(&name).and_then(|cookie| self.seal.open(&name, cookie.value()));
        let Some(pending) = pending else {
            return (Err(self.again(LoginError::State.into(), "/")), None);
        };
        let return_to = pending.return_to().to_owned();
        // Before the code goes anywhere: a provider that sees one twice ends what the first gave (RFC 6749 section 4.1.2).
        // Later it is refused for its age.
        let over = pending.begun().plus(Pending::LIFE);
        if !self.answered.first(answer.state(), over, self.login.provider().now()) {
            return (Err(self.again(LoginError::State.into(), &return_to)), Some(self.names.gone(name)));
        }
        let told = self.logged_in(pending, &answer, jar).await.map_err(|trouble| self.again(trouble, &return_to));
        (told, Some(self.names.gone(name)))
    }

    async fn logged_in(&self, pending: Pending, answer: &Answer, jar: &CookieJar<'_>) -> Result<Told, Trouble> {
        let mut done = self.login.finish(pending, answer).await?;
        if self.userinfo && done.lacks_profile() {
            let subject = done.claims.subject().to_owned();
            match self.login.profile(&mut done.tokens, &subject).await {
                Ok(told) => done.claims = done.claims.with(told),
                Err(LoginError::OtherPerson) => return Err(LoginError::OtherPerson.into()),
                // An app that can't greet by name still works.
                Err(why) => tracing::info!(%why, "userinfo told nothing"),
            }
        }
        // A session of before, planted or not, ends here: the new one has a name that nobody knew.
        self.forget(jar).await?;
        let session = Session::new(done.claims, done.tokens, self.login.provider().now(), self.life);
        let cookies = match &self.keep {
            Keep::Store(store) => {
                let id = random();
                store.insert(&key(&id), &session).await?;
                vec![self.names.cookie(self.names.session().to_owned(), id, None)]
            }
            Keep::Cookies(_) => self.sealed(&session, jar)?,
        };
        Ok(Told { to: done.return_to, cookies })
    }

    /// The end of the app's session, and then of the provider's, if it offers that.
    pub async fn log_out(&self, jar: &CookieJar<'_>) -> Result<Told, Trouble> {
        let session = self.session(jar).await?;
        self.forget(jar).await?;
        let cookies = self.names.none(jar);
        let Some(session) = session else {
            return Ok(Told { to: self.paths.home.to_string(), cookies });
        };
        let to = match self.login.logout(Some(session.tokens())).await {
            Ok(goodbye) => goodbye.url.into(),
            Err(why) => {
                tracing::info!(%why, "nobody was logged out at the provider");
                self.paths.home.to_string()
            }
        };
        Ok(Told { to, cookies })
    }

    /// A logout that the provider tells of.
    pub async fn told(&self, jwt: &str) -> Result<(), Trouble> {
        let token = self.login.logout_token(jwt).await.map_err(LoginError::from)?;
        match &self.keep {
            Keep::Store(store) => {
                if let Err(why) = store.end(&token).await {
                    self.login.logout_failed(&token);
                    return Err(why.into());
                }
            }
            Keep::Cookies(ended) => {
                let now = self.login.provider().now();
                ended.told(&token, now, now.plus(self.life));
            }
        }
        Ok(())
    }

    /// Ends the browser's session, if it has one.
    pub async fn forget(&self, jar: &CookieJar<'_>) -> Result<(), Trouble> {
        match &self.keep {
            Keep::Store(store) => {
                if let Some(cookie) = jar.get(self.names.session()) {
                    store.remove(&key(cookie.value())).await?;
                }
            }
            Keep::Cookies(ended) => {
                if let Some(session) = self.session(jar).await? {
                    ended.left(&session, self.login.provider().now());
                }
            }
        }
        Ok(())
    }

    /// A session as cookies.
    pub fn sealed(&self, session: &Session, jar: &CookieJar<'_>) -> Result<Vec<Cookie<'static>>, Trouble> {
        self.names.pieces(&self.seal.seal(self.names.session(), session), jar)
    }

    /// Where this request would go on after a login.
    pub fn login_path(&self, return_to: &str) -> String {
        let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("return_to", return_to).finish();
        format!("{}?{query}", self.paths.login)
    }

    /// Whether this request is for a page that a person looks at, to which they can come back.
    pub fn is_visit(request: &Request<'_>) -> bool {
        let header = |name: &str| request.headers().get_one(name);
        let navigates = header("Sec-Fetch-Mode").map(|mode| mode == "navigate");
        let reads = || header("Accept").is_some_and(|accept| accept.contains("text/html"));
        request.method() == rocket::http::Method::Get && navigates.unwrap_or_else(reads)
    }

    fn again(&self, trouble: Trouble, return_to: &str) -> Trouble {
        trouble.with_retry(self.login_path(return_to))
    }
}

impl Paths {
    /// The usual ones; where the browser comes back to, and the app's origin, follow from the redirect URI.
    pub fn new(login: &Login) -> Self {
        let url = login.redirect_url();
        Self {
            login: "/login".into(),
            logout: "/logout".into(),
            backchannel: "/backchannel-logout".into(),
            home: "/".into(),
            callback: url.path().to_owned(),
            origin: url.origin().ascii_serialization(),
        }
    }
}

/// What a session is called in a store: of no use to whoever reads it there.
pub(super) fn key(cookie: &str) -> String {
    sha256(cookie.as_bytes())
}
