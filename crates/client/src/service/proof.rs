//! Tokens bound to a key: that whoever sends one holds its key (RFC 9449 §7, RFC 8705 §3).

use doorward_protocol::check::{Check, Checks};
use doorward_protocol::dpop::{NonceCheck, Proof, make_nonce};
use doorward_protocol::jose::x5t_s256;

use super::Reason;
use super::caller::Binding;
use super::replays::{MOST, MOST_OF_A_KEY, Replays};
use super::shown::{Presented, Scheme};
use crate::time::Timestamp;

/// What proofs are held against.
#[derive(Debug)]
pub(super) struct Proofs {
    /// Where clients reach this service, without a slash at the end: never taken from a request.
    base: Option<String>,
    nonce_key: [u8; 32],
    nonce_required: bool,
    replays: Replays,
}

impl Proofs {
    pub fn new(base: Option<String>, nonce_key: [u8; 32], nonce_required: bool) -> Self {
        Self { base, nonce_key, nonce_required, replays: Replays::new(MOST, MOST_OF_A_KEY) }
    }

    /// The nonce to hand out.
    pub fn nonce(&self, now: Timestamp) -> String {
        make_nonce(&self.nonce_key, now)
    }

    /// Whether the token was sent as its binding asks, by whoever holds the key.
    pub fn held(
        &self,
        binding: Option<&Binding>,
        scheme: Scheme,
        token: &str,
        shown: &Presented<'_>,
        now: Timestamp,
    ) -> Result<(), Reason> {
        match (binding, scheme) {
            (None, Scheme::Bearer) => Ok(()),
            // RFC 9449 §7.2: a bound token sent as Bearer is a downgrade.
            (Some(Binding::Key(_)), Scheme::Bearer) => Err(Reason::BoundSentAsBearer),
            (None | Some(Binding::Certificate(_)), Scheme::Dpop) => Err(Reason::UnboundSentAsDpop),
            (Some(Binding::Key(key)), Scheme::Dpop) => self.proven(key, token, shown, now),
            (Some(Binding::Certificate(digest)), Scheme::Bearer) => match shown.certificate {
                None => Err(Reason::CertificateMissing),
                Some(der) if x5t_s256(der) == *digest => Ok(()),
                Some(_) => Err(Reason::CertificateOther),
            },
        }
    }

    fn proven(&self, key: &str, token: &str, shown: &Presented<'_>, now: Timestamp) -> Result<(), Reason> {
        let base = self.base.as_ref().ok_or(Reason::NotConfigured)?;
        let address = format!("{base}{}", shown.path);
        let nonce = if self.nonce_required { NonceCheck::Required(&self.nonce_key) } else { NonceCheck::Optional(&self.nonce_key) };
        let mut checks = Checks::silent();
        let proof = Proof::read(shown.dpop, &mut checks).map_err(|refused| reason_of(refused.check))?.ok_or(Reason::ProofMissing)?;
        let proven = proof.verify(shown.method, &address, Some(token), nonce, now, &mut checks);
        let proven = proven.map_err(|refused| reason_of(refused.check))?;
        // RFC 9449 §4.3 check 12: "the public key to which the access token is bound matches the public key from the DPoP proof".
        if proven.jkt.as_str() != key {
            return Err(Reason::ProofKey);
        }
        self.replays.first_use(key, &proven.jti_key, proven.expires_at, now)
    }
}

/// What the rules of the protocol say, in the words of this service. They are many more than can be met here.
fn reason_of(check: Check) -> Reason {
    match check {
        Check::DpopOneHeader => Reason::ProofTwice,
        Check::DpopSignature => Reason::ProofSignature,
        Check::DpopHtm => Reason::ProofMethod,
        Check::DpopHtu => Reason::ProofAddress,
        Check::DpopNonce => Reason::ProofNonce,
        Check::DpopIat => Reason::ProofTime,
        Check::DpopAth => Reason::ProofToken,
        _ => Reason::ProofMalformed,
    }
}
