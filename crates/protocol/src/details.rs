//! Rich authorization requests (RFC 9396): what is asked beyond scopes, transaction by transaction.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The objects of `authorization_details` (RFC 9396 §2); each has a `type`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Details(pub Vec<Map<String, Value>>);

impl Details {
    /// Whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The type of each.
    pub fn types(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|detail| detail.get("type").and_then(Value::as_str))
    }
}
