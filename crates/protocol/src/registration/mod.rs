//! Clients that register themselves (RFC 7591, OpenID Connect Registration) and manage what they registered (RFC 7592): what a stranger
//! may say of itself, and what it gets.

mod answer;
mod rules;
mod statement;
#[cfg(test)]
mod tests;
mod update;

pub use answer::{Fresh, answer, explanation};
pub use rules::{drop_operators, metadata, of_metadata};
pub use statement::{MEMBER as STATEMENT, Statement};
pub use update::update;

use crate::grants::GrantType;
use crate::scopes::Scopes;
use crate::values::Seconds;

/// The longest body of a registration, in bytes.
pub const MOST_BYTES: u64 = 64 * 1024;

/// Clients that registered themselves and have not been used yet: no more than so many stand at a time, so that nobody fills the database.
pub const MOST_UNUSED: i64 = 10_000;

/// Who may register clients by request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Admission {
    /// Nobody: the operator registers clients by command.
    #[default]
    Closed,
    /// Who has a token of the operator's (RFC 7591 §3, initial access token).
    Token,
    /// Everybody, within limits.
    Open,
}

/// Which scopes a client that registers itself may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScopeBound {
    /// Every scope of every API.
    All,
    /// These.
    Listed(Scopes),
}

/// What the operator decided about clients that register themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Who may.
    pub admission: Admission,
    /// Whether confidential ones need PKCE, too.
    pub require_pkce: bool,
    /// What they may ask.
    pub scopes: ScopeBound,
    /// Which grants they may have.
    pub grants: Vec<GrantType>,
    /// One that gets no token within so long is removed.
    pub unused: Seconds,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            admission: Admission::Closed,
            require_pkce: true,
            scopes: ScopeBound::Listed(Scopes::openid()),
            grants: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
            unused: Seconds::days(30),
        }
    }
}
