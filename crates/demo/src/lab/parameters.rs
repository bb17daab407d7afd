//! Parameters of a request, from its query or its form.

use rocket::data::{Data, FromData, Outcome as DataOutcome, ToByteUnit};
use rocket::http::Status;
use rocket::outcome::Outcome;
use rocket::request::{self, FromRequest, Request};

/// Longer forms are nobody's.
const LONGEST_FORM: u64 = 16 * 1024;

/// Names and values as they came.
pub(super) struct Parameters(Vec<(String, String)>);

impl Parameters {
    fn read(text: &str) -> Self {
        Self(url::form_urlencoded::parse(text.as_bytes()).into_owned().collect())
    }

    /// The value, unless it is empty, absent or given twice.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let mut found = self.0.iter().filter(|(known, _)| known == name);
        let value = found.next()?.1.as_str();
        (found.next().is_none() && !value.is_empty()).then_some(value)
    }
}

/// The parameters of the query.
#[rocket::async_trait]
impl<'r> FromRequest<'r> for Parameters {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        Outcome::Success(Self::read(request.uri().query().map_or("", |query| query.as_str())))
    }
}

/// The parameters of the body.
#[rocket::async_trait]
impl<'r> FromData<'r> for Parameters {
    type Error = ();

    async fn from_data(_: &'r Request<'_>, data: Data<'r>) -> DataOutcome<'r, Self> {
        match data.open(LONGEST_FORM.bytes()).into_string().await {
            Ok(text) if text.is_complete() => DataOutcome::Success(Self::read(&text)),
            Ok(_) => DataOutcome::Error((Status::PayloadTooLarge, ())),
            Err(_) => DataOutcome::Error((Status::BadRequest, ())),
        }
    }
}
