//! A service between two others: whoever orders here has their order reserved at the stock, on their behalf.
//!
//! ```sh
//! ISSUER=http://127.0.0.1:8000 RESOURCE=http://localhost:8084/ CLIENT_ID=… CLIENT_SECRET=… STOCK=http://localhost:8085/ \
//!     cargo run -p doorward-client --example calls
//! curl -i -X POST http://localhost:8084/orders -H "Authorization: Bearer $TOKEN"
//! ```
//!
//! The token that comes in is for this service, and never leaves it. It is exchanged (RFC 8693) for one for `STOCK`, which speaks of the same
//! person and names this service as the actor; at Doorward the operator declares that edge first. `GET /health` asks the stock on the
//! service's own account. `ROCKET_PORT` is another port.

use std::env;
use std::error::Error;

use doorward_client::calls::{CallError, CallToken};
use doorward_client::http::{Http, Request};
use doorward_client::service::{self, Allowed, Service, scopes};
use doorward_client::{Calls, Client, Provider};
use rocket::http::Status;
use rocket::{Build, Rocket, State, get, post, routes};

scopes! {
    OrdersWrite = "orders:write";
}

/// The next service, and the way there.
pub struct Stock {
    calls: Calls,
    http: Http,
    audience: String,
}

/// For the person who orders.
#[post("/orders")]
async fn order(caller: Allowed<OrdersWrite>, stock: &State<Stock>) -> (Status, String) {
    let token = stock.calls.exchange(caller.token(), &stock.audience, &["stock:reserve"]).await;
    stock.call("POST", "reservations", token).await
}

/// For the service itself.
#[get("/health")]
async fn health(stock: &State<Stock>) -> (Status, String) {
    let token = stock.calls.machine(&stock.audience, &["stock:count"]).await;
    stock.call("GET", "count", token).await
}

impl Stock {
    async fn call(&self, method: &str, path: &str, token: Result<CallToken, CallError>) -> (Status, String) {
        let token = match token {
            Ok(token) => token,
            // What the provider said, for the log: an edge that nobody declared, or that it is away.
            Err(why) => return (Status::BadGateway, format!("no token for the stock: {why}")),
        };
        let request = Request::builder().method(method).uri(format!("{}{path}", self.audience)).header("Authorization", token.bearer());
        let Ok(request) = request.body(Vec::new()) else { return (Status::InternalServerError, "STOCK is no address".to_owned()) };
        match self.http.send(request).await {
            Ok(answer) if answer.status().is_success() => (Status::Ok, String::from_utf8_lossy(answer.body()).into_owned()),
            Ok(answer) => {
                // Perhaps it was revoked: the next call gets another.
                self.calls.forget(&token);
                (Status::BadGateway, format!("the stock answers {}", answer.status()))
            }
            Err(why) => (Status::BadGateway, format!("the stock: {why}")),
        }
    }
}

/// The app with its guards and its way to the stock: by the settings of the environment.
///
/// # Errors
/// Which setting is missing or wrong.
pub fn app(provider: &Provider, setting: impl Fn(&str) -> Option<String>) -> Result<Rocket<Build>, Box<dyn Error>> {
    let needed = |name: &str| setting(name).ok_or_else(|| format!("set {name} in the environment"));
    let service = Service::builder(provider, needed("RESOURCE")?).scopes([OrdersWrite::NAME]).build()?;
    let client = Client::new(needed("CLIENT_ID")?).secret(needed("CLIENT_SECRET")?);
    let stock = Stock { calls: Calls::new(provider, client), http: Http::new(), audience: needed("STOCK")? };
    let routes = routes![order, health];
    Ok(rocket::build().attach(service.fairing()).manage(stock).mount("/", routes).register("/", service::catchers()))
}

#[rocket::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let provider = Provider::new(&env::var("ISSUER").map_err(|_| "set ISSUER in the environment")?)?;
    let app = app(&provider, |name| env::var(name).ok())?;
    let port = env::var("ROCKET_PORT").map_or(Ok(8084), |port| port.parse::<u16>())?;
    let figment = app.figment().clone().merge(("port", port));
    app.configure(figment).launch().await?;
    Ok(())
}
