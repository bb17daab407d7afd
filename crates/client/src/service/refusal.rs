//! A refusal, and what it tells the client to do next.

use std::fmt;
use std::fmt::Write as _;

use doorward_protocol::jose::Alg;

use super::needs::Needs;
use super::shown::Scheme;
use super::{Error, Reason};

/// A request that was turned away: which check did it, and the answer that follows from it. It holds nothing of the token.
///
/// As a Rocket responder it is the whole answer: status, challenges, and a small JSON body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    reason: Reason,
    challenges: Vec<String>,
    nonce: Option<String>,
}

/// What challenges are made of, beside the reason.
#[derive(Clone, Debug)]
pub(super) struct Terms<'s> {
    /// How the token was sent, if one was.
    pub scheme: Option<Scheme>,
    /// What the handler needs.
    pub needs: &'s Needs,
    /// With what proofs may be signed.
    pub algs: &'s [Alg],
    /// Where the service says what it is (RFC 9728).
    pub metadata: Option<&'s str>,
    /// The nonce that proofs need.
    pub nonce: Option<String>,
}

impl Refusal {
    pub(super) fn new(reason: Reason, terms: Terms<'_>) -> Self {
        let nonce = if reason.error() == Error::UseDpopNonce { terms.nonce.clone() } else { None };
        Self { reason, challenges: challenges(reason, &terms), nonce }
    }

    /// Where there is no service to speak for.
    #[cfg(feature = "service")]
    pub(super) fn bare(reason: Reason) -> Self {
        Self { reason, challenges: Vec::new(), nonce: None }
    }

    /// Which check refused.
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// The HTTP status of the answer.
    pub fn status(&self) -> u16 {
        self.reason.error().status()
    }

    /// The values of the answer's `WWW-Authenticate` headers, one each.
    pub fn challenges(&self) -> &[String] {
        &self.challenges
    }

    /// The value of the answer's `DPoP-Nonce` header, if it has one (RFC 9449 §9).
    pub fn nonce(&self) -> Option<&str> {
        self.nonce.as_deref()
    }

    /// The answer's body.
    pub fn body(&self) -> String {
        let error = self.reason.error().code().unwrap_or(match self.reason.error() {
            Error::Unavailable => "temporarily_unavailable",
            Error::Misconfigured => "server_error",
            _ => "token_required",
        });
        serde_json::json!({ "error": error, "error_description": self.reason.sentence(), "check": self.reason.name() }).to_string()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason.fmt(f)
    }
}

impl std::error::Error for Refusal {}

/// RFC 6750 §3, RFC 9449 §7.1 and §7.2, RFC 9470 §3, RFC 9728 §5.1. The scheme that the token came under carries the error.
fn challenges(reason: Reason, terms: &Terms<'_>) -> Vec<String> {
    if matches!(reason.error(), Error::Unavailable | Error::Misconfigured) {
        return Vec::new();
    }
    let proofs = matches!(reason.error(), Error::InvalidDpopProof | Error::UseDpopNonce);
    let erring = if proofs { Scheme::Dpop } else { terms.scheme.unwrap_or(Scheme::Bearer) };
    let mut lines = [Scheme::Bearer, Scheme::Dpop].map(|scheme| challenge(scheme, (scheme == erring).then_some(reason), terms));
    if erring == Scheme::Dpop {
        lines.swap(0, 1);
    }
    lines.into()
}

