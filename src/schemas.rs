//! JSON Schemas of authorization details (RFC 9396 §9), compiled once a version of the catalog.

use boon::{Compiler, Draft, SchemaIndex, Schemas as Compiled, UrlLoader};
use doorward_protocol::detail_type::{DetailSchemas, DetailType};
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::error::Error;
use std::fmt;

/// The schemas of all declared types. A schema that doesn't compile fits nothing: `doorward detail-type add` refuses it.
#[derive(Default)]
pub struct Schemas {
    compiled: Compiled,
    by_type: HashMap<String, SchemaIndex>,
}

/// Loads nothing: a schema is whole by itself, neither files nor the network are read at its wish.
struct Closed;

impl UrlLoader for Closed {
    fn load(&self, _: &str) -> Result<Value, Box<dyn Error>> {
        Err("a schema can't refer to others; put what it needs into its $defs".into())
    }
}

impl Schemas {
    /// Compiles them.
    pub fn of<'t>(types: impl IntoIterator<Item = &'t DetailType>) -> Self {
        let mut all = Self::default();
        for one in types {
            if let Err(why) = all.add(one) {
                tracing::error!(r#type = %one.name, why, "the schema of a type of authorization details is unusable; its objects are refused");
            }
        }
        all
    }

    /// Whether the schema of a type can be used.
    ///
    /// # Errors
    /// What is wrong with it, in one line.
    pub fn check(one: &DetailType) -> Result<(), String> {
        Self::default().add(one)
    }

    fn add(&mut self, one: &DetailType) -> Result<(), String> {
        let mut compiler = Compiler::new();
        compiler.set_default_draft(Draft::V2020_12);
        compiler.enable_format_assertions();
        compiler.use_loader(Box::new(Closed));
        // Names of our own, so that no `$id` of one schema is found by another.
        let name = format!("urn:doorward:detail-type:{}", self.by_type.len());
        let text = |why: boon::CompileError| format!("{why:#}").lines().next().unwrap_or_default().to_owned();
        compiler.add_resource(&name, one.schema.clone()).map_err(text)?;
        let index = compiler.compile(&name, &mut self.compiled).map_err(text)?;
        self.by_type.insert(one.name.clone(), index);
        Ok(())
    }
}

impl DetailSchemas for Schemas {
    fn violation(&self, name: &str, detail: &Map<String, Value>) -> Option<String> {
        let Some(index) = self.by_type.get(name) else { return Some("its type has no usable schema".to_owned()) };
        let detail = Value::Object(detail.clone());
        let why = self.compiled.validate(&detail, *index).err()?;
        // The first line names our own address of the schema; what departs, and where, follows.
        let text = why.to_string();
        Some(text.lines().skip(1).map(str::trim).collect::<Vec<_>>().join("; "))
    }
}

impl fmt::Debug for Schemas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Schemas({})", self.by_type.len())
    }
}

#[cfg(test)]
#[allow(clippy::expect_used)]
mod tests {
    use super::*;
    use serde_json::json;

    fn kind(schema: Value) -> DetailType {
        let json = json!({"type": "payment", "resource": "https://pay.example", "schema": schema, "sentence": {"en": "Pay"}});
        serde_json::from_value(json).expect("a type")
    }

    fn violation(schema: Value, detail: Value) -> Option<String> {
        let detail = detail.as_object().cloned().expect("an object");
        Schemas::of([&kind(schema)]).violation("payment", &detail)
    }

    #[test]
    fn an_object_is_held_to_the_schema_of_its_type() {
        let schema = json!({
            "type": "object",
            "required": ["type", "amount"],
            "properties": {"amount": {"type": "string", "pattern": "^[0-9]+\\.[0-9]{2}$"}, "until": {"type": "string", "format": "date"}},
            "additionalProperties": {"type": "string"},
        });
        assert_eq!(violation(schema.clone(), json!({"type": "payment", "amount": "12.50", "until": "2027-01-31"})), None);
        for (detail, names) in [
            (json!({"type": "payment"}), "amount"),
            (json!({"type": "payment", "amount": 12}), "/amount"),
            (json!({"type": "payment", "amount": "12"}), "/amount"),
            (json!({"type": "payment", "amount": "12.50", "until": "tomorrow"}), "/until"),
            (json!({"type": "payment", "amount": "12.50", "x": {}}), "/x"),
        ] {
            let said = violation(schema.clone(), detail.clone()).unwrap_or_default();
            // Law: the client's author reads which member departs.
            assert!(said.contains(names), "{detail}: {said}");
        }
    }

    #[test]
    fn a_schema_reads_neither_files_nor_the_network() {
        for reference in ["file:///etc/passwd", "https://schemas.example/payment.json", "http://169.254.169.254/"] {
            assert!(Schemas::check(&kind(json!({"$ref": reference}))).is_err(), "{reference}");
        }
        for broken in [json!({"type": 5}), json!({"pattern": "("}), json!({"$ref": "#/nowhere"})] {
            assert!(Schemas::check(&kind(broken.clone())).is_err(), "{broken}");
            // Law: what can't be checked is refused.
            assert!(violation(broken, json!({"type": "payment"})).is_some());
        }
    }

    #[test]
    fn one_schema_does_not_see_another() {
        let first = kind(json!({"$id": "urn:x", "$defs": {"a": {"type": "object"}}}));
        let mut second = kind(json!({"$ref": "urn:x#/$defs/a"}));
        second.name = "refund".to_owned();
        let both = Schemas::of([&first, &second]);
        assert_eq!(both.violation("payment", &Map::new()), None);
        assert!(both.violation("refund", &Map::new()).is_some());
    }
}
