//! The map of who may call whom, beside who did.

mod drawing;

pub use drawing::{Arrow, Drawing, Node};

use serde::Serialize;

use super::Part;
use crate::pages::Page;
use crate::pages::keyed::keyed;
use doorward_protocol::trust::By;

keyed! {
    /// How a call is come by.
    pub enum Way {
        /// A person logged in and agreed.
        Consent => "learn_services.by_consent",
        /// A token was exchanged.
        Exchange => "learn_services.by_exchange",
        /// The caller asked as itself.
        Machine => "learn_services.by_machine",
        /// It was tried, and no edge is there.
        Undeclared => "learn_services.by_nothing",
    }
}

impl From<By> for Way {
    fn from(by: By) -> Self {
        match by {
            By::AuthorizationCode => Self::Consent,
            By::Exchange => Self::Exchange,
            By::ClientCredentials => Self::Machine,
        }
    }
}

/// A call that is declared, was made, or was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CallRow {
    /// Who calls.
    pub from: String,
    /// Whom: the service's name, or the API's address where no client is it.
    pub to: String,
    /// How.
    pub way: Way,
    /// What it allows at most.
    pub scopes: String,
    /// How many tokens are known that were given for it; of an undeclared one, how many times it was refused.
    pub count: i64,
    /// When the last was given, Unix seconds.
    pub last: Option<i64>,
}

/// The page.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Services {
    pub(crate) part: Part,
    /// The calls.
    pub rows: Vec<CallRow>,
    /// The same as a drawing.
    pub drawing: Drawing,
    /// Whether something was refused.
    pub refused: bool,
}

impl Services {
    /// The page of these calls.
    pub fn new(rows: Vec<CallRow>) -> Self {
        let refused = rows.iter().any(|row| row.way == Way::Undeclared);
        Self { part: Part::Services, drawing: Drawing::of(&rows), rows, refused }
    }
}

impl Page for Services {
    const TEMPLATE: &'static str = "doorward/learn/services.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let row = |from: &str, to: &str, way, count, last| CallRow {
            from: from.to_owned(),
            to: to.to_owned(),
            way,
            scopes: if way == Way::Undeclared { String::new() } else { format!("{to}:use") },
            count,
            last,
        };
        let declared = vec![
            row("gateway", "orders", Way::Consent, 2, Some(1_800_000_000)),
            row("orders", "stock", Way::Exchange, 2, Some(1_800_000_000)),
            row("stock", "shipping", Way::Exchange, 2, Some(1_800_000_000)),
            row("stock", "shipping", Way::Machine, 1, Some(1_800_000_000)),
            row("papercrane", "http://127.0.0.1:8002/", Way::Consent, 0, None),
        ];
        let tried = declared.iter().cloned().chain([row("gateway", "shipping", Way::Undeclared, 3, None)]).collect();
        vec![("empty", Self::new(Vec::new())), ("declared", Self::new(declared)), ("tried", Self::new(tried))]
    }
}
