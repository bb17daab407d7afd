//! The lab as a test sees it, and a reader that makes every check, unless it is told to leave some out.

pub(crate) mod reader;

use rocket::http::{ContentType, Header};
use rocket::local::blocking::Client;
use serde_json::Value;
use std::collections::HashMap;
use url::Url;

pub(crate) const PORT: u16 = 8007;
pub(crate) const CALLBACK: &str = "http://localhost:8080/callback";
pub(crate) const VERIFIER: &str = "a-verifier-of-more-than-forty-three-characters-0123456789";
pub(crate) const CHALLENGE: &str = "KqzFVVoj1xIeRMaYoKBsIWuO4_VBBpZdnQDgP3WuG_k";

pub(crate) struct World {
    pub(crate) lab: Client,
}

impl World {
    pub(crate) fn new() -> Self {
        let lab = doorward_demo::lab::lab_issuer(PORT, "http://127.0.0.1:8000").expect("keys");
        Self { lab: Client::untracked(lab).expect("the lab starts") }
    }

    pub(crate) fn issuer(fault: &str) -> String {
        format!("{}/{fault}", doorward_demo::lab::address(PORT))
    }

    /// Asks an address of the lab, absolute or not.
    pub(crate) fn get(&self, address: &str, bearer: Option<&str>) -> (u16, Value) {
        let path = address.trim_start_matches(&doorward_demo::lab::address(PORT)).to_owned();
        let mut request = self.lab.get(path);
        if let Some(token) = bearer {
            request.add_header(Header::new("Authorization", format!("Bearer {token}")));
        }
        let answer = request.dispatch();
        let status = answer.status().code;
        (status, answer.into_string().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
    }

    pub(crate) fn post(&self, path: &str, form: &[(&str, &str)]) -> (u16, Value) {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let answer = self.lab.post(path.to_owned()).header(ContentType::Form).body(body).dispatch();
        let status = answer.status().code;
        (status, answer.into_string().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
    }

    /// The parameters that the browser carries back.
    pub(crate) fn authorize(&self, fault: &str, client: &str, state: &str) -> Vec<(String, String)> {
        let mut url = Url::parse(&format!("{}/authorize", Self::issuer(fault))).expect("a URL");
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", client)
            .append_pair("redirect_uri", CALLBACK)
            .append_pair("scope", "openid profile")
            .append_pair("state", state)
            .append_pair("nonce", "nonce-1")
            .append_pair("code_challenge", CHALLENGE)
            .append_pair("code_challenge_method", "S256");
        let answer = self.lab.get(format!("{}?{}", url.path(), url.query().unwrap_or_default())).dispatch();
        assert_eq!(answer.status().code, 303, "{fault}");
        let to = Url::parse(answer.headers().get_one("Location").expect("an address")).expect("a URL");
        assert!(to.as_str().starts_with(CALLBACK), "{to}");
        to.query_pairs().into_owned().collect()
    }

    pub(crate) fn redeem(&self, fault: &str, client: &str, code: &str) -> Value {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("client_id", client),
            ("code_verifier", VERIFIER),
        ];
        self.post(&format!("/{fault}/token"), &form).1
    }

    pub(crate) fn access_token(&self, fault: &str) -> String {
        let (status, answer) = self.get(&format!("/{fault}/access-token?audience=https%3A%2F%2Fapi.example&scope=notes%3Aread"), None);
        assert_eq!(status, 200, "{fault}: {answer}");
        answer["access_token"].as_str().expect("a token").to_owned()
    }
}

/// The first value of each parameter.
pub(crate) fn firsts(parameters: &[(String, String)]) -> HashMap<&str, &str> {
    let mut found = HashMap::new();
    for (name, value) in parameters {
        found.entry(name.as_str()).or_insert(value.as_str());
    }
    found
}
