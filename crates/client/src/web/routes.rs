//! The routes that the fairing mounts.

use std::io::Cursor;
use std::sync::Arc;

use doorward_protocol::params::Params;
use rocket::data::ToByteUnit as _;
use rocket::http::{ContentType, Cookie, Header, Method, Status};
use rocket::route::{Handler, Outcome};
use rocket::{Data, Request, Response, Route};

use super::core::{Core, Told};
use super::language::Language;
use super::origin::is_own_form;
use super::page;
use super::trouble::{Kind, Trouble};
use crate::login::Ask;

/// The longest body of a logout token's POST.
const LONGEST_BODY: u64 = 64 * 1024;

#[derive(Clone)]
struct At {
    core: Arc<Core>,
    what: What,
}

#[derive(Clone, Copy)]
enum What {
    Login,
    Callback,
    Logout,
    Backchannel,
}

pub(super) fn routes(core: &Arc<Core>) -> Vec<Route> {
    let at = |method, path: &str, what| Route::new(method, path, At { core: Arc::clone(core), what });
    vec![
        at(Method::Get, &core.paths.login, What::Login),
        at(Method::Get, &core.paths.callback, What::Callback),
        at(Method::Post, &core.paths.logout, What::Logout),
        at(Method::Post, &core.paths.backchannel, What::Backchannel),
    ]
}

#[rocket::async_trait]
impl Handler for At {
    async fn handle<'r>(&self, request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r> {
        Outcome::Success(match self.what {
            What::Login => self.core.login_begins(request).await,
            What::Callback => self.core.login_ends(request).await,
            What::Logout => self.core.logout(request).await,
            What::Backchannel => self.core.backchannel(request, data).await,
        })
    }
}

impl Core {
    async fn login_begins<'r>(&self, request: &'r Request<'_>) -> Response<'r> {
        let query = request.uri().query().map_or("", |query| query.as_str());
        let wanted = Params::parse(query.as_bytes(), &[]).ok().and_then(|params| params.unambiguous("return_to").map(str::to_owned));
        let wanted = wanted.unwrap_or_else(|| self.paths.home.to_string());
        // Coming back to the login would begin another.
        let path = wanted.split(['?', '#']).next().unwrap_or_default();
        let ours = [&*self.paths.login, &*self.paths.callback].contains(&path);
        let ask = Ask::new().return_to(if ours { &self.paths.home } else { &wanted });
        let told = self.begin(&ask, request.cookies()).await.map_err(|trouble| trouble.with_retry(self.login_path(&wanted)));
        self.answer(request, told, None)
    }

    async fn login_ends<'r>(&self, request: &'r Request<'_>) -> Response<'r> {
        let query = request.uri().query().map_or("", |query| query.as_str());
        let (told, spent) = self.finish(query, request.cookies()).await;
        self.answer(request, told, spent)
    }

    async fn logout<'r>(&self, request: &'r Request<'_>) -> Response<'r> {
        if !is_own_form(request, &self.paths.origin) {
            return self.answer(request, Err(Trouble::foreign()), None);
        }
        let told = self.log_out(request.cookies()).await;
        self.answer(request, told, None)
    }

    /// OpenID Connect Back-Channel Logout 1.0 sections 2.5 and 2.8.
    async fn backchannel<'r>(&self, request: &'r Request<'_>, data: Data<'r>) -> Response<'r> {
        let is_form = request.content_type().is_some_and(|found| *found == ContentType::Form);
        let body = data.open(LONGEST_BODY.bytes()).into_bytes().await.ok().filter(|body| is_form && body.is_complete());
        let params = body.and_then(|body| Params::parse(&body, &[]).ok());
        let Some(token) = params.as_ref().and_then(|params| params.unambiguous("logout_token")) else {
            return refused(Status::BadRequest, "the body is not a form with one logout_token");
        };
        match self.told(token).await {
            Ok(()) => Response::build().status(Status::Ok).header(no_store()).finalize(),
            Err(trouble) => {
                tracing::warn!(check = trouble.check().code(), why = %trouble, "a back-channel logout was refused");
                // What may work later is said as such, so that the provider tries again.
                let later = matches!(trouble.kind(), Kind::Away | Kind::NoSessions);
                refused(if later { Status::ServiceUnavailable } else { Status::BadRequest }, trouble.check().code())
            }
        }
    }

    /// A redirect, or a page that says why not. The address may hold a code: it is told to nobody, and nothing is kept.
    fn answer<'r>(&self, request: &Request<'_>, told: Result<Told, Trouble>, spent: Option<Cookie<'static>>) -> Response<'r> {
        let mut answer = match told {
            Ok(Told { to, cookies }) => {
                let mut answer = Response::build().status(Status::SeeOther).header(Header::new("Location", to)).finalize();
                for cookie in &cookies {
                    answer.adjoin_header(cookie);
                }
                answer
            }
            Err(trouble) => self.page(request, &trouble),
        };
        if let Some(cookie) = &spent {
            answer.adjoin_header(cookie);
        }
        answer.set_header(no_store());
        answer.set_header(Header::new("Referrer-Policy", "no-referrer"));
        answer
    }

    /// The page of a trouble: the app's own or ours.
    pub(super) fn page<'r>(&self, request: &Request<'_>, trouble: &Trouble) -> Response<'r> {
        tracing::warn!(check = trouble.check().code(), why = %trouble, "a login or logout failed");
        let mut answer = Response::build();
        answer.status(trouble.kind().status()).header(ContentType::HTML).header(no_store());
        let body = if let Some(own) = &self.page {
            own(trouble)
        } else {
            answer.header(Header::new("Content-Security-Policy", page::policy()));
            answer.header(Header::new("X-Content-Type-Options", "nosniff"));
            page::render(trouble, Language::of(request), &self.paths.home, self.details)
        };
        if trouble.kind() == Kind::Away {
            answer.header(Header::new("Retry-After", "30"));
        }
        answer.sized_body(body.len(), Cursor::new(body)).finalize()
    }
}

fn refused<'r>(status: Status, why: &'static str) -> Response<'r> {
    let body = format!("{{\"error\":\"invalid_request\",\"error_description\":\"{why}\"}}");
    Response::build().status(status).header(ContentType::JSON).header(no_store()).sized_body(body.len(), Cursor::new(body)).finalize()
}

fn no_store() -> Header<'static> {
    Header::new("Cache-Control", "no-store")
}
