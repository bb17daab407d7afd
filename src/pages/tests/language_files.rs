//! The two language files say the same things.

use std::collections::BTreeSet;

use super::html;
use crate::pages::engine::EMBEDDED;
use crate::pages::i18n::Locale;
use crate::pages::keys_in_data;
use crate::pages::messages::Messages;

fn messages() -> Messages {
    Messages::embedded().expect("the embedded files are read")
}

/// Keys of a language; the forms of a plural count as one key.
fn keys(locale: Locale) -> BTreeSet<String> {
    let whole = |key: &String| key.trim_end_matches(".one").trim_end_matches(".other").to_owned();
    messages().of(locale).keys().map(whole).collect()
}

/// Keys that templates name or get as data.
fn used() -> BTreeSet<String> {
    let mut used: BTreeSet<String> = keys_in_data().into_iter().collect();
    for (_, source) in EMBEDDED {
        for rest in source.split("key=\"").skip(1) {
            used.insert(rest.split('"').next().expect("split gives one").to_owned());
        }
    }
    used.extend(["seconds", "minutes", "hours", "days"].map(|unit| format!("duration.{unit}")));
    used
}

fn placeholders(text: &str) -> BTreeSet<String> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn no_key_is_missing_and_none_is_left_over_in_either_language() {
    for locale in Locale::ALL {
        let (there, used) = (keys(locale), used());
        let missing: Vec<_> = used.difference(&there).collect();
        let unused: Vec<_> = there.difference(&used).collect();
        assert!(missing.is_empty() && unused.is_empty(), "{}: missing {missing:?}, unused {unused:?}", locale.tag());
    }
}

#[test]
fn both_languages_fill_in_the_same_values_and_use_the_same_tags() {
    let messages = messages();
    for (key, text) in messages.of(Locale::ZhCn) {
        let english = messages.of(Locale::En).get(key).unwrap_or_else(|| panic!("no {key}"));
        assert_eq!(placeholders(text), placeholders(english), "{key}");
        let names = |text: &str| html::tags(text).into_iter().map(|tag| tag.name).collect::<Vec<_>>();
        assert_eq!(names(text), names(english), "{key}");
    }
}

#[test]
fn only_messages_marked_html_hold_tags_and_only_harmless_ones() {
    let messages = messages();
    for locale in Locale::ALL {
        for (key, text) in messages.of(locale) {
            let tags = html::tags(text);
            assert!(tags.is_empty() || key.ends_with("_html"), "{key}: {text}");
            for tag in tags {
                assert!(matches!(tag.name.as_str(), "b" | "/b" | "bdi" | "/bdi" | "code" | "/code") && tag.attributes.is_empty(), "{key}");
            }
            for (name, before) in text.match_indices('{').map(|(at, _)| (&text[at..], &text[..at])) {
                assert!(!key.ends_with("_html") || before.ends_with("<bdi>"), "{key}: {name} outside of <bdi>");
            }
        }
    }
}

/// The text without what stands in `<code>`: that is of no language.
fn without_code(text: &str) -> String {
    text.split("<code>").map(|part| part.split_once("</code>").map_or(part, |(_, rest)| rest)).collect()
}

#[test]
fn chinese_is_set_with_chinese_punctuation() {
    for (key, text) in messages().of(Locale::ZhCn) {
        let plain = html::text(&without_code(text), true);
        let filled: String = plain.split('{').map(|part| part.split_once('}').map_or(part, |(_, rest)| rest)).collect();
        // A number with a point and the like keep theirs.
        let filled = ["OAuth 2.1", "OAuth 2.0"].iter().fold(filled, |text, name| text.replace(name, ""));
        for mark in [',', ';', ':', '!', '?', '(', ')', '.', '"', '\''] {
            assert!(!filled.contains(mark), "{key}: half-width {mark} in {text}");
        }
        assert!(!text.contains('您'), "{key}: the reader is 你 throughout");
    }
}

#[test]
fn english_is_set_with_english_punctuation() {
    for (key, text) in messages().of(Locale::En) {
        for mark in ['\'', '"', '，', '。', '：', '？'] {
            assert!(!text.contains(mark), "{key}: {mark} in {text}");
        }
        assert_eq!(text.trim(), text.as_str().trim(), "{key}");
        assert!(!text.contains("  "), "{key}: two spaces");
    }
}
