//! The tutorial.

use crate::http::guards::Visit;
use crate::http::reply::{Csp, Reply};
use crate::pages::learn::Contents;
use rocket::get;
use rocket::http::Status;

/// The table of contents.
#[get("/learn")]
pub fn contents(visit: Visit<'_>) -> Reply {
    visit.chosen_locale();
    visit.page_at("/learn", Status::Ok, &Contents::new(), &Csp::default())
}
