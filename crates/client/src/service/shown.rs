//! How a token came: in one header, or not at all.

use super::Reason;

/// A longer token is not worth the work, in bytes.
pub(super) const LONGEST_TOKEN: usize = 8 * 1024;

/// The scheme a token is sent under (RFC 9110 §11.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scheme {
    /// Whoever has it may use it (RFC 6750 §2.1).
    Bearer,
    /// With a proof of the key it is bound to (RFC 9449 §7.1).
    Dpop,
}

/// A request, as far as its caller matters: for frameworks other than Rocket. With Rocket the guards make it.
#[derive(Clone, Copy, Debug)]
pub struct Presented<'r> {
    pub(super) method: &'r str,
    pub(super) path: &'r str,
    pub(super) authorization: &'r [&'r str],
    pub(super) dpop: &'r [&'r str],
    pub(super) token_in_query: bool,
    pub(super) certificate: Option<&'r [u8]>,
}

impl<'r> Presented<'r> {
    /// A request by its method and its path as it came, escapes and all, without the query.
    pub const fn new(method: &'r str, path: &'r str) -> Self {
        Self { method, path, authorization: &[], dpop: &[], token_in_query: false, certificate: None }
    }

    /// The values of **all** its `Authorization` headers.
    #[must_use]
    pub const fn authorization(self, headers: &'r [&'r str]) -> Self {
        Self { authorization: headers, ..self }
    }

    /// The values of **all** its `DPoP` headers.
    #[must_use]
    pub const fn dpop(self, headers: &'r [&'r str]) -> Self {
        Self { dpop: headers, ..self }
    }

    /// Whether its query has a parameter `access_token`. It isn't taken; the refusal says why.
    #[must_use]
    pub const fn token_in_query(self, there: bool) -> Self {
        Self { token_in_query: there, ..self }
    }

    /// The client certificate of its connection in DER, verified by whoever ended TLS.
    #[must_use]
    pub const fn certificate(self, der: &'r [u8]) -> Self {
        Self { certificate: Some(der), ..self }
    }

    /// The one token, and how it was sent.
    pub(super) fn token(&self) -> Result<(Scheme, &'r str), Reason> {
        let header = match self.authorization {
            [] if self.token_in_query => return Err(Reason::TokenInQuery),
            [] => return Err(Reason::NoToken),
            // RFC 6750 §2: "Clients MUST NOT use more than one method to transmit the token in each request."
            [_] if self.token_in_query => return Err(Reason::TokensTwice),
            [one] => *one,
            [_, _, ..] => return Err(Reason::TokensTwice),
        };
        let (scheme, token) = header.split_once(' ').map_or((header, None), |(scheme, token)| (scheme, Some(token)));
        let scheme = match scheme {
            bearer if bearer.eq_ignore_ascii_case("Bearer") => Scheme::Bearer,
            dpop if dpop.eq_ignore_ascii_case("DPoP") => Scheme::Dpop,
            _ => return Err(Reason::NoToken),
        };
        let token = token.ok_or(Reason::HeaderMalformed)?.trim_start_matches(' ');
        if token.len() > LONGEST_TOKEN {
            return Err(Reason::TokenTooLong);
        }
        if is_b64token(token) { Ok((scheme, token)) } else { Err(Reason::TokenMalformed) }
    }
}

/// RFC 6750 §2.1: `b64token = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`.
fn is_b64token(token: &str) -> bool {
    let body = token.trim_end_matches('=');
    !body.is_empty() && body.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~+/".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'r>(headers: &'r [&'r str]) -> Result<(Scheme, &'r str), Reason> {
        Presented::new("GET", "/").authorization(headers).token()
    }

    #[test]
    fn a_token_is_taken_from_one_header_and_from_nowhere_else() {
        assert_eq!(found(&["Bearer abc"]), Ok((Scheme::Bearer, "abc")));
        assert_eq!(found(&["bearer  a.b-c_~+/=="]), Ok((Scheme::Bearer, "a.b-c_~+/==")));
        assert_eq!(found(&["DPOP abc"]), Ok((Scheme::Dpop, "abc")));
        assert_eq!(found(&[]), Err(Reason::NoToken));
        assert_eq!(found(&["Bearer a", "Bearer a"]), Err(Reason::TokensTwice));
        assert_eq!(Presented::new("GET", "/").token_in_query(true).token(), Err(Reason::TokenInQuery));
        assert_eq!(Presented::new("GET", "/").authorization(&["Bearer a"]).token_in_query(true).token(), Err(Reason::TokensTwice));
    }

    #[test]
    fn what_is_no_bearer_token_is_none_and_what_is_malformed_is_said_to_be() {
        for (header, reason) in [
            ("Basic YTpi", Reason::NoToken),
            ("", Reason::NoToken),
            ("Bearertoken", Reason::NoToken),
            ("Bearer", Reason::HeaderMalformed),
            ("Bearer ", Reason::TokenMalformed),
            ("Bearer a b", Reason::TokenMalformed),
            ("Bearer a,b", Reason::TokenMalformed),
            ("Bearer =", Reason::TokenMalformed),
            ("Bearer \u{7167}\u{7247}", Reason::TokenMalformed),
            ("Bearer\ta", Reason::NoToken),
        ] {
            assert_eq!(found(&[header]), Err(reason), "{header}");
        }
        assert_eq!(found(&[&format!("Bearer {}", "a".repeat(LONGEST_TOKEN + 1))]), Err(Reason::TokenTooLong));
    }
}
