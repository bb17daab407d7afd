//! Doorward: a login server. OAuth 2.1 authorization server and OpenID Provider with server-rendered pages.
//!
//! One sentence: **load – decide – commit.** A handler parses; a flow loads the few facts a rule needs, asks a pure function of
//! [`doorward_protocol`], and commits its decision. The rooms, each using only what stands below it:
//!
//! | room | what |
//! | --- | --- |
//! | [`cli`] | the commands |
//! | [`setup`] | the composition root: [`setup::Setup`] opens everything and gives a Rocket, or a fairing for yours |
//! | [`http`] | Rocket only: guards, one file an endpoint, the map of the site |
//! | [`pages`], [`flows`] | typed pages in two languages; load–decide–commit |
//! | [`store`], [`keys`], [`passwords`], [`seal`], [`config`] | diesel; signing keys; argon2; encryption at rest; settings |
//! | [`trace`] | the glass box: what was said and checked, for who may watch |
//! | `lab` | the break-it lab of the demo: flows that go wrong on purpose, judged by the glass box |
//! | [`fetch`], [`network`] | the one way out: guarded requests of our own; hosts and networks that the operator names |
//! | [`doorward_protocol`] | the rules, pure |

pub mod cli;
pub mod client_secrets;
pub mod clock;
pub mod config;
pub mod fetch;
pub mod flows;
pub mod http;
pub mod keys;
#[cfg(feature = "demo")]
pub mod lab;
pub mod logging;
pub mod network;
pub mod pages;
pub mod passwords;
pub mod schemas;
pub mod seal;
pub mod server_secret;
pub mod setup;
pub mod store;
pub mod trace;
