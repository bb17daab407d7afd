//! An access token in clear, kept from printing.

use std::fmt;

use doorward_protocol::jose::sha256;
use zeroize::Zeroizing;

/// An access token. `Debug` doesn't show it, and its memory is wiped when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessToken(Zeroizing<String>);

impl AccessToken {
    /// Takes one as it is.
    pub fn new(token: impl Into<String>) -> Self {
        Self(Zeroizing::new(token.into()))
    }

    /// The text, for the `Authorization` header of the one request it is meant for.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// A name for it in caches, of no use to whoever reads it.
    pub(crate) fn digest(&self) -> String {
        sha256(self.0.as_bytes())
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken(…)")
    }
}
