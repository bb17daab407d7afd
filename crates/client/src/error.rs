//! What can go wrong between an app and its provider.

use std::fmt;

use crate::http::HttpError;

pub use crate::check::Check;
pub use doorward_protocol::jose::{JoseError, JwkError, JwsError};

/// The provider's documents are not at hand, or not as they must be. It holds nothing secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProviderError {
    /// The issuer is no https URL, nor http to the loopback, or it has a query, a fragment or credentials (RFC 8414 section 2).
    IssuerUrl,
    /// No answer at this address.
    #[non_exhaustive]
    Unreachable {
        /// What was asked for.
        url: String,
        /// Why there is no answer.
        why: HttpError,
    },
    /// The answer at this address is none that can be used: the text says what is wrong.
    #[non_exhaustive]
    BadAnswer {
        /// What was asked for.
        url: String,
        /// The HTTP status.
        status: u16,
        /// What is wrong with it.
        what: &'static str,
    },
    /// The document is of another issuer (OpenID Connect Discovery section 4.3, RFC 8414 section 3.3). They must be the same text:
    /// a slash at the end makes another.
    #[non_exhaustive]
    OtherIssuer {
        /// Who was meant.
        expected: String,
        /// Whom the document names.
        found: String,
    },
    /// The provider doesn't offer what is asked of it: its metadata has no such member.
    NotOffered(&'static str),
    /// An address in the metadata is none that may be called, or not of the kind that the issuer's is.
    BadEndpoint(&'static str),
    /// The provider's key set can't be used.
    BadKeys(JwkError),
    /// The program is ending, or broke, while it was asked.
    Interrupted,
}

impl fmt::Display for ProviderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IssuerUrl => f.write_str("the issuer must be an https URL without query and fragment (http on the loopback only)"),
            Self::Unreachable { url, why } => write!(f, "{url}: {why}"),
            Self::BadAnswer { url, status, what } => write!(f, "{url} answered {status}: {what}"),
            Self::OtherIssuer { expected, found } => {
                write!(f, "the metadata names the issuer {found:?}, which is not {expected:?}: they must be the same text")
            }
            Self::NotOffered(member) => write!(f, "the provider offers no {member}"),
            Self::BadEndpoint(member) => write!(f, "the provider's {member} is no address that may be called"),
            Self::BadKeys(why) => write!(f, "the provider's keys: {why}"),
            Self::Interrupted => f.write_str("asking the provider was interrupted"),
        }
    }
}

impl std::error::Error for ProviderError {}

/// Why a token was not believed. It holds nothing of the token.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenError {
    /// The keys to verify it with are not at hand: says nothing about the token.
    Provider(ProviderError),
    /// Form, algorithm, type, key, signature or times are wrong.
    Jws(JwsError),
    /// It is by another issuer, or doesn't say by whom.
    Issuer,
    /// It is not for this app or service.
    Audience,
    /// It is for several, or was given to another app: `azp` (OpenID Connect Core section 3.1.3.7).
    AuthorizedParty,
    /// It belongs to another login (OpenID Connect Core section 3.1.3.7), or is of a kind that has no nonce and has one.
    Nonce,
    /// The access token beside it is another than it was made with (OpenID Connect Core section 3.1.3.8).
    AccessTokenHash,
    /// The login it tells of is older than was asked for, or it doesn't say how old (OpenID Connect Core section 3.1.3.7).
    AuthTime,
    /// The login was by other means than were asked for (OpenID Connect Core section 3.1.3.7).
    Acr,
    /// It is about another person than the one it should be about.
    Subject,
    /// This claim is missing or not of the right kind.
    Claim(&'static str),
    /// It was used before.
    Replayed,
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Provider(why) => why.fmt(f),
            Self::Jws(why) => why.fmt(f),
            Self::Issuer => f.write_str("the token is by another issuer: see its claim iss"),
            Self::Audience => f.write_str("the token is for somebody else: see its claim aud"),
            Self::AuthorizedParty => f.write_str("the token was given to another app: see its claims aud and azp"),
            Self::Nonce => f.write_str("the token belongs to another login: see its claim nonce"),
            Self::AccessTokenHash => f.write_str("the access token is not the one that the ID token was made with: see at_hash"),
            Self::AuthTime => f.write_str("the login is older than was asked for: see the claim auth_time"),
            Self::Acr => f.write_str("the login was by other means than were asked for: see the claim acr"),
            Self::Subject => f.write_str("it is about another person: see sub"),
            Self::Claim(name) => write!(f, "the claim {name} is missing or malformed"),
            Self::Replayed => f.write_str("the token was used before: see its claim jti"),
        }
    }
}

impl std::error::Error for TokenError {}

impl From<ProviderError> for TokenError {
    fn from(why: ProviderError) -> Self {
        Self::Provider(why)
    }
}

impl From<JwsError> for TokenError {
    fn from(why: JwsError) -> Self {
        Self::Jws(why)
    }
}
