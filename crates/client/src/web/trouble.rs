//! What went wrong, for the person before the screen and for the app's author.

use std::fmt;

use rocket::http::Status;

use super::store::StoreError;
use crate::error::{Check, ProviderError};
use crate::login::LoginError;

/// What went wrong, by what the person can do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// They said no at the provider.
    Declined,
    /// The provider must ask them something first.
    Asked,
    /// The login was finished already, or this browser didn't begin it.
    Unknown,
    /// It took too long.
    TooLate,
    /// The provider's answer is not believed.
    Unbelieved,
    /// The provider can't be reached, or has trouble itself.
    Away,
    /// The app, or its registration, is not set up as it must be.
    NotSetUp,
    /// The form was not on a page of this app.
    Foreign,
    /// The app can't reach its sessions.
    NoSessions,
}

impl Kind {
    /// What a person can do when this check failed.
    pub const fn of(check: Check) -> Self {
        match check {
            Check::Declined => Self::Declined,
            Check::Interaction => Self::Asked,
            Check::AnswerForm | Check::State | Check::CodeRefused => Self::Unknown,
            Check::LoginAge | Check::Ended => Self::TooLate,
            Check::ProviderAway | Check::ProviderAnswer | Check::Busy => Self::Away,
            Check::AnswerIssuer
            | Check::TokenAnswer
            | Check::TokenForm
            | Check::TokenAlg
            | Check::TokenType
            | Check::TokenCritical
            | Check::TokenKey
            | Check::TokenSignature
            | Check::TokenIssuer
            | Check::TokenAudience
            | Check::TokenParty
            | Check::TokenExpired
            | Check::TokenEarly
            | Check::TokenClaim
            | Check::TokenNonce
            | Check::TokenAccessHash
            | Check::TokenAge
            | Check::TokenAcr
            | Check::TokenSubject
            | Check::TokenReplayed
            | Check::Userinfo
            | Check::UserinfoSubject => Self::Unbelieved,
            Check::ClientRefused
            | Check::ScopeRefused
            | Check::RequestRefused
            | Check::ProviderIssuer
            | Check::ProviderMetadata
            | Check::ProviderKeys
            | Check::Config => Self::NotSetUp,
            Check::FormOrigin => Self::Foreign,
            Check::SessionStore => Self::NoSessions,
        }
    }

    /// Its HTTP status.
    pub const fn status(self) -> Status {
        match self {
            Self::Declined | Self::Asked | Self::Foreign => Status::Forbidden,
            Self::Unknown | Self::TooLate => Status::BadRequest,
            Self::Unbelieved => Status::BadGateway,
            Self::Away | Self::NoSessions => Status::ServiceUnavailable,
            Self::NotSetUp => Status::InternalServerError,
        }
    }
}

/// Why somebody was not logged in or out, to be shown on a page.
#[derive(Clone, Debug)]
pub struct Trouble {
    kind: Kind,
    why: Why,
    again: Option<String>,
}

#[derive(Clone, Debug)]
enum Why {
    Login(LoginError),
    Store(StoreError),
    Foreign,
}

impl Trouble {
    pub(super) fn config(what: &'static str) -> Self {
        LoginError::Config(what).into()
    }

    pub(super) fn foreign() -> Self {
        Self { kind: Kind::Foreign, why: Why::Foreign, again: None }
    }

    /// Where to try again: a path of this app.
    #[must_use]
    pub(super) fn with_retry(mut self, path: String) -> Self {
        self.again = Some(path);
        self
    }

    /// What the person can do about it.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Which check failed.
    pub fn check(&self) -> Check {
        match &self.why {
            Why::Login(why) => why.check(),
            Why::Store(_) => Check::SessionStore,
            Why::Foreign => Check::FormOrigin,
        }
    }

    /// A path of this app where the login begins anew; none where that would not help.
    pub fn again(&self) -> Option<&str> {
        let helps = !matches!(self.kind, Kind::Foreign | Kind::NotSetUp);
        self.again.as_deref().filter(|_| helps)
    }

    /// The very reason, when it was a login that failed.
    pub fn login_error(&self) -> Option<&LoginError> {
        match &self.why {
            Why::Login(why) => Some(why),
            Why::Store(_) | Why::Foreign => None,
        }
    }
}

/// For the app's author and log: it names what failed and holds no secret, but addresses of the provider.
impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.why {
            Why::Login(why) => why.fmt(f),
            Why::Store(why) => why.fmt(f),
            Why::Foreign => f.write_str("the form was sent from a page of another origin: see the headers Sec-Fetch-Site and Origin"),
        }
    }
}

impl std::error::Error for Trouble {}

impl From<LoginError> for Trouble {
    fn from(why: LoginError) -> Self {
        Self { kind: Kind::of(why.check()), why: Why::Login(why), again: None }
    }
}

impl From<ProviderError> for Trouble {
    fn from(why: ProviderError) -> Self {
        LoginError::Provider(why).into()
    }
}

impl From<StoreError> for Trouble {
    fn from(why: StoreError) -> Self {
        Self { kind: Kind::NoSessions, why: Why::Store(why), again: None }
    }
}
