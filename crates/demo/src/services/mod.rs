//! A tea shop in four programs: one identity, carried from service to service, and never more of it than the next one needs.
//!
//! | program | is | read first |
//! | --- | --- | --- |
//! | gateway | the web app that people open; it logs them in with `doorward_client::web` | `gateway/mod.rs` |
//! | orders | a service; calls stock for the person, by token exchange | `orders.rs` |
//! | stock | a service; calls shipping for the person, and for itself | `stock.rs` |
//! | shipping | a service at the end of the chain | `shipping.rs` |
//!
//! Each takes tokens for its own audience alone. Who may call whom stands in `trust.toml`.

mod config;
mod gateway;
mod hop;
mod orders;
mod peer;
mod shipping;
mod stock;
mod wanted;

use std::sync::Arc;

use doorward_client::service::{self, Service};
use doorward_client::time::{Clock, SystemClock};
use doorward_client::{Calls, Client, Provider};
use rocket::fairing::AdHoc;
use rocket::http::Header;
use rocket::response::content::RawJson;
use rocket::{Build, Rocket, catch, catchers};

use crate::config::rocket_config;
pub use config::{Program, ServicesConfig};
use peer::Peer;
use wanted::{Booking, Wanted};

/// What the shop sells.
const TEAS: [&str; 3] = ["sencha", "oolong", "puer"];

/// Why the services can't be put together.
pub type SetUpError = Box<dyn std::error::Error + Send + Sync>;

/// The gateway and its three services, each for its own port. Nothing is asked of the server yet.
///
/// # Errors
/// [`SetUpError`] when the issuer's address is none that may be called.
pub fn services(cfg: &ServicesConfig) -> Result<[(Program, Rocket<Build>); 4], SetUpError> {
    services_at(cfg, Arc::new(SystemClock))
}

/// The same by another clock.
///
/// # Errors
/// As [`services`].
pub fn services_at(cfg: &ServicesConfig, clock: Arc<dyn Clock>) -> Result<[(Program, Rocket<Build>); 4], SetUpError> {
    let setting = Setting { cfg, clock };
    Ok([
        (Program::Gateway, gateway::gateway(&setting)?),
        (Program::Orders, orders::orders(&setting)?),
        (Program::Stock, stock::stock(&setting)?),
        (Program::Shipping, shipping::shipping(&setting)?),
    ])
}

/// What all of them are built from.
struct Setting<'c> {
    cfg: &'c ServicesConfig,
    clock: Arc<dyn Clock>,
}

impl Setting<'_> {
    /// Each has the server's keys by itself, as if it were alone.
    fn provider(&self) -> Result<Provider, SetUpError> {
        Ok(Provider::builder(&self.cfg.issuer).clock(Arc::clone(&self.clock)).build()?)
    }

    fn client(&self, program: Program) -> Client {
        Client::new(program.id()).secret(self.cfg.secret(program))
    }

    fn calls(&self, program: Program) -> Result<Calls, SetUpError> {
        Ok(Calls::new(&self.provider()?, self.client(program)))
    }

    fn peer(&self, program: Program) -> Peer {
        Peer::new(self.cfg, program)
    }

    fn service(&self, program: Program, scopes: &[&str]) -> Result<Service, SetUpError> {
        let service = Service::builder(&self.provider()?, self.cfg.audience(program)).name(program.id()).scopes(scopes.iter().copied());
        Ok(service.build()?)
    }

    /// A service: guarded, and silent about everything else.
    fn rocket(&self, program: Program, service: &Service) -> Rocket<Build> {
        rocket::custom(rocket_config(self.cfg.port(program)))
            .attach(service.fairing())
            .register("/", service::catchers())
            .register("/", catchers![nothing_here])
            .attach(AdHoc::on_response("headers", |_, response| {
                Box::pin(async move {
                    response.set_header(Header::new("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"));
                    if !response.headers().contains("Cache-Control") {
                        response.set_header(Header::new("Cache-Control", "no-store"));
                    }
                })
            }))
    }
}

#[catch(default)]
fn nothing_here(status: rocket::http::Status, _: &rocket::Request<'_>) -> RawJson<&'static str> {
    RawJson(match status.code {
        422 => r#"{"error":"invalid_order","error_description":"Name a tea that we have, and a quantity from 1 to 9."}"#,
        _ => r#"{"error":"not_found"}"#,
    })
}
