//! Proof Key for Code Exchange (RFC 7636), S256 only.

use aws_lc_rs::{constant_time, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

/// A code challenge of method S256: 43 characters of base64url.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Challenge(String);

impl Challenge {
    /// RFC 7636 §4.2: `BASE64URL-ENCODE(SHA256(ASCII(code_verifier)))`.
    pub fn parse(text: &str) -> Option<Self> {
        let decodes = text.len() == 43 && URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == 32);
        decodes.then(|| Self(text.to_owned()))
    }

    /// The challenge of a verifier.
    pub fn of(verifier: &str) -> Self {
        Self(URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes())))
    }

    /// RFC 7636 §4.6, in constant time. A verifier outside the grammar of §4.1 (43 to 128 unreserved characters) matches nothing.
    pub fn is_met_by(&self, verifier: &str) -> bool {
        let well_formed = (43..=128).contains(&verifier.len())
            && verifier.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~'));
        well_formed && constant_time::verify_slices_are_equal(Self::of(verifier).0.as_bytes(), self.0.as_bytes()).is_ok()
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn the_example_of_rfc_7636_appendix_b() {
        assert!(Challenge::parse(CHALLENGE).is_some_and(|challenge| challenge.is_met_by(VERIFIER)));
        assert_eq!(Challenge::of(VERIFIER).as_str(), CHALLENGE);
    }

    #[test]
    fn no_other_verifier_meets_it() {
        let challenge = Challenge::of(VERIFIER);
        for bad in ["", "short", CHALLENGE, &VERIFIER.to_lowercase(), &VERIFIER[1..], &format!("{VERIFIER}="), &"a".repeat(129)] {
            assert!(!challenge.is_met_by(bad), "{bad}");
        }
        let too_short = "a".repeat(42);
        assert!(!Challenge::of(&too_short).is_met_by(&too_short));
    }

    #[test]
    fn a_challenge_is_a_sha256_in_base64url() {
        for bad in ["", "abc", &"a".repeat(44), &"=".repeat(43), &format!("{}+", &CHALLENGE[..42])] {
            assert_eq!(Challenge::parse(bad), None, "{bad}");
        }
    }
}
