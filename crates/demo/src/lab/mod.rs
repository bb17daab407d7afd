//! The lab: OpenID providers that make one mistake each, so that an app or a service can prove that it refuses them.
//!
//! Every row of the table ([`rows`]) is an issuer of its own at `http://127.0.0.1:PORT/NAME`. It takes any client id and
//! secret and sends browsers to this machine only; keys are made at the start and stay in memory. Nothing trusts it that
//! was not pointed at it on purpose.

mod answer;
mod desk;
mod endpoints;
mod faults;
mod keys;
mod parameters;
mod rows;
pub mod sabotage;
mod services;
mod tokens;

use std::fmt;

use aws_lc_rs::error::Unspecified;
use doorward_client::error::ProviderError;
use doorward_client::service::ServiceError;
use rocket::fairing::AdHoc;
use rocket::http::{Header, Status};
use rocket::response::content::RawJson;
use rocket::{Build, Request, Rocket, catch, catchers};

use crate::config::rocket_config;
use desk::Desk;
use keys::Keys;
use tokens::Order;

pub use tokens::ES256_CLIENT;

pub use faults::{AnswerFault, ClaimsFault, Fault, HeaderFault, Row, Side, Words, row, rows};

/// The issuers' shared state.
struct Lab {
    base: String,
    keys: Keys,
    desk: Desk,
}

impl Lab {
    /// The identifier of the issuer of this row.
    fn issuer(&self, row: &Row) -> String {
        format!("{}/{}", self.base, row.name)
    }

    /// Who the issuer says it is, everywhere alike: the one whose discovery document is wrong plays another.
    fn named(&self, row: &Row) -> String {
        if row.fault == Fault::Discovery { self.elsewhere() } else { self.issuer(row) }
    }

    /// The issuer that a wrong `iss` names: a real one, whose keys are the same.
    fn elsewhere(&self) -> String {
        format!("{}/{}", self.base, "correct")
    }

    fn order<'a>(&'a self, row: &Row, issuer: &'a str, elsewhere: &'a str, now: u64) -> Order<'a> {
        Order { keys: &self.keys, issuer, elsewhere, fault: row.fault, now }
    }
}

/// Where the lab is found, without a slash at the end.
pub fn address(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

/// Why the lab can't be set up.
#[derive(Debug)]
pub enum LabError {
    /// No key can be made.
    Keys(Unspecified),
    /// The server's issuer is no URL.
    Server(ProviderError),
    /// Its two services can't be put together.
    Services(ServiceError),
}

impl fmt::Display for LabError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Keys(_) => f.write_str("the lab can make no keys"),
            Self::Server(why) => why.fmt(f),
            Self::Services(why) => why.fmt(f),
        }
    }
}

impl std::error::Error for LabError {}

/// The lab, for this port of 127.0.0.1, with new keys. Its two services take the tokens of the issuer `server`.
///
/// # Errors
/// [`LabError`].
pub fn lab_issuer(port: u16, server: &str) -> Result<Rocket<Build>, LabError> {
    let lab = Lab { base: address(port), keys: Keys::new().map_err(LabError::Keys)?, desk: Desk::default() };
    let services = services::Services::new(&lab.base, server)?;
    let rocket = rocket::custom(rocket_config(port))
        .manage(lab)
        .manage(services)
        .mount("/", endpoints::all())
        .mount("/", services::all())
        .register("/", catchers![nothing_here]);
    Ok(rocket.attach(AdHoc::on_response("headers", |_, response| {
        Box::pin(async move {
            response.set_header(Header::new("Cache-Control", "no-store"));
            response.set_header(Header::new("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"));
            response.set_header(Header::new("X-Content-Type-Options", "nosniff"));
        })
    })))
}

/// A name that is no issuer's is no address.
#[catch(default)]
fn nothing_here(status: Status, _: &Request<'_>) -> (Status, RawJson<&'static str>) {
    let status = if status == Status::UnprocessableEntity { Status::NotFound } else { status };
    (status, RawJson(r#"{"error":"not_found","error_description":"No such issuer of the lab; / lists them."}"#))
}
