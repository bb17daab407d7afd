//! Diagrams on pages. A context holds a [`Sequence`] or a [`Map`]; its template draws it by `{{ sequence(of=page.flow, id="flow") }}` or
//! `{{ map(of=page.trust, id="trust") }}`, inside a `<div class="scroll" role="group" tabindex="0" aria-label="…">`.

use std::collections::HashMap;

use tera::{Error, Function, Tera, Value};

pub use doorward_tutorial::diagram::{Edge, Lane, Map, Part, Sequence, Step, Verdict};

type Arguments = HashMap<String, Value>;

/// Draws a description of one kind. What it gives is markup: the description's texts are escaped in it.
struct Draw(fn(Value, &str) -> Result<String, serde_json::Error>);

impl Function for Draw {
    fn call(&self, arguments: &Arguments) -> tera::Result<Value> {
        let id =
            arguments.get("id").and_then(Value::as_str).filter(|id| id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'));
        let (Some(id), Some(of)) = (id, arguments.get("of")) else { return Err(Error::msg("needs `of`, and an `id` of letters")) };
        (self.0)(of.clone(), id).map(Value::String).map_err(Error::msg)
    }

    fn is_safe(&self) -> bool {
        true
    }
}

/// Registers `sequence` and `map`.
pub(crate) fn register(tera: &mut Tera) {
    tera.register_function("sequence", Draw(|of, id| serde_json::from_value::<Sequence>(of).map(|sequence| sequence.svg(id))));
    tera.register_function("map", Draw(|of, id| serde_json::from_value::<Map>(of).map(|map| map.svg(id))));
}
