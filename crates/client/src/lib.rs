//! The client side of OAuth 2.1 and OpenID Connect: log people in, guard services, call other services. For any standard provider.
//!
//! | module | is for |
//! | --- | --- |
//! | [`login`] | logging people in and out, in a few calls, for any web framework |
//! | [`web`] | for Rocket apps: a fairing with login, callback and logout, and the guard [`web::User`] |
//! | [`provider`], [`metadata`] | the provider: found by its issuer alone, kept, asked again in time |
//! | [`keys`] | its public keys, and JWTs verified with them |
//! | [`client`] | this app at the provider: its name, and how it proves to be the one |
//! | [`service`] | for APIs: guards that verify access tokens |
//! | [`calls`] | for services that call others: tokens of their own, and exchanged ones |
//! | [`http`] | the one way out: https, bounded, no redirects |
//! | [`error`] | what can go wrong |
//! | [`time`] | the clock, which tests may set |

mod access_token;
pub mod calls;
mod check;
pub mod client;
pub mod error;
pub mod http;
mod kept;
pub mod keys;
pub mod login;
mod memory;
pub mod metadata;
mod once;
pub mod provider;
mod random;
pub mod service;
pub mod time;
#[cfg(feature = "web")]
pub mod web;

pub use doorward_protocol::jose::{Alg, Rules, Typ, Verified};

pub use access_token::AccessToken;
pub use calls::Calls;
pub use client::Client;
pub use login::Login;
pub use metadata::Metadata;
pub use provider::Provider;
