//! The demo: programs that use a login server as anybody's would, through its published endpoints alone.
//!
//! | program | is | read first |
//! | --- | --- | --- |
//! | [`print_shop`] | an OAuth *client*: an app that asks a person for their photos | `shop/login.rs` |
//! | [`photo_service`] | a *resource server*: an API that accepts tokens | `photos/mod.rs` |
//! | [`lab::lab_issuer`] | *providers* that make one mistake each, to try an app or a service against | `lab/rows.rs` |
//! | [`services::services`] | a tea shop: a *web app and three services*, who call one another for the person | `services/mod.rs` |
//!
//! None depends on the server's code. Finding its endpoints and keys, and the checks, are the client library's (`doorward-client`).

pub mod checker;
mod config;
pub mod lab;
mod pages;
mod photos;
pub mod player;
pub mod services;
mod shop;

pub use config::{DemoConfig, api, client_metadata};
pub use photos::{Call, Heard, photo_service, photo_service_heard};
pub use shop::print_shop;

/// The machine's clock, read here and nowhere else.
#[expect(clippy::disallowed_methods, reason = "these programs stand outside the server and have no clock but the machine's")]
pub(crate) fn now() -> std::time::Instant {
    std::time::Instant::now()
}
