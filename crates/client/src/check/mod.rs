//! What can fail, by name.

mod table;

use std::fmt;

use doorward_protocol::jose::JwsError;

use crate::error::{ProviderError, TokenError};
use crate::login::{LoginError, Said};

pub use table::Check;

/// The [sentence](Check::sentence).
impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sentence())
    }
}

impl ProviderError {
    /// Which check failed.
    pub const fn check(&self) -> Check {
        match self {
            Self::Unreachable { .. } | Self::Interrupted => Check::ProviderAway,
            Self::BadAnswer { .. } => Check::ProviderAnswer,
            Self::IssuerUrl | Self::OtherIssuer { .. } => Check::ProviderIssuer,
            Self::NotOffered(_) | Self::BadEndpoint(_) => Check::ProviderMetadata,
            Self::BadKeys(_) => Check::ProviderKeys,
        }
    }
}

impl TokenError {
    /// Which check failed.
    pub const fn check(&self) -> Check {
        match self {
            Self::Provider(why) => why.check(),
            Self::Jws(why) => of_jws(why),
            Self::Issuer => Check::TokenIssuer,
            Self::Audience => Check::TokenAudience,
            Self::AuthorizedParty => Check::TokenParty,
            Self::Nonce => Check::TokenNonce,
            Self::AccessTokenHash => Check::TokenAccessHash,
            Self::AuthTime => Check::TokenAge,
            Self::Acr => Check::TokenAcr,
            Self::Subject => Check::TokenSubject,
            Self::Claim(_) => Check::TokenClaim,
            Self::Replayed => Check::TokenReplayed,
        }
    }
}

const fn of_jws(why: &JwsError) -> Check {
    match why {
        JwsError::TooLarge | JwsError::Malformed(_) => Check::TokenForm,
        JwsError::AlgNotAllowed => Check::TokenAlg,
        JwsError::Critical => Check::TokenCritical,
        JwsError::WrongTyp => Check::TokenType,
        JwsError::UnknownKey | JwsError::EmbeddedKey(_) | JwsError::WeakSecret => Check::TokenKey,
        JwsError::BadSignature => Check::TokenSignature,
        JwsError::MissingClaim(_) | JwsError::BadDate(_) => Check::TokenClaim,
        JwsError::Expired => Check::TokenExpired,
        JwsError::NotYetValid | JwsError::IssuedInFuture => Check::TokenEarly,
    }
}

impl LoginError {
    /// Which check failed.
    pub fn check(&self) -> Check {
        match self {
            Self::Config(_) => Check::Config,
            Self::Provider(why) => why.check(),
            Self::BadAnswer(_) => Check::AnswerForm,
            Self::State => Check::State,
            Self::TooLate => Check::LoginAge,
            Self::OtherIssuer => Check::AnswerIssuer,
            Self::Said(said) => said.check(),
            Self::BadTokens(_) => Check::TokenAnswer,
            Self::IdToken(why) => why.check(),
            Self::Userinfo(_) => Check::Userinfo,
            Self::OtherPerson => Check::UserinfoSubject,
            Self::Ended => Check::Ended,
        }
    }
}

impl Said {
    /// What the code means: RFC 6749 sections 4.1.2.1 and 5.2, OpenID Connect Core section 3.1.2.6, RFC 8707 section 2.
    pub fn check(&self) -> Check {
        match self.error() {
            "access_denied" => Check::Declined,
            "login_required" | "interaction_required" | "consent_required" | "account_selection_required" => Check::Interaction,
            "server_error" | "temporarily_unavailable" => Check::Busy,
            "invalid_grant" => Check::CodeRefused,
            "invalid_client" | "unauthorized_client" => Check::ClientRefused,
            "invalid_scope" | "invalid_target" => Check::ScopeRefused,
            _ => Check::RequestRefused,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Check;
    use std::collections::BTreeSet;

    #[test]
    fn every_check_has_a_name_of_its_own_and_says_in_both_languages_what_it_is_and_what_to_do() {
        let names: BTreeSet<&str> = Check::ALL.iter().map(|check| check.code()).collect();
        assert_eq!(names.len(), Check::ALL.len());
        for check in Check::ALL {
            assert!(check.code().bytes().all(|b| b.is_ascii_lowercase() || b == b'_') && !check.source().is_empty(), "{check:?}");
            for english in [check.sentence(), check.remedy()] {
                assert!(english.is_ascii() && english.ends_with('.'), "{check:?}: {english}");
            }
            for chinese in [check.sentence_in_chinese(), check.remedy_in_chinese()] {
                // Law: full-width punctuation, and nothing left in English alone.
                assert!(!chinese.is_ascii() && chinese.ends_with('。') && !chinese.contains([',', ';', '!', '?']), "{check:?}: {chinese}");
            }
        }
    }
}
