//! What a provider says about a person.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::time::Timestamp;

/// Claims about a person who logged in (OpenID Connect Core sections 2 and 5.1). Only what was verified becomes one.
///
/// Names and addresses are what the provider holds; a person may be able to change them. Recognise people by
/// [`subject`](Self::subject), never by their e-mail address.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Claims(Map<String, Value>);

impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Claims({})", self.subject())
    }
}

impl Claims {
    /// `None` without a subject as OpenID Connect Core section 2 has it: a text of 1 to 255 ASCII characters.
    pub(crate) fn new(claims: Map<String, Value>) -> Option<Self> {
        let subject = claims.get("sub").and_then(Value::as_str)?;
        let good = !subject.is_empty() && subject.len() <= 255 && subject.bytes().all(|b| matches!(b, b' '..=b'~'));
        good.then_some(Self(claims))
    }

    /// Who it is: a name that never changes and is never given to anybody else at this provider.
    pub fn subject(&self) -> &str {
        self.text("sub").unwrap_or_default()
    }

    /// What to call them, in full.
    pub fn name(&self) -> Option<&str> {
        self.text("name")
    }

    /// The name they would choose for themselves. It may change, and may be another's one day.
    pub fn preferred_username(&self) -> Option<&str> {
        self.text("preferred_username")
    }

    /// Their e-mail address, which they may have typed themselves: see [`email_verified`](Self::email_verified).
    pub fn email(&self) -> Option<&str> {
        self.text("email")
    }

    /// Whether the provider has made sure that the address is theirs.
    pub fn email_verified(&self) -> bool {
        self.0.get("email_verified").and_then(Value::as_bool).unwrap_or(false)
    }

    /// The provider's session: what a back-channel logout will name.
    pub fn session(&self) -> Option<&str> {
        self.text("sid")
    }

    /// When they proved who they are.
    pub fn auth_time(&self) -> Option<Timestamp> {
        self.0.get("auth_time").and_then(Value::as_i64).map(Timestamp)
    }

    /// By what means they did (`acr`).
    pub fn acr(&self) -> Option<&str> {
        self.text("acr")
    }

    /// A claim of any kind.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// A claim that is a text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    /// All of them.
    pub fn all(&self) -> &Map<String, Value> {
        &self.0
    }

    /// These, with what `more` adds about the same person. What these say stays: they are signed.
    #[must_use]
    pub fn with(mut self, more: Self) -> Self {
        if more.subject() == self.subject() {
            for (name, value) in more.0 {
                self.0.entry(name).or_insert(value);
            }
        }
        self
    }
}
