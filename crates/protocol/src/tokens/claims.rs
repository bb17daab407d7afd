//! What is told of a person, by scope (OpenID Connect Core §5.1, §5.4).

use crate::claims_request::Wishes;
use crate::scopes::Scopes;
use crate::values::Subject;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What a server knows of a person that may be told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Person {
    /// Towards clients.
    pub subject: Subject,
    /// The name they log in with.
    pub username: String,
    /// Their address.
    pub email: Option<String>,
    /// Whether it is proven to be theirs.
    pub email_verified: bool,
    /// Standard claims of §5.1, with language tags where set, and extra ones.
    pub claims: Map<String, Value>,
}

const PROFILE: [&str; 14] = [
    "name",
    "family_name",
    "given_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "updated_at",
];

/// The claims that a scope asks for (§5.4).
pub fn of_scope(scope: &str) -> &'static [&'static str] {
    match scope {
        "profile" => &PROFILE,
        "email" => &["email", "email_verified"],
        "address" => &["address"],
        "phone" => &["phone_number", "phone_number_verified"],
        _ => &[],
    }
}

/// A claim's name without its language tag (§5.2).
pub fn base(name: &str) -> &str {
    name.split_once('#').map_or(name, |(base, _)| base)
}

/// The scopes that ask for claims (§5.4).
const CLAIM_SCOPES: [&str; 4] = ["profile", "email", "address", "phone"];

/// Whether a claim of that name, without a language, is one of §5.1.
pub fn is_standard(name: &str) -> bool {
    CLAIM_SCOPES.iter().any(|scope| of_scope(scope).contains(&name))
}

/// The scope that bounds who may ask for a claim by name: its own, and `profile` for what the operator added. None speaks for the server's.
pub fn scope_of(name: &str) -> Option<&'static str> {
    if RESERVED.contains(&name) {
        return None;
    }
    Some(CLAIM_SCOPES.into_iter().find(|scope| of_scope(scope).contains(&name)).unwrap_or("profile"))
}

/// Whether one of these scopes hands over the claim of that name.
pub fn covers(scopes: &Scopes, name: &str) -> bool {
    scopes.iter().any(|scope| of_scope(scope).contains(&name))
}

/// Whether a language that was asked for and one that is there go together: the one begins with the other (RFC 4647 §3.3.1, §3.4).
fn matches(range: &str, tag: &str) -> bool {
    let begins = |long: &str, short: &str| {
        long.get(..short.len()).is_some_and(|head| head.eq_ignore_ascii_case(short))
            && matches!(long.as_bytes().get(short.len()), None | Some(b'-'))
    };
    begins(tag, range) || begins(range, tag)
}

/// Every claim that can be told, for discovery.
pub fn supported() -> Vec<&'static str> {
    let mut all = vec!["sub", "iss", "aud", "exp", "iat", "auth_time", "acr", "amr", "nonce", "at_hash", "sid"];
    for scope in CLAIM_SCOPES {
        all.extend(of_scope(scope));
    }
    all
}

impl Person {
    /// The value of a claim, with those in other languages (§5.2) behind it.
    fn claim(&self, name: &str) -> Vec<(&str, Value)> {
        match name {
            "email" => self.email.iter().map(|email| ("email", email.clone().into())).collect(),
            "email_verified" if self.email.is_some() => vec![("email_verified", self.email_verified.into())],
            "email_verified" => Vec::new(),
            "preferred_username" if !self.claims.contains_key(name) => vec![("preferred_username", self.username.clone().into())],
            _ => {
                let there = self.claims.iter().filter(|(key, value)| base(key) == name && !value.is_null());
                there.map(|(key, value)| (key.as_str(), value.clone())).collect()
            }
        }
    }

    /// Whether there is anything to tell under that name.
    pub fn has(&self, name: &str) -> bool {
        !self.claim(name).is_empty()
    }

    /// The same in the languages that were asked for (§5.2), the one without a tag always; none asked for: in all.
    fn claim_in(&self, name: &str, locales: &[String]) -> impl Iterator<Item = (&str, Value)> {
        let wanted =
            |key: &str| key.split_once('#').is_none_or(|(_, tag)| locales.is_empty() || locales.iter().any(|range| matches(range, tag)));
        self.claim(name).into_iter().filter(move |(key, _)| wanted(key))
    }

