//! The two languages of the pages, and which one a request gets.

use serde::Serialize;

/// A language the pages speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
pub enum Locale {
    /// English, also the answer to any language that is not here.
    #[default]
    #[serde(rename = "en")]
    En,
    /// Simplified Chinese.
    #[serde(rename = "zh-CN")]
    ZhCn,
}

impl Locale {
    /// Every language, in the order the language switch shows them.
    pub const ALL: [Self; 2] = [Self::En, Self::ZhCn];

    /// The BCP 47 tag, as in `<html lang>`, the cookie and `ui_locales_supported`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::ZhCn => "zh-CN",
        }
    }

    /// What the language calls itself.
    pub const fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::ZhCn => "简体中文",
        }
    }

    /// Reads one BCP 47 tag, case-insensitively. Traditional Chinese (`zh-Hant`, `zh-TW`, `zh-HK`) is a different script
    /// and is not ours; script subtags count before regions.
    pub fn parse_tag(tag: &str) -> Option<Self> {
        let lower = tag.trim().to_ascii_lowercase();
        let mut parts = lower.split('-');
        match (parts.next()?, parts.next()) {
            ("en", _) => Some(Self::En),
            ("zh", None | Some("hans" | "cn" | "sg")) => Some(Self::ZhCn),
            _ => None,
        }
    }
}

/// The language of a request: `ui_locales` (OpenID Connect Core 3.1.2.1, space-separated, most wanted first), then the
/// cookie the language switch sets, then `Accept-Language` (RFC 9110 12.5.4). A source that names no language of ours
/// is passed over.
pub fn negotiate(ui_locales: Option<&str>, cookie: Option<&str>, accept_language: Option<&str>) -> Locale {
    ui_locales
        .and_then(|list| list.split_ascii_whitespace().find_map(Locale::parse_tag))
        .or_else(|| cookie.and_then(Locale::parse_tag))
        .or_else(|| accept_language.and_then(best_accepted))
        .unwrap_or_default()
}

/// The best of an `Accept-Language` list; of equal weights the first named wins. A weight that can't be read takes its
/// item out, as does a weight of zero.
fn best_accepted(header: &str) -> Option<Locale> {
    let mut best: Option<(u16, Locale)> = None;
    for item in header.split(',') {
        let mut parts = item.split(';');
        let Some(locale) = parts.next().and_then(Locale::parse_tag) else { continue };
        let weight = match parts.next() {
            None => 1000,
            Some(parameter) => match parse_weight(parameter) {
                Some(weight) => weight,
                None => continue,
            },
        };
        if weight > best.map_or(0, |(found, _)| found) {
            best = Some((weight, locale));
        }
    }
    best.map(|(_, locale)| locale)
}

/// `q=0.8` in thousandths: at most three decimals, at most one.
fn parse_weight(parameter: &str) -> Option<u16> {
    let (name, value) = parameter.trim().split_once('=')?;
    if !name.trim().eq_ignore_ascii_case("q") {
        return None;
    }
    let (whole, fraction) = value.trim().split_once('.').unwrap_or((value.trim(), ""));
    if fraction.len() > 3 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let thousandths: u16 = format!("{fraction:0<3}").parse().ok()?;
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Locale, negotiate};

    #[test]
    fn tags_of_other_scripts_and_languages_are_not_taken_for_ours() {
        for tag in ["zh-Hant", "zh-TW", "zh-HK", "zh-hant-cn", "fr", "", "*", "zhx", "english", "zh_CN"] {
            assert_eq!(Locale::parse_tag(tag), None, "{tag}");
        }
        for tag in ["zh", "ZH", "zh-Hans", "zh-hans-HK", "zh-SG", "zh-CN", " zh-cn "] {
            assert_eq!(Locale::parse_tag(tag), Some(Locale::ZhCn), "{tag}");
        }
        for tag in ["en", "EN-gb", "en-Latn-US"] {
            assert_eq!(Locale::parse_tag(tag), Some(Locale::En), "{tag}");
        }
    }

    #[test]
    fn the_app_is_asked_before_the_cookie_and_the_cookie_before_the_browser() {
        assert_eq!(negotiate(Some("fr zh"), Some("en"), Some("en")), Locale::ZhCn);
        assert_eq!(negotiate(Some("fr de"), Some("zh-CN"), Some("en")), Locale::ZhCn);
        assert_eq!(negotiate(None, Some("nonsense"), Some("zh-CN")), Locale::ZhCn);
        assert_eq!(negotiate(None, None, None), Locale::En);
    }

    #[test]
    fn accept_language_is_weighed_and_malformed_weights_do_not_count() {
        for (header, expected) in [
            ("zh-CN,zh;q=0.9,en;q=0.8", Locale::ZhCn),
            ("en;q=0.5, zh;q=0.8", Locale::ZhCn),
            ("fr, zh-TW;q=0.9, en;q=0.1", Locale::En),
            ("zh;q=0, en;q=0.001", Locale::En),
            ("zh;q=2, en;q=0.1", Locale::En),
            ("zh;q=1.5, en;q=0.1", Locale::En),
            ("zh;q=x, fr", Locale::En),
            ("zh;level=1, fr", Locale::En),
            ("zh;q=0", Locale::En),
            ("en,zh", Locale::En),
            ("zh,en", Locale::ZhCn),
            (";;;,,,", Locale::En),
        ] {
            assert_eq!(negotiate(None, None, Some(header)), expected, "{header}");
        }
    }
}
