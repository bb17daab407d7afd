//! Rules and error codes in words, in each language: the English stands in their tables, the Chinese in a file of its own.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use doorward_protocol::check::Check;
use doorward_protocol::error::ErrorCode;

use super::i18n::Locale;

/// What a client's author should change.
pub fn sentence(check: Check, locale: Locale) -> &'static str {
    let rule = check.rule();
    match locale {
        Locale::En => rule.sentence,
        Locale::ZhCn => CHINESE["check"].get(rule.name).map_or(rule.sentence, String::as_str),
    }
}

/// What an error code means (RFC 6749 §4.1.2.1, §5.2 and those that add to it).
pub fn meaning(code: ErrorCode, locale: Locale) -> &'static str {
    match locale {
        Locale::En => code.general(),
        Locale::ZhCn => CHINESE["error"].get(code.as_str()).map_or(code.general(), String::as_str),
    }
}

/// Where the specification of a rule can be read, at its first section where that can be linked to.
pub fn link(source: &str) -> Option<String> {
    let first = source.split(';').next().unwrap_or(source);
    let section = || first.split_once('§').map(|(_, rest)| rest.split([',', ' ']).next().unwrap_or(rest));
    if let Some(rest) = first.strip_prefix("RFC ") {
        let number: String = rest.chars().take_while(char::is_ascii_digit).collect();
        let at = section().map(|section| format!("#section-{section}")).unwrap_or_default();
        return Some(format!("https://www.rfc-editor.org/rfc/rfc{number}.html{at}"));
    }
    let known = [
        ("OpenID Connect Back-Channel Logout", "https://openid.net/specs/openid-connect-backchannel-1_0.html"),
        ("OpenID Connect Core Error Code", "https://openid.net/specs/openid-connect-unmet-authentication-requirements-1_0.html"),
        ("OpenID Connect Core", "https://openid.net/specs/openid-connect-core-1_0.html"),
        ("OpenID Connect RP-Initiated Logout", "https://openid.net/specs/openid-connect-rpinitiated-1_0.html"),
        ("OAuth 2.0 Multiple Response Types", "https://openid.net/specs/oauth-v2-multiple-response-types-1_0.html"),
        ("OAuth 2.1", "https://datatracker.ietf.org/doc/draft-ietf-oauth-v2-1/"),
        ("FAPI 2.0", "https://openid.net/specs/fapi-security-profile-2_0-final.html"),
        ("OWASP ASVS", "https://owasp.org/www-project-application-security-verification-standard/"),
        ("draft-ietf-oauth-client-id-metadata-document", "https://datatracker.ietf.org/doc/draft-ietf-oauth-client-id-metadata-document/"),
    ];
    known.into_iter().find(|(name, _)| first.starts_with(name)).map(|(_, at)| at.to_owned())
}

type Words = BTreeMap<String, BTreeMap<String, String>>;

#[expect(clippy::expect_used, reason = "the file is embedded, and a test reads it")]
static CHINESE: LazyLock<Words> =
    LazyLock::new(|| toml::from_str(include_str!("../../templates/i18n/rules.zh-CN.toml")).expect("two tables of sentences"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_and_every_code_has_its_words_in_chinese_and_none_is_left_over() {
        let names = |part: &str| CHINESE[part].keys().map(String::as_str).collect::<Vec<_>>();
        let sorted = |mut all: Vec<&'static str>| {
            all.sort_unstable();
            all
        };
        assert_eq!(names("check"), sorted(Check::ALL.iter().map(|check| check.rule().name).collect()));
        assert_eq!(names("error"), sorted(ErrorCode::ALL.iter().map(|code| code.as_str()).collect()));
        assert_eq!(CHINESE.len(), 2);
    }

    #[test]
    fn every_rule_leads_to_the_text_it_comes_from() {
        for check in Check::ALL {
            let (name, source) = (check.rule().name, check.rule().source);
            let at = link(source).unwrap_or_else(|| panic!("{name}: {source}"));
            assert!(url::Url::parse(&at).is_ok() && at.is_ascii(), "{name}: {at}");
        }
        assert_eq!(link("RFC 9700 §2.1, §4.1.3").as_deref(), Some("https://www.rfc-editor.org/rfc/rfc9700.html#section-2.1"));
        assert_eq!(link("RFC 6749 §10 (limits of this server)").as_deref(), Some("https://www.rfc-editor.org/rfc/rfc6749.html#section-10"));
    }

    #[test]
    fn chinese_sentences_end_as_chinese_ones_do() {
        for (name, text) in CHINESE.values().flatten() {
            assert!(text.ends_with('。') && !text.contains(", ") && !text.contains("; "), "{name}: {text}");
        }
    }
}
