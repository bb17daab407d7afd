//! Why somebody could not be logged in.

use std::fmt;

use crate::error::{ProviderError, TokenError};

/// Why a login, a renewal or a logout did not work. It holds no secret: each may be logged, and shown to the app's author.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoginError {
    /// What the app was told to do can't be done: its author has to change it.
    Config(&'static str),
    /// The provider is away, or its documents are not as they must be.
    Provider(ProviderError),
    /// What the browser brought back is no answer to an authorization request (RFC 6749 section 4.1.2).
    BadAnswer(&'static str),
    /// The answer belongs to a login that this browser didn't begin, or that was finished already (RFC 6749 section 10.12).
    State,
    /// The login was begun too long ago.
    TooLate,
    /// The answer is another provider's (RFC 9207 section 2.4).
    OtherIssuer,
    /// The provider said no, or that something is wrong.
    Said(Said),
    /// The provider's answer at its token endpoint is none (RFC 6749 section 5.1).
    BadTokens(&'static str),
    /// The ID token is not believed.
    IdToken(TokenError),
    /// What the provider tells about the person is not believed (OpenID Connect Core section 5.3).
    Userinfo(&'static str),
    /// What the provider tells about the person is about somebody else (OpenID Connect Core section 5.3.2).
    OtherPerson,
    /// Access can't be renewed any more: the person has to log in again.
    Ended,
}

/// What a provider said instead of letting somebody in: RFC 6749 sections 4.1.2.1 and 5.2.
///
/// It is an outsider's text, cut to a bounded length and to visible ASCII: escape it where it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    error: String,
    description: Option<String>,
    uri: Option<String>,
}

impl Said {
    pub(crate) fn new(error: &str, description: Option<&str>, uri: Option<&str>) -> Self {
        let tame = |text: &str, most: usize| text.chars().filter(|c| matches!(c, ' '..='~')).take(most).collect::<String>();
        let page = uri.filter(|uri| uri.starts_with("https://") || uri.starts_with("http://"));
        Self { error: tame(error, 100), description: description.map(|text| tame(text, 500)), uri: page.map(|uri| tame(uri, 500)) }
    }

    /// The code, such as `access_denied`.
    pub fn error(&self) -> &str {
        &self.error
    }

    /// A sentence for the app's author.
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    /// A page with more about it: http or https.
    pub fn uri(&self) -> Option<&str> {
        self.uri.as_deref()
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.error)?;
        self.description.as_ref().map_or(Ok(()), |description| write!(f, " ({description})"))
    }
}

impl fmt::Display for LoginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(what) | Self::BadAnswer(what) | Self::BadTokens(what) | Self::Userinfo(what) => f.write_str(what),
            Self::Provider(why) => why.fmt(f),
            Self::State => f.write_str("the answer belongs to no login that this browser began: its state is unknown or was used"),
            Self::TooLate => f.write_str("the login was begun too long ago"),
            Self::OtherIssuer => f.write_str("the answer doesn't come from the provider that was asked: see its parameter iss"),
            Self::Said(said) => write!(f, "the provider said {said}"),
            Self::IdToken(why) => write!(f, "the ID token is not believed: {why}"),
            Self::OtherPerson => f.write_str("userinfo is about another person than the ID token"),
            Self::Ended => f.write_str("access can't be renewed: the person has to log in again"),
        }
    }
}

impl std::error::Error for LoginError {}

impl From<ProviderError> for LoginError {
    fn from(why: ProviderError) -> Self {
        Self::Provider(why)
    }
}

impl From<TokenError> for LoginError {
    fn from(why: TokenError) -> Self {
        match why {
            TokenError::Provider(why) => Self::Provider(why),
            why => Self::IdToken(why),
        }
    }
}
