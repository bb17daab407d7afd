//! `GET /errors/<id>`: where `error_uri` leads (RFC 6749 §4.1.2.1, §5.2).

use crate::flows::explain;
use crate::http::guards::Visit;
use crate::http::reply::{Csp, Reply};
use crate::pages::{Explained, Frame};
use rocket::get;
use rocket::http::Status;

/// What the error codes mean.
#[get("/errors")]
pub fn codes(visit: Visit<'_>) -> Reply {
    visit.chosen_locale();
    page(&visit, &Explained::new(None, visit.locale, visit.app.path("/login")))
}

/// What went wrong, for the owner of the client; for everybody else the same as above, byte for byte.
#[get("/errors/<id>")]
pub async fn show(id: &str, visit: Visit<'_>) -> Reply {
    visit.chosen_locale();
    let read = async {
        let reader = visit.signed_in().await?.map(|who| who.user);
        explain::open(&visit.app.ctx, id, reader.as_ref(), visit.app.demo).await
    };
    match read.await {
        Ok(told) => page(&visit, &Explained::new(told.as_ref(), visit.locale, visit.app.path("/login"))),
        Err(error) => visit.failed(&error),
    }
}

fn page(visit: &Visit<'_>, page: &Explained) -> Reply {
    // The language links are relative: the address stands nowhere in the page.
    let frame = Frame::new(&visit.app.site, visit.locale, visit.request_id, |locale| format!("?ui_locales={}", locale.tag()));
    Reply::page(Status::Ok, &frame, page, &Csp::default())
}
