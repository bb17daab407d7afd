//! The learner's own app: registered for this browser, and checked. Only in the demo.

use crate::flows::FlowError;
use crate::flows::learner::{self, App, Checked, Desk, Workshop, id_of};
use crate::http::guards::{Csrf, FormProblem, FromParams, Visit};
use crate::http::reply::{Csp, Reply};
use crate::pages::learn::{AppNotice, LearnerApp, Registered};
use crate::pages::{ErrorKind, ErrorPage};
use doorward_demo::checker::{BadOrigin, Step};
use doorward_protocol::params::Params;
use rocket::http::Status;
use rocket::{get, post};
use std::sync::Arc;

/// Where the page is.
const PATH: &str = "/learn/app";
/// What most will choose.
const USUAL: &str = "http://localhost:8080";
/// More than an origin of the loopback ever has.
const LONGEST: usize = 64;

/// Where the app is to be.
pub struct Origin(String);

impl FromParams for Origin {
    fn from_params(params: &Params) -> Self {
        Self(params.get("origin").unwrap_or_default().chars().take(LONGEST).collect())
    }
}

/// How far to check.
pub struct Through(Step);

impl FromParams for Through {
    fn from_params(params: &Params) -> Self {
        let number = params.get("through").and_then(|text| text.parse().ok());
        Self(number.and_then(Step::numbered).unwrap_or(Step::Test))
    }
}

/// The page.
#[get("/learn/app?<notice>")]
pub async fn show(notice: Option<&str>, visit: Visit<'_>) -> Reply {
    visit.chosen_locale();
    let notice = match notice {
        Some("busy") => Some(AppNotice::Busy),
        Some("unregistered") => Some(AppNotice::Unregistered),
        _ => None,
    };
    let Some(workshop) = workshop(&visit) else { return nothing(&visit) };
    let id = id_of(&visit.browser().digest());
    match learner::find(visit.ctx, &id).await {
        Ok(app) => page(&visit, &workshop, app, notice, None),
        Err(error) => visit.failed(&error),
    }
}

/// Registers the app, in the place of the one before.
#[post("/learn/app", data = "<form>")]
pub async fn register(form: Result<Csrf<Origin>, FormProblem>, visit: Visit<'_>) -> Reply {
    let origin = match form {
        Ok(Csrf(Origin(origin))) => origin,
        Err(problem) => return visit.forged(problem, "registering a learner's app"),
    };
    let Some(workshop) = workshop(&visit) else { return nothing(&visit) };
    let id = id_of(&visit.browser().digest());
    let run = async {
        let owner = visit.signed_in().await?.map(|who| who.user.person.username);
        match learner::register(visit.ctx, &workshop, &id, &origin, owner.as_deref()).await? {
            Ok(()) => Ok(Reply::see_other(visit.app.path("/learn/app#app"))),
            Err(why) => {
                let app = learner::find(visit.ctx, &id).await?;
                Ok::<_, FlowError>(page(&visit, &workshop, app, Some(notice(why)), Some(origin)))
            }
        }
    };
    run.await.unwrap_or_else(|error| visit.failed(&error))
}

/// Checks the app.
#[post("/learn/app/check", data = "<form>")]
pub async fn check(form: Result<Csrf<Through>, FormProblem>, visit: Visit<'_>) -> Reply {
    let through = match form {
        Ok(Csrf(Through(through))) => through,
        Err(problem) => return visit.forged(problem, "checking a learner's app"),
    };
    let Some(workshop) = workshop(&visit) else { return nothing(&visit) };
    let to = |place: &str| Reply::see_other(visit.app.path(&format!("{PATH}{place}")));
    match learner::find(visit.ctx, &id_of(&visit.browser().digest())).await {
        Ok(None) => to("?notice=unregistered"),
        Ok(Some(app)) if learner::check(visit.ctx, &workshop, &visit.app.traces, &app, through).await => to("#outcome"),
        Ok(Some(_)) => to("?notice=busy"),
        Err(error) => visit.failed(&error),
    }
}

fn workshop(visit: &Visit<'_>) -> Option<Arc<Workshop>> {
    visit.app.workshop.clone()
}

fn nothing(visit: &Visit<'_>) -> Reply {
    visit.trouble(Status::NotFound, &ErrorPage::new(ErrorKind::NotFound))
}

fn notice(why: BadOrigin) -> AppNotice {
    match why {
        BadOrigin::NotLoopback => AppNotice::NotLoopback,
        BadOrigin::Taken => AppNotice::Taken,
    }
}

fn page(visit: &Visit<'_>, workshop: &Workshop, app: Option<App>, notice: Option<AppNotice>, typed: Option<String>) -> Reply {
    let Desk { secret, checked } = app.as_ref().map_or_else(Desk::default, |app| workshop.look(&app.id));
    let origin = typed.or_else(|| app.as_ref().map(|app| app.origin.clone())).unwrap_or_else(|| USUAL.to_owned());
    let words = super::checked::Words { base: &visit.app.site.base, locale: visit.locale };
    let status = if matches!(notice, Some(AppNotice::NotLoopback | AppNotice::Taken)) { Status::BadRequest } else { Status::Ok };
    let page = LearnerApp::new(
        visit.form_token(),
        visit.app.path(PATH),
        origin,
        notice,
        app.map(|app| registered(visit, workshop, app, secret)),
        checked.as_ref().map(|Checked { report, flow }| words.outcome(report, flow.as_deref())),
        words.steps(checked.as_ref().map(|checked| &checked.report)),
    );
    visit.page_at(PATH, status, &page, &Csp::default())
}

/// The lines that the examples read, and no more than they need.
fn registered(visit: &Visit<'_>, workshop: &Workshop, app: App, secret: Option<String>) -> Registered {
    let mut lines = vec![("DOORWARD_ISSUER", visit.ctx.policy.issuer.as_str().to_owned()), ("CLIENT_ID", app.id.as_str().to_owned())];
    lines.extend(secret.clone().map(|secret| ("CLIENT_SECRET", secret)));
    lines.push(("PHOTOS", workshop.demo.photos.clone()));
    let port = app.origin.rsplit(':').next().unwrap_or_default();
    if port != "8080" {
        lines.push(("ROCKET_PORT", port.to_owned()));
    }
    if app.origin != format!("http://localhost:{port}") {
        lines.push(("APP_URL", app.origin.clone()));
    }
    let environment = lines.into_iter().map(|(name, value)| format!("export {name}={value}")).collect();
    Registered { client_id: app.id.as_str().to_owned(), redirect_uri: app.redirect_uri, secret, environment }
}
