//! `/learn/trace`: the last flows.

use serde::Serialize;

use super::sample;
use crate::pages::Page;
use crate::pages::learn::Part;
use crate::trace::{Endpoint, Flow};

/// The page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FlowList {
    pub(super) part: Part,
    /// Whether the learners' navigation stands above it.
    pub nav: bool,
    /// Whether this is the demo, where everything is kept.
    pub whole: bool,
    /// Path of the page where the reader logs in, if they must before anything is shown.
    pub sign_in: Option<String>,
    /// The reader's clients that are traced now.
    pub traced: Vec<Traced>,
    /// The place of the last message.
    pub mark: u64,
    /// The flows, the one that moved last first.
    pub flows: Vec<Line>,
}

/// A client whose flows are kept for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Traced {
    /// Its id.
    pub client: String,
    /// Until when, Unix seconds.
    pub until: i64,
}

/// A flow in few words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Its name.
    pub id: String,
    /// Key of what it is.
    pub kind: String,
    /// The client it is of; text from outside.
    pub client: Option<String>,
    /// When it began, Unix seconds.
    pub began: i64,
    /// How many messages it has.
    pub messages: usize,
    /// The check that refused the last message that was refused.
    pub refused: Option<&'static str>,
}

/// What a flow is, by what it has.
const KINDS: [(Endpoint, &str); 8] = [
    (Endpoint::DeviceAuthorization, "device"),
    (Endpoint::Device, "device"),
    (Endpoint::Authorize, "login"),
    (Endpoint::Par, "login"),
    (Endpoint::Logout, "logout"),
    (Endpoint::Token, "token"),
    (Endpoint::Register, "register"),
    (Endpoint::Discovery, "metadata"),
];

/// The key of what a flow is.
pub(super) fn kind(flow: &Flow) -> String {
    let has = |endpoint| flow.exchanges.iter().any(|(_, exchange)| exchange.endpoint == endpoint);
    let found = KINDS.iter().find(|(endpoint, _)| has(*endpoint)).map_or("requests", |(_, kind)| kind);
    format!("learn_trace_flow.{found}")
}

/// The keys of what a flow may be.
#[cfg(test)]
pub(super) fn kinds() -> impl Iterator<Item = String> {
    KINDS.iter().map(|(_, kind)| *kind).chain(["requests"]).map(|kind| format!("learn_trace_flow.{kind}"))
}

impl Line {
    fn of(flow: &Flow) -> Self {
        let refusals = flow.exchanges.iter().rev().filter(|(_, exchange)| exchange.is_refusal());
        Self {
            id: flow.id.clone(),
            kind: kind(flow),
            client: flow.client().map(|client| client.as_str().to_owned()),
            began: flow.began().0,
            messages: flow.exchanges.len(),
            refused: refusals.filter_map(|(_, exchange)| exchange.refused()).map(|note| note.check.rule().name).next(),
        }
    }
}

impl FlowList {
    /// Of these flows, with the place of the last message of all.
    pub fn of(flows: &[Flow], whole: bool, nav: bool) -> Self {
        let mark = flows.iter().map(|flow| flow.mark().0).max().unwrap_or_default();
        let flows = flows.iter().map(Line::of).collect();
        Self { part: Part::Trace, nav, whole, sign_in: None, traced: Vec::new(), mark, flows }
    }

    /// With the reader's clients that are traced.
    #[must_use]
    pub fn traced(self, traced: Vec<Traced>) -> Self {
        Self { traced, ..self }
    }

    /// For somebody who hasn't logged in, or not of late.
    #[must_use]
    pub fn sign_in(path: String, nav: bool) -> Self {
        Self { sign_in: Some(path), ..Self::of(&[], false, nav) }
    }
}

impl Page for FlowList {
    const TEMPLATE: &'static str = "doorward/learn/trace.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let traced = vec![Traced { client: "papercrane".to_owned(), until: 1_795_530_900 }];
        vec![
            ("demo", Self::of(&[sample::login(false)], true, true)),
            ("empty", Self::of(&[], true, true)),
            ("owner", Self::of(&[sample::login(true)], false, false).traced(traced.clone())),
            ("waiting", Self::of(&[], false, true).traced(traced)),
            ("nothing", Self::of(&[], false, false)),
            ("sign in", Self::sign_in("/login".to_owned(), false)),
        ]
    }
}
