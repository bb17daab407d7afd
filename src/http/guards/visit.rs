//! A person's browser asking for a page: its language, its cookies, who is logged in.

use super::FormProblem;
use crate::flows::authorize::Who;
use crate::flows::session::{self, SignedIn};
use crate::flows::{Ctx, FlowError, authorize, explain};
use crate::http::cookies::{self, Name};
use crate::http::headers::request_id;
use crate::http::reply::{Cause, Csp, Reply, app};
use crate::http::watch::ctx;
use crate::http::{App, words};
use crate::pages::{ErrorKind, ErrorPage, Frame, Locale, Page, negotiate};
use crate::store::interactions;
use crate::store::sessions::Origin;
use doorward_protocol::error::Refusal;
use doorward_protocol::params::Params;
use doorward_protocol::secret::{Browser, Digest, KnownBrowser, Secret, SessionKey};
use doorward_protocol::values::ClientId;
use rocket::http::{CookieJar, Status};
use rocket::request::{FromRequest, Outcome};
use rocket::{Request, async_trait};
use std::net::IpAddr;

/// A visit.
pub struct Visit<'r> {
    /// The server.
    pub app: &'r App,
    /// What flows work with.
    pub ctx: &'r Ctx,
    /// The request's name in the log.
    pub request_id: &'r str,
    /// The language of its page.
    pub locale: Locale,
    jar: &'r CookieJar<'r>,
    chosen: Option<Locale>,
    user_agent: Option<&'r str>,
    accept_language: Option<&'r str>,
    address: Option<IpAddr>,
    forwarded: Vec<&'r str>,
}

#[async_trait]
impl<'r> FromRequest<'r> for Visit<'r> {
    type Error = std::convert::Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        Outcome::Success(Self::of(request))
    }
}

impl<'r> Visit<'r> {
    /// The visit of a request.
    pub fn of(request: &'r Request<'_>) -> Self {
        let app = app(request);
        let headers = request.headers();
        let query = request.uri().query().map(|query| query.as_str()).unwrap_or_default();
        // A choice of language on one of our pages; a wish of an app at /authorize or /logout is stored with its request.
        let wish = Params::parse(query.as_bytes(), &[]).ok().and_then(|params| params.unambiguous("ui_locales").map(str::to_owned));
        let chosen = wish.as_deref().and_then(|tags| tags.split(' ').find_map(Locale::parse_tag));
        let accept_language = headers.get_one("Accept-Language");
        let mut visit = Self {
            app,
            ctx: ctx(request),
            request_id: request_id(request),
            locale: Locale::En,
            jar: request.cookies(),
            chosen,
            user_agent: headers.get_one("User-Agent"),
            accept_language,
            address: request.remote().map(|remote| remote.ip()),
            forwarded: headers.get("X-Forwarded-For").collect(),
        };
        visit.locale = visit.negotiated(wish.as_deref());
        visit
    }

    fn negotiated(&self, wish: Option<&str>) -> Locale {
        let cookie = cookies::get(self.jar, Name::Language, &self.app.ctx.policy.issuer);
        negotiate(wish, cookie, self.accept_language)
    }

    /// Takes the language an app asked for, unless the person chose one.
    pub fn wished(&mut self, ui_locales: Option<&str>) {
        if self.chosen.is_none() {
            self.locale = self.negotiated(ui_locales);
        }
    }

    /// The language the person chose with this very request; it is kept.
    pub fn chosen_locale(&self) -> Option<Locale> {
        if let Some(locale) = self.chosen {
            cookies::set(self.jar, Name::Language, locale.tag(), &self.app.ctx.policy.issuer);
        }
        self.chosen
    }

