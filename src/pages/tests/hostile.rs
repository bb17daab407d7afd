//! Text from outside never becomes markup.

use serde_json::Value;

use super::{all, html, renderer};
use crate::pages::learn::{Chapter, Part};
use crate::pages::{Locale, keys_in_data};

/// What the outside may try.
fn hostile_values() -> Vec<String> {
    vec![
        "<script>alert(1)</script>".to_owned(),
        "\"><img src=x onerror=alert(1)>".to_owned(),
        "' onmouseover='alert(1)".to_owned(),
        "</title></textarea></style><svg onload=alert(1)>".to_owned(),
        "{{ 7*7 }}{% include \"doorward/base.html\" %}{client}".to_owned(),
        "&lt;b&gt;&#60;script&#62;".to_owned(),
        "a\u{202E}evil\u{2066}\u{200F}b".to_owned(),
        "a\0\u{1}\r\n<x>\tb".to_owned(),
        "<b>".repeat(3_400),
        "长".repeat(10_000),
    ]
}

/// Strings of a context that are our own words, not somebody's text: enum tags and message keys.
fn is_ours(text: &str) -> bool {
    matches!(
        text,
        "web" | "loopback" | "custom_scheme" | "registered" | "document" | "until" | "each_time" | "wrong_credentials" | "throttled"
    ) || in_the_tutorial(text)
        || Part::ALL.iter().any(|part| part.name() == text)
        || keys_in_data().iter().any(|key| key == text || key.strip_prefix(text).is_some_and(|rest| rest.starts_with('.')))
}

/// Titles and headings of the chapters are built into the program.
fn in_the_tutorial(text: &str) -> bool {
    Chapter::all().iter().flat_map(|chapter| Locale::ALL.map(|locale| chapter.told(locale))).any(|told| {
        let headings = told.sections.iter().flat_map(|section| [section.id, section.heading]);
        headings.chain([told.title, told.summary]).any(|ours| ours == text)
    })
}

/// Puts `by` in the place of every text in a context that may come from outside.
fn replace(value: &mut Value, by: &str) {
    match value {
        Value::String(text) if !is_ours(text) => by.clone_into(text),
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, by)),
        Value::Object(members) => members.values_mut().for_each(|member| replace(member, by)),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn with(context: &Value, by: &str) -> Value {
    let mut context = context.clone();
    replace(&mut context["page"], by);
    context["request_id"] = by.into();
    for language in context["languages"].as_array_mut().expect("a list") {
        language["href"] = by.into();
    }
    context
}

/// Tag and attribute names in order: what a browser would build, without the values.
fn skeleton(page: &str) -> Vec<String> {
    let names = |tag: &html::Tag| tag.attributes.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>().join(" ");
    html::tags(page).iter().map(|tag| format!("{} {}", tag.name, names(tag))).collect()
}

#[test]
fn hostile_values_change_no_tag_and_no_attribute_of_any_page() {
    let renderer = renderer();
    for page in all() {
        let harmless = renderer.render_value(page.template, with(&page.context, "x")).expect("harmless values render");
        let expected = skeleton(&harmless);
        for hostile in hostile_values() {
            let html = renderer.render_value(page.template, with(&page.context, &hostile)).expect("hostile values render");
            let begin: String = hostile.chars().take(30).collect();
            assert_eq!(skeleton(&html), expected, "{}: {begin}", page.name);
            for raw in ["<script>alert", "<img src=x", "onerror=alert(1)>", "<svg onload", "<x>", "49{%"] {
                assert!(!html.contains(raw), "{}: {begin} left {raw}", page.name);
            }
        }
    }
}

#[test]
fn no_value_is_run_as_a_template() {
    let renderer = renderer();
    for page in all() {
        let html = renderer.render_value(page.template, with(&page.context, "{{ 909*909 }}")).expect("it renders");
        assert!(!html.contains("826281"), "{}", page.name);
    }
}

#[test]
fn no_value_can_reorder_our_words() {
    let renderer = renderer();
    for page in all() {
        let html = renderer.render_value(page.template, with(&page.context, "a\u{202E}b\u{2066}")).expect("it renders");
        let ours = html::text(&html, false);
        assert!(!ours.contains(['\u{202E}', '\u{2066}']), "{}: a control outside of <bdi>", page.name);
    }
}
