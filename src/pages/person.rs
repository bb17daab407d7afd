//! The account a page speaks of.

use serde::Serialize;

use super::client::{monogram, shorten, tint};

/// A person as shown: name, a second line that tells accounts apart, and a monogram.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Person {
    /// Full name, or the user name where there is none.
    pub name: String,
    /// What tells this account from another of the same name: e-mail address or user name. May be empty.
    pub detail: String,
    /// One or two letters.
    pub monogram: String,
    /// Colour of the monogram, an index into the stylesheet's tints.
    pub tint: u8,
}

impl Person {
    /// A person; `subject` only decides the colour.
    pub fn new(subject: &str, name: impl Into<String>, detail: impl Into<String>) -> Self {
        let name = name.into();
        Self { monogram: monogram(&name), tint: tint(subject), name: shorten(&name), detail: detail.into() }
    }

    pub(super) fn sample() -> Self {
        Self::new("248289761001", "Ada Lovelace", "ada@example.org")
    }
}
