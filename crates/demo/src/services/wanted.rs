//! What the services are asked for: JSON, bounded, and read strictly.

use rocket::data::{self, Data, FromData, ToByteUnit};
use rocket::http::Status;
use rocket::outcome::Outcome;
use rocket::{Request, async_trait};
use serde::{Deserialize, Serialize};

use super::TEAS;

/// Nothing that is asked for here is longer, in bytes.
const LONGEST: u64 = 1024;
/// So many packets at most.
const MOST: u32 = 9;

/// An order.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    pub(super) tea: String,
    pub(super) quantity: u32,
}

impl Wanted {
    pub(super) fn is_sensible(&self) -> bool {
        TEAS.contains(&self.tea.as_str()) && (1..=MOST).contains(&self.quantity)
    }
}

/// A parcel.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Booking {
    pub(super) wanted: Wanted,
    pub(super) courier: String,
}

/// Who it is comes before what they want: Rocket runs the guards of a request before it reads its body.
async fn read<T: for<'d> Deserialize<'d>>(
    data: Data<'_>,
    sensible: impl FnOnce(&T) -> bool,
) -> Outcome<T, (Status, ()), (Data<'_>, Status)> {
    let bytes = data.open(LONGEST.bytes()).into_bytes().await.ok().filter(rocket::data::Capped::is_complete);
    let wanted = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).filter(sensible);
    wanted.map_or(Outcome::Error((Status::UnprocessableEntity, ())), Outcome::Success)
}

#[async_trait]
impl<'r> FromData<'r> for Wanted {
    type Error = ();

    async fn from_data(_: &'r Request<'_>, data: Data<'r>) -> data::Outcome<'r, Self> {
        read(data, Self::is_sensible).await
    }
}

#[async_trait]
impl<'r> FromData<'r> for Booking {
    type Error = ();

    async fn from_data(_: &'r Request<'_>, data: Data<'r>) -> data::Outcome<'r, Self> {
        read(data, |booking: &Self| booking.wanted.is_sensible()).await
    }
}
