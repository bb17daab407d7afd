//! Why a request was turned away: one name a check, and one table of what follows from it.

use std::fmt;

/// What a refusal means to the client (RFC 6750 §3.1, RFC 9449 §7.1, RFC 9470 §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Error {
    /// Nothing was shown that could be wrong: 401 without an error code (RFC 6750 §3.1).
    NoToken,
    /// `invalid_request`, 400.
    InvalidRequest,
    /// `invalid_token`, 401.
    InvalidToken,
    /// `invalid_dpop_proof`, 401.
    InvalidDpopProof,
    /// `use_dpop_nonce`, 401.
    UseDpopNonce,
    /// `insufficient_scope`, 403.
    InsufficientScope,
    /// `insufficient_user_authentication`, 401.
    InsufficientUserAuthentication,
    /// It can't be found out now: 503.
    Unavailable,
    /// The service is not set up: 500.
    Misconfigured,
}

impl Error {
    /// The status of the answer.
    pub const fn status(self) -> u16 {
        match self {
            Self::InvalidRequest => 400,
            Self::NoToken | Self::InvalidToken | Self::InvalidDpopProof | Self::UseDpopNonce | Self::InsufficientUserAuthentication => 401,
            Self::InsufficientScope => 403,
            Self::Misconfigured => 500,
            Self::Unavailable => 503,
        }
    }

    /// The error code of the challenge, where there is one.
    pub const fn code(self) -> Option<&'static str> {
        match self {
            Self::InvalidRequest => Some("invalid_request"),
            Self::InvalidToken => Some("invalid_token"),
            Self::InvalidDpopProof => Some("invalid_dpop_proof"),
            Self::UseDpopNonce => Some("use_dpop_nonce"),
            Self::InsufficientScope => Some("insufficient_scope"),
            Self::InsufficientUserAuthentication => Some("insufficient_user_authentication"),
            Self::NoToken | Self::Unavailable | Self::Misconfigured => None,
        }
    }
}

macro_rules! reasons {
    ($($name:ident: $source:literal, $error:ident, $sentence:literal;)+) => {
        /// Which check turned a request away.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Reason { $(#[doc = concat!($sentence, " (", $source, ")")] $name,)+ }

        impl Reason {
            /// Every reason.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// Its name, as it stands in logs and answers.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)+ }
            }

            /// The specification and section it comes from.
            pub const fn source(self) -> &'static str {
                match self { $(Self::$name => $source,)+ }
            }

            /// What it means to the client.
            pub const fn error(self) -> Error {
                match self { $(Self::$name => Error::$error,)+ }
            }

            /// What the client's author should know: ASCII without quotes and backslashes, nothing that came from outside.
            pub const fn sentence(self) -> &'static str {
                match self { $(Self::$name => $sentence,)+ }
            }
        }
    };
}

