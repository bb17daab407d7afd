//! What can go wrong. The sentences are ASCII without quotes and backslashes and hold nothing that came from
//! outside, so each may stand in an `error_description` (RFC 6749 section 5.2).

use std::fmt;

/// Why a token was refused. The variants are ordered as the checks run, cheapest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JwsError {
    /// It is longer than the rules allow; nothing else was looked at.
    TooLarge,
    /// It is not a compact JWS with a JSON object as header and as claims (RFC 7515 section 7.1, RFC 7519
    /// section 7.2). The text says which part.
    Malformed(&'static str),
    /// Its `alg` is not in the list of the caller (RFC 8725 section 3.1), be it unknown, `none` or just not wanted.
    AlgNotAllowed,
    /// It has `crit` or `b64`: an extension that must be understood, and none is (RFC 7515 section 4.1.11,
    /// RFC 7797 section 3).
    Critical,
    /// Its `typ` is not the one asked for (RFC 8725 section 3.11).
    WrongTyp,
    /// No key at hand has its `kid` and fits its algorithm.
    UnknownKey,
    /// The key in its header is absent, or none that may stand there: see [`verify_embedded`](super::verify_embedded).
    EmbeddedKey(JwkError),
    /// The shared secret is shorter than the hash (RFC 7518 section 3.2).
    WeakSecret,
    /// The signature is not by any of the keys that fit.
    BadSignature,
    /// A claim that the caller needs is absent.
    MissingClaim(&'static str),
    /// A time claim is not a number of seconds between 1970 and the year 9999 (RFC 7519 section 2, `NumericDate`).
    BadDate(&'static str),
    /// Its `exp` has passed (RFC 7519 section 4.1.4).
    Expired,
    /// Its `nbf` has not come yet (RFC 7519 section 4.1.5).
    NotYetValid,
    /// Its `iat` lies in the future (RFC 7519 section 4.1.6).
    IssuedInFuture,
}

impl fmt::Display for JwsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => f.write_str("the token is too large"),
            Self::Malformed(part) => {
                write!(f, "the token is not a compact JWS: {part} is malformed")
            }
            Self::AlgNotAllowed => f.write_str("the token is signed with an algorithm not allowed here"),
            Self::Critical => f.write_str("the token has a crit or b64 header, which is not supported"),
            Self::WrongTyp => f.write_str("the token is of another type: see its typ header"),
            Self::UnknownKey => f.write_str("no known key has the kid and the algorithm of the token"),
            Self::EmbeddedKey(error) => write!(f, "the jwk header is not good: {error}"),
            Self::WeakSecret => f.write_str("the shared secret is shorter than 32 bytes"),
            Self::BadSignature => f.write_str("the signature of the token does not verify"),
            Self::MissingClaim(name) => write!(f, "the token has no claim {name}"),
            Self::BadDate(name) => {
                write!(f, "the claim {name} is not a time in seconds since 1970")
            }
            Self::Expired => f.write_str("the token has expired"),
            Self::NotYetValid => f.write_str("the token is not valid yet: see its claim nbf"),
            Self::IssuedInFuture => f.write_str("the token was issued in the future: see its claim iat"),
        }
    }
}

impl std::error::Error for JwsError {}

/// Why a JWK or a JWK Set was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JwkError {
    /// The document is longer than a set may be.
    TooLarge,
    /// The set has more keys than a set may have.
    TooManyKeys,
    /// The set has no keys at all.
    Empty,
    /// A member is absent, of the wrong JSON type, or not canonical base64url of the right length.
    Malformed(&'static str),
    /// The key has a private or symmetric part. It must be treated as leaked.
    Private(&'static str),
    /// `kty` or `crv` names a type of key that is not supported here.
    UnsupportedKey,
    /// `use` or `key_ops` says that the key does not verify signatures (RFC 7517 sections 4.2 and 4.3).
    NotForSignatures,
    /// `alg` is not supported, or does not go with the type of the key (RFC 7517 section 4.4).
    UnsupportedAlg,
    /// The RSA modulus has fewer than 2048 bits (RFC 7518 section 3.3) or more than 8192.
    RsaSize,
    /// The numbers are no public key: a point off the curve, an even modulus, a bad exponent.
    InvalidKey,
}

impl fmt::Display for JwkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => f.write_str("the key set is too large"),
            Self::TooManyKeys => f.write_str("the key set has too many keys"),
            Self::Empty => f.write_str("the key set has no keys"),
            Self::Malformed(member) => {
                write!(f, "the member {member} of a key is missing or malformed")
            }
            Self::Private(member) => {
                write!(f, "a key has the private member {member}: send public keys only, and replace this one, it is no longer secret")
            }
            Self::UnsupportedKey => f.write_str("a key is neither EC with P-256, nor OKP with Ed25519, nor RSA"),
            Self::NotForSignatures => f.write_str("a key is not for verifying signatures: see its use and key_ops"),
            Self::UnsupportedAlg => f.write_str("the alg of a key is not supported or does not go with its kty"),
            Self::RsaSize => f.write_str("an RSA key has fewer than 2048 or more than 8192 bits"),
            Self::InvalidKey => f.write_str("the numbers of a key are not a public key"),
        }
    }
}

impl std::error::Error for JwkError {}

/// Why a key could not be made, read or used for signing. None is caused by a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JoseError {
    /// The generator gave no key: out of memory or entropy.
    Generate,
    /// The bytes are no PKCS#8 private key for the algorithm (RFC 5958).
    KeyRejected,
    /// The key could not be written as PKCS#8.
    Export,
    /// The claims do not serialize to a JSON object (RFC 7519 section 3).
    Claims,
    /// The library refused to sign.
    Sign,
}

impl fmt::Display for JoseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Generate => "no signing key could be generated",
            Self::KeyRejected => "the stored signing key is not a PKCS#8 key of its algorithm",
            Self::Export => "the signing key could not be written as PKCS#8",
            Self::Claims => "the claims are not a JSON object",
            Self::Sign => "the token could not be signed",
        })
    }
}

impl std::error::Error for JoseError {}
