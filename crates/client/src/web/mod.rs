//! For web apps on Rocket: a fairing that mounts login, callback and logout, and the guard [`User`].
//!
//! ```no_run
//! use doorward_client::web::{User, Web};
//! use doorward_client::{Client, Login, Provider};
//! use rocket::{get, launch, routes};
//!
//! #[get("/me")]
//! fn me(user: User) -> String {
//!     format!("Hello, {}", user.display_name())
//! }
//!
//! #[launch]
//! fn rocket() -> _ {
//!     let provider = Provider::new("http://127.0.0.1:8000").expect("an issuer");
//!     let client = Client::new("my-app").secret(std::env::var("CLIENT_SECRET").expect("a secret"));
//!     let login = Login::new(provider, client, "http://localhost:8080/callback").expect("a redirect URI").scopes(["profile"]);
//!     rocket::build().attach(Web::new(login).fairing()).mount("/", routes![me])
//! }
//! ```
//!
//! | route | does |
//! | --- | --- |
//! | `GET /login?return_to=/path` | begins a login, and comes back to that path of the app |
//! | `GET` at the path of the redirect URI | ends it |
//! | `POST /logout` | ends the app's session and the provider's; put a form with a button on your pages |
//! | `POST /backchannel-logout` | the provider says that a session is over; register it as `backchannel_logout_uri` |
//!
//! What holds without your doing:
//!
//! - A login is finished by the browser that began it, once, within an hour. It always makes a new session.
//! - Cookies are `HttpOnly` and `SameSite=Lax`, with https `Secure` and `__Host-`; what they hold is random, or encrypted.
//! - After a login or logout the browser goes to a path of this app, to the provider, or nowhere.
//! - Logging out takes a POST from a page of this app.
//! - Tokens stay on the server, or in cookies that only the app can read. They are renewed by one request at a time.
//!
//! # When something is wrong
//!
//! A page in English or Chinese tells the person what happened and what they can do, and names the [`Check`](crate::error::Check) that
//! failed; for the app's author, on the loopback or by [`Web::details`], it says what that means, where it is written, and what to do. Pages of
//! your own come by [`Web::error_page`]. The provider's being away logs nobody out.
//!
//! # Sessions, logouts, and your own headers
//!
//! A logout at the provider leads back to the app if [`Login::after_logout`] says where.
//!
//! Sessions are kept in memory unless you bring [`Sessions`] of your own or choose [`Web::sessions_in_cookies`]. If your app sends a content
//! security policy, its `form-action` must name the provider, too: browsers apply it to where the answer of the logout form leads.

mod cookies;
mod core;
mod ended;
mod fairing;
mod language;
mod origin;
mod page;
mod renew;
mod routes;
mod seal;
mod session;
mod store;
mod trouble;
mod user;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::login::{Login, LoginError, local_path};
use crate::once::Once;
use crate::random::random;
use crate::time::Seconds;

use self::core::{Core, Keep, Paths};

pub use language::Language;
pub use session::Session;
pub use store::{MemorySessions, Sessions, StoreError};
pub use trouble::{Kind, Trouble};
pub use user::User;

/// The shortest key that is taken, in bytes.
const SHORTEST_KEY: usize = 32;
/// Sessions in memory, unless it is said otherwise.
const MOST_SESSIONS: usize = 100_000;

/// Says how an app logs people in. Its [`fairing`](Self::fairing) does it.
#[must_use]
pub struct Web {
    login: Login,
    keep: Option<Keep>,
    key: Option<zeroize::Zeroizing<Vec<u8>>>,
    cookie: Cow<'static, str>,
    life: Seconds,
    paths: Paths,
    userinfo: bool,
    details: Option<bool>,
    page: Option<self::core::Page>,
}

impl fmt::Debug for Web {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Web").field("login", &self.login).finish_non_exhaustive()
    }
}

impl Web {
    /// The usual: sessions in memory for twelve hours at most, routes as in the [table](self).
    pub fn new(login: Login) -> Self {
        let paths = Paths::new(&login);
        let (keep, key, cookie, life) = (None, None, "app".into(), Seconds::hours(12));
        Self { login, keep, key, cookie, life, paths, userinfo: true, details: None, page: None }
    }

    /// Keeps sessions in this store.
    pub fn sessions(mut self, store: Arc<dyn Sessions>) -> Self {
        self.keep = Some(Keep::Store(store));
        self
    }

