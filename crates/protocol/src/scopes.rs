//! Sets of scope values (RFC 6749 §3.3).

use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt};

/// The scopes that speak of a person (OpenID Connect Core §5.4, §11).
pub const OPENID_SCOPES: [&str; 6] = ["openid", "profile", "email", "address", "phone", "offline_access"];

/// A set of scope values; order doesn't matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scopes(BTreeSet<String>);

impl Scopes {
    /// Reads a space-separated list. `None` when a token holds a character outside RFC 6749 §3.3 (`%x21 / %x23-5B / %x5D-7E`).
    pub fn parse(text: &str) -> Option<Self> {
        let tokens = text.split(' ').filter(|token| !token.is_empty());
        tokens.map(|token| is_scope_token(token).then(|| token.to_owned())).collect::<Option<_>>().map(Self)
    }

    /// The scopes a client may ask when its metadata names none: those of OpenID.
    pub fn openid() -> Self {
        OPENID_SCOPES.into_iter().collect()
    }

    /// Whether `scope` is in the set.
    pub fn has(&self, scope: &str) -> bool {
        self.0.contains(scope)
    }

    /// Whether the set is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether every one of these is in `other`.
    pub fn within(&self, other: &Self) -> bool {
        self.0.is_subset(&other.0)
    }

    /// Those in both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self(self.0.intersection(&other.0).cloned().collect())
    }

    /// Those in this one and not in `other`.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        Self(self.0.difference(&other.0).cloned().collect())
    }

    /// Those in either.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        Self(self.0.union(&other.0).cloned().collect())
    }

    /// Those for which `keep` holds.
    #[must_use]
    pub fn only(&self, mut keep: impl FnMut(&str) -> bool) -> Self {
        Self(self.0.iter().filter(|scope| keep(scope)).cloned().collect())
    }

    /// Those that speak of a person.
    #[must_use]
    pub fn openid_part(&self) -> Self {
        self.only(is_openid_scope)
    }

    /// In alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

/// Whether a scope is one of OpenID's.
pub fn is_openid_scope(scope: &str) -> bool {
    OPENID_SCOPES.contains(&scope)
}

/// RFC 6749 §3.3: `scope-token = 1*( %x21 / %x23-5B / %x5D-7E )`.
pub fn is_scope_token(text: &str) -> bool {
    !text.is_empty() && text.len() <= 256 && text.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
}

impl<S: Into<String>> FromIterator<S> for Scopes {
    fn from_iter<I: IntoIterator<Item = S>>(scopes: I) -> Self {
        Self(scopes.into_iter().map(Into::into).collect())
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, scope) in self.iter().enumerate() {
            write!(f, "{}{scope}", if at == 0 { "" } else { " " })?;
        }
        Ok(())
    }
}

impl Serialize for Scopes {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Scopes {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::parse(&text)
            .ok_or_else(|| serde::de::Error::custom("scope is a list of tokens separated by spaces, without quotes or backslashes"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_scope_with_a_quote_a_backslash_or_a_foreign_character_is_none() {
        for bad in ["a\"b", "a\\b", "ä", "a\tb", "a\nb"] {
            assert_eq!(Scopes::parse(bad), None, "{bad:?}");
        }
        assert_eq!(Scopes::parse(" photos:read  openid ").map(|s| s.to_string()).as_deref(), Some("openid photos:read"));
    }

    proptest! {
        #[test]
        fn parse_of_print_is_the_same(tokens in prop::collection::btree_set("[!#-\\[\\]-~]{1,12}", 0..8)) {
            let scopes: Scopes = tokens.into_iter().collect();
            prop_assert_eq!(Scopes::parse(&scopes.to_string()), Some(scopes));
        }

        #[test]
        fn an_intersection_never_widens(a in prop::collection::btree_set("[a-d]", 0..4), b in prop::collection::btree_set("[a-d]", 0..4)) {
            let (a, b): (Scopes, Scopes) = (a.into_iter().collect(), b.into_iter().collect());
            prop_assert!(a.and(&b).within(&a) && a.and(&b).within(&b));
            prop_assert!(a.without(&b).and(&b).is_empty());
        }
    }
}
