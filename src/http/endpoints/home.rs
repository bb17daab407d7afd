//! The front page.

use crate::http::guards::Visit;
use crate::http::reply::{Csp, Reply};
use crate::pages;
use rocket::get;
use rocket::http::Status;

/// The way in, or the account.
#[get("/")]
pub async fn home(visit: Visit<'_>) -> Reply {
    visit.chosen_locale();
    match visit.signed_in().await {
        Ok(Some(_)) => Reply::see_other(visit.app.path("/account")),
        Ok(None) => visit.page_at("/", Status::Ok, &page(&visit), &Csp::default()),
        Err(error) => visit.failed(&error),
    }
}

fn page(visit: &Visit<'_>) -> pages::Home {
    pages::Home { sign_in: visit.app.path("/login"), learn: visit.app.demo.then(|| visit.app.path("/learn")) }
}
