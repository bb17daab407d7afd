//! What the templates can call: `t`, `t_html`, `date`, `moment`, `iso`, `duration`; for learners `chapter`, `sequence`, `map`.

use std::collections::HashMap;
use std::sync::Arc;

use tera::{Error, Function, Tera, Value, escape_html};

use super::dates;
use super::i18n::Locale;
use super::learn::{Chapter, diagram};
use super::messages::{Messages, tame};

type Arguments = HashMap<String, Value>;

/// `t(locale=…, key=…, name=…)`: a message as plain text. Its output is not marked safe, so Tera escapes all of it,
/// the values with it.
struct Plain(Arc<Messages>);

/// `t_html(locale=…, key=…, name=…)`: a message that holds tags of ours (its key ends in `_html`). Its output is taken as
/// it is, therefore every value is escaped before it goes in.
struct Marked(Arc<Messages>);

/// `chapter(locale=…, number=…)`: the text of a chapter of the tutorial, markup of ours.
struct Text;

impl Function for Text {
    fn call(&self, arguments: &Arguments) -> tera::Result<Value> {
        let number = usize::try_from(number(arguments, "number")?).map_err(Error::msg)?;
        let chapter = Chapter::all().get(number).ok_or_else(|| Error::msg(format!("no chapter {number}")))?;
        Ok(Value::String(chapter.told(locale(arguments)?).html.to_owned()))
    }

    fn is_safe(&self) -> bool {
        true
    }
}

impl Function for Plain {
    fn call(&self, arguments: &Arguments) -> tera::Result<Value> {
        translate(&self.0, arguments, tame)
    }
}

impl Function for Marked {
    fn call(&self, arguments: &Arguments) -> tera::Result<Value> {
        let key = text(arguments, "key")?;
        if !key.ends_with("_html") {
            return Err(Error::msg(format!("t_html is for keys that end in `_html`, not for `{key}`")));
        }
        translate(&self.0, arguments, |value| escape_html(&tame(value)))
    }

    fn is_safe(&self) -> bool {
        true
    }
}

/// Registers the functions; a name a host application already uses for its own is replaced.
pub(super) fn register(tera: &mut Tera, messages: &Arc<Messages>) {
    tera.register_function("t", Plain(Arc::clone(messages)));
    tera.register_function("t_html", Marked(Arc::clone(messages)));
    tera.register_function("date", |arguments: &Arguments| when(arguments, dates::date));
    tera.register_function("moment", |arguments: &Arguments| when(arguments, dates::moment));
    tera.register_function("iso", |arguments: &Arguments| when(arguments, |_, at| dates::iso(at)));
    tera.register_function("chapter", Text);
    diagram::register(tera);
    let messages = Arc::clone(messages);
    tera.register_function("duration", move |arguments: &Arguments| {
        let rounded = dates::round(number(arguments, "seconds")?);
        messages
            .fill(locale(arguments)?, rounded.key, Some(rounded.count), |name| (name == "count").then(|| rounded.count.to_string()))
            .map(Value::String)
            .map_err(Error::msg)
    });
}

fn translate(messages: &Messages, arguments: &Arguments, guard: impl Fn(&str) -> String) -> tera::Result<Value> {
    let count = arguments.get("count").and_then(Value::as_i64);
    messages
        .fill(locale(arguments)?, text(arguments, "key")?, count, |name| match arguments.get(name)? {
            Value::String(value) => Some(guard(value)),
            Value::Number(value) => Some(value.to_string()),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        })
        .map(Value::String)
        .map_err(Error::msg)
}

fn when(arguments: &Arguments, form: impl Fn(Locale, i64) -> Option<String>) -> tera::Result<Value> {
    let (locale, at) = (locale(arguments).unwrap_or_default(), number(arguments, "at")?);
    form(locale, at).map(Value::String).ok_or_else(|| Error::msg(format!("{at} is no date")))
}

fn locale(arguments: &Arguments) -> tera::Result<Locale> {
    let tag = text(arguments, "locale")?;
    Locale::parse_tag(tag).ok_or_else(|| Error::msg(format!("no language `{tag}`")))
}

fn text<'a>(arguments: &'a Arguments, name: &str) -> tera::Result<&'a str> {
    arguments.get(name).and_then(Value::as_str).ok_or_else(|| Error::msg(format!("needs a text `{name}`")))
}

fn number(arguments: &Arguments, name: &str) -> tera::Result<i64> {
    arguments.get(name).and_then(Value::as_i64).ok_or_else(|| Error::msg(format!("needs a number `{name}`")))
}
