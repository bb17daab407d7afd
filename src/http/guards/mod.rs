//! Typed guards: what a handler gets has passed a check.

mod body;
mod certificate;
mod client;
mod csrf;
mod here;
mod json;
mod visit;

pub use body::FormBody;
pub use client::{ClientForm, Holder, Proxied, Wants};
pub use csrf::{Csrf, FormProblem, FromParams};
pub use here::Here;
pub use json::JsonBody;
pub use visit::Visit;
