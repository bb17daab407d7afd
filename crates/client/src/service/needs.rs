//! What a handler asks of its caller, said in its signature.

/// Whom a handler is for (RFC 9700 §4.15: a machine must never pass for a person).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Party {
    /// Anybody whose token is good.
    Anybody,
    /// A person, or a client that acts for one.
    Person,
    /// A client by itself.
    Machine,
}

/// What is needed: all of it.
///
/// ```
/// use doorward_client::service::Needs;
/// const PAY: Needs = Needs::scopes(&["orders:pay"]).person().max_age(300);
/// assert_eq!(PAY.scope_list(), ["orders:pay"]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needs {
    scopes: &'static [&'static str],
    party: Party,
    acr: &'static [&'static str],
    max_age: Option<u32>,
}

impl Needs {
    /// A good token, whatever it allows.
    pub const fn nothing() -> Self {
        Self { scopes: &[], party: Party::Anybody, acr: &[], max_age: None }
    }

    /// A token with each of these scopes.
    pub const fn scopes(scopes: &'static [&'static str]) -> Self {
        Self { scopes, ..Self::nothing() }
    }

    /// And from a person.
    #[must_use]
    pub const fn person(self) -> Self {
        Self { party: Party::Person, ..self }
    }

    /// And from a machine by itself.
    #[must_use]
    pub const fn machine(self) -> Self {
        Self { party: Party::Machine, ..self }
    }

    /// And by a login of one of these classes, best first (RFC 9470 §3 `acr_values`). They are compared whole: which class stands above
    /// which is the issuer's knowledge, so name each that will do.
    #[must_use]
    pub const fn acr(self, classes: &'static [&'static str]) -> Self {
        Self { acr: classes, ..self }
    }

    /// And by a login that is at most so many seconds old (RFC 9470 §3 `max_age`).
    #[must_use]
    pub const fn max_age(self, seconds: u32) -> Self {
        Self { max_age: Some(seconds), ..self }
    }

    /// The scopes.
    pub const fn scope_list(&self) -> &'static [&'static str] {
        self.scopes
    }

    /// Whom it is for.
    pub const fn party(&self) -> Party {
        self.party
    }

    /// The classes of login that will do; any, if there is none.
    pub const fn acr_values(&self) -> &'static [&'static str] {
        self.acr
    }

    /// How old the login may be, in seconds.
    pub const fn oldest_login(&self) -> Option<u32> {
        self.max_age
    }
}

/// A name for [`Needs`], so that a handler's signature says them: `Allowed<PhotosRead>`.
///
/// ```
/// use doorward_client::service::{Needs, Require};
///
/// /// Paying is for a person who logged in within the last five minutes.
/// struct Pay;
/// impl Require for Pay {
///     const NEEDS: Needs = Needs::scopes(&["orders:pay"]).person().max_age(300);
/// }
/// ```
///
/// For single scopes there is [`scopes!`](crate::scopes).
pub trait Require: Send + Sync + 'static {
    /// What is needed.
    const NEEDS: Needs;
}

/// A person, whatever the scopes.
#[derive(Clone, Copy, Debug)]
pub enum Person {}

impl Require for Person {
    const NEEDS: Needs = Needs::nothing().person();
}

/// A machine by itself, whatever the scopes.
#[derive(Clone, Copy, Debug)]
pub enum Machine {}

impl Require for Machine {
    const NEEDS: Needs = Needs::nothing().machine();
}

/// Makes a type of each scope, to be named in handlers.
///
/// ```
/// doorward_client::scopes! {
///     /// To see photos.
///     pub PhotosRead = "photos:read";
///     /// To see albums.
///     pub AlbumsRead = "albums:read";
/// }
/// # use doorward_client::service::Require;
/// assert_eq!(PhotosRead::NAME, "photos:read");
/// assert_eq!(AlbumsRead::NEEDS.scope_list(), ["albums:read"]);
/// ```
#[macro_export]
macro_rules! scopes {
    ($($(#[$doc:meta])* $vis:vis $name:ident = $scope:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        $vis enum $name {}

        #[allow(dead_code, reason = "not everybody asks for the name")]
        impl $name {
            /// The scope as it stands in a token.
            $vis const NAME: &'static str = $scope;
        }

        impl $crate::service::Require for $name {
            const NEEDS: $crate::service::Needs = $crate::service::Needs::scopes(&[$scope]);
        }
    )+};
}
