//! The one table of protocol errors: code, status, and the general sentence a stranger gets.

use crate::check::{Check, Evidence, Tell};
use std::borrow::Cow;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $status:literal, $text:literal;)+) => {
        /// An error code of OAuth 2.0 or OpenID Connect.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ErrorCode { $($(#[$doc])* $name,)+ }

        impl ErrorCode {
            /// Every code, for documentation and tests.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// As it stands in an `error` parameter.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// The HTTP status where the error is answered directly; a redirect carries none.
            pub fn status(self) -> u16 {
                match self { $(Self::$name => $status,)+ }
            }

            /// A sentence that tells nobody anything about this very request.
            pub fn general(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }
        }
    };
}

codes! {
    /// RFC 6749 §4.1.2.1, §5.2.
    InvalidRequest = "invalid_request", 400, "The request is missing a parameter, repeats one or is malformed.";
    /// RFC 6749 §5.2; 401 so that a client that tried `Authorization` learns the scheme.
    InvalidClient = "invalid_client", 401, "Client authentication failed.";
    /// RFC 6749 §5.2.
    InvalidGrant = "invalid_grant", 400, "The grant is invalid, expired, revoked, already used or not this client's.";
    /// RFC 6749 §4.1.2.1, §5.2.
    UnauthorizedClient = "unauthorized_client", 400, "This client may not use this grant or response type.";
    /// RFC 6749 §5.2.
    UnsupportedGrantType = "unsupported_grant_type", 400, "This grant type is not supported.";
    /// RFC 6749 §4.1.2.1.
    UnsupportedResponseType = "unsupported_response_type", 400, "This response type is not supported.";
    /// RFC 6749 §4.1.2.1, §5.2.
    InvalidScope = "invalid_scope", 400, "A requested scope is unknown or exceeds what may be granted.";
    /// RFC 8707 §2.
    InvalidTarget = "invalid_target", 400, "The requested resource is unknown, or the token would be for more than one.";
    /// RFC 9396 §5.
    InvalidAuthorizationDetails = "invalid_authorization_details", 400, "The authorization details are malformed, unknown or not allowed to this client.";
    /// RFC 6749 §4.1.2.1; RFC 8628 §3.5 with the status of RFC 6749 §5.2.
    AccessDenied = "access_denied", 400, "The request was denied.";
    /// RFC 8628 §3.5.
    AuthorizationPending = "authorization_pending", 400, "The person has not answered yet; go on polling.";
    /// RFC 8628 §3.5.
    SlowDown = "slow_down", 400, "The person has not answered yet; poll less often.";
    /// RFC 8628 §3.5.
    ExpiredToken = "expired_token", 400, "The device code has expired.";
    /// OpenID Connect Core §3.1.2.6.
    LoginRequired = "login_required", 400, "The person must log in first.";
    /// OpenID Connect Core §3.1.2.6.
    ConsentRequired = "consent_required", 400, "The person must consent first.";
    /// OpenID Connect Core §3.1.2.6.
    InteractionRequired = "interaction_required", 400, "The person must take part.";
    /// OpenID Connect Core §3.1.2.6.
    AccountSelectionRequired = "account_selection_required", 400, "The person must choose an account first.";
    /// OpenID Connect Core Error Code `unmet_authentication_requirements` 1.0.
    UnmetAuthenticationRequirements = "unmet_authentication_requirements", 400, "This server can not authenticate a person as was asked.";
    /// RFC 9101 §7, OpenID Connect Core §3.1.2.6.
    InvalidRequestObject = "invalid_request_object", 400, "The request object is invalid.";
    /// RFC 9101 §7, OpenID Connect Core §3.1.2.6.
    InvalidRequestUri = "invalid_request_uri", 400, "The request_uri is invalid, expired or was used.";
    /// OpenID Connect Core §3.1.2.6.
    RegistrationNotSupported = "registration_not_supported", 400, "Registration by request parameter is not supported.";
    /// RFC 6750 §3.1.
    InvalidToken = "invalid_token", 401, "The access token is invalid, expired, revoked or not for this resource.";
    /// RFC 6750 §3.1.
    InsufficientScope = "insufficient_scope", 403, "The access token does not carry the needed scope.";
    /// RFC 9449 §5 at the token endpoint; 401 at resources: see [`Self::status_at_resource`].
    InvalidDpopProof = "invalid_dpop_proof", 400, "The DPoP proof is missing or not good for this request.";
    /// RFC 9449 §8; 401 at resources (§9).
    UseDpopNonce = "use_dpop_nonce", 400, "The DPoP proof needs a nonce of this server.";
    /// RFC 7009 §2.2.1.
    UnsupportedTokenType = "unsupported_token_type", 400, "This type of token can not be revoked.";
    /// RFC 7591 §3.2.2.
    InvalidClientMetadata = "invalid_client_metadata", 400, "The client's metadata is invalid.";
    /// RFC 7591 §3.2.2.
    InvalidRedirectUri = "invalid_redirect_uri", 400, "A redirect URI is invalid.";
    /// RFC 7591 §3.2.2.
    InvalidSoftwareStatement = "invalid_software_statement", 400, "The software statement is invalid.";
    /// RFC 7591 §3.2.2.
    UnapprovedSoftwareStatement = "unapproved_software_statement", 400, "The software statement is not approved here.";
    /// RFC 6749 §4.1.2.1.
    ServerError = "server_error", 500, "The server met an unexpected condition.";
    /// RFC 6749 §4.1.2.1; answered as 503 where it is answered directly.
    TemporarilyUnavailable = "temporarily_unavailable", 503, "The server can not answer just now; try again.";
}

