//! What the browser brought back.

use std::fmt;

use doorward_protocol::params::Params;

use super::LoginError;
use super::error::Said;

/// The answer to an authorization request: the parameters of RFC 6749 sections 4.1.2 and 4.1.2.1, and RFC 9207 section 2.
pub struct Answer {
    params: Params,
    state: String,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Answer(…)")
    }
}

impl Answer {
    /// Reads the query of the callback, as it came, without the question mark. The form of `response_mode=form_post` is read the same.
    ///
    /// # Errors
    /// [`LoginError::BadAnswer`] when it isn't well formed, repeats a parameter (RFC 6749 section 3.1), or has no `state`.
    pub fn from_query(query: &str) -> Result<Self, LoginError> {
        let params = Params::parse(query.as_bytes(), &[]).map_err(|_| LoginError::BadAnswer("the answer is malformed or too long"))?;
        let known = ["state", "code", "iss", "error", "error_description", "error_uri"];
        if known.iter().any(|name| params.get(name).is_some() && params.unambiguous(name).is_none()) {
            return Err(LoginError::BadAnswer("the answer has a parameter twice"));
        }
        let state = params.get("state").ok_or(LoginError::BadAnswer("the answer has no state"))?.to_owned();
        Ok(Self { params, state })
    }

    /// Which login it belongs to, as it says: look the pending login up by it.
    pub fn state(&self) -> &str {
        &self.state
    }

    pub(super) fn iss(&self) -> Option<&str> {
        self.params.get("iss")
    }

    /// The code, or what the provider said instead.
    pub(crate) fn code(&self) -> Result<&str, LoginError> {
        if let Some(error) = self.params.get("error") {
            return Err(LoginError::Said(Said::new(error, self.params.get("error_description"), self.params.get("error_uri"))));
        }
        self.params.get("code").ok_or(LoginError::BadAnswer("the answer has neither a code nor an error"))
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, LoginError};

    #[test]
    fn an_answer_has_a_state_and_nothing_twice() {
        let answer = Answer::from_query("code=a%2Bb&state=x%20y&iss=https%3A%2F%2Fa.example&other=1&other=2").expect("an answer");
        assert_eq!((answer.state(), answer.code(), answer.iss()), ("x y", Ok("a+b"), Some("https://a.example")));
        for bad in [
            "",
            "code=a",
            "state=&code=a",
            "state=a&state=b&code=c",
            "state=a&code=b&code=c",
            "state=a&iss=b&iss=b",
            "state=%zz",
            "state=%ff",
            "state=%00",
        ] {
            // Law: what can be read in two ways is not read.
            assert!(matches!(Answer::from_query(bad), Err(LoginError::BadAnswer(_))), "{bad}");
        }
        assert!(Answer::from_query(&format!("state={}", "a".repeat(20_000))).is_err());
        assert!(Answer::from_query(&"state=a&".repeat(100)).is_err());
    }

    #[test]
    fn what_the_provider_said_goes_before_a_code_and_is_tamed() {
        let answer = Answer::from_query("state=s&code=c&error=access_denied&error_description=No%0A%1b%5Bway&error_uri=javascript:x");
        let Err(LoginError::Said(said)) = answer.expect("an answer").code().map(str::to_owned) else { panic!("an error") };
        assert_eq!((said.error(), said.description(), said.uri()), ("access_denied", Some("No[way"), None));
        assert!(matches!(Answer::from_query("state=s").expect("an answer").code(), Err(LoginError::BadAnswer(_))));
    }
}
