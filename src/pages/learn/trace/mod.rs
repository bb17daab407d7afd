//! The glass box, as a learner or the owner of a client sees it.

mod claims;
mod flow;
mod list;
mod message;
mod sample;
mod value;

pub use flow::FlowPage;
pub use list::{FlowList, Line, Traced};
pub use message::{Carried, Checked, Group, Message};
pub use value::{About, Hidden, Row, Token};

/// Every message key that reaches the templates as data.
#[cfg(test)]
pub fn keys_in_data() -> Vec<String> {
    use crate::trace::{Endpoint, Kind};
    let mut keys = claims::keys();
    keys.extend(list::kinds());
    keys.extend(Endpoint::ALL.map(|endpoint| format!("learn_trace_step.{}", endpoint.name())));
    keys.extend(Kind::ALL.map(|kind| format!("learn_trace_kind.{}", kind.name())));
    keys.extend(["query", "headers", "form", "members"].map(|part| format!("learn_trace.{part}")));
    keys
}