fn challenge(scheme: Scheme, reason: Option<Reason>, terms: &Terms<'_>) -> String {
    let mut line = match scheme {
        Scheme::Bearer => "Bearer".to_owned(),
        Scheme::Dpop => "DPoP".to_owned(),
    };
    let mut glue = " ";
    let mut add = |name: &str, value: &str| {
        // Writing to a String can't fail.
        let _ = write!(line, "{glue}{name}=\"{value}\"");
        glue = ", ";
    };
    if let Some((reason, code)) = reason.and_then(|reason| Some((reason, reason.error().code()?))) {
        add("error", code);
        add("error_description", reason.sentence());
        if matches!(reason.error(), Error::InsufficientScope | Error::InsufficientUserAuthentication)
            && !terms.needs.scope_list().is_empty()
        {
            add("scope", &terms.needs.scope_list().join(" "));
        }
        if reason.error() == Error::InsufficientUserAuthentication {
            if !terms.needs.acr_values().is_empty() {
                add("acr_values", &terms.needs.acr_values().join(" "));
            }
            if let Some(seconds) = terms.needs.oldest_login() {
                add("max_age", &seconds.to_string());
            }
        }
    }
    if scheme == Scheme::Dpop {
        add("algs", &terms.algs.iter().map(|alg| alg.name()).collect::<Vec<_>>().join(" "));
    }
    if let Some(metadata) = terms.metadata {
        add("resource_metadata", metadata);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEEDS: Needs = Needs::scopes(&["a", "b"]).acr(&["gold", "silver"]).max_age(60);

    fn of(reason: Reason, scheme: Option<Scheme>) -> Vec<String> {
        let terms =
            Terms { scheme, needs: &NEEDS, algs: &[Alg::Es256, Alg::EdDsa], metadata: Some("https://a/m"), nonce: Some("n".into()) };
        Refusal::new(reason, terms).challenges
    }

    #[test]
    fn without_a_token_nothing_is_called_an_error() {
        let dpop = r#"DPoP algs="ES256 EdDSA", resource_metadata="https://a/m""#;
        assert_eq!(of(Reason::NoToken, None), [r#"Bearer resource_metadata="https://a/m""#, dpop]);
    }

    #[test]
    fn the_scheme_that_the_token_came_under_carries_the_error() {
        let told = r#"error="invalid_token", error_description="The access token has expired.", "#;
        let metadata = r#"resource_metadata="https://a/m""#;
        let plain = format!(r#"DPoP algs="ES256 EdDSA", {metadata}"#);
        assert_eq!(of(Reason::Expired, Some(Scheme::Bearer)), [format!("Bearer {told}{metadata}"), plain]);
        let dpop = format!(r#"DPoP {told}algs="ES256 EdDSA", {metadata}"#);
        assert_eq!(of(Reason::Expired, Some(Scheme::Dpop)), [dpop, format!("Bearer {metadata}")]);
        assert!(of(Reason::ProofMissing, Some(Scheme::Dpop))[0].starts_with(r#"DPoP error="invalid_dpop_proof""#));
    }

    #[test]
    fn a_missing_scope_and_a_login_that_will_not_do_say_what_would() {
        assert!(of(Reason::Scope, Some(Scheme::Bearer))[0].contains(r#"error="insufficient_scope""#));
        assert!(of(Reason::Scope, Some(Scheme::Bearer))[0].contains(r#", scope="a b", resource_metadata="#));
        let stepping_up = &of(Reason::LoginTooOld, Some(Scheme::Bearer))[0];
        // RFC 9470 §3.
        assert!(stepping_up.starts_with(r#"Bearer error="insufficient_user_authentication""#));
        assert!(stepping_up.contains(r#"acr_values="gold silver", max_age="60""#));
    }

    #[test]
    fn what_the_service_lacks_is_no_fault_of_the_client() {
        for reason in [Reason::KeysUnavailable, Reason::IntrospectionUnavailable, Reason::NotConfigured] {
            // Law: a client that is asked for a token when it has a good one would ask the person again.
            assert!(of(reason, Some(Scheme::Bearer)).is_empty());
        }
    }

    #[test]
    fn only_an_answer_that_asks_for_a_nonce_has_one() {
        let terms = |nonce: &str| Terms { scheme: None, needs: &NEEDS, algs: &[], metadata: None, nonce: Some(nonce.to_owned()) };
        assert_eq!(Refusal::new(Reason::ProofNonce, terms("n")).nonce(), Some("n"));
        assert_eq!(Refusal::new(Reason::ProofTime, terms("n")).nonce(), None);
    }
}
