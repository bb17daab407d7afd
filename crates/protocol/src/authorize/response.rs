//! What the client gets from the authorization endpoint, and how (RFC 6749 §4.1.2, RFC 9207, OAuth 2.0 Form Post Response Mode, JWT
//! Secured Authorization Response Mode, JARM for short).

use crate::check::Check;
use crate::error::Refusal;
use crate::policy::Policy;
use crate::redirect_uri::RedirectUri;
use crate::secret::{Code, Secret};
use crate::values::{ClientId, Issuer, Seconds, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::form_urlencoded::Serializer;

/// How the answer travels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseMode {
    /// In the query of the redirect URI.
    #[default]
    Query,
    /// As a form the browser posts.
    FormPost,
    /// Signed, in the query (JARM §2.3.1). For a code, `jwt` means the same (§2.3.4).
    QueryJwt,
    /// Signed, as a form (JARM §2.3.3).
    FormPostJwt,
}

/// A signed answer is good for so long (JARM §2.1: "recommended to be 10 minutes at maximum").
pub const SIGNED_LIFETIME: Seconds = Seconds::minutes(5);

impl ResponseMode {
    /// Every mode.
    pub const ALL: [Self; 4] = [Self::Query, Self::FormPost, Self::QueryJwt, Self::FormPostJwt];

    /// The short name of [`Self::QueryJwt`] (JARM §2.3.4).
    pub const SHORT: &'static str = "jwt";

    /// As it stands in a request.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::FormPost => "form_post",
            Self::QueryJwt => "query.jwt",
            Self::FormPostJwt => "form_post.jwt",
        }
    }

    /// Reads the parameter; anything outside the known set is none.
    pub fn parse(text: &str) -> Option<Self> {
        if text == Self::SHORT { Some(Self::QueryJwt) } else { Self::ALL.into_iter().find(|mode| mode.as_str() == text) }
    }
}

/// Where an answer goes, and what goes back with it byte for byte.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The proven redirect URI.
    pub uri: RedirectUri,
    /// How.
    pub mode: ResponseMode,
    /// The `state` parameter (RFC 6749 §4.1.2).
    pub state: Option<String>,
}

/// The parameters of an answer that hasn't left yet.
#[derive(Debug)]
pub struct Draft {
    target: Target,
    params: Vec<(&'static str, String)>,
    refused: Option<Check>,
}

/// The parameters of an answer as it leaves, with how they travel.
#[derive(Debug)]
pub struct Response {
    /// Where it goes.
    pub target: Target,
    /// What is sent, in order.
    pub params: Vec<(&'static str, String)>,
    /// The rule that refused, where it is an error.
    pub refused: Option<Check>,
}

impl Draft {
    /// A code (RFC 6749 §4.1.2), with `iss` (RFC 9207 §2).
    pub fn code(target: Target, code: &Secret<Code>, policy: &Policy) -> Self {
        Self::with(target, vec![("code", code.expose().to_owned())], policy)
    }

    /// An error (RFC 6749 §4.1.2.1) with the `error_uri` that explains it, and with `iss` (RFC 9207 §2).
    pub fn error(target: Target, refusal: &Refusal, error_uri: Option<String>, policy: &Policy) -> Self {
        let mut params = vec![("error", refusal.code().as_str().to_owned()), ("error_description", refusal.description().to_owned())];
        params.extend(error_uri.map(|uri| ("error_uri", uri)));
        Self { refused: Some(refusal.check), ..Self::with(target, params, policy) }
    }

    fn with(target: Target, mut params: Vec<(&'static str, String)>, policy: &Policy) -> Self {
        if let Some(state) = &target.state {
            params.push(("state", state.clone()));
        }
        params.push(("iss", policy.issuer.as_str().to_owned()));
        Self { target, params, refused: None }
    }

    /// Whether it leaves signed.
    pub fn is_signed(&self) -> bool {
        matches!(self.target.mode, ResponseMode::QueryJwt | ResponseMode::FormPostJwt)
    }

    /// The claims of a signed one (JARM §2.1): whose it is, for whom, until when, and the parameters.
    pub fn claims(&self, client: &ClientId, issuer: &Issuer, now: Timestamp) -> Map<String, Value> {
        let mut claims = Map::new();
        claims.insert("iss".to_owned(), issuer.as_str().into());
        claims.insert("aud".to_owned(), client.as_str().into());
        claims.insert("exp".to_owned(), now.plus(SIGNED_LIFETIME).0.into());
        claims.extend(self.params.iter().map(|(name, value)| ((*name).to_owned(), Value::from(value.as_str()))));
        claims
    }

    /// Lets it leave. `sign` is asked where the client wants it signed, for what takes the place of the parameters (JARM §2.3).
    ///
    /// # Errors
    /// Those of `sign`.
    pub fn leave<E>(self, sign: impl FnOnce(&Self) -> Result<String, E>) -> Result<Response, E> {
        let signed = if self.is_signed() { Some(vec![("response", sign(&self)?)]) } else { None };
        Ok(Response { params: signed.unwrap_or(self.params), target: self.target, refused: self.refused })
    }
}

impl Response {
    /// The address for a redirect: the registered one with its own query kept (RFC 6749 §3.1.2).
    pub fn location(&self) -> String {
        append_query(self.target.uri.as_str(), self.params.iter().map(|(name, value)| (*name, value.as_str())))
    }
}

/// Adds parameters to the query of `uri`, which has no fragment, without touching what stands there.
pub fn append_query<'p>(uri: &str, params: impl IntoIterator<Item = (&'p str, &'p str)>) -> String {
    let query = Serializer::new(String::new()).extend_pairs(params).finish();
    let glue = match uri.find('?') {
        _ if query.is_empty() => "",
        None => "?",
        Some(at) if at + 1 == uri.len() || uri.ends_with('&') => "",
        Some(_) => "&",
    };
    format!("{uri}{glue}{query}")
}

#[cfg(test)]
#[allow(clippy::expect_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn draft(mode: ResponseMode, refused: Option<Check>) -> Draft {
        let policy = Policy::for_issuer(Issuer::parse("https://accounts.example.com").expect("an issuer"));
        let state = Some("S8NJ7uqk5fY4EjNvP_G_FtyJu6pUsvH9jsYni9dMAJw".to_owned());
        let target = Target { uri: RedirectUri::stored("https://client.example.com/cb"), mode, state };
        match refused {
            Some(check) => Draft::error(target, &Refusal::by(check), None, &policy),
            None => Draft::code(target, &Secret::shown("PyyFaux2o7Q0YfXBU32jhw.5FXSQpvr8akv9CeRDSd0QA"), &policy),
        }
    }

