//! The authorization endpoint.
//!
//! [`Raw`] is what came. [`Raw::bind`] proves client and redirect URI: before it, an error can only be a page; after it, only a redirect
//! (RFC 6749 §4.1.2.1). [`Bound::validate`] checks the rest and gives a [`Request`], which is stored and never changes. [`decide`] says what
//! comes next, as often as it is asked. [`response`] is what the client gets.

mod carried;
mod decide;
mod prompt;
mod raw;
mod request;
pub mod response;
#[cfg(test)]
mod tests;
mod validate;

pub use carried::{Carried, Manner, PUSHED};
pub(crate) use decide::fixed;
pub use decide::{Answer, Approval, ConsentAsk, Facts, LoginAsk, Next, Progress, Session, answer, decide};
pub use prompt::{Prompt, Prompts};
pub use raw::{Bound, MAY_REPEAT, PageError, Raw, RedirectError};
pub use request::Request;
pub use response::{ResponseMode, Target};
