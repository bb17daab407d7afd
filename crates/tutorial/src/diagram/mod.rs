//! Diagrams from typed descriptions: a [`Sequence`] of messages between parties, a [`Map`] of parts and who calls whom.
//!
//! Each draws itself as SVG without a fixed size, in the colours of the page around it (classes of `static/learn.css`), with a title and a
//! description that says all of it in words. Texts may come from anywhere: they are escaped and cut to what fits. `mermaid()` gives the same
//! for readers of the Markdown files.

mod map;
mod sequence;
mod svg;

use serde::{Deserialize, Serialize};

pub use map::{Edge, Map, Part};
pub use sequence::{Lane, Sequence, Step};

/// How something went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing is said about it.
    #[default]
    Plain,
    /// It was accepted.
    Good,
    /// It was refused.
    Bad,
}

impl Verdict {
    const fn class(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Good => " d-good",
            Self::Bad => " d-bad",
        }
    }
}

/// Arrow heads, one for each verdict: a reference by id is all that SVG offers, so each drawing has its own.
pub(crate) fn arrow_heads(id: &str) -> String {
    let head = |verdict: Verdict, name: &str| {
        format!(
            "<marker id=\"{id}-{name}\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" \
             orient=\"auto-start-reverse\"><path class=\"d-head{}\" d=\"M0 0l8 4-8 4z\"/></marker>",
            verdict.class()
        )
    };
    format!("<defs>{}{}{}</defs>", head(Verdict::Plain, "plain"), head(Verdict::Good, "good"), head(Verdict::Bad, "bad"))
}

pub(crate) const fn head_of(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Plain => "plain",
        Verdict::Good => "good",
        Verdict::Bad => "bad",
    }
}
