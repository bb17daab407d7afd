//! Orders: takes an order of a person, and has stock set the goods aside for that person.

use std::sync::atomic::{AtomicU32, Ordering};

use doorward_client::Calls;
use doorward_client::service::{Allowed, Needs, Require, Service};
use rocket::response::content::RawJson;
use rocket::{Build, Rocket, State, post, routes};
use serde_json::{Value, json};

use super::config::Program;
use super::hop::Hop;
use super::peer::{Peer, Refused};
use super::{SetUpError, Setting, Wanted};

/// An order is placed by a person: a machine that had the scope would place nobody's.
struct Place;
impl Require for Place {
    const NEEDS: Needs = Needs::scopes(&["orders:place"]).person();
}

struct Orders {
    service: Service,
    calls: Calls,
    stock: Peer,
    last: AtomicU32,
}

pub(super) fn orders(setting: &Setting<'_>) -> Result<Rocket<Build>, SetUpError> {
    let service = setting.service(Program::Orders, &["orders:place"])?;
    let orders = Orders {
        calls: setting.calls(Program::Orders)?,
        stock: setting.peer(Program::Stock),
        service: service.clone(),
        last: AtomicU32::new(1000),
    };
    Ok(setting.rocket(Program::Orders, &service).manage(orders).mount("/", routes![place, wider]))
}

/// The token that came is for orders and goes no further: what stock gets is another one, for stock alone, that speaks of the same person
/// and names orders as the one who acts.
#[post("/orders", data = "<wanted>")]
async fn place(caller: Allowed<Place>, wanted: Wanted, orders: &State<Orders>) -> Result<RawJson<String>, Refused> {
    let token = orders.calls.exchange(caller.token(), orders.stock.audience(), &["stock:reserve"]).await?;
    let reserved = orders.stock.ask("/reservations", Some(&token.bearer()), Some(&json!(wanted))).await?;
    let number = orders.last.fetch_add(1, Ordering::Relaxed) + 1;
    let mut hops = vec![json!(Hop::new(Program::Orders, &orders.service, &caller, &Place::NEEDS))];
    hops.extend(reserved["hops"].as_array().cloned().unwrap_or_default());
    let answer = json!({ "number": number, "tea": wanted.tea, "quantity": wanted.quantity, "parcel": reserved["parcel"], "hops": hops });
    Ok(RawJson(answer.to_string()))
}

/// Tries to get more than the edge from orders to stock allows. It is here to be refused.
#[post("/tries/wider")]
async fn wider(caller: Allowed<Place>, orders: &State<Orders>) -> Result<RawJson<String>, Refused> {
    orders.calls.exchange(caller.token(), orders.stock.audience(), &["stock:count", "stock:reserve"]).await?;
    Ok(RawJson(Value::Null.to_string()))
}
