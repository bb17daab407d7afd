//! The table of the lab: one row an issuer, each with exactly one fault.

/// What an issuer of the lab does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing: the friendly case.
    None,
    /// In the answer that the browser carries.
    Answer(AnswerFault),
    /// In what a token claims.
    Claims(ClaimsFault),
    /// In how a token is signed, and what its header says.
    Header(HeaderFault),
    /// Userinfo speaks of somebody else.
    Userinfo,
    /// The discovery document is of another issuer.
    Discovery,
}

/// What is wrong with the answer of the authorization endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerFault {
    /// Another `state` than was sent.
    WrongState,
    /// No `state`.
    NoState,
    /// The `state` of an earlier login.
    ReplayedState,
    /// Another `iss`.
    WrongIss,
    /// No `iss`, although discovery promises one.
    NoIss,
    /// `code` comes twice.
    RepeatedCode,
    /// `error` and `code` come together.
    ErrorWithCode,
}

/// What is wrong with the claims of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimsFault {
    /// `nonce` of another login.
    WrongNonce,
    /// No `nonce`, although one was sent.
    NoNonce,
    /// `exp` has passed.
    Expired,
    /// No `exp`.
    NoExpiry,
    /// `iat` a day ahead.
    FromTheFuture,
    /// `nbf` an hour ahead.
    NotYetValid,
    /// `aud` is somebody else.
    WrongAudience,
    /// `aud` has somebody else beside the client, and there is no `azp`.
    ExtraAudience,
    /// `azp` is another client.
    WrongAzp,
    /// `iss` is another issuer.
    WrongIssuer,
    /// `at_hash` is of another access token.
    WrongAtHash,
    /// `scope` lacks what was asked.
    NoScope,
}

/// What is wrong with the header or the signature of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderFault {
    /// `alg` is `none`, and there is no signature.
    AlgNone,
    /// An HMAC, whose secret is the public key.
    Hs256,
    /// A `kid` that the key set does not have, and a stranger's signature.
    UnknownKid,
    /// The `kid` of the issuer's key, and a stranger's signature.
    ForeignKey,
    /// A stranger's key in the header, and his signature.
    EmbeddedJwk,
    /// The address of a stranger's keys in the header, and his signature.
    EmbeddedJku,
    /// The payload was changed after the signature.
    Edited,
    /// An extension nobody knows, marked as critical.
    Critical,
    /// `typ` names another kind of token.
    WrongType,
    /// An access token in the place of the ID token, or an ID token in the place of the access token.
    OtherKind,
}

/// Who has to refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// An app, at login.
    App,
    /// A service, when it is called.
    Service,
    /// Either.
    Both,
}

impl Side {
    /// Whether an app has to.
    pub const fn has_app(self) -> bool {
        matches!(self, Self::App | Self::Both)
    }

    /// Whether a service has to.
    pub const fn has_service(self) -> bool {
        matches!(self, Self::Service | Self::Both)
    }
}

/// A sentence in both languages of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// English.
    pub en: &'static str,
    /// Simplified Chinese.
    pub zh: &'static str,
}

impl Words {
    /// The sentence in the language of this tag: Chinese for `zh…`, English otherwise.
    pub fn said_in(&self, tag: &str) -> &'static str {
        if tag.starts_with("zh") { self.zh } else { self.en }
    }
}

/// One issuer of the lab.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Its name, and the path it lives at.
    pub name: &'static str,
    /// What it does wrong, for the code.
    pub fault: Fault,
    /// Who has to refuse.
    pub side: Side,
    /// Where that is written.
    pub source: &'static str,
    /// What it does wrong, for people.
    pub does: Words,
    /// What must happen.
    pub must: Words,
}

/// The row of that name.
pub fn row(name: &str) -> Option<&'static Row> {
    rows().iter().find(|row| row.name == name)
}

/// Every issuer, in the order in which to try them: first the one that makes no mistake.
pub const fn rows() -> &'static [Row] {
    super::rows::ROWS
}
