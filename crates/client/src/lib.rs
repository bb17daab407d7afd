//! The client side of OAuth 2.1 and OpenID Connect: log people in, guard services, call other services. For any standard provider.
//!
//! # Where to begin
//!
//! | you have | you want | begin with |
//! | --- | --- | --- |
//! | a web app on Rocket | people to log in | [`web`]: a fairing with login, callback and logout, and the guard [`web::User`] |
//! | a web app on something else | the same | [`login`]: two calls, and one to log out |
//! | a service on Rocket | to let in whoever has a token for it | [`service`]: guards by scope and person |
//! | a service on something else | the same | [`service`], its part without Rocket |
//! | a service that calls others | tokens for them | [`calls`]: of its own, and for the person it works for |
//!
//! # The three things it needs to know
//!
//! A [`Provider`] is found by its issuer alone: endpoints and keys come from its metadata, are kept, and are asked for again in time, by one
//! request however many need them. A [`Client`] is the app as it is registered there: a name, and a secret or key. Where the app itself is,
//! as the redirect URI or the audience of tokens.
//!
//! ```
//! use doorward_client::{Client, Login, Provider};
//!
//! # fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let provider = Provider::new("https://login.example")?;
//! let client = Client::new("my-app").secret("what the provider gave me");
//! let login = Login::new(provider, client, "https://my-app.example/callback")?.scopes(["profile", "email"]);
//! # Ok(())
//! # }
//! # assert!(example().is_ok());
//! ```
//!
//! Nothing is asked of the provider yet: an app starts while its provider is away, and works when it comes back.
//!
//! # When something is wrong
//!
//! Every refusal is a check with a name, its place in the specifications, and a remedy: [`error::Check`] for logins and logouts,
//! [`service::Reason`] for requests with tokens. Errors hold no secret and may be logged. What can't be found out lets nobody in, and logs
//! nobody out.
//!
//! ```
//! use doorward_client::error::Check;
//!
//! let check = Check::TokenAudience;
//! assert_eq!((check.code(), check.source()), ("token_aud", "OpenID Connect Core §3.1.3.7, point 3"));
//! println!("{} {}", check.sentence(), check.remedy());
//! ```
//!
//! # Time, chance and the network
//!
//! The clock is the provider's ([`ProviderBuilder::clock`](provider::ProviderBuilder::clock)), so that tests set it. Clocks of others may be
//! off by 30 seconds, at most five minutes if you say so. Every request goes through [`http`]: https, or http on the loopback; bounded in
//! time and size; redirects are not followed.
//!
//! # Modules
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
//!
//! # Features
//!
//! `web` and `service`, both on by default, bring Rocket 0.5. Without them [`login`], [`calls`] and the part of [`service`] that needs no
//! framework remain.

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
mod room;
pub mod service;
pub mod time;
#[cfg(feature = "web")]
pub mod web;

pub use doorward_protocol::jose::{Alg, Rules, SigningKey, Typ, Verified};

pub use access_token::AccessToken;
pub use calls::Calls;
pub use client::Client;
pub use login::Login;
pub use metadata::Metadata;
pub use provider::Provider;

/// The code of the handbook's first page is compiled with the tests.
#[cfg(all(doctest, feature = "web", feature = "service"))]
#[doc = include_str!("../README.md")]
struct Readme;
