//! For APIs: guards that let in whoever shows a good access token, and say to everybody else what is missing.
//!
//! ```no_run
//! use doorward_client::Provider;
//! use doorward_client::service::{self, Allowed, Service, scopes};
//! use rocket::{get, routes};
//!
//! scopes! {
//!     PhotosRead = "photos:read";
//! }
//!
//! #[get("/photos")]
//! fn photos(caller: Allowed<PhotosRead>) -> String {
//!     format!("the photos of {}", caller.subject())
//! }
//!
//! #[rocket::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let provider = Provider::new("https://login.example")?;
//!     let service = Service::builder(&provider, "https://photos.example/").scopes([PhotosRead::NAME]).build()?;
//!     let rocket = rocket::build().attach(service.fairing()).mount("/", routes![photos]).register("/", service::catchers());
//!     rocket.launch().await?;
//!     Ok(())
//! }
//! ```
//!
//! # What is checked
//!
//! In this order; the first check that fails is the answer's [`Reason`]:
//!
//! 1. **One token, in the header** `Authorization`, as `Bearer` or `DPoP`. A token in the address is not looked at, two are refused.
//! 2. **A JWT** is verified here, without asking anybody: its algorithm is one of yours and asymmetric, its type `at+jwt` ([`Profile`]), its
//!    signature by one of the issuer's keys, which are kept and asked for again in time. Keys that a token brings are not read.
//!    **Any other token** is asked about at the issuer, once and then again in time, if you said so
//!    ([`introspect`](ServiceBuilder::introspect)).
//! 3. **Issuer and audience** are exactly these. A token that is for others, too, is refused: they could carry it here.
//! 4. **It is now** between `nbf` and `exp`, give or take the leeway.
//! 5. **A bound token** comes from whoever holds its key: by a DPoP proof for this very request, which works once, or by the
//!    certificate of the connection.
//! 6. **What the handler needs**: scopes, a person or a machine, a recent or strong enough login ([`Needs`]).
//!
//! What can't be found out (the keys aren't at hand, the issuer doesn't answer) is a 503 and lets nobody in.
//!
//! # Several instances
//!
//! Proofs that were used are remembered in this process, for the minutes for which they are good: another instance would take one once
//! more, from whoever can read requests (RFC 9449 section 11.1). Send a client to the same instance each time. With
//! [`require_nonce`](ServiceBuilder::require_nonce), give all instances one [`nonce_key`](ServiceBuilder::nonce_key).
//!
//! # What a refusal says
//!
//! Status, `WWW-Authenticate` (RFC 6750, RFC 9449, RFC 9470) with `resource_metadata` (RFC 9728), and a JSON body, in which `check` is the
//! name of the [`Reason`]. The metadata itself is published by the fairing.
//!
//! # Without Rocket
//!
//! The guards are a thin layer, left out without the feature `service`. Below it, [`Service::authenticate`] takes a request as [`Presented`]
//! and gives a [`Caller`] or a [`Refusal`], and [`Service::allow`] holds the caller against [`Needs`]:
//!
//! ```
//! use doorward_client::service::{Needs, Presented, Refusal, Service};
//!
//! const READ: Needs = Needs::scopes(&["photos:read"]);
//!
//! /// A refusal has the status, the `WWW-Authenticate` headers, perhaps a `DPoP-Nonce`, and the JSON body of the answer.
//! async fn photos(service: &Service, method: &str, path: &str, authorization: &[&str], dpop: &[&str]) -> Result<String, Refusal> {
//!     let shown = Presented::new(method, path).authorization(authorization).dpop(dpop);
//!     let caller = service.authenticate(&shown).await?;
//!     service.allow(&caller, &READ)?;
//!     Ok(format!("the photos of {}", caller.subject()))
//! }
//! ```
//!
//! Publish [`Service::metadata`] at [`Service::metadata_url`], which refusals point to.

mod builder;
mod caller;
mod core;
mod expected;
#[cfg(feature = "service")]
mod fairing;
#[cfg(feature = "service")]
mod guard;
mod introspection;
mod needs;
mod proof;
mod reason;
mod refusal;
mod replays;
mod shown;

pub use crate::scopes;
pub use builder::{ServiceBuilder, ServiceError};
pub use caller::{Binding, Caller};
pub use core::Service;
pub use expected::{People, Profile};
#[cfg(feature = "service")]
pub use fairing::catchers;
#[cfg(feature = "service")]
pub use guard::{Allowed, verdict};
pub use needs::{Machine, Needs, Party, Person, Require};
pub use reason::{Error, Reason};
pub use refusal::Refusal;
pub use shown::Presented;