reasons! {
    // How the token came
    NoToken: "RFC 6750 §3", NoToken, "An access token is needed: send it as Authorization: Bearer.";
    TokenInQuery: "RFC 9700 §4.3.2; OAuth 2.1 §5.1", NoToken, "An access token in the address is not looked at: send it as Authorization: Bearer.";
    TokensTwice: "RFC 6750 §2, §3.1", InvalidRequest, "More than one access token came: send one, in one Authorization header.";
    HeaderMalformed: "RFC 6750 §2.1", InvalidRequest, "The Authorization header is malformed: after the scheme comes one access token.";
    // What it is
    TokenTooLong: "RFC 8725 §3.2 (limits of this service)", InvalidToken, "The access token is longer than this service takes.";
    TokenMalformed: "RFC 7515 §5.2; RFC 9068 §4", InvalidToken, "The access token is not of a form that this service takes.";
    Algorithm: "RFC 8725 §3.1; RFC 9068 §4", InvalidToken, "The access token is signed with an algorithm that is not taken here.";
    CriticalHeader: "RFC 7515 §4.1.11; RFC 7797 §6", InvalidToken, "The access token has a header that must be understood and is not.";
    TokenType: "RFC 9068 §4; RFC 8725 §3.11", InvalidToken, "The typ header says that this is no access token.";
    UnknownKey: "RFC 7515 §4.1.4; OpenID Connect Core §10.1.1", InvalidToken, "The access token names no key of the issuer.";
    Signature: "RFC 7515 §5.2", InvalidToken, "The signature of the access token does not verify.";
    // What it says
    ClaimMissing: "RFC 9068 §2.2", InvalidToken, "The access token lacks a claim that it must have.";
    ClaimMalformed: "RFC 7519 §4.1; RFC 9068 §2.2", InvalidToken, "A claim of the access token is malformed.";
    Issuer: "RFC 9068 §4", InvalidToken, "The access token is from another issuer.";
    Audience: "RFC 9068 §4; RFC 9700 §2.3", InvalidToken, "The access token is for another audience, or for more than this one.";
    IdToken: "RFC 9068 §5; RFC 8725 §3.12", InvalidToken, "This is an ID token: it tells an app who logged in and opens no API.";
    Expired: "RFC 7519 §4.1.4", InvalidToken, "The access token has expired.";
    NotYetValid: "RFC 7519 §4.1.5", InvalidToken, "The access token is not valid yet.";
    IssuedInFuture: "RFC 7519 §4.1.6", InvalidToken, "The access token was issued in the future: a clock is wrong.";
    Inactive: "RFC 7662 §2.2", InvalidToken, "The access token is unknown, expired or revoked.";
    // Whose hands it is in
    BoundSentAsBearer: "RFC 9449 §7.1, §7.2", InvalidToken, "The access token is bound to a key: send it as Authorization: DPoP with a proof.";
    UnboundSentAsDpop: "RFC 9449 §7.1", InvalidToken, "The access token is not bound to a key: send it as Authorization: Bearer.";
    BindingUnknown: "RFC 7800 §3.1", InvalidToken, "The access token is bound by a method that this service does not know.";
    CertificateMissing: "RFC 8705 §3", InvalidToken, "The access token is bound to a certificate, and none was shown.";
    CertificateOther: "RFC 8705 §3", InvalidToken, "The access token is bound to another certificate.";
    ProofMissing: "RFC 9449 §7.1", InvalidDpopProof, "A DPoP proof must come with the access token.";
    ProofTwice: "RFC 9449 §4.3 check 1", InvalidDpopProof, "There must be one DPoP header, not several.";
    ProofMalformed: "RFC 9449 §4.3 checks 2 to 5, 7", InvalidDpopProof, "The DPoP proof is not a JWT of type dpop+jwt with a public key and a jti.";
    ProofSignature: "RFC 9449 §4.3 check 6", InvalidDpopProof, "The signature of the DPoP proof does not verify with its own key.";
    ProofMethod: "RFC 9449 §4.3 check 8", InvalidDpopProof, "htm of the DPoP proof is not the method of this request.";
    ProofAddress: "RFC 9449 §4.3 check 9", InvalidDpopProof, "htu of the DPoP proof is not the address of this request.";
    ProofNonce: "RFC 9449 §4.3 check 10, §9", UseDpopNonce, "The DPoP proof needs the nonce from the header DPoP-Nonce of this answer.";
    ProofTime: "RFC 9449 §4.3 check 11", InvalidDpopProof, "The DPoP proof is too old or from the future: make a new one for each request.";
    ProofToken: "RFC 9449 §4.3 check 12", InvalidDpopProof, "ath of the DPoP proof is not the digest of the access token.";
    ProofKey: "RFC 9449 §4.3 check 12, §7.1", InvalidToken, "The access token is bound to another key than the one of the DPoP proof.";
    ProofReplayed: "RFC 9449 §11.1", InvalidDpopProof, "The DPoP proof was used before: make a new one for each request.";
    // What it allows
    Scope: "RFC 6750 §3.1", InsufficientScope, "The access token lacks a scope that is needed here.";
    PersonNeeded: "RFC 9700 §4.15", InsufficientScope, "This is for people: the access token is a machine's own.";
    MachineNeeded: "RFC 9700 §4.15", InsufficientScope, "This is for machines: the access token is a person's.";
    LoginTooWeak: "RFC 9470 §3", InsufficientUserAuthentication, "The person must log in in a stronger way: see acr_values.";
    LoginTooOld: "RFC 9470 §3", InsufficientUserAuthentication, "The person must log in again: see max_age.";
    // What this service lacks
    KeysUnavailable: "RFC 9110 §15.6.4", Unavailable, "The keys of the issuer can not be read now.";
    IntrospectionUnavailable: "RFC 9110 §15.6.4", Unavailable, "The issuer can not be asked about the access token now.";
    ReplaysUnremembered: "RFC 9449 §11.1", Unavailable, "No more DPoP proofs can be remembered now.";
    NotConfigured: "-", Misconfigured, "The service does not know whose access tokens to take.";
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sentence())
    }
}

impl std::error::Error for Reason {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_a_source_and_a_sentence_that_may_stand_in_a_header() {
        for reason in Reason::ALL {
            assert!(!reason.source().is_empty() && reason.sentence().ends_with('.'), "{reason:?}");
            // Law: RFC 6750 §3, error_description is %x20-21 / %x23-5B / %x5D-7E.
            assert!(reason.sentence().bytes().all(|b| matches!(b, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e)), "{reason:?}");
        }
    }

    #[test]
    fn what_can_not_be_found_out_lets_nobody_in() {
        assert!(Reason::ALL.iter().all(|reason| reason.error().status() >= 400));
    }
}
