//! Why there is no token to call with.

use std::fmt;

use doorward_protocol::jose::JoseError;

use crate::error::ProviderError;
use crate::http::HttpError;

/// Why there is no token. It holds nothing secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallError {
    /// The audience is empty, or a scope is none (RFC 6749 §3.3).
    Request,
    /// The provider's endpoints are not at hand.
    Provider(ProviderError),
    /// The token endpoint gave no answer.
    Unreachable(HttpError),
    /// The provider refused, with an error of RFC 6749 §5.2, RFC 8707 or RFC 8693.
    Refused {
        /// The error code: `invalid_client`, `invalid_scope`, `invalid_target` …
        error: String,
        /// What it says to the client's author.
        description: Option<String>,
        /// Where it says more.
        uri: Option<String>,
    },
    /// The answer is none that can be used: the text says what is wrong.
    BadAnswer {
        /// The HTTP status.
        status: u16,
        /// What is wrong with it.
        what: &'static str,
    },
    /// The client's key can't sign.
    Key(JoseError),
}

impl CallError {
    /// The provider's error code, if it refused.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Refused { error, .. } => Some(error),
            Self::Request | Self::Provider(_) | Self::Unreachable(_) | Self::BadAnswer { .. } | Self::Key(_) => None,
        }
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request => f.write_str("an audience is needed, and scopes without blanks"),
            Self::Provider(why) => why.fmt(f),
            Self::Unreachable(why) => write!(f, "the token endpoint: {why}"),
            Self::Refused { error, description: None, .. } => write!(f, "the provider refused: {error}"),
            Self::Refused { error, description: Some(said), .. } => write!(f, "the provider refused: {error}: {said}"),
            Self::BadAnswer { status, what } => write!(f, "the token endpoint answered {status}: {what}"),
            Self::Key(why) => why.fmt(f),
        }
    }
}

impl std::error::Error for CallError {}

impl From<ProviderError> for CallError {
    fn from(why: ProviderError) -> Self {
        Self::Provider(why)
    }
}

impl From<HttpError> for CallError {
    fn from(why: HttpError) -> Self {
        Self::Unreachable(why)
    }
}

impl From<JoseError> for CallError {
    fn from(why: JoseError) -> Self {
        Self::Key(why)
    }
}