impl ErrorCode {
    /// The status where a resource answers: a proof that isn't good is like a token that isn't (RFC 9449 §7.1, §9).
    pub fn status_at_resource(self) -> u16 {
        if matches!(self, Self::InvalidDpopProof | Self::UseDpopNonce) { 401 } else { self.status() }
    }
}

/// A rule that refused, with what it saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The rule.
    pub check: Check,
    /// What was expected and what came; never a secret in clear.
    pub evidence: Option<Evidence>,
    /// Whether the one who asked had proven to be the client when the rule refused.
    pub authenticated: bool,
}

impl Refusal {
    /// A refusal without evidence.
    pub fn by(check: Check) -> Self {
        Self { check, evidence: None, authenticated: false }
    }

    /// The same, spoken to a client that has authenticated.
    #[must_use]
    pub fn authenticated(mut self) -> Self {
        self.authenticated = true;
        self
    }

    /// The protocol error it leads to.
    pub fn code(&self) -> ErrorCode {
        self.check.rule().error
    }

    /// The same with what only this request can tell: which edge of the map isn't there. To a client that has authenticated alone, which
    /// named both ends of it.
    pub fn told(&self) -> Cow<'static, str> {
        match (&self.evidence, self.check) {
            (Some(evidence), Check::ExchangeDeclared) if self.authenticated => {
                // RFC 6749 §5.2: %x20-21 / %x23-5B / %x5D-7E
                let plain = evidence.received.chars().filter(|c| matches!(c, ' '..='!' | '#'..='[' | ']'..='~'));
                format!("{} Missing: {}.", self.description(), plain.take(500).collect::<String>()).into()
            }
            _ => self.description().into(),
        }
    }

    /// What may be told: the check's own sentence to whom it concerns, the general one to everybody else.
    ///
    /// RFC 6749 §5.2: ASCII without quotes and backslashes; a test holds the tables to it.
    pub fn description(&self) -> &'static str {
        let rule = self.check.rule();
        match rule.tell {
            Tell::Always => rule.sentence,
            Tell::Authenticated if self.authenticated => rule.sentence,
            Tell::Authenticated | Tell::Owner => rule.error.general(),
        }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} refused by {:?}", self.code().as_str(), self.check)
    }
}

impl std::error::Error for Refusal {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_of_the_table_may_stand_in_an_error_description() {
        for code in ErrorCode::ALL {
            // RFC 6749 §5.2: %x20-21 / %x23-5B / %x5D-7E
            assert!(code.general().bytes().all(|b| matches!(b, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e)), "{code:?}");
            assert!((400..600).contains(&code.status()));
        }
    }

    #[test]
    fn a_missing_edge_is_named_to_the_client_that_asked_and_to_nobody_else() {
        let edge = Evidence::new("a declared exchange", "orders, showing a token for https://o.example/\"\\\n, to https://s.example");
        let refusal = Refusal { evidence: Some(edge), ..Refusal::by(Check::ExchangeDeclared) };
        assert_eq!(refusal.told(), ErrorCode::InvalidTarget.general());
        let told = refusal.authenticated().told();
        assert!(told.ends_with("Missing: orders, showing a token for https://o.example/, to https://s.example."), "{told}");
        // Law: whatever stands in it may stand in an error_description.
        assert!(told.bytes().all(|b| matches!(b, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e)));
    }

    #[test]
    fn a_stranger_gets_the_general_sentence_and_the_client_its_own() {
        let refusal = Refusal::by(Check::PkceVerifier);
        assert_eq!(refusal.description(), ErrorCode::InvalidGrant.general());
        assert_eq!(refusal.authenticated().description(), Check::PkceVerifier.rule().sentence);
    }
}