    fn claims(draft: &Draft) -> Value {
        let issuer = Issuer::parse("https://accounts.example.com").expect("an issuer");
        draft.claims(&ClientId::new("s6BhdRkqt3"), &issuer, Timestamp(1_311_281_970).minus(SIGNED_LIFETIME)).into()
    }

    #[test]
    fn the_claims_of_jarm_section_2_1_are_reproduced() {
        let code = json!({
            "iss": "https://accounts.example.com",
            "aud": "s6BhdRkqt3",
            "exp": 1_311_281_970,
            "code": "PyyFaux2o7Q0YfXBU32jhw.5FXSQpvr8akv9CeRDSd0QA",
            "state": "S8NJ7uqk5fY4EjNvP_G_FtyJu6pUsvH9jsYni9dMAJw",
        });
        assert_eq!(claims(&draft(ResponseMode::QueryJwt, None)), code);
        let mut error = claims(&draft(ResponseMode::QueryJwt, Some(Check::PersonAllows)));
        // Beside what the example holds we say why (RFC 6749 §4.1.2.1).
        assert!(error.as_object_mut().and_then(|claims| claims.remove("error_description")).is_some());
        let expected = json!({
            "iss": "https://accounts.example.com",
            "aud": "s6BhdRkqt3",
            "exp": 1_311_281_970,
            "error": "access_denied",
            "state": "S8NJ7uqk5fY4EjNvP_G_FtyJu6pUsvH9jsYni9dMAJw",
        });
        assert_eq!(error, expected);
    }

    #[test]
    fn a_signed_answer_holds_nothing_beside_its_signature_and_another_is_not_signed() {
        for mode in ResponseMode::ALL {
            for refused in [None, Some(Check::PersonAllows)] {
                let draft = draft(mode, refused);
                let signed = draft.is_signed();
                let mut asked = 0;
                let sign = |_: &Draft| {
                    asked += 1;
                    Ok::<_, ()>("a.b.c".to_owned())
                };
                let response = draft.leave(sign).expect("it leaves");
                assert_eq!((asked == 1, response.params == [("response", "a.b.c".to_owned())]), (signed, signed), "{mode:?}");
                assert_eq!(response.refused, refused);
            }
        }
        let sign = |_: &Draft| Err::<String, _>("no key");
        assert_eq!(draft(ResponseMode::FormPostJwt, None).leave(sign).err(), Some("no key"));
        assert!(draft(ResponseMode::FormPost, None).leave(sign).is_ok());
    }

    #[test]
    fn a_mode_is_read_as_it_is_written_and_jwt_is_by_query_for_a_code() {
        for mode in ResponseMode::ALL {
            assert_eq!(ResponseMode::parse(mode.as_str()), Some(mode));
        }
        assert_eq!(ResponseMode::parse("jwt"), Some(ResponseMode::QueryJwt));
        for unknown in ["fragment", "fragment.jwt", "JWT", "query.JWT", ".jwt", "jwt.query", "", "form_post.jwt "] {
            assert_eq!(ResponseMode::parse(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn the_query_of_the_redirect_uri_is_kept() {
        for (uri, expected) in [
            ("https://a.example/cb", "https://a.example/cb?x=1"),
            ("https://a.example/cb?", "https://a.example/cb?x=1"),
            ("https://a.example/cb?k=%20v", "https://a.example/cb?k=%20v&x=1"),
            ("com.example.app:/cb", "com.example.app:/cb?x=1"),
        ] {
            assert_eq!(append_query(uri, [("x", "1")]), expected);
        }
    }

    proptest! {
        #[test]
        fn a_state_comes_back_byte_for_byte_and_can_add_no_parameter(state in "[^\0]{1,60}") {
            let location = append_query("https://a.example/cb", [("state", state.as_str())]);
            prop_assert!(location.is_ascii());
            let url = url::Url::parse(&location).map_err(|e| TestCaseError::fail(e.to_string()))?;
            let pairs: Vec<_> = url.query_pairs().collect();
            prop_assert_eq!(pairs.len(), 1);
            prop_assert_eq!(&pairs[0].1, &state);
        }
    }
}
