//! Stock: sets goods aside for a person, asks for itself what couriers charge, and has the parcel sent for that person.

use std::sync::{Mutex, PoisonError};

use doorward_client::Calls;
use doorward_client::service::{Allowed, Needs, Require, Service};
use rocket::response::content::RawJson;
use rocket::{Build, Rocket, State, get, post, routes};
use serde_json::{Value, json};

use super::config::Program;
use super::hop::Hop;
use super::peer::{Peer, Refused};
use super::{SetUpError, Setting, TEAS, Wanted};

/// So much of each tea comes when it runs out.
const DELIVERY: u32 = 24;

struct Reserve;
impl Require for Reserve {
    const NEEDS: Needs = Needs::scopes(&["stock:reserve"]).person();
}

doorward_client::scopes! {
    Count = "stock:count";
}

struct Stock {
    service: Service,
    calls: Calls,
    shipping: Peer,
    levels: Mutex<[u32; TEAS.len()]>,
}

pub(super) fn stock(setting: &Setting<'_>) -> Result<Rocket<Build>, SetUpError> {
    let service = setting.service(Program::Stock, &["stock:reserve", Count::NAME])?;
    let stock = Stock {
        calls: setting.calls(Program::Stock)?,
        shipping: setting.peer(Program::Shipping),
        service: service.clone(),
        levels: Mutex::new([DELIVERY; TEAS.len()]),
    };
    Ok(setting.rocket(Program::Stock, &service).manage(stock).mount("/", routes![reserve, count]))
}

#[post("/reservations", data = "<wanted>")]
async fn reserve(caller: Allowed<Reserve>, wanted: Wanted, stock: &State<Stock>) -> Result<RawJson<String>, Refused> {
    // What couriers charge is nobody's secret and nobody's errand: stock asks as itself, and no person stands in that token.
    let own = stock.calls.machine(stock.shipping.audience(), &["shipping:rates"]).await?;
    let rates = stock.shipping.ask("/rates", Some(&own.bearer()), None).await?;
    let couriers = rates["couriers"].as_array().cloned().unwrap_or_default();
    let cheapest = couriers.iter().min_by_key(|courier| courier["price"].as_u64());
    let courier = cheapest.map(|courier| courier["name"].clone()).unwrap_or_default();
    // The parcel goes to a person, so that token is exchanged for one that speaks of them.
    let token = stock.calls.exchange(caller.token(), stock.shipping.audience(), &["shipping:book"]).await?;
    let parcel = json!({ "wanted": wanted, "courier": courier });
    let booked = stock.shipping.ask("/parcels", Some(&token.bearer()), Some(&parcel)).await?;
    stock.take(&wanted);
    let mut hops = vec![json!(Hop::new(Program::Stock, &stock.service, &caller, &Reserve::NEEDS)), rates["hop"].clone()];
    hops.extend(booked.get("hop").cloned());
    Ok(RawJson(json!({ "parcel": booked["parcel"], "hops": hops }).to_string()))
}

/// For auditors. In the demo no edge gives anybody this scope.
#[get("/levels")]
fn count(_caller: Allowed<Count>, stock: &State<Stock>) -> RawJson<String> {
    let levels = *stock.levels.lock().unwrap_or_else(PoisonError::into_inner);
    let named = TEAS.iter().zip(levels).map(|(tea, left)| ((*tea).to_owned(), Value::from(left)));
    RawJson(Value::Object(named.collect()).to_string())
}

impl Stock {
    fn take(&self, wanted: &Wanted) {
        let mut levels = self.levels.lock().unwrap_or_else(PoisonError::into_inner);
        let at = TEAS.iter().position(|tea| *tea == wanted.tea);
        if let Some(level) = at.and_then(|at| levels.get_mut(at)) {
            *level = if *level < wanted.quantity { *level + DELIVERY } else { *level } - wanted.quantity;
        }
    }
}
