//! Forms of our own pages: proven to come from a page this browser was given.

use super::FormBody;
use crate::http::cookies::{self, Name};
use crate::http::reply::app;
use doorward_protocol::error::Refusal;
use doorward_protocol::params::Params;
use rocket::data::{Data, FromData, Outcome};
use rocket::http::Status;
use rocket::{Request, async_trait};

/// A form, made of parameters.
pub trait FromParams: Sized + Send {
    /// Takes what it needs; what is missing is empty.
    fn from_params(params: &Params) -> Self;
}

/// A form that carries the token of the browser it was given to, and comes from our own origin (OWASP ASVS 5.0 3.5.1, 3.5.3).
#[derive(Debug)]
pub struct Csrf<T>(pub T);

/// Why a form isn't taken.
#[derive(Clone, Debug)]
pub enum FormProblem {
    /// It can't be read.
    Malformed(Refusal),
    /// It doesn't prove to be from our page.
    Forged,
}

impl<T: FromParams> Csrf<T> {
    async fn read(request: &Request<'_>, data: Data<'_>) -> Result<Self, FormProblem> {
        let app = app(request);
        let issuer = &app.ctx.policy.issuer;
        // Read before anything is refused, so that the connection stays usable.
        let body = FormBody::read(request, data).await.map_err(FormProblem::Malformed)?;
        let params = body.params(&["scope"]).map_err(FormProblem::Malformed)?;
        let headers = request.headers();
        // Browsers send Origin with every POST; where one is missing, Sec-Fetch-Site must not say that it came from elsewhere.
        let origin = headers.get("Origin").all(|origin| origin == issuer.origin());
        let fetched = headers.get("Sec-Fetch-Site").all(|site| matches!(site, "same-origin" | "none"));
        let nonce = cookies::get(request.cookies(), Name::Browser, issuer);
        let token = params.get("csrf").unwrap_or_default();
        let proven = nonce.is_some_and(|nonce| app.ctx.seal.is_form_token(nonce, token));
        if origin && fetched && proven { Ok(Self(T::from_params(&params))) } else { Err(FormProblem::Forged) }
    }
}

#[async_trait]
impl<'r, T: FromParams> FromData<'r> for Csrf<T> {
    type Error = FormProblem;

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r, Self> {
        match Self::read(request, data).await {
            Ok(form) => Outcome::Success(form),
            Err(problem) => Outcome::Error((Status::BadRequest, problem)),
        }
    }
}

/// A form with nothing but its token.
impl FromParams for () {
    fn from_params(_: &Params) -> Self {}
}
