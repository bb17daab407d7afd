//! What nobody can guess.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// 256 bits from the operating system's generator, as base64url: 43 characters that stand anywhere unescaped.
#[expect(clippy::expect_used, reason = "a machine without randomness can't log anybody in")]
pub(crate) fn random() -> String {
    let mut bytes = [0; 32];
    aws_lc_rs::rand::fill(&mut bytes).expect("the system's randomness");
    URL_SAFE_NO_PAD.encode(bytes)
}
