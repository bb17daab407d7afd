//! The first page for learners: the chapters, and what stands beside them.

use serde::Serialize;

use super::Part;
use crate::pages::Page;

/// The table of contents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Contents {
    part: Part,
}

impl Contents {
    /// Of the tutorial.
    pub fn new() -> Self {
        Self { part: Part::Tutorial }
    }
}

impl Default for Contents {
    fn default() -> Self {
        Self::new()
    }
}

impl Page for Contents {
    const TEMPLATE: &'static str = "doorward/learn/contents.html";

    fn samples() -> Vec<(&'static str, Self)> {
        vec![("contents", Self::new())]
    }
}
