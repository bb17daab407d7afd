//! The pages of a stored authorization request. Its state lives in the page's address and in the database: two tabs, the back button and a
//! slow typist all work.

use crate::flows::FlowError;
use crate::flows::authorize::{self, Step, View, Who};
use crate::flows::consent::{self, Answered};
use crate::flows::login::Outcome;
use crate::http::endpoints::login::{LoginForm, attempt, reply};
use crate::http::guards::{Csrf, FormProblem, FromParams, Visit};
use crate::http::reply::{Csp, Reply, to_client};
use crate::http::words;
use crate::pages::{self, ErrorKind, ErrorPage, LoginProblem, LoginReason, Remembered, WayBack, WebLink};
use crate::store::interactions;
use doorward_protocol::authorize::{Answer, ConsentAsk, LoginAsk};
use doorward_protocol::claims_request::Names;
use doorward_protocol::params::Params;
use doorward_protocol::scopes::Scopes;
use doorward_protocol::values::InteractionId;
use rocket::http::Status;
use rocket::{get, post};

fn path(id: &str, rest: &str) -> String {
    format!("/interaction/{id}{rest}")
}

/// Whatever is next for this request.
#[get("/interaction/<id>")]
pub async fn show(id: &str, mut visit: Visit<'_>) -> Reply {
    match next(&mut visit, id, None, false).await {
        Ok(reply) => reply,
        Err(error) => visit.failed(&error),
    }
}

/// A page of this request asked for again by its form's address: after a language link, or by hand.
#[get("/interaction/<id>/<_>")]
pub fn back(id: &str, visit: Visit<'_>) -> Reply {
    Reply::see_other(visit.app.path(&path(id, "")))
}

/// A login for this request.
#[post("/interaction/<id>/login", data = "<form>")]
pub async fn login(id: &str, form: Result<Csrf<LoginForm>, FormProblem>, mut visit: Visit<'_>) -> Reply {
    let form = match form {
        Ok(Csrf(form)) => form,
        Err(problem) => return visit.forged(problem, id),
    };
    match log_in(&mut visit, id, form).await {
        Ok(reply) => reply,
        Err(error) => visit.failed(&error),
    }
}

async fn log_in(visit: &mut Visit<'_>, id: &str, form: LoginForm) -> Result<Reply, FlowError> {
    let interaction = Some((InteractionId::new(id), visit.browser().digest()));
    let typed = form.username.clone();
    let problem = match attempt(visit, form, interaction).await? {
        // On by a GET of our own: the page then sees the new session.
        Outcome::In { .. } => return Ok(Reply::see_other(visit.app.path(&path(id, "")))),
        Outcome::Wrong => LoginProblem::WrongCredentials,
        Outcome::Wait(wait) => LoginProblem::Throttled { retry_after: wait.0 },
    };
    next(visit, id, Some((problem, typed)), true).await
}

/// The form of the consent page.
pub struct ConsentForm {
    decision: String,
    scopes: Scopes,
    claims: Names,
}

impl ConsentForm {
    /// What its buttons and boxes say; none when it is no answer.
    pub fn answer(self) -> Option<Answer> {
        match self.decision.as_str() {
            "allow" => Some(Answer::Allow(self.scopes, self.claims)),
            "deny" => Some(Answer::Deny),
            _ => None,
        }
    }
}

impl FromParams for ConsentForm {
    fn from_params(params: &Params) -> Self {
        Self {
            decision: params.get("decision").unwrap_or_default().to_owned(),
            scopes: params.all("scope").collect(),
            claims: params.all("claim").map(str::to_owned).collect(),
        }
    }
}

