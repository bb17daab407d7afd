//! What is told when something is not as it must be: a sentence, and the way back.

use rocket::http::Status;
use rocket::response::Responder;
use rocket::response::content::RawHtml;

use crate::{escape, page};

#[derive(Responder)]
pub struct Problem((Status, RawHtml<String>));

impl Problem {
    pub fn new(why: &str) -> Self {
        Self::with(Status::BadRequest, why)
    }

    /// Goes on if it holds.
    pub fn unless(holds: bool, why: &str) -> Result<(), Self> {
        if holds { Ok(()) } else { Err(Self::new(why)) }
    }

    fn with(status: Status, why: &str) -> Self {
        Self((status, page(&format!("<p>{}</p><p><a href=/>Back</a></p>", escape(why)))))
    }
}

/// Doorward is away, or what it sent is not to be believed.
impl<E: std::error::Error> From<E> for Problem {
    fn from(why: E) -> Self {
        Self::with(Status::BadGateway, &why.to_string())
    }
}