    /// What the scopes hand over, without `sub`.
    pub fn told(&self, scopes: &Scopes, locales: &[String]) -> Map<String, Value> {
        let names = scopes.iter().flat_map(of_scope);
        names.flat_map(|name| self.claim_in(name, locales)).map(|(key, value)| (key.to_owned(), value)).collect()
    }

    /// What is handed over of claims that were asked for by name: with a language tag, that one alone; with a value, only if it has it.
    pub fn told_by_name(&self, wishes: &Wishes, locales: &[String]) -> Map<String, Value> {
        let mut told = Map::new();
        for (asked, wish) in wishes {
            let tagged = asked.contains('#');
            let found = self.claim_in(base(asked), if tagged { &[] } else { locales });
            let meant = found.filter(|(key, value)| (!tagged || key.eq_ignore_ascii_case(asked)) && wish.takes(value));
            told.extend(meant.map(|(key, value)| (key.to_owned(), value)));
        }
        told
    }

    /// The name to greet with, in a language where it is set (§5.2).
    pub fn display_name(&self, language: &str) -> &str {
        let tagged = self.claims.get(&format!("name#{language}")).or_else(|| self.claims.get("name"));
        tagged.and_then(Value::as_str).unwrap_or(&self.username)
    }
}

/// Claims that no profile may set: they speak for the server, not for the person.
const RESERVED: [&str; 21] = [
    "sub",
    "iss",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "azp",
    "at_hash",
    "c_hash",
    "s_hash",
    "sid",
    "client_id",
    "cnf",
    "act",
    "may_act",
    "scope",
];

/// Checks a profile's JSON.
///
/// # Errors
/// One sentence that names the claim and what it must be.
pub fn validate(claims: &Map<String, Value>) -> Result<(), String> {
    for (key, value) in claims {
        let name = key.split('#').next().unwrap_or_default();
        if RESERVED.contains(&name) {
            return Err(format!("{key}: this claim is the server's own and can't be set"));
        }
        if name == "email" {
            return Err(format!("{key}: set it by --email"));
        }
        let fine = match name {
            "email_verified" | "phone_number_verified" => value.is_boolean(),
            "updated_at" => value.is_number(),
            "address" => value.is_object(),
            "phone_number" => value.is_string(),
            _ if PROFILE.contains(&name) => value.is_string(),
            _ => true,
        };
        if !fine {
            return Err(format!("{key}: the value is of the wrong type (OpenID Connect Core section 5.1)"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn ada() -> Person {
        let claims = json!({"name": "Ada Lovelace", "name#zh-CN": "阿达", "locale": null, "department": "Engines", "nameless": "x"});
        Person {
            subject: Subject::new("s"),
            username: "ada".to_owned(),
            email: Some("ada@example.org".to_owned()),
            email_verified: false,
            claims: claims.as_object().cloned().unwrap_or_default(),
        }
    }

    #[test]
    fn a_scope_tells_its_own_claims_and_no_others() {
        let told = |scopes: &str| Value::Object(ada().told(&Scopes::parse(scopes).unwrap_or_default(), &[]));
        assert_eq!(told("openid"), json!({}));
        assert_eq!(told("openid email"), json!({"email": "ada@example.org", "email_verified": false}));
        assert_eq!(told("profile"), json!({"name": "Ada Lovelace", "name#zh-CN": "阿达", "preferred_username": "ada"}));
        assert_eq!(told("phone address photos:read"), json!({}));
    }

    #[test]
    fn a_profile_cannot_speak_for_the_server() {
        for bad in [
            json!({"sub": "x"}),
            json!({"iss#en": "x"}),
            json!({"email": "x@y"}),
            json!({"name": 1}),
            json!({"address": "x"}),
            json!({"updated_at": "x"}),
        ] {
            assert!(validate(bad.as_object().unwrap_or(&Map::new())).is_err(), "{bad}");
        }
        assert!(validate(json!({"name": "Ada", "department": ["x"]}).as_object().unwrap_or(&Map::new())).is_ok());
    }
}
