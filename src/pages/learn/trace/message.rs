//! One message of a flow with its answer and the checks between them.

use doorward_protocol::values::Timestamp;
use serde::Serialize;

use super::value::Row;
use crate::pages::i18n::Locale;
use crate::pages::rules;
use crate::trace::{Answer, Exchange, Lane, Mark, Note};

/// A message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Message {
    /// Its place among all messages.
    pub mark: u64,
    /// Who sent it: `browser`, `app` or `service`.
    pub from: &'static str,
    /// Key of the sentence on what it is.
    pub step: String,
    /// The method.
    pub method: String,
    /// The path; text from outside.
    pub path: String,
    /// Seconds after the flow's beginning.
    pub after: i64,
    /// How long the answer took, in tenths of a millisecond, as text.
    pub took: String,
    /// The name of the request in log and header.
    pub request_id: String,
    /// What came with it.
    pub sent: Vec<Group>,
    /// Every check, in order.
    pub checks: Vec<Checked>,
    /// The one that refused it.
    pub refused: Option<Checked>,
    /// The status of the answer.
    pub status: u16,
    /// What the answer said.
    pub answered: Vec<Group>,
    /// Bytes of a page that was answered.
    pub page: Option<usize>,
    /// Where the browser carries what the answer gave it.
    pub carried: Option<Carried>,
}

/// Named values that stand together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Group {
    /// Key of the heading.
    pub title: &'static str,
    /// The values.
    pub rows: Vec<Row>,
}

/// A check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// Its name.
    pub name: &'static str,
    /// Whether it held.
    pub holds: bool,
    /// What to change where it doesn't.
    pub sentence: &'static str,
    /// Where it stands written.
    pub source: &'static str,
    /// The address of that text.
    pub link: Option<String>,
    /// What would have passed; text from outside.
    pub expected: Option<String>,
    /// What came; text from outside.
    pub received: Option<String>,
}

/// A redirect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Carried {
    /// The address without its query; text from outside.
    pub to: String,
    /// What it carries.
    pub rows: Vec<Row>,
    /// Whether it leads to the app; else to a page of ours.
    pub away: bool,
}

impl Message {
    /// Of what was kept.
    pub fn of(mark: Mark, exchange: &Exchange, began: Timestamp, locale: Locale) -> Self {
        let checked = |note: &Note| Checked::of(note, locale);
        let (answer, page) = match &exchange.answer {
            Answer::Json(members) => (Row::all(members), None),
            Answer::Signed(token) => {
                let field = crate::trace::Field { name: "JWT".to_owned(), value: token.clone() };
                (vec![Row::of(&field)], None)
            }
            Answer::Page(size) => (Vec::new(), Some(*size)),
            Answer::Empty => (Vec::new(), None),
        };
        let refused = exchange.refused().filter(|_| exchange.is_refusal());
        Self {
            mark: mark.0,
            from: lane(exchange.endpoint.sender()),
            step: format!("learn_trace_step.{}", exchange.endpoint.name()),
            method: exchange.method.clone(),
            path: exchange.path.clone(),
            after: exchange.at.0 - began.0,
            took: format!("{}.{}", exchange.micros / 1000, exchange.micros / 100 % 10),
            request_id: exchange.request_id.clone(),
            sent: groups([
                ("learn_trace.query", Row::all(&exchange.query)),
                ("learn_trace.headers", Row::all(&exchange.headers)),
                ("learn_trace.form", Row::all(&exchange.body)),
            ]),
            checks: exchange.checks.iter().map(checked).collect(),
            refused: refused.map(checked),
            status: exchange.status,
            answered: groups([("learn_trace.headers", Row::all(&exchange.answer_headers)), ("learn_trace.members", answer)]),
            page,
            carried: exchange.redirect.as_ref().map(|redirect| Carried {
                to: redirect.to.clone(),
                rows: Row::all(&redirect.params),
                away: redirect.away,
            }),
        }
    }
}

fn groups<const N: usize>(groups: [(&'static str, Vec<Row>); N]) -> Vec<Group> {
    groups.into_iter().filter(|(_, rows)| !rows.is_empty()).map(|(title, rows)| Group { title, rows }).collect()
}

const fn lane(lane: Lane) -> &'static str {
    match lane {
        Lane::Browser => "browser",
        Lane::App => "app",
        Lane::Service => "service",
    }
}

impl Checked {
    fn of(note: &Note, locale: Locale) -> Self {
        let rule = note.check.rule();
        let side = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Self {
            name: rule.name,
            holds: note.holds,
            sentence: rules::sentence(note.check, locale),
            source: rule.source,
            link: rules::link(rule.source),
            expected: note.evidence.as_ref().and_then(|evidence| side(&evidence.expected)),
            received: note.evidence.as_ref().and_then(|evidence| side(&evidence.received)),
        }
    }
}
