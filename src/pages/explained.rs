//! What `error_uri` leads to: the rule that refused, for whom it concerns; what the codes mean, for everybody else.

use doorward_protocol::check::Check;
use doorward_protocol::error::ErrorCode;
use doorward_protocol::explain::Explanation;
use serde::Serialize;

use super::i18n::Locale;
use super::{Page, rules};

/// The page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explained {
    /// What happened, where the reader may know.
    pub found: Option<Found>,
    /// What each error code means.
    pub codes: Vec<Code>,
    /// Path of the login page.
    pub sign_in: String,
}

/// An error code in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Code {
    /// As it stands in an answer.
    pub code: &'static str,
    /// What it says.
    pub meaning: &'static str,
}

/// The rule that refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Found {
    /// Its name.
    pub check: &'static str,
    /// Where it stands written.
    pub source: &'static str,
    /// The address of that text.
    pub link: Option<String>,
    /// The error code it leads to.
    pub code: &'static str,
    /// What to change.
    pub sentence: &'static str,
    /// The client that was named.
    pub client: Option<String>,
    /// What would have passed.
    pub expected: Option<Side>,
    /// What came.
    pub received: Option<Side>,
    /// The first character that differs, counted from 1.
    pub differs_at: Option<usize>,
}

/// A value, split where it differs from the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Side {
    /// What both begin with.
    pub same: String,
    /// The rest.
    pub rest: String,
}

impl Explained {
    /// The page for a reader; without an explanation it is the same for whatever address.
    pub fn new(explanation: Option<&Explanation>, locale: Locale, sign_in: String) -> Self {
        let code = |code: &ErrorCode| Code { code: code.as_str(), meaning: rules::meaning(*code, locale) };
        Self { found: explanation.map(|told| Found::of(told, locale)), codes: ErrorCode::ALL.iter().map(code).collect(), sign_in }
    }
}

impl Found {
    fn of(told: &Explanation, locale: Locale) -> Self {
        let rule = told.check.rule();
        let split = |text: &str, other: &str| {
            let same = text
                .char_indices()
                .zip(other.chars())
                .find(|((_, one), two)| one != two)
                .map_or(text.len().min(other.len()), |((at, _), _)| at);
            let (same, rest) =
                if told.sides.as_ref().is_some_and(|sides| sides.differs_at.is_some()) { text.split_at(same) } else { ("", text) };
            Side { same: same.to_owned(), rest: rest.to_owned() }
        };
        let sides = told.sides.as_ref();
        Self {
            check: rule.name,
            source: rule.source,
            link: rules::link(rule.source),
            code: rule.error.as_str(),
            sentence: rules::sentence(told.check, locale),
            client: told.client.as_ref().map(|id| id.as_str().to_owned()),
            expected: sides.map(|sides| split(&sides.expected, &sides.received)),
            received: sides.map(|sides| split(&sides.received, &sides.expected)),
            differs_at: sides.and_then(|sides| sides.differs_at),
        }
    }
}

impl Page for Explained {
    const TEMPLATE: &'static str = "doorward/explained.html";

    fn samples() -> Vec<(&'static str, Self)> {
        use doorward_protocol::explain::Sides;
        use doorward_protocol::values::{ClientId, Timestamp};
        let told = |check: Check, sides: Option<(&str, &str)>| Explanation {
            check,
            client: Some(ClientId::new("papercrane")),
            sides: sides.map(|(expected, received)| Sides::of(expected, received)),
            until: Timestamp(1_800_000_000),
        };
        let page = |told: Option<Explanation>| Self::new(told.as_ref(), Locale::En, "/login".to_owned());
        let redirect = Some(("http://localhost:8080/callback", "http://localhost:8080/callback/"));
        vec![
            ("stranger", page(None)),
            ("difference", page(Some(told(Check::RedirectUriExact, redirect)))),
            ("sides", page(Some(told(Check::PkceMethodS256, Some(("S256", "plain")))))),
            ("bare", page(Some(Explanation { client: None, ..told(Check::CodeUnspent, None) }))),
        ]
    }
}
