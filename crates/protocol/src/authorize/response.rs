//! What the client gets from the authorization endpoint, and how (RFC 6749 §4.1.2, RFC 9207, OAuth 2.0 Form Post Response Mode).

use crate::check::Check;
use crate::error::Refusal;
use crate::policy::Policy;
use crate::redirect_uri::RedirectUri;
use crate::secret::{Code, Secret};
use serde::{Deserialize, Serialize};
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
}

impl ResponseMode {
    /// Every mode, as discovery lists them.
    pub const ALL: [Self; 2] = [Self::Query, Self::FormPost];

    /// As it stands in a request.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::FormPost => "form_post",
        }
    }

    /// Reads the parameter; anything outside the known set is none.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == text)
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

/// The parameters of an answer, with how they travel.
#[derive(Debug)]
pub struct Response {
    /// Where it goes.
    pub target: Target,
    /// What is sent, in order.
    pub params: Vec<(&'static str, String)>,
    /// The rule that refused, where it is an error.
    pub refused: Option<Check>,
}

impl Response {
    /// A code (RFC 6749 §4.1.2), with `iss` (RFC 9207 §2).
    pub fn code(target: Target, code: &Secret<Code>, policy: &Policy) -> Self {
        Self::with(target, vec![("code", code.expose().to_owned())], policy)
    }

    /// An error (RFC 6749 §4.1.2.1), with `iss` (RFC 9207 §2).
    pub fn error(target: Target, refusal: &Refusal, policy: &Policy) -> Self {
        let params = vec![("error", refusal.code().as_str().to_owned()), ("error_description", refusal.description().to_owned())];
        Self { refused: Some(refusal.check), ..Self::with(target, params, policy) }
    }

    fn with(target: Target, mut params: Vec<(&'static str, String)>, policy: &Policy) -> Self {
        if let Some(state) = &target.state {
            params.push(("state", state.clone()));
        }
        params.push(("iss", policy.issuer.as_str().to_owned()));
        Self { target, params, refused: None }
    }

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
mod tests {
    use super::*;
    use proptest::prelude::*;

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
