//! Where a person enters the code that a device shows, and answers: RFC 8628 §3.3, with the mitigations of RFC 10027 §6.1.

use crate::flows::FlowError;
use crate::flows::consent;
use crate::flows::device::{self, Attempt, Outcome, Step, View};
use crate::flows::login::Outcome as LoggedIn;
use crate::http::endpoints::interaction::ConsentForm;
use crate::http::endpoints::login::{LoginForm, attempt, reply};
use crate::http::guards::{Csrf, FormProblem, FromParams, Visit};
use crate::http::reply::{Csp, Reply};
use crate::http::words;
use crate::pages::{self, DeviceOrigin, DeviceProblem, ErrorKind, ErrorPage, LoginProblem, LoginReason};
use doorward_protocol::authorize::ConsentAsk;
use doorward_protocol::params::Params;
use doorward_protocol::throttle::network;
use doorward_protocol::values::InteractionId;
use rocket::http::Status;
use rocket::{get, post};

fn path(id: &str, rest: &str) -> String {
    format!("/device/{id}{rest}")
}

/// The form. A code in the address is not looked at: it is typed, or it isn't entered (RFC 10027 §4.1.1).
#[get("/device")]
pub fn form(visit: Visit<'_>) -> Reply {
    visit.chosen_locale();
    form_page(&visit, None, String::new())
}

/// What was typed.
pub struct CodeForm {
    user_code: String,
}

impl FromParams for CodeForm {
    fn from_params(params: &Params) -> Self {
        Self { user_code: params.get("user_code").unwrap_or_default().to_owned() }
    }
}

/// A code is entered.
#[post("/device", data = "<form>")]
pub async fn enter(form: Result<Csrf<CodeForm>, FormProblem>, visit: Visit<'_>) -> Reply {
    let typed = match form {
        Ok(Csrf(form)) => form.user_code,
        Err(problem) => return visit.forged(problem, ""),
    };
    let run = async {
        let (browser, address) = (visit.browser().digest(), visit.origin().address);
        let subject = visit.who().await?.map(|who| who.session.subject);
        device::enter(visit.ctx, Attempt { typed: typed.clone(), browser, address, subject }).await
    };
    match run.await {
        Ok(Outcome::On(id)) => Reply::see_other(visit.app.path(&path(id.as_str(), ""))),
        Ok(Outcome::Wrong) => form_page(&visit, Some(DeviceProblem::Wrong), typed),
        Ok(Outcome::Wait(wait)) => form_page(&visit, Some(DeviceProblem::Throttled { retry_after: wait.0 }), typed),
        Err(error) => visit.failed(&error),
    }
}

/// Whatever is next for an entered code.
#[get("/device/<id>")]
pub async fn show(id: &str, visit: Visit<'_>) -> Reply {
    visit.chosen_locale();
    next(&visit, id, None).await.unwrap_or_else(|error| visit.failed(&error))
}

/// A page of this code asked for again by its form's address: after a language link, or by hand.
#[get("/device/<id>/<_>")]
pub fn back(id: &str, visit: Visit<'_>) -> Reply {
    Reply::see_other(visit.app.path(&path(id, "")))
}

/// A login for this code.
#[post("/device/<id>/login", data = "<form>")]
pub async fn login(id: &str, form: Result<Csrf<LoginForm>, FormProblem>, visit: Visit<'_>) -> Reply {
    let form = match form {
        Ok(Csrf(form)) => form,
        Err(problem) => return visit.forged(problem, id),
    };
    let typed = form.username.clone();
    let run = async {
        let problem = match attempt(&visit, form, None).await? {
            // On by a GET of our own: the page then sees the new session.
            LoggedIn::In { .. } => return Ok(Reply::see_other(visit.app.path(&path(id, "")))),
            LoggedIn::Wrong => LoginProblem::WrongCredentials,
            LoggedIn::Wait(wait) => LoginProblem::Throttled { retry_after: wait.0 },
        };
        next(&visit, id, Some((problem, typed))).await
    };
    run.await.unwrap_or_else(|error| visit.failed(&error))
}

/// The answer.
#[post("/device/<id>/consent", data = "<form>")]
pub async fn decide(id: &str, form: Result<Csrf<ConsentForm>, FormProblem>, visit: Visit<'_>) -> Reply {
    let answer = match form {
        Ok(Csrf(form)) => form.answer(),
        Err(problem) => return visit.forged(problem, id),
    };
    let run = async {
        let Some(answer) = answer else { return Ok(()) };
        let (browser, who) = (visit.known_to().map(|b| b.digest()), visit.who().await?);
        device::decided(visit.ctx, InteractionId::new(id), browser, who, answer).await
    };
    again(&visit, id, run.await)
}

