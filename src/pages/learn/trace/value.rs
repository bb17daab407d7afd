//! Values of messages, and tokens part by part.

use serde::Serialize;

use super::claims::{self, Source};
use crate::pages::rules;
use crate::trace::{self, Shown};

/// A named value.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Its name; text from outside.
    pub name: String,
    /// In clear; text from outside.
    pub text: Option<String>,
    /// What stands in its place.
    pub hidden: Option<Hidden>,
    /// A signed token.
    pub token: Option<Token>,
    /// Where the value is a time: Unix seconds.
    pub at: Option<i64>,
    /// What it means, where it is a claim that a specification names.
    pub about: Option<About>,
}

/// A value that isn't shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hidden {
    /// Key of what it is.
    pub kind: String,
    /// How many characters it has; none where that would help to guess it.
    pub length: Option<usize>,
    /// By which two that are the same are told to be.
    pub digest: Option<String>,
}

/// What a claim means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct About {
    /// Key of the sentence.
    pub sentence: String,
    /// Where it is defined.
    pub source: &'static str,
    /// The address of that text.
    pub link: Option<String>,
}

/// A signed token, part by part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Token {
    /// The three parts as they came, where they may be seen.
    pub parts: Vec<String>,
    /// The members of its header.
    pub header: Vec<Row>,
    /// Its claims.
    pub claims: Vec<Row>,
}

/// Claims that hold a time (RFC 7519 §2 "`NumericDate`").
const TIMES: [&str; 5] = ["exp", "iat", "nbf", "auth_time", "updated_at"];

/// What can be written as a date.
const LAST_DATE: i64 = 253_402_300_799;

impl Row {
    /// Of a parameter, header or member.
    pub fn of(field: &trace::Field) -> Self {
        let mut row = Self { name: field.name.clone(), ..Self::default() };
        match &field.value {
            Shown::Clear(text) => row.text = Some(text.clone()),
            Shown::Hidden { kind, length, digest } => {
                let length = Some(*length).filter(|length| *length > 0);
                row.hidden = Some(Hidden { kind: format!("learn_trace_kind.{}", kind.name()), length, digest: digest.clone() });
            }
            Shown::Token(token) => row.token = Some(Token::of(token)),
        }
        row
    }

    /// All of them.
    pub fn all(fields: &[trace::Field]) -> Vec<Self> {
        fields.iter().map(Self::of).collect()
    }

    fn claim(field: &trace::Field, part: Source) -> Self {
        let row = Self::of(field);
        let at = row.text.as_ref().filter(|_| TIMES.contains(&row.name.as_str()));
        let at = at.and_then(|text| text.parse().ok()).filter(|at| (0..=LAST_DATE).contains(at));
        let about = claims::about(part, &row.name).map(|(sentence, source)| About { sentence, source, link: rules::link(source) });
        Self { at, about, ..row }
    }
}

impl Token {
    fn of(token: &trace::Token) -> Self {
        let claims = |fields: &[trace::Field], part| fields.iter().map(|field| Row::claim(field, part)).collect();
        let parts = token.compact.as_deref().map(|compact| compact.split('.').map(str::to_owned).collect());
        Self {
            parts: parts.unwrap_or_default(),
            header: claims(&token.header, Source::Header),
            claims: claims(&token.claims, Source::Claims),
        }
    }
}
