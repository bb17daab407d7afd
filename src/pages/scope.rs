//! What an app may do, in words, and the values it would get.

use serde::Serialize;

use super::keyed::keyed;

keyed! {
    /// Scopes of `OpenID` Connect (Core 5.4 and 11), whose words are in the language files.
    pub enum StandardScope {
        /// `openid`
        OpenId => "scope.openid",
        /// `profile`
        Profile => "scope.profile",
        /// `email`
        Email => "scope.email",
        /// `address`
        Address => "scope.address",
        /// `phone`
        Phone => "scope.phone",
        /// `offline_access`
        OfflineAccess => "scope.offline_access",
    }
}

impl StandardScope {
    /// Reads a scope value, byte for byte.
    pub fn parse(scope: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.key().strip_prefix("scope.") == Some(scope))
    }
}

keyed! {
    /// Names of the standard claims (`OpenID` Connect Core 5.1) as a person reads them.
    pub enum Claim {
        /// `name`
        Name => "claim.name",
        /// `given_name`
        GivenName => "claim.given_name",
        /// `family_name`
        FamilyName => "claim.family_name",
        /// `middle_name`
        MiddleName => "claim.middle_name",
        /// `nickname`
        Nickname => "claim.nickname",
        /// `preferred_username`
        PreferredUsername => "claim.preferred_username",
        /// `profile`
        Profile => "claim.profile",
        /// `picture`
        Picture => "claim.picture",
        /// `website`
        Website => "claim.website",
        /// `email`
        Email => "claim.email",
        /// `gender`
        Gender => "claim.gender",
        /// `birthdate`
        Birthdate => "claim.birthdate",
        /// `zoneinfo`
        Zoneinfo => "claim.zoneinfo",
        /// `locale`
        Locale => "claim.locale",
        /// `phone_number`
        PhoneNumber => "claim.phone_number",
        /// `address`
        Address => "claim.address",
        /// `updated_at`
        UpdatedAt => "claim.updated_at",
        /// `email_verified`
        EmailVerified => "claim.email_verified",
        /// `phone_number_verified`
        PhoneNumberVerified => "claim.phone_number_verified",
        /// `sub`
        Subject => "claim.sub",
    }
}

impl Claim {
    /// Reads a claim name, byte for byte.
    pub fn parse(claim: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.key().strip_prefix("claim.") == Some(claim))
    }
}

/// A scope's plain sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum ScopeText {
    /// From the language files.
    Standard {
        /// Which.
        key: StandardScope,
    },
    /// From the API's registration, already in the reader's language.
    Own {
        /// The sentence.
        text: String,
    },
}

impl ScopeText {
    /// The words for a scope: ours for a standard one, else the API's sentence, else the bare scope value.
    pub fn of(scope: &str, sentence: Option<&str>) -> Self {
        match StandardScope::parse(scope) {
            Some(key) => Self::Standard { key },
            None => Self::Own { text: sentence.unwrap_or(scope).to_owned() },
        }
    }
}

/// One value that would be handed over, or that the account page lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// Name of a standard claim; none for one of the operator's own.
    pub claim: Option<Claim>,
    /// The claim's own name with spaces for underscores, shown when it is no standard one.
    pub label: String,
    /// The value as text.
    pub value: String,
    /// For addresses and numbers: whether they were proven to be the person's.
    pub verified: Option<bool>,
}

impl Shown {
    /// A value of a claim.
    pub fn new(claim: &str, value: impl Into<String>) -> Self {
        Self { claim: Claim::parse(claim), label: claim.replace('_', " "), value: value.into(), verified: None }
    }

    /// The same value with the state of its proof.
    #[must_use]
    pub fn verified(mut self, verified: bool) -> Self {
        self.verified = Some(verified);
        self
    }
}

/// One scope that consent is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScopeAsk {
    /// The scope value, sent back by the tick box.
    pub scope: String,
    /// Its sentence.
    pub text: ScopeText,
    /// Name of the API it belongs to; none for the account itself.
    pub api: Option<String>,
    /// Whether it can't be unticked (`openid`, and what its API says is required).
    pub required: bool,
    /// Whether it is a transaction: allowed this once, or not at all.
    pub once: bool,
    /// Whether it is ticked when the page opens.
    pub checked: bool,
    /// The values it hands over now.
    pub values: Vec<Shown>,
}

impl ScopeAsk {
    /// A ticked scope without values that can be unticked.
    pub fn new(scope: &str, sentence: Option<&str>) -> Self {
        Self {
            scope: scope.to_owned(),
            text: ScopeText::of(scope, sentence),
            api: None,
            required: scope == "openid",
            once: false,
            checked: true,
            values: Vec::new(),
        }
    }

    /// A transaction in the words of its type; it can't be unticked, only denied with the rest.
    pub fn once(kind: &str, sentence: String, api: Option<String>) -> Self {
        Self { text: ScopeText::Own { text: sentence }, api, required: true, once: true, ..Self::new(kind, None) }
    }
}

/// One claim that is asked for by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClaimAsk {
    /// The claim's name, sent back by the tick box.
    pub name: String,
    /// Its words, and the value handed over now; empty when there is none.
    pub shown: Shown,
}

impl ClaimAsk {
    /// A claim with its value.
    pub fn new(name: &str, value: impl Into<String>) -> Self {
        Self { name: name.to_owned(), shown: Shown::new(name, value) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Claim, ScopeAsk, ScopeText, StandardScope};

    #[test]
    fn a_scope_that_only_looks_standard_gets_no_words_of_ours() {
        for scope in ["Email", "email ", "emails", "", "scope.email", "openid\0"] {
            assert_eq!(StandardScope::parse(scope), None, "{scope:?}");
        }
        assert_eq!(ScopeText::of("photos:read", None), ScopeText::Own { text: "photos:read".to_owned() });
        assert_eq!(ScopeText::of("email", Some("harmless")), ScopeText::Standard { key: StandardScope::Email });
        assert_eq!(Claim::parse("Email"), None);
    }

    #[test]
    fn openid_can_never_be_unticked() {
        assert!(!ScopeAsk::new("profile", None).required);
        assert!(ScopeAsk::new("openid", None).required);
    }
}