    /// The frame of a page that can be asked for again at `path`, below the issuer.
    pub fn frame_at(&self, path: &str) -> Frame<'r> {
        let path = self.app.path(path);
        Frame::new(&self.app.site, self.locale, self.request_id, move |locale| format!("{path}?ui_locales={}", locale.tag()))
    }

    /// The frame of a page that can't be asked for again.
    pub fn frame(&self) -> Frame<'r> {
        Frame { site: &self.app.site, locale: self.locale, request_id: self.request_id, languages: Vec::new() }
    }

    /// A page that can be asked for again at `path`.
    pub fn page_at<P: Page>(&self, path: &str, status: Status, page: &P, csp: &Csp) -> Reply {
        Reply::page(status, &self.frame_at(path), page, csp)
    }

    /// The secret that binds this browser to the pages it is given; made and set when it has none.
    pub fn browser(&self) -> Secret<Browser> {
        if let Some(browser) = self.known_to() {
            return browser;
        }
        let browser = Secret::<Browser>::mint(&*self.app.ctx.rng);
        cookies::set(self.jar, Name::Browser, browser.expose(), &self.app.ctx.policy.issuer);
        browser
    }

    /// To whom a request that comes now is bound. One that another site posts comes without cookies: a new one mustn't push the old one
    /// out, so it is bound at the first look at its page.
    pub fn browser_for(&self, posted: bool) -> Digest<Browser> {
        match self.known_to() {
            None if posted => interactions::unbound(),
            Some(browser) => browser.digest(),
            None => self.browser().digest(),
        }
    }

    /// The same, if it has one.
    pub fn known_to(&self) -> Option<Secret<Browser>> {
        cookies::pending(self.jar, Name::Browser, &self.app.ctx.policy.issuer).map(Secret::shown)
    }

    /// The token for a form of a page.
    pub fn form_token(&self) -> String {
        self.app.ctx.seal.form_token(self.browser().expose())
    }

    /// Who is logged in.
    ///
    /// # Errors
    /// [`FlowError`] when the database can't answer.
    pub async fn signed_in(&self) -> Result<Option<SignedIn>, FlowError> {
        match cookies::get(self.jar, Name::Session, &self.app.ctx.policy.issuer) {
            Some(key) => session::current(self.ctx, &Secret::<SessionKey>::shown(key)).await,
            None => Ok(None),
        }
    }

    /// Who is logged in, as the rules of authorization want to know it.
    ///
    /// # Errors
    /// [`FlowError`] when the database can't answer.
    pub async fn who(&self) -> Result<Option<Who>, FlowError> {
        let signed_in = self.signed_in().await?;
        Ok(signed_in.map(|SignedIn { record, user }| authorize::Who { session: record.session, user }))
    }

    /// What tells that somebody logged in in this browser before.
    pub fn known_browser(&self) -> Option<Secret<KnownBrowser>> {
        cookies::get(self.jar, Name::Known, &self.app.ctx.policy.issuer).map(Secret::shown)
    }

    /// Sets the cookies of a login.
    pub fn log_in(&self, key: &Secret<SessionKey>, known: Option<&Secret<KnownBrowser>>) {
        let issuer = &self.app.ctx.policy.issuer;
        cookies::set(self.jar, Name::Session, key.expose(), issuer);
        if let Some(known) = known {
            cookies::set(self.jar, Name::Known, known.expose(), issuer);
        }
    }

    /// Takes the session's cookie away.
    pub fn log_out(&self) {
        cookies::remove(self.jar, Name::Session, &self.app.ctx.policy.issuer);
    }

    /// Where the browser is: what it calls itself, and its address, as told by proxies we trust and nobody else.
    pub fn origin(&self) -> Origin {
        let agent: String = self.user_agent.unwrap_or_default().chars().take(256).collect();
        Origin { user_agent: agent, address: self.address().map_or_else(String::new, |ip| ip.to_string()) }
    }

    fn address(&self) -> Option<IpAddr> {
        let mut believed = self.address?;
        let hops = self.forwarded.iter().flat_map(|header| header.split(',')).map(str::trim);
        for hop in hops.rev() {
            if !self.app.trusted_proxies.contains(believed) {
                break;
            }
            match hop.parse() {
                Ok(ip) => believed = ip,
                Err(_) => break,
            }
        }
        Some(believed)
    }

    /// An error as a page that says what happened, what to do, and the request's id.
    pub fn trouble(&self, status: Status, page: &ErrorPage) -> Reply {
        let reply = Reply::page(status, &self.frame(), page, &Csp::default());
        match page.retry_after {
            Some(seconds) => reply.with("Retry-After", seconds.to_string()),
            None => reply,
        }
    }

    /// A form that wasn't proven to be from our page. `about` names what it was for, in the log.
    pub fn forged(&self, problem: FormProblem, about: &str) -> Reply {
        match problem {
            FormProblem::Malformed(refusal) => self.failed(&FlowError::Refused(refusal)),
            FormProblem::Forged => {
                tracing::warn!(target: "doorward::security", request_id = self.request_id, about, "a form without this browser's token");
                self.trouble(Status::Forbidden, &ErrorPage::new(ErrorKind::CsrfFailed))
            }
        }
    }

    /// A refusal of what `client` is said to have asked, as a page that leads its owner on.
    pub fn refused(&self, refusal: Refusal, client: Option<&str>) -> Reply {
        let explanation = explain::error_uri(&self.app.ctx, &refusal, client.map(ClientId::new).as_ref());
        let error = FlowError::Refused(refusal);
        let (status, page) = words::trouble(&error);
        self.trouble(status, &ErrorPage { explanation, ..page }).because(Cause::of(&error))
    }

    /// A flow that gave no answer, as a page.
    pub fn failed(&self, error: &FlowError) -> Reply {
        let (status, page) = words::trouble(error);
        self.trouble(status, &page).because(Cause::of(error))
    }
}
