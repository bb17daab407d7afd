//! How values become columns: one codec a value, beside the type that owns it.

use super::StoreError;
use diesel::result::Error as DieselError;
use serde::{Serialize, de::DeserializeOwned};

/// JSON as it is stored.
pub(super) fn to_json<T: Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|e| DieselError::SerializationError(Box::new(e)).into())
}

/// Reads what [`to_json`] wrote.
pub(super) fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|e| DieselError::DeserializationError(Box::new(e)).into())
}

/// A value whose emptiness is the usual case: a column that is NULL then.
pub(super) fn json_unless<T: Serialize>(value: &T, empty: bool) -> Result<Option<String>, StoreError> {
    if empty { Ok(None) } else { to_json(value).map(Some) }
}

/// Reads what [`json_unless`] wrote.
pub(super) fn json_or_default<T: DeserializeOwned + Default>(text: Option<&str>) -> Result<T, StoreError> {
    text.map_or_else(|| Ok(T::default()), from_json)
}

/// A column that doesn't hold what only this program writes there.
pub(super) fn corrupt(what: &'static str) -> StoreError {
    DieselError::DeserializationError(what.into()).into()
}

/// A set of scopes as it is stored.
pub(super) fn scopes(text: &str) -> Result<doorward_protocol::scopes::Scopes, StoreError> {
    doorward_protocol::scopes::Scopes::parse(text).ok_or_else(|| corrupt("scopes"))
}