    /// Keeps sessions in cookies that only this app can read, so that the server keeps nothing but logouts: at most some 11 kB, which
    /// several large tokens exceed. Give a [`key`](Self::key), or everybody is logged out when the app starts anew.
    ///
    /// Logouts are remembered in this process alone. A server that wasn't told, or has started anew since, takes an old cookie until the
    /// session ends; choose a short [life](Self::session_life), or a [store](Self::sessions).
    pub fn sessions_in_cookies(mut self) -> Self {
        self.keep = Some(Keep::Cookies(ended::Ended::default()));
        self
    }

    /// The secret that cookies are encrypted with: at least 32 random bytes, the same on all servers of the app. Without it one is made at
    /// each start, and logins under way are lost then.
    ///
    /// # Errors
    /// [`LoginError::Config`] when it is too short.
    pub fn key(mut self, secret: impl AsRef<[u8]>) -> Result<Self, LoginError> {
        let secret = secret.as_ref();
        if secret.len() < SHORTEST_KEY {
            return Err(LoginError::Config("the key for cookies must have at least 32 random bytes"));
        }
        self.key = Some(zeroize::Zeroizing::new(secret.to_owned()));
        Ok(self)
    }

    /// How long a session lives at most, whatever happens. Twelve hours unless it is said otherwise.
    pub fn session_life(mut self, life: Seconds) -> Self {
        self.life = life;
        self
    }

    /// What cookie names begin with; `app` unless it is said otherwise.
    pub fn cookie_name(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.cookie = name.into();
        self
    }

    /// Where logins begin; `/login` unless it is said otherwise.
    ///
    /// # Errors
    /// [`LoginError::Config`] when it is no path of this app.
    pub fn login_at(mut self, path: &'static str) -> Result<Self, LoginError> {
        self.paths.login = route(path)?;
        Ok(self)
    }

    /// Where the form of the logout is sent; `/logout` unless it is said otherwise.
    ///
    /// # Errors
    /// As [`login_at`](Self::login_at).
    pub fn logout_at(mut self, path: &'static str) -> Result<Self, LoginError> {
        self.paths.logout = route(path)?;
        Ok(self)
    }

    /// Where the provider tells of logouts; `/backchannel-logout` unless it is said otherwise.
    ///
    /// # Errors
    /// As [`login_at`](Self::login_at).
    pub fn backchannel_logout_at(mut self, path: &'static str) -> Result<Self, LoginError> {
        self.paths.backchannel = route(path)?;
        Ok(self)
    }

    /// Where people go when there is nothing better; `/` unless it is said otherwise.
    ///
    /// # Errors
    /// As [`login_at`](Self::login_at).
    pub fn home_at(mut self, path: &'static str) -> Result<Self, LoginError> {
        self.paths.home = route(path)?;
        Ok(self)
    }

    /// Whether the provider is asked for what the ID token doesn't tell although its scopes were granted (names, addresses). It is,
    /// unless it is said otherwise; that it tells nothing stops nobody from logging in.
    pub fn userinfo(mut self, ask: bool) -> Self {
        self.userinfo = ask;
        self
    }

    /// Whether error pages say the very reason, for the app's author. They do while the app is on the loopback.
    pub fn details(mut self, show: bool) -> Self {
        self.details = Some(show);
        self
    }

    /// Shows pages of the app's own when something is wrong: what is given back is HTML. Escape what you take from the [`Trouble`]; its
    /// [`Display`](fmt::Display) is for authors and logs.
    pub fn error_page(mut self, page: impl Fn(&Trouble) -> String + Send + Sync + 'static) -> Self {
        self.page = Some(Arc::new(page));
        self
    }

    fn build(self) -> Core {
        let Self { login, keep, key, cookie, life, paths, userinfo, details, page } = self;
        let key = key.unwrap_or_else(|| {
            if matches!(keep, Some(Keep::Cookies(_))) {
                tracing::warn!("sessions are kept in cookies without a key: they end when this app starts anew");
            }
            zeroize::Zeroizing::new(random().into_bytes())
        });
        let keep = keep.unwrap_or_else(|| {
            let clock = Arc::clone(login.provider().clock());
            Keep::Store(Arc::new(MemorySessions::with_clock(MOST_SESSIONS, clock)))
        });
        let details = details.unwrap_or_else(|| login.redirect_uri().starts_with("http:"));
        let names = cookies::Names::new(&cookie, login.redirect_uri());
        let seal = seal::Seal::new(&key, login.provider().issuer(), login.client_id());
        Core { login, keep, seal, names, life, paths, userinfo, details, page, renewals: renew::Renewals::new(), answered: Once::default() }
    }
}

/// A path that a route may have.
fn route(path: &'static str) -> Result<Cow<'static, str>, LoginError> {
    let plain = local_path(path).is_some_and(|path| !path.contains(['?', '#', '<', '>']));
    if plain { Ok(path.into()) } else { Err(LoginError::Config("a route is a path like /login")) }
}
