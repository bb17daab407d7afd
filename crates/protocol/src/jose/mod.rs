//! JSON Object Signing and Encryption, as far as a login server needs it: signing and verifying compact JWS
//! (RFC 7515), public keys as JWK (RFC 7517), the algorithms of RFC 7518 and RFC 8037, and the advice of
//! RFC 8725.
//!
//! Three rules hold everywhere in here:
//!
//! - **A token never chooses how it is checked.** The caller says which algorithms and which keys are good;
//!   the header can only narrow that choice (RFC 8725 section 3.1). A proof of possession is the one kind that brings
//!   its key ([`verify_embedded`]): it proves that its sender has that key, never who the sender is.
//! - **Nothing is global.** A [`SigningKey`] holds its parsed private key itself, no provider is installed for
//!   the process, so the server can live beside other users of the same libraries.
//! - **Time is an argument.** [`verify`] reads no clock; [`check_times`] is told what time it is.
//!
//! Randomness is the one exception to the crate's purity, and it stays inside aws-lc-rs:
//! [`SigningKey::generate`] draws a key from its generator, which the operating system seeds, and the ES256
//! nonce, the PS256 salt and RSA blinding come from the same place. None of it can be handed in from outside.

mod alg;
mod compact;
mod embedded;
mod error;
mod hash;
mod hmac;
mod json;
mod jwk;
mod jwk_parse;
mod sign;
mod times;
mod unverified;
mod verify;

#[cfg(test)]
mod tests;

pub use alg::{Alg, UnknownAlg};
pub use embedded::{Embedded, verify_embedded};
pub use error::{JoseError, JwkError, JwsError};
pub use hash::{sha256, x5t_s256};
pub use hmac::{HS256, MIN_SECRET_LEN, verify_hmac};
pub use json::unique_object;
pub use jwk::{Jwk, JwkSet, Kty};
pub use sign::SigningKey;
pub use times::{TimeRules, check_times, numeric_date};
pub use unverified::{Unverified, peek};
pub use verify::{KeySource, MAX_CANDIDATES, MAX_COMPACT_LEN, Rules, Typ, Verified, verify};