/// The person wants another account: the session in use ends, the code stays.
#[post("/device/<id>/switch", data = "<form>")]
pub async fn switch(id: &str, form: Result<Csrf<()>, FormProblem>, visit: Visit<'_>) -> Reply {
    if let Err(problem) = form {
        return visit.forged(problem, id);
    }
    let run = async {
        if let Some(who) = visit.who().await? {
            consent::switch_account(visit.ctx, &who).await?;
        }
        visit.log_out();
        Ok(())
    };
    again(&visit, id, run.await)
}

fn again(visit: &Visit<'_>, id: &str, outcome: Result<(), FlowError>) -> Reply {
    match outcome {
        Ok(()) => Reply::see_other(visit.app.path(&path(id, ""))),
        Err(error) => visit.failed(&error),
    }
}

fn form_page(visit: &Visit<'_>, problem: Option<DeviceProblem>, typed: String) -> Reply {
    let typed = typed.chars().take(32).collect();
    let page = pages::Device { action: visit.app.path("/device"), csrf: visit.form_token(), problem, typed };
    match problem {
        None => visit.page_at("/device", Status::Ok, &page, &Csp::default()),
        Some(DeviceProblem::Wrong) => visit.page_at("/device", Status::BadRequest, &page, &Csp::default()),
        Some(DeviceProblem::Throttled { retry_after }) => {
            visit.page_at("/device", Status::TooManyRequests, &page, &Csp::default()).with("Retry-After", retry_after.to_string())
        }
    }
}

async fn next(visit: &Visit<'_>, id: &str, problem: Option<(LoginProblem, String)>) -> Result<Reply, FlowError> {
    let (browser, who) = (visit.known_to().map(|b| b.digest()), visit.who().await?);
    Ok(match device::resume(visit.ctx, InteractionId::new(id), browser, who).await? {
        Step::Login { view, again } => login_page(visit, id, &view, again, problem),
        Step::Ask(view, ask) => consent_page(visit, id, &view, &ask),
        Step::Answered(view, allowed) => {
            let client = words::card(&view.client, visit.locale, None);
            let page = pages::DeviceDone { allowed, client, account: visit.app.path("/account") };
            visit.page_at(&path(id, ""), Status::Ok, &page, &Csp::default())
        }
        Step::Expired => visit.trouble(Status::Gone, &ErrorPage::new(ErrorKind::InteractionExpired)),
        Step::OtherBrowser => visit.trouble(Status::Forbidden, &ErrorPage::new(ErrorKind::OtherBrowser)),
    })
}

fn login_page(visit: &Visit<'_>, id: &str, view: &View, again: bool, problem: Option<(LoginProblem, String)>) -> Reply {
    let known = view.user.as_ref().map(|user| user.person.username.clone());
    let (problem, typed) = problem.map_or((None, None), |(problem, typed)| (Some(problem), Some(typed)));
    let page = pages::Login {
        action: visit.app.path(&path(id, "/login")),
        csrf: visit.form_token(),
        reason: if again { LoginReason::Confirm } else { LoginReason::SignIn },
        problem,
        username: typed.or(known).unwrap_or_default(),
        client: Some(words::card(&view.client, visit.locale, None)),
        cancel_action: None,
    };
    reply(visit, &path(id, ""), &page, &Csp::default())
}

fn consent_page(visit: &Visit<'_>, id: &str, view: &View, ask: &ConsentAsk) -> Reply {
    let Some(user) = &view.user else { return Reply::see_other(visit.app.path(&path(id, ""))) };
    let asked = &view.entered.asked;
    let here = network(&asked.origin.address) == network(&visit.origin().address);
    let scopes = words::asks(&ask.asked, &ask.required, &view.catalog, (user, &[]), visit.locale);
    let page = pages::DeviceConsent {
        action: visit.app.path(&path(id, "/consent")),
        switch_action: visit.app.path(&path(id, "/switch")),
        csrf: visit.form_token(),
        client: words::card(&view.client, visit.locale, None),
        account: words::person(user, visit.locale),
        code: view.code.clone(),
        origin: DeviceOrigin::new(&asked.origin.address, here, words::browser_name(&asked.origin.user_agent), asked.at.0),
        scopes: [words::details(&asked.request.details, &view.catalog, visit.locale), scopes].concat(),
    };
    visit.page_at(&path(id, ""), Status::Ok, &page, &Csp::default())
}
