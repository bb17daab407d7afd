//! The login form: for a stored request, and for the account page.

use crate::flows::FlowError;
use crate::flows::login::{self, Attempt, Outcome};
use crate::http::guards::{Csrf, FormProblem, FromParams, Visit};
use crate::http::reply::{Csp, Reply};
use crate::pages::{self, LoginProblem, LoginReason};
use doorward_protocol::params::Params;
use doorward_protocol::secret::{Browser, Digest};
use doorward_protocol::values::InteractionId;
use rocket::http::Status;
use rocket::{get, post};
use zeroize::Zeroizing;

/// What was typed.
pub struct LoginForm {
    /// The name.
    pub username: String,
    password: Zeroizing<String>,
}

impl FromParams for LoginForm {
    fn from_params(params: &Params) -> Self {
        Self {
            username: params.get("username").unwrap_or_default().to_owned(),
            password: Zeroizing::new(params.get("password").unwrap_or_default().to_owned()),
        }
    }
}

/// Tries to log in and sets the cookies that follow.
///
/// # Errors
/// [`FlowError`].
pub async fn attempt(
    visit: &Visit<'_>,
    form: LoginForm,
    interaction: Option<(InteractionId, Digest<Browser>)>,
) -> Result<Outcome, FlowError> {
    let current = visit.signed_in().await?.map(|who| who.record.session);
    let attempt = Attempt {
        username: form.username,
        password: form.password,
        origin: visit.origin(),
        current,
        known_browser: visit.known_browser(),
        interaction,
    };
    let outcome = login::log_in(visit.ctx, attempt).await?;
    if let Outcome::In { key, known_browser } = &outcome {
        visit.log_in(key, known_browser.as_ref());
    }
    Ok(outcome)
}

/// The login page for the account.
#[get("/login")]
pub async fn show(visit: Visit<'_>) -> Reply {
    visit.chosen_locale();
    match visit.signed_in().await {
        Ok(Some(_)) => Reply::see_other(visit.app.path("/account")),
        Ok(None) => page(&visit, None, String::new()),
        Err(error) => visit.failed(&error),
    }
}

/// A login for the account.
#[post("/login", data = "<form>")]
pub async fn submit(form: Result<Csrf<LoginForm>, FormProblem>, visit: Visit<'_>) -> Reply {
    let form = match form {
        Ok(Csrf(form)) => form,
        Err(problem) => return visit.forged(problem, ""),
    };
    let typed = form.username.clone();
    match attempt(&visit, form, None).await {
        Ok(Outcome::In { .. }) => Reply::see_other(visit.app.path("/account")),
        Ok(Outcome::Wrong) => page(&visit, Some(LoginProblem::WrongCredentials), typed),
        Ok(Outcome::Wait(wait)) => page(&visit, Some(LoginProblem::Throttled { retry_after: wait.0 }), typed),
        Err(error) => visit.failed(&error),
    }
}

fn page(visit: &Visit<'_>, problem: Option<LoginProblem>, username: String) -> Reply {
    let page = pages::Login {
        action: visit.app.path("/login"),
        csrf: visit.form_token(),
        reason: LoginReason::SignIn,
        problem,
        username,
        client: None,
        cancel_action: None,
    };
    reply(visit, "/login", &page, &Csp::default())
}

/// A login page that can be asked for again at `path`, with the status its problem asks for.
pub fn reply(visit: &Visit<'_>, path: &str, page: &pages::Login, csp: &Csp) -> Reply {
    match &page.problem {
        None => visit.page_at(path, Status::Ok, page, csp),
        Some(LoginProblem::WrongCredentials) => visit.page_at(path, Status::Unauthorized, page, csp),
        Some(LoginProblem::Throttled { retry_after }) => {
            visit.page_at(path, Status::TooManyRequests, page, csp).with("Retry-After", retry_after.to_string())
        }
    }
}