/// The answer to the consent page.
#[post("/interaction/<id>/consent", data = "<form>")]
pub async fn decide(id: &str, form: Result<Csrf<ConsentForm>, FormProblem>, visit: Visit<'_>) -> Reply {
    let answer = match form {
        Ok(Csrf(form)) => form.answer(),
        Err(problem) => return visit.forged(problem, id),
    };
    let Some(answer) = answer else { return Reply::see_other(visit.app.path(&path(id, ""))) };
    let run = async {
        let (browser, who) = (visit.known_to().map(|b| b.digest()), visit.who().await?);
        consent::decided(visit.ctx, InteractionId::new(id), browser, who, answer).await
    };
    answered(&visit, id, run.await)
}

/// The person leaves: the app hears that it was denied.
#[post("/interaction/<id>/cancel", data = "<form>")]
pub async fn cancel(id: &str, form: Result<Csrf<()>, FormProblem>, visit: Visit<'_>) -> Reply {
    if let Err(problem) = form {
        return visit.forged(problem, id);
    }
    let browser = visit.known_to().map(|b| b.digest());
    let outcome = consent::cancel(visit.ctx, InteractionId::new(id), browser).await;
    answered(&visit, id, outcome)
}

/// The person goes on with the account in use.
#[post("/interaction/<id>/keep", data = "<form>")]
pub async fn keep(id: &str, form: Result<Csrf<()>, FormProblem>, visit: Visit<'_>) -> Reply {
    if let Err(problem) = form {
        return visit.forged(problem, id);
    }
    let run = async {
        if let Some(who) = visit.who().await? {
            let browser = visit.known_to().map(|b| b.digest());
            consent::keep_account(visit.ctx, InteractionId::new(id), browser, &who).await?;
        }
        Ok(Answered::Again)
    };
    answered(&visit, id, run.await)
}

/// The person wants another account: the session in use ends, the request stays.
#[post("/interaction/<id>/switch", data = "<form>")]
pub async fn switch(id: &str, form: Result<Csrf<()>, FormProblem>, visit: Visit<'_>) -> Reply {
    if let Err(problem) = form {
        return visit.forged(problem, id);
    }
    let run = async {
        if let Some(who) = visit.who().await? {
            consent::switch_account(visit.ctx, &who).await?;
        }
        visit.log_out();
        Ok(Answered::Again)
    };
    answered(&visit, id, run.await)
}

fn answered(visit: &Visit<'_>, id: &str, outcome: Result<Answered, FlowError>) -> Reply {
    match outcome {
        Ok(Answered::Respond(response)) => to_client(&response, true, &response.target.uri.shown_host(), &visit.frame()),
        Ok(Answered::Again) => Reply::see_other(visit.app.path(&path(id, ""))),
        Err(error) => visit.failed(&error),
    }
}

async fn next(visit: &mut Visit<'_>, id: &str, problem: Option<(LoginProblem, String)>, after_form: bool) -> Result<Reply, FlowError> {
    let key = InteractionId::new(id);
    if let Some(locale) = visit.chosen_locale() {
        let (key, tag) = (key.clone(), locale.tag());
        visit.ctx.store.write(move |conn| Ok::<_, FlowError>(interactions::set_locale(conn, &key, tag)?)).await?;
    }
    let who: Option<Who> = visit.who().await?;
    let browser = visit.browser().digest();
    authorize::claim(visit.ctx, &key, browser.clone()).await?;
    let step = authorize::resume(visit.ctx, key, Some(browser), who).await?;
    if let Step::Login(view, _) | Step::SelectAccount(view) | Step::Consent(view, _) = &step {
        let wish = view.interaction.locale.clone().or_else(|| view.interaction.request.ui_locales.clone());
        visit.wished(wish.as_deref());
    }
    let visit = &*visit;
    Ok(match step {
        Step::Login(view, ask) => login_page(visit, id, &view, ask, problem),
        Step::SelectAccount(view) => select_page(visit, id, &view),
        Step::Consent(view, ask) => consent_page(visit, id, &view, &ask),
        Step::Respond(response) => to_client(&response, after_form, &response.target.uri.shown_host(), &visit.frame()),
        Step::Finished => visit.trouble(Status::Gone, &with_home(visit, ErrorKind::InteractionDone)),
        Step::Expired => visit.trouble(Status::Gone, &with_home(visit, ErrorKind::InteractionExpired)),
        Step::OtherBrowser => visit.trouble(Status::Forbidden, &ErrorPage::new(ErrorKind::OtherBrowser)),
    })
}

