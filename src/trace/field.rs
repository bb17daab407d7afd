//! A value as it is kept: in clear, or as what it is.

use super::token::Token;
use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// The longest value kept.
const LONGEST: usize = 8 * 1024;

/// What a value is, where it isn't shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What a person proves themself with.
    Password,
    /// What a client proves itself with.
    Secret,
    /// What proves that a form is from our page.
    FormToken,
    /// A cookie.
    Cookie,
    /// An authorization or device code.
    Code,
    /// A token.
    Token,
    /// A value drawn for one use: state, nonce, verifier, challenge.
    Random,
    /// Of a person: name, address, subject.
    Personal,
    /// Anything else.
    Other,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 9] =
        [Self::Password, Self::Secret, Self::FormToken, Self::Cookie, Self::Code, Self::Token, Self::Random, Self::Personal, Self::Other];

    /// Its name in texts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Secret => "secret",
            Self::FormToken => "form_token",
            Self::Cookie => "cookie",
            Self::Code => "code",
            Self::Token => "token",
            Self::Random => "random",
            Self::Personal => "personal",
            Self::Other => "value",
        }
    }

    /// That of a parameter or member.
    fn of(name: &str) -> Self {
        match name {
            "password" => Self::Password,
            "client_secret" => Self::Secret,
            "csrf" => Self::FormToken,
            "code" | "device_code" | "user_code" => Self::Code,
            "state" | "nonce" | "code_verifier" | "code_challenge" | "request_uri" | "dpop_jkt" | "jti" | "sid" | "session_state" => {
                Self::Random
            }
            "access_token"
            | "refresh_token"
            | "id_token"
            | "id_token_hint"
            | "token"
            | "subject_token"
            | "actor_token"
            | "assertion"
            | "client_assertion"
            | "request"
            | "response"
            | "registration_access_token"
            | "logout_token"
            | "software_statement" => Self::Token,
            "username" | "login_hint" | "logout_hint" | "email" | "sub" | "name" | "claims" => Self::Personal,
            _ => Self::Other,
        }
    }
}

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// As it came.
    Clear(String),
    /// Only what it is, how long, and how its digest begins: enough to tell whether two are the same.
    Hidden {
        /// What it is.
        kind: Kind,
        /// How many characters it has.
        length: usize,
        /// The first characters of a digest under a key of this process; none of passwords and the like.
        digest: Option<String>,
    },
    /// A signed token, part by part.
    Token(Box<Token>),
}

/// A named value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Shown,
}

/// How much is shown.
#[derive(Clone)]
pub enum View {
    /// Everything but passwords, cookies, form tokens and client secrets: the demo.
    Whole,
    /// What is no secret and nobody's: the rest by kind, length and digest.
    Redacted(Box<hmac::Key>),
}

/// Public by the protocol, or the client's own choice.
const PUBLIC: [&str; 43] = [
    "response_type",
    "response_mode",
    "client_id",
    "redirect_uri",
    "post_logout_redirect_uri",
    "scope",
    "code_challenge_method",
    "grant_type",
    "token_type_hint",
    "resource",
    "audience",
    "prompt",
    "max_age",
    "ui_locales",
    "acr_values",
    "client_assertion_type",
    "subject_token_type",
    "actor_token_type",
    "requested_token_type",
    "issued_token_type",
    "error",
    "error_description",
    "error_uri",
    "iss",
    "aud",
    "azp",
    "exp",
    "iat",
    "nbf",
    "auth_time",
    "acr",
    "amr",
    "token_type",
    "expires_in",
    "expires_at",
    "active",
    "interval",
    "verification_uri",
    "display",
    "decision",
    "typ",
    "alg",
    "kid",
];

/// Never shown, wherever.
const NEVER: [Kind; 4] = [Kind::Password, Kind::Secret, Kind::FormToken, Kind::Cookie];

impl View {
    /// The value of a parameter or member.
    pub fn show(&self, name: &str, value: &str) -> Shown {
        let kind = Kind::of(name);
        if let (Kind::Token, Some(token)) = (kind, Token::read(self, value)) {
            return Shown::Token(Box::new(token));
        }
        let clear = match self {
            Self::Whole => !NEVER.contains(&kind),
            Self::Redacted(_) => PUBLIC.contains(&name),
        };
        if clear { Shown::Clear(cut(value, LONGEST)) } else { self.hide(kind, value) }
    }

    /// The same as a named value. A name that is none may be anything, a secret too.
    pub fn field(&self, name: &str, value: &str) -> Field {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b':' | b'/' | b'#');
        let told = self.is_whole() || (name.len() <= 40 && name.bytes().all(plain));
        Field { name: if told { cut(name, 100) } else { "…".to_owned() }, value: self.show(name, value) }
    }

    /// What a value is, and not the value.
    pub fn hide(&self, kind: Kind, value: &str) -> Shown {
        let digest = match self {
            // With the value known from elsewhere a digest would confirm it.
            Self::Redacted(key) if !NEVER.contains(&kind) => {
                Some(URL_SAFE_NO_PAD.encode(hmac::sign(key, value.as_bytes())).chars().take(4).collect())
            }
            Self::Redacted(_) | Self::Whole => None,
        };
        // How long a password is would help to guess it.
        let length = if kind == Kind::Password { 0 } else { value.chars().count() };
        Shown::Hidden { kind, length, digest }
    }

    /// Whether everything may be seen.
    pub const fn is_whole(&self) -> bool {
        matches!(self, Self::Whole)
    }

    /// The members of a JSON object; those that are no texts as they are written.
    pub fn members(&self, object: &serde_json::Map<String, serde_json::Value>) -> Vec<Field> {
        let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        object.iter().take(80).map(|(name, value)| self.field(name, &text(value))).collect()
    }
}

/// The beginning of a text.
pub(super) fn cut(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let mut end = most;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}…", &text[..end])
}

impl Shown {
    /// About so many bytes are kept for it.
    pub(super) fn weight(&self) -> usize {
        match self {
            Self::Clear(text) => text.len() + 32,
            Self::Hidden { .. } => 48,
            Self::Token(token) => token.weight(),
        }
    }
}
