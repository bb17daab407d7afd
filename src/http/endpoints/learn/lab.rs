//! The break-it lab.

use crate::http::guards::{Csrf, FormProblem, Visit};
use crate::http::lab_words;
use crate::http::reply::{Csp, Reply};
use crate::lab::{Lab, Pressed};
use crate::pages::{ErrorKind, ErrorPage};
use doorward_demo::lab::sabotage::Act;
use rocket::http::Status;
use rocket::{get, post};

/// What can be broken.
#[get("/learn/lab")]
pub fn acts(visit: Visit<'_>) -> Reply {
    visit.chosen_locale();
    match &visit.app.lab {
        Some(lab) => list(&visit, lab, Status::Ok),
        None => missing(&visit),
    }
}

fn list(visit: &Visit<'_>, lab: &Lab, status: Status) -> Reply {
    let runs = lab.runs(&visit.browser().digest());
    let page = lab_words::acts(visit, lab.address(), &runs, status != Status::Ok);
    visit.page_at("/learn/lab", status, &page, &Csp::default())
}

/// Plays one act, and leads to what came of it.
#[post("/learn/lab/<act>", data = "<form>")]
pub async fn play(act: &str, form: Result<Csrf<()>, FormProblem>, visit: Visit<'_>) -> Reply {
    if let Err(problem) = form {
        return visit.forged(problem, "");
    }
    let (Some(lab), Some(act)) = (&visit.app.lab, Act::named(act)) else { return missing(&visit) };
    match lab.press(&visit.app.ctx, &visit.browser().digest(), act).await {
        Pressed::Played(id) => Reply::see_other(visit.app.path(&format!("/learn/lab/runs/{id}"))),
        Pressed::Busy => list(&visit, lab, Status::TooManyRequests).with("Retry-After", "2"),
    }
}

/// What came of one, for the browser that played it.
#[get("/learn/lab/runs/<id>")]
pub fn run(id: &str, visit: Visit<'_>) -> Reply {
    visit.chosen_locale();
    let found = visit.app.lab.as_ref().and_then(|lab| lab.run(&visit.known_to()?.digest(), id));
    match found {
        Some(run) => visit.page_at(&format!("/learn/lab/runs/{id}"), Status::Ok, &lab_words::run(&visit, &run), &Csp::default()),
        None => missing(&visit),
    }
}

fn missing(visit: &Visit<'_>) -> Reply {
    visit.trouble(Status::NotFound, &ErrorPage::new(ErrorKind::NotFound))
}
