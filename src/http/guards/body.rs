//! Form bodies, read strictly: size, type, encoding.

use crate::http::watch::ctx;
use doorward_protocol::check::Check;
use doorward_protocol::error::Refusal;
use doorward_protocol::params::Params;
use rocket::data::{Data, ToByteUnit};
use rocket::http::ContentType;
use rocket::{Request, async_trait, data};

/// The largest body taken: ID tokens and request objects stay far below.
const LARGEST: u64 = 64;

/// The parameters of a form body. `MAY_REPEAT` is decided where it is read.
#[derive(Clone, Debug)]
pub struct FormBody(Vec<u8>);

impl FormBody {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// [`Check::ContentTypeForm`], [`Check::BodySize`], [`Check::ParamsWellFormed`].
    pub async fn read(request: &Request<'_>, data: Data<'_>) -> Result<Self, Refusal> {
        let form =
            request.content_type().is_some_and(|kind| kind.top() == ContentType::Form.top() && kind.sub() == ContentType::Form.sub());
        if !form {
            return Err(Refusal::by(Check::ContentTypeForm));
        }
        let bytes = data.open(LARGEST.kibibytes()).into_bytes().await.map_err(|_| Refusal::by(Check::ParamsWellFormed))?;
        if !bytes.is_complete() {
            return Err(Refusal::by(Check::BodySize));
        }
        ctx(request).notes.body(&bytes);
        Ok(Self(bytes.into_inner()))
    }

    /// The parameters, of which those named may come several times.
    ///
    /// # Errors
    /// As [`Params::parse`].
    pub fn params(&self, may_repeat: &[&str]) -> Result<Params, Refusal> {
        Params::parse(&self.0, may_repeat)
    }
}

#[async_trait]
impl<'r> data::FromData<'r> for FormBody {
    type Error = Refusal;

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> data::Outcome<'r, Self> {
        match Self::read(request, data).await {
            Ok(body) => data::Outcome::Success(body),
            Err(refusal) => data::Outcome::Error((rocket::http::Status::new(refusal.code().status()), refusal)),
        }
    }
}
