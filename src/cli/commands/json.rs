//! JSON from the operator: one object, and RFC 7396 merging.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::super::input::read_input;
use super::super::output::CliError;

/// Reads a file (`-` is standard input) that holds one JSON object.
///
/// # Errors
/// `input`, naming the file, and line and column where it stops being JSON.
pub(super) fn read_object(file: &str) -> Result<Map<String, Value>, CliError> {
    let text = read_input(file)?;
    let name = if file == "-" { "standard input" } else { file };
    object(&text).map_err(|why| CliError::new("input", format!("{name} {why}")))
}

fn object(text: &str) -> Result<Map<String, Value>, String> {
    match serde_json::from_str(text) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err("holds JSON, but no object: write {\"member\": …}".to_owned()),
        Err(_) if text.trim().is_empty() => Err("is empty: write a JSON object".to_owned()),
        Err(error) => Err(format!("is no JSON: {error}")),
    }
}

/// RFC 7396 section 2, for objects: members of the patch replace those of the target, null removes, objects merge.
pub(super) fn merge(target: &mut Map<String, Value>, patch: Map<String, Value>) {
    for (name, value) in patch {
        match value {
            Value::Null => {
                target.remove(&name);
            }
            Value::Object(patch) => {
                let mut inner = match target.remove(&name) {
                    Some(Value::Object(inner)) => inner,
                    Some(_) | None => Map::new(),
                };
                merge(&mut inner, patch);
                target.insert(name, Value::Object(inner));
            }
            value @ (Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => {
                target.insert(name, value);
            }
        }
    }
}

/// The object without its nulls, which mean the same as absence.
pub(super) fn without_nulls(object: Map<String, Value>) -> Map<String, Value> {
    let mut merged = Map::new();
    merge(&mut merged, object);
    merged
}

/// Reads a value from an object; an error names the member at fault, which serde alone doesn't: the one without which the error would
/// be another.
///
/// # Errors
/// The member and what is wrong with it.
pub(super) fn read<T: DeserializeOwned>(object: Map<String, Value>) -> Result<T, String> {
    let fault = |object: Map<String, Value>| serde_json::from_value::<T>(Value::Object(object)).map_err(|error| error.to_string());
    fault(object.clone()).map_err(|text| {
        let at_fault = |name: &&String| {
            let mut rest = object.clone();
            rest.remove(*name);
            fault(rest).err().as_ref() != Some(&text)
        };
        match object.keys().find(at_fault) {
            Some(name) if !text.contains(&format!("`{name}`")) && !text.starts_with(name.as_str()) => format!("{name}: {text}"),
            Some(_) | None => text,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn merged(target: &Value, patch: &Value) -> Value {
        let mut target = target.as_object().cloned().unwrap_or_default();
        merge(&mut target, patch.as_object().cloned().unwrap_or_default());
        Value::Object(target)
    }

    #[test]
    fn merging_follows_the_examples_of_rfc_7396() {
        for (target, patch, result) in [
            (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"})),
            (json!({"a": "b"}), json!({"a": null}), json!({})),
            (json!({"a": "b", "b": "c"}), json!({"a": null}), json!({"b": "c"})),
            (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "c"}), json!({"a": ["b"]}), json!({"a": ["b"]})),
            (json!({"a": {"b": "c"}}), json!({"a": {"b": "d", "c": null}}), json!({"a": {"b": "d"}})),
            (json!({"a": [{"b": "c"}]}), json!({"a": [1]}), json!({"a": [1]})),
            (json!({"e": null}), json!({"a": 1}), json!({"e": null, "a": 1})),
            (json!({"a": "foo"}), json!({"a": {"b": 1}}), json!({"a": {"b": 1}})),
            (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
        ] {
            // Law: what the patch doesn't name stays.
            assert_eq!(merged(&target, &patch), result, "{target} + {patch}");
        }
    }

    #[test]
    fn what_is_no_object_is_refused_with_its_place() {
        for (text, says) in [
            ("", "empty"),
            (" \n", "empty"),
            ("[]", "no object"),
            ("null", "no object"),
            ("\"{}\"", "no object"),
            ("{\"a\": 1,}", "line 1 column 9"),
            ("{\"a\": 1} {}", "trailing"),
            ("{'a': 1}", "line 1 column 2"),
        ] {
            let why = object(text).err().unwrap_or_default();
            // Law: the operator learns where to look.
            assert!(why.contains(says), "{text:?}: {why}");
        }
    }

    #[test]
    fn an_error_names_its_member() {
        #[derive(Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Sample {
            #[serde(rename = "id")]
            _id: String,
            #[serde(default, rename = "count")]
            _count: u16,
            #[serde(default, rename = "more")]
            _more: u8,
        }
        for (json, says) in [
            (json!({"id": "a", "count": "x"}), "count: "),
            (json!({"id": 1, "count": 2}), "id: "),
            (json!({"id": "a", "count": 300, "more": "x"}), "more: "),
            (json!({"count": 2}), "missing field `id`"),
            (json!({"id": "a", "cuont": 2}), "cuont"),
        ] {
            let why = read::<Sample>(json.as_object().cloned().unwrap_or_default()).err().unwrap_or_default();
            // Law: the operator learns which line of the file to change.
            assert!(why.contains(says), "{json}: {why}");
        }
    }
}
