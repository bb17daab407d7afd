//! Shipping: tells services what couriers charge, and sends parcels to people.

use std::sync::atomic::{AtomicU32, Ordering};

use doorward_client::service::{Allowed, Needs, Require, Service};
use rocket::response::content::RawJson;
use rocket::{Build, Rocket, State, get, post, routes};
use serde_json::json;

use super::config::Program;
use super::hop::Hop;
use super::{Booking, SetUpError, Setting};

/// For services alone: a person's token is refused here, whatever it allows.
struct Rates;
impl Require for Rates {
    const NEEDS: Needs = Needs::scopes(&["shipping:rates"]).machine();
}

/// For people alone: a parcel needs somebody to go to.
struct Book;
impl Require for Book {
    const NEEDS: Needs = Needs::scopes(&["shipping:book"]).person();
}

struct Shipping {
    service: Service,
    last: AtomicU32,
}

pub(super) fn shipping(setting: &Setting<'_>) -> Result<Rocket<Build>, SetUpError> {
    let service = setting.service(Program::Shipping, &["shipping:book", "shipping:rates"])?;
    let shipping = Shipping { service: service.clone(), last: AtomicU32::new(500) };
    Ok(setting.rocket(Program::Shipping, &service).manage(shipping).mount("/", routes![rates, book]))
}

#[get("/rates")]
fn rates(caller: Allowed<Rates>, shipping: &State<Shipping>) -> RawJson<String> {
    let hop = Hop::new(Program::Shipping, &shipping.service, &caller, &Rates::NEEDS);
    let couriers = json!([{ "name": "tram", "price": 3 }, { "name": "ferry", "price": 2 }, { "name": "heron", "price": 9 }]);
    RawJson(json!({ "couriers": couriers, "hop": hop }).to_string())
}

#[post("/parcels", data = "<booking>")]
fn book(caller: Allowed<Book>, booking: Booking, shipping: &State<Shipping>) -> RawJson<String> {
    let hop = Hop::new(Program::Shipping, &shipping.service, &caller, &Book::NEEDS);
    let number = shipping.last.fetch_add(1, Ordering::Relaxed) + 1;
    RawJson(json!({ "parcel": { "number": number, "courier": booking.courier, "to": caller.subject() }, "hop": hop }).to_string())
}
