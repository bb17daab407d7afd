//! `/learn/trace/<flow>`: one flow as a sequence of messages.

use serde::Serialize;

use super::list::kind;
use super::message::Message;
use super::sample;
use crate::pages::Page;
use crate::pages::i18n::Locale;
use crate::pages::learn::Part;
use crate::trace::Flow;

/// The page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FlowPage {
    pub(super) part: Part,
    /// Whether the learners' navigation stands above it.
    pub nav: bool,
    /// Whether values are shown; else only what they are.
    pub whole: bool,
    /// The name of the flow.
    pub id: String,
    /// Key of what it is.
    pub kind: String,
    /// The client it is of; text from outside.
    pub client: Option<String>,
    /// When it began, Unix seconds.
    pub began: i64,
    /// The place of its last message.
    pub mark: u64,
    /// Whether messages were dropped from its middle.
    pub shortened: bool,
    /// Its messages.
    pub messages: Vec<Message>,
}

impl FlowPage {
    /// Of what was kept.
    pub fn of(flow: &Flow, locale: Locale, whole: bool, nav: bool) -> Self {
        let messages = flow.exchanges.iter().map(|(mark, exchange)| Message::of(*mark, exchange, flow.began(), locale));
        Self {
            part: Part::Trace,
            nav,
            whole,
            id: flow.id.clone(),
            kind: kind(flow),
            client: flow.client().map(|client| client.as_str().to_owned()),
            began: flow.began().0,
            mark: flow.mark().0,
            shortened: flow.shortened,
            messages: messages.collect(),
        }
    }
}

impl Page for FlowPage {
    const TEMPLATE: &'static str = "doorward/learn/trace_flow.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let whole = Self::of(&sample::login(false), Locale::En, true, true);
        let hidden = Self::of(&sample::login(true), Locale::ZhCn, false, false);
        vec![("whole", whole), ("redacted", Self { shortened: true, ..hidden })]
    }
}
