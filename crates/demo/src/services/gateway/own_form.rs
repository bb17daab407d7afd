//! A form counts only when it stands on a page of the gateway.

use rocket::http::Status;
use rocket::outcome::Outcome;
use rocket::request::{self, FromRequest, Request};

use super::Gateway;

/// A POST from one of our own pages. The cookie alone doesn't say so: other ports of this host are of the same site.
pub(super) struct OwnForm;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for OwnForm {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        let own = request.rocket().state::<Gateway>().map(|gateway| gateway.base.as_str());
        let headers = request.headers();
        let origins: Vec<&str> = headers.get("Origin").collect();
        let sites: Vec<&str> = headers.get("Sec-Fetch-Site").collect();
        // Browsers send `Origin` with each POST.
        let ours = own.is_some_and(|own| origins == [own]) && sites.iter().all(|site| *site == "same-origin");
        if ours { Outcome::Success(Self) } else { Outcome::Error((Status::Forbidden, ())) }
    }
}
