//! The public keys of trusted issuers.

use doorward_protocol::jose::JwkSet;
use doorward_protocol::trusted_issuer::TrustedIssuer;

/// The keys that a trusted issuer signs with; none when they can't be had just now.
pub fn of(trusted: &TrustedIssuer) -> Option<JwkSet> {
    trusted.keys()
}
