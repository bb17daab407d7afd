//! What flows work with, for this very request: with notes of its checks where somebody watches.

use crate::flows::Ctx;
use crate::http::watch;
use rocket::request::{FromRequest, Outcome};
use rocket::{Request, async_trait};
use std::ops::Deref;

/// The [`Ctx`] of a request.
#[derive(Clone, Copy)]
pub struct Here<'r>(&'r Ctx);

impl Deref for Here<'_> {
    type Target = Ctx;

    fn deref(&self) -> &Ctx {
        self.0
    }
}

#[async_trait]
impl<'r> FromRequest<'r> for Here<'r> {
    type Error = std::convert::Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        Outcome::Success(Self(watch::ctx(request)))
    }
}
