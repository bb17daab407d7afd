//! JSON bodies, read strictly: size, type, one object.

use crate::http::watch::ctx;
use doorward_protocol::check::Check;
use doorward_protocol::error::Refusal;
use doorward_protocol::jose::unique_object;
use doorward_protocol::registration::MOST_BYTES;
use rocket::data::{Data, FromData, Outcome, ToByteUnit};
use rocket::http::{ContentType, Status};
use rocket::{Request, async_trait};
use serde_json::{Map, Value};

/// A JSON object whose members have names of their own.
#[derive(Clone, Debug)]
pub struct JsonBody(pub Map<String, Value>);

impl JsonBody {
    async fn read(request: &Request<'_>, data: Data<'_>) -> Result<Self, Refusal> {
        let json =
            request.content_type().is_some_and(|kind| kind.top() == ContentType::JSON.top() && kind.sub() == ContentType::JSON.sub());
        if !json {
            return Err(Refusal::by(Check::RegistrationJson));
        }
        let bytes = data.open(MOST_BYTES.bytes()).into_bytes().await.map_err(|_| Refusal::by(Check::RegistrationJson))?;
        if !bytes.is_complete() {
            return Err(Refusal::by(Check::BodySize));
        }
        ctx(request).notes.body(&bytes);
        unique_object(&bytes).map(Self).ok_or_else(|| Refusal::by(Check::RegistrationJson))
    }
}

#[async_trait]
impl<'r> FromData<'r> for JsonBody {
    type Error = Refusal;

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r, Self> {
        match Self::read(request, data).await {
            Ok(body) => Outcome::Success(body),
            Err(refusal) => Outcome::Error((Status::new(refusal.code().status()), refusal)),
        }
    }
}