fn with_home(visit: &Visit<'_>, kind: ErrorKind) -> ErrorPage {
    let home = visit.ctx.policy.issuer.at("/");
    let back = WebLink::parse(&home).map(|href| WayBack { name: "Doorward".to_owned(), href });
    ErrorPage { back, ..ErrorPage::new(kind) }
}

/// Where the forms of a request's pages may lead: to the app, and to where apps send people on to from there.
fn csp(view: &View) -> Csp {
    Csp::forms_to(std::iter::once(&view.interaction.request.target.uri).chain(&view.client.metadata.redirect_uris))
}

fn login_page(visit: &Visit<'_>, id: &str, view: &View, ask: LoginAsk, problem: Option<(LoginProblem, String)>) -> Reply {
    let request = &view.interaction.request;
    let known = view.user.as_ref().filter(|_| ask.again).map(|user| user.person.username.clone());
    let (problem, typed) = problem.map_or((None, None), |(problem, typed)| (Some(problem), Some(typed)));
    let page = pages::Login {
        action: visit.app.path(&path(id, "/login")),
        csrf: visit.form_token(),
        reason: if ask.again { LoginReason::Confirm } else { LoginReason::SignIn },
        problem,
        username: typed.or(known).or_else(|| request.login_hint.clone()).unwrap_or_default(),
        client: Some(words::card(&view.client, visit.locale, Some(&request.target.uri))),
        cancel_action: Some(visit.app.path(&path(id, "/cancel"))),
    };
    reply(visit, &path(id, ""), &page, &csp(view))
}

fn select_page(visit: &Visit<'_>, id: &str, view: &View) -> Reply {
    let Some(user) = &view.user else { return Reply::see_other(visit.app.path(&path(id, ""))) };
    let page = pages::SelectAccount {
        continue_action: visit.app.path(&path(id, "/keep")),
        switch_action: visit.app.path(&path(id, "/switch")),
        cancel_action: Some(visit.app.path(&path(id, "/cancel"))),
        csrf: visit.form_token(),
        account: words::person(user, visit.locale),
        client: Some(words::card(&view.client, visit.locale, Some(&view.interaction.request.target.uri))),
    };
    visit.page_at(&path(id, ""), Status::Ok, &page, &csp(view))
}

fn consent_page(visit: &Visit<'_>, id: &str, view: &View, ask: &ConsentAsk) -> Reply {
    let Some(user) = &view.user else { return Reply::see_other(visit.app.path(&path(id, ""))) };
    let claims = &view.interaction.request.claims;
    let scopes = words::asks(&ask.asked, &ask.required, &view.catalog, (user, &claims.locales), visit.locale);
    let page = pages::Consent {
        action: visit.app.path(&path(id, "/consent")),
        switch_action: visit.app.path(&path(id, "/switch")),
        csrf: visit.form_token(),
        client: words::card(&view.client, visit.locale, Some(&view.interaction.request.target.uri)),
        account: words::person(user, visit.locale),
        scopes: [words::details(&view.interaction.request.details, &view.catalog, visit.locale), scopes].concat(),
        claims: words::claims(&ask.claims, claims, user),
        already: words::sentences(&ask.already, &view.catalog, visit.locale),
        already_claims: words::names(&ask.claims_already),
        remembered: if ask.remembered { Remembered::Until { at: view.remembered_until.0 } } else { Remembered::EachTime },
    };
    visit.page_at(&path(id, ""), Status::Ok, &page, &csp(view))
}
