//! The guard of pages that are for somebody.

use std::sync::Arc;

use rocket::Request;
use rocket::http::{Cookie, Status};
use rocket::outcome::Outcome;
use rocket::request::{self, FromRequest};

use super::Session;
use super::core::{Core, Keep};
use super::trouble::Trouble;
use crate::access_token::AccessToken;
use crate::login::{Claims, Tokens};

/// Somebody who is logged in: as a guard it lets only them in.
///
/// When nobody is, the request is forwarded with status 401: to your next route for the same path, if there is one for visitors, or else
/// to the login, from where the person comes back (requests by scripts get the 401). `Option<User>` is for pages that are for everybody.
///
/// ```
/// use doorward_client::web::User;
/// use rocket::{get, routes};
///
/// #[get("/orders")]
/// fn orders(user: User) -> String {
///     format!("The orders of {}", user.subject())
/// }
///
/// #[get("/")]
/// fn home(user: Option<User>) -> String {
///     user.map_or_else(|| "Hello!".to_owned(), |user| format!("Hello, {}!", user.display_name()))
/// }
/// # let _ = routes![orders, home];
/// ```
///
/// With each request that needs it the access token is renewed; many requests at once renew it once. When the provider has ended the
/// session, nobody is logged in any more.
#[derive(Clone, Debug)]
pub struct User {
    session: Arc<Session>,
}

impl User {
    /// Who it is: a name that never changes and is never given to anybody else at this provider. Use it as the key of whatever is theirs.
    pub fn subject(&self) -> &str {
        self.session.subject()
    }

    /// What to call them: their name, or the best that is known.
    pub fn display_name(&self) -> &str {
        let claims = self.claims();
        claims.name().or_else(|| claims.preferred_username()).or_else(|| claims.email()).unwrap_or_else(|| claims.subject())
    }

    /// What the provider says about them.
    pub fn claims(&self) -> &Claims {
        self.session.claims()
    }

    /// What the app may do for them.
    pub fn tokens(&self) -> &Tokens {
        self.session.tokens()
    }

    /// The access token, for the header `Authorization: Bearer …` of requests to the API it is for.
    pub fn access_token(&self) -> AccessToken {
        AccessToken::new(self.tokens().access_token())
    }

    /// The session.
    pub fn session(&self) -> &Session {
        &self.session
    }
}

/// What was found out about a request, once.
pub(super) struct Found {
    pub outcome: Result<Option<User>, Trouble>,
    /// What the browser must be told about its session, whatever the answer is.
    pub cookies: Vec<Cookie<'static>>,
}

/// Set when a guard has asked who is there.
#[derive(Default)]
pub(super) struct Asked(pub std::sync::OnceLock<Arc<Found>>);

pub(super) async fn find(request: &Request<'_>, core: &Arc<Core>) -> Arc<Found> {
    let asked = request.local_cache(Asked::default);
    if let Some(found) = asked.0.get() {
        return Arc::clone(found);
    }
    let found = Arc::new(look(request, core).await);
    Arc::clone(asked.0.get_or_init(|| found))
}

async fn look(request: &Request<'_>, core: &Arc<Core>) -> Found {
    let jar = request.cookies();
    let known = |outcome| Found { outcome, cookies: Vec::new() };
    let session = match core.session(jar).await {
        Ok(Some(session)) => session,
        Ok(None) => return known(Ok(None)),
        Err(trouble) => return known(Err(trouble)),
    };
    let cookie = jar.get(core.names.session()).map(Cookie::value);
    let Some((session, news)) = core.renewed(session, cookie).await else {
        let outcome = core.forget(jar).await.map(|()| None);
        return Found { outcome, cookies: core.names.none(jar) };
    };
    let cookies = match &core.keep {
        Keep::Cookies(_) if news => match core.sealed(&session, jar) {
            Ok(cookies) => cookies,
            Err(trouble) => return known(Err(trouble)),
        },
        Keep::Cookies(_) | Keep::Store(_) => Vec::new(),
    };
    Found { outcome: Ok(Some(User { session: Arc::new(session) })), cookies }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for User {
    type Error = Trouble;

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, Trouble> {
        let Some(core) = request.rocket().state::<Arc<Core>>() else {
            let trouble = Trouble::config("the fairing of doorward_client::web::Web is not attached");
            return Outcome::Error((Status::InternalServerError, trouble));
        };
        match &find(request, core).await.outcome {
            Ok(Some(user)) => Outcome::Success(user.clone()),
            Ok(None) => Outcome::Forward(Status::Unauthorized),
            Err(trouble) => Outcome::Error((trouble.kind().status(), trouble.clone())),
        }
    }
}
