//! What the members of a token mean, and where that is defined. The sentences stand in the language files.

/// A part of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Its header.
    Header,
    /// Its claims.
    Claims,
}

const HEADER: [(&str, &str); 6] = [
    ("alg", "RFC 7515 §4.1.1"),
    ("kid", "RFC 7515 §4.1.4"),
    ("typ", "RFC 7515 §4.1.9"),
    ("cty", "RFC 7515 §4.1.10"),
    ("jwk", "RFC 7515 §4.1.3"),
    ("crit", "RFC 7515 §4.1.11"),
];

const CLAIMS: [(&str, &str); 42] = [
    ("iss", "RFC 7519 §4.1.1"),
    ("sub", "RFC 7519 §4.1.2"),
    ("aud", "RFC 7519 §4.1.3"),
    ("exp", "RFC 7519 §4.1.4"),
    ("nbf", "RFC 7519 §4.1.5"),
    ("iat", "RFC 7519 §4.1.6"),
    ("jti", "RFC 7519 §4.1.7"),
    ("client_id", "RFC 9068 §2.2"),
    ("scope", "RFC 9068 §2.2.3"),
    ("auth_time", "OpenID Connect Core §2"),
    ("nonce", "OpenID Connect Core §2"),
    ("acr", "OpenID Connect Core §2"),
    ("amr", "RFC 8176 §1"),
    ("azp", "OpenID Connect Core §2"),
    ("at_hash", "OpenID Connect Core §3.1.3.6"),
    ("c_hash", "OpenID Connect Core §3.3.2.11"),
    ("sid", "OpenID Connect Back-Channel Logout §2.1"),
    ("events", "RFC 8417 §2.2"),
    ("act", "RFC 8693 §4.1"),
    ("may_act", "RFC 8693 §4.4"),
    ("cnf", "RFC 7800 §3.1"),
    ("authorization_details", "RFC 9396 §9"),
    ("token_introspection", "RFC 9701 §5"),
    ("htm", "RFC 9449 §4.2"),
    ("htu", "RFC 9449 §4.2"),
    ("ath", "RFC 9449 §4.2"),
    ("name", "OpenID Connect Core §5.1"),
    ("given_name", "OpenID Connect Core §5.1"),
    ("family_name", "OpenID Connect Core §5.1"),
    ("preferred_username", "OpenID Connect Core §5.1"),
    ("email", "OpenID Connect Core §5.1"),
    ("email_verified", "OpenID Connect Core §5.1"),
    ("picture", "OpenID Connect Core §5.1"),
    ("locale", "OpenID Connect Core §5.1"),
    ("updated_at", "OpenID Connect Core §5.1"),
    ("response_type", "RFC 6749 §4.1.1"),
    ("redirect_uri", "RFC 6749 §4.1.1"),
    ("state", "RFC 6749 §4.1.1"),
    ("code_challenge", "RFC 7636 §4.3"),
    ("code_challenge_method", "RFC 7636 §4.3"),
    ("code", "RFC 6749 §4.1.2"),
    ("error", "RFC 6749 §4.1.2.1"),
];

const fn part(source: Source) -> (&'static str, &'static [(&'static str, &'static str)]) {
    match source {
        Source::Header => ("learn_trace_header", &HEADER),
        Source::Claims => ("learn_trace_claim", &CLAIMS),
    }
}

/// The key of the sentence about a member, and where it is defined.
pub fn about(source: Source, name: &str) -> Option<(String, &'static str)> {
    let (section, known) = part(source);
    known.iter().find(|(known, _)| *known == name).map(|(name, source)| (format!("{section}.{name}"), *source))
}

/// The keys of all sentences.
#[cfg(test)]
pub fn keys() -> Vec<String> {
    let of = |source| {
        let (section, known) = part(source);
        known.iter().map(move |(name, _)| format!("{section}.{name}"))
    };
    of(Source::Header).chain(of(Source::Claims)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::rules;

    #[test]
    fn every_definition_can_be_read() {
        for (name, source) in HEADER.iter().chain(&CLAIMS) {
            // Law: whoever wants to know more gets there.
            assert!(rules::link(source).is_some(), "{name}: {source}");
        }
    }
}
