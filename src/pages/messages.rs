//! The language files, and the filling in of placeholders.

use std::collections::BTreeMap;
use std::fmt;

use super::i18n::Locale;

macro_rules! language_files {
    ($($area:literal),+ $(,)?) => {
        /// The files of each language: one for the pages of the server, one for each page of the tutorial.
        const FILES: &[(&str, &str)] =
            &[$((include_str!(concat!("../../templates/i18n/", $area, "en.toml")), include_str!(concat!("../../templates/i18n/", $area, "zh-CN.toml")))),+];
    };
}
language_files!["", "learn/frame.", "learn/tutorial.", "learn/app.", "learn/trace.", "learn/lab.", "learn/services."];

/// Why a message could not be given: always a mistake in a template or a language file, never in a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum MessageError {
    /// The language file is not TOML, or holds something else than tables of strings.
    File(Locale, String),
    /// No message of that key.
    Missing(Locale, String),
    /// The message names a placeholder that was not given.
    Unfilled(String, String),
}

impl fmt::Display for MessageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(locale, why) => write!(f, "language file {}.toml: {why}", locale.tag()),
            Self::Missing(locale, key) => write!(f, "no message `{key}` in {}.toml", locale.tag()),
            Self::Unfilled(key, name) => write!(f, "message `{key}` needs a value for `{{{name}}}`"),
        }
    }
}

impl std::error::Error for MessageError {}

/// All messages of all languages.
#[derive(Debug, Clone)]
pub(crate) struct Messages {
    en: BTreeMap<String, String>,
    zh_cn: BTreeMap<String, String>,
}

impl Messages {
    /// Reads the embedded language files.
    pub(crate) fn embedded() -> Result<Self, MessageError> {
        let mut all = Self { en: BTreeMap::new(), zh_cn: BTreeMap::new() };
        for (en, zh_cn) in FILES {
            add(&mut all.en, Locale::En, en)?;
            add(&mut all.zh_cn, Locale::ZhCn, zh_cn)?;
        }
        Ok(all)
    }

    /// The messages of one language by their dotted key.
    pub(crate) const fn of(&self, locale: Locale) -> &BTreeMap<String, String> {
        match locale {
            Locale::En => &self.en,
            Locale::ZhCn => &self.zh_cn,
        }
    }

    /// The text of a message. With a count, `key.one` or `key.other` is taken, as the language counts.
    fn text(&self, locale: Locale, key: &str, count: Option<i64>) -> Result<&str, MessageError> {
        let messages = self.of(locale);
        let found = match (count, locale) {
            (None, _) => messages.get(key),
            (Some(1), Locale::En) => messages.get(&format!("{key}.one")),
            (Some(_), Locale::En | Locale::ZhCn) => messages.get(&format!("{key}.other")),
        };
        found.map(String::as_str).ok_or_else(|| MessageError::Missing(locale, key.to_owned()))
    }

    /// A message with each `{name}` replaced by `value_of(name)`. Values are put in as they come back and are not
    /// looked at again, so a value that contains `{other}` stays what it is.
    pub(crate) fn fill(
        &self,
        locale: Locale,
        key: &str,
        count: Option<i64>,
        value_of: impl Fn(&str) -> Option<String>,
    ) -> Result<String, MessageError> {
        let mut rest = self.text(locale, key, count)?;
        let mut out = String::with_capacity(rest.len() + 32);
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let (name, tail) =
                after.split_once('}').ok_or_else(|| MessageError::File(locale, format!("`{key}` has a brace that is not closed")))?;
            out.push_str(&value_of(name).ok_or_else(|| MessageError::Unfilled(key.to_owned(), name.to_owned()))?);
            rest = tail;
        }
        out.push_str(rest);
        Ok(out)
    }
}

/// Takes in one more file of a language; no key is said twice.
fn add(all: &mut BTreeMap<String, String>, locale: Locale, source: &str) -> Result<(), MessageError> {
    for (key, text) in read(locale, source)? {
        if all.insert(key.clone(), text).is_some() {
            return Err(MessageError::File(locale, format!("`{key}` stands in two files")));
        }
    }
    Ok(())
}

/// Flattens the tables of a language file into dotted keys.
fn read(locale: Locale, source: &str) -> Result<BTreeMap<String, String>, MessageError> {
    fn walk(prefix: &str, table: toml::Table, out: &mut BTreeMap<String, String>) -> Result<(), String> {
        for (name, value) in table {
            let key = if prefix.is_empty() { name } else { format!("{prefix}.{name}") };
            match value {
                toml::Value::String(text) => drop(out.insert(key, text)),
                toml::Value::Table(inner) => walk(&key, inner, out)?,
                other => return Err(format!("`{key}` is a {}, not a text", other.type_str())),
            }
        }
        Ok(())
    }
    let table: toml::Table = source.parse().map_err(|e| MessageError::File(locale, format!("{e}")))?;
    let mut out = BTreeMap::new();
    walk("", table, &mut out).map_err(|why| MessageError::File(locale, why))?;
    Ok(out)
}

/// Takes out the characters that reorder or hide the text around them (Unicode UAX 9 explicit controls and marks, C0 and
/// C1 controls): in a sentence of ours a value must not be able to rearrange our words. Line breaks become spaces.
pub(crate) fn tame(value: &str) -> String {
    value
        .chars()
        .map(|c| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c })
        .filter(|c| {
            !c.is_control() && !matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
        })
        .collect()
}

#[cfg(test)]
#[allow(clippy::expect_used, reason = "a test says what it expected")]
mod tests {
    use super::{Locale, MessageError, Messages, read, tame};

    #[test]
    fn a_missing_key_or_value_is_an_error_and_never_an_empty_text() {
        let messages = Messages::embedded().expect("the embedded files are read");
        assert!(matches!(messages.fill(Locale::En, "no.such", None, |_| None), Err(MessageError::Missing(Locale::En, _))));
        assert!(matches!(
            messages.fill(Locale::En, "login.continue_to_html", None, |_| None),
            Err(MessageError::Unfilled(_, name)) if name == "client"
        ));
    }

    #[test]
    fn a_value_with_braces_is_not_filled_again() {
        let messages = Messages::embedded().expect("the embedded files are read");
        let text = messages.fill(Locale::En, "login.continue_to_html", None, |_| Some("{client}".to_owned())).expect("the message exists");
        assert!(text.contains("{client}"), "{text}");
    }

    #[test]
    fn a_language_file_of_anything_but_texts_is_refused() {
        for source in ["a = 1", "a = [\"b\"]", "[a]\nb = true", "not toml"] {
            assert!(matches!(read(Locale::En, source), Err(MessageError::File(..))), "{source}");
        }
    }

    #[test]
    fn a_value_cannot_reorder_the_words_around_it() {
        assert_eq!(tame("a\u{202E}b\u{2066}c\u{0}\nd\u{200F}"), "abc d");
        assert_eq!(tame("打印店 café العربية"), "打印店 café العربية");
    }
}
