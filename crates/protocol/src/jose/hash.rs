//! Hashes as claims carry them.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// SHA-256 as base64url without padding: 43 characters.
pub fn sha256(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, bytes))
}

/// The thumbprint of a certificate in DER, as `x5t#S256` carries it (RFC 8705 section 3.1, RFC 7515 section 4.1.8).
///
/// It is taken over the bytes as they are, which is all that binding a token asks; whether they are a certificate is not
/// looked at.
pub fn x5t_s256(der: &[u8]) -> String {
    sha256(der)
}
