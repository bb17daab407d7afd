//! The tutorial.

use crate::http::guards::Visit;
use crate::http::reply::{Csp, Reply};
use crate::pages::learn::{ChapterPage, Contents};
use crate::pages::{ErrorKind, ErrorPage};
use rocket::get;
use rocket::http::Status;

/// The table of contents.
#[get("/learn")]
pub fn contents(visit: Visit<'_>) -> Reply {
    visit.chosen_locale();
    visit.page_at("/learn", Status::Ok, &Contents::new(&visit.app.site.base, visit.locale), &Csp::default())
}

/// A chapter.
#[get("/learn/tutorial/<name>")]
pub fn chapter(name: &str, visit: Visit<'_>) -> Reply {
    visit.chosen_locale();
    match ChapterPage::named(&visit.app.site.base, name, visit.locale) {
        Some(page) => visit.page_at(&format!("/learn/tutorial/{name}"), Status::Ok, &page, &Csp::default()),
        None => visit.trouble(Status::NotFound, &ErrorPage::new(ErrorKind::NotFound)),
    }
}
