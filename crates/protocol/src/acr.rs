//! How sure this server is of a person after a login: `acr` and `amr` (OpenID Connect Core §2, RFC 9470).

use serde_json::Value;

/// What a login can attest, weakest first: each also satisfies whoever asks for one before it. A second factor or a passkey is a variant
/// more here, with a column in the session to remember which it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Acr {
    /// A password alone.
    Password,
}

impl Acr {
    /// Every level, weakest first, as discovery lists them.
    pub const ALL: [Self; 1] = [Self::Password];

    /// What every login attests as long as there is but one way to log in.
    pub const LOGIN: Self = Self::Password;

    /// Its name: the same on every server, so that an app's configuration moves with it (Core §2: "An absolute URI … SHOULD be used").
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Password => "urn:doorward:acr:password",
        }
    }

    /// The methods behind it (RFC 8176 §2).
    pub fn amr(self) -> &'static [&'static str] {
        match self {
            Self::Password => &["pwd"],
        }
    }

    /// The level of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|acr| acr.as_str() == name)
    }

    /// Whether this level is one of those wished for, or stands above one.
    pub fn satisfies<'v>(self, mut wished: impl Iterator<Item = &'v Value>) -> bool {
        wished.any(|value| value.as_str().and_then(Self::named).is_some_and(|asked| self >= asked))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_level_is_found_by_its_exact_name_and_satisfies_itself_and_the_ones_below() {
        for (at, acr) in Acr::ALL.into_iter().enumerate() {
            assert_eq!(Acr::named(acr.as_str()), Some(acr));
            assert!(!acr.amr().is_empty());
            for (other, asked) in Acr::ALL.into_iter().enumerate() {
                assert_eq!(acr.satisfies([json!("phr"), json!(asked.as_str())].iter()), other <= at);
            }
        }
        for odd in [json!("URN:DOORWARD:ACR:PASSWORD"), json!(""), json!(null), json!(1), json!(["urn:doorward:acr:password"])] {
            assert!(!Acr::LOGIN.satisfies([odd].iter()));
        }
        assert!(!Acr::LOGIN.satisfies([].iter()));
    }
}
