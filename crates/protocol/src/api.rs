//! APIs (resource servers): their audience, their scopes and how their tokens are made.

use crate::detail_type::{DetailSchemas, DetailType};
use crate::details::Details;
use crate::jose::Alg;
use crate::scopes::{Scopes, is_openid_scope, is_scope_token};
use crate::values::{ResourceUri, Seconds};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How an access token is carried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AccessTokenFormat {
    /// A signed JWT that a service verifies by itself (RFC 9068).
    #[default]
    Jwt,
    /// A random reference that a service asks about (RFC 7662).
    Opaque,
}

/// The `typ` header of an API's JWT access tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TokenTyp {
    /// RFC 9068 §2.1.
    #[default]
    #[serde(rename = "at+jwt")]
    AtJwt,
    /// For services whose library knows nothing else.
    #[serde(rename = "JWT")]
    Jwt,
}

impl TokenTyp {
    /// As it stands in the header.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AtJwt => "at+jwt",
            Self::Jwt => "JWT",
        }
    }
}

/// What an API says of one of its scopes: a sentence per language, and whether a person may untick it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeText {
    /// It can't be unticked on the consent page.
    #[serde(default)]
    pub required: bool,
    /// Sentences by language tag.
    #[serde(flatten)]
    pub sentences: BTreeMap<String, String>,
}

impl ScopeText {
    /// The sentence in `language`, else in English, else in any.
    pub fn sentence(&self, language: &str) -> Option<&str> {
        self.sentences.get(language).or_else(|| self.sentences.get("en")).or_else(|| self.sentences.values().next()).map(String::as_str)
    }
}

/// An API: a protected resource with an audience of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Api {
    /// Its audience.
    pub resource: ResourceUri,
    /// Its name for people; the resource when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its scopes. A scope belongs to one API only.
    #[serde(default)]
    pub scopes: BTreeMap<String, ScopeText>,
    /// The format of its tokens; without it, the client's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_token_format: Option<AccessTokenFormat>,
    /// The `typ` of its JWTs.
    #[serde(default)]
    pub token_typ: TokenTyp,
    /// The algorithm its JWTs are signed with.
    #[serde(default = "default_alg")]
    pub signing_alg: Alg,
    /// How long its tokens live, in seconds; without it, as configured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_lifetime: Option<Seconds>,
}

fn default_alg() -> Alg {
    Alg::Es256
}

impl Api {
    /// An API without scopes, as a client's `resource` member registers it.
    pub fn bare(resource: ResourceUri) -> Self {
        Self {
            resource,
            name: None,
            scopes: BTreeMap::new(),
            access_token_format: None,
            token_typ: TokenTyp::default(),
            signing_alg: default_alg(),
            token_lifetime: None,
        }
    }

    /// Its name for people.
    pub fn shown_name(&self) -> &str {
        self.name.as_deref().unwrap_or(self.resource.as_str())
    }

    /// Its scopes as a set.
    pub fn scope_set(&self) -> Scopes {
        self.scopes.keys().map(String::as_str).collect()
    }

    /// What is wrong with it as it stands, in words for the operator.
    ///
    /// # Errors
    /// One sentence that names the member.
    pub fn validate(&self) -> Result<(), String> {
        for (scope, text) in &self.scopes {
            if !is_scope_token(scope) {
                return Err(format!("scopes: {scope:?} is no scope: use printable ASCII without spaces, quotes and backslashes"));
            }
            if is_openid_scope(scope) {
                return Err(format!("scopes: {scope:?} belongs to OpenID Connect and can't be an API's"));
            }
            if text.sentences.values().any(|sentence| sentence.trim().is_empty()) {
                return Err(format!("scopes: {scope:?} has an empty sentence"));
            }
        }
        if self.name.as_deref().is_some_and(|name| name.trim().is_empty()) {
            return Err("name: it is empty; leave it out or give one".to_owned());
        }
        match self.token_lifetime {
            Some(Seconds(s)) if !(10..=86_400).contains(&s) => Err(format!("token_lifetime: {s} is outside 10 to 86400 seconds")),
            _ => Ok(()),
        }
    }
}

/// All APIs of this server.
#[derive(Clone, Debug, Default)]
pub struct Apis {
    all: Vec<Api>,
    details: Vec<DetailType>,
    schemas: Option<Arc<dyn DetailSchemas>>,
}

impl Apis {
    /// Takes them as loaded.
    pub fn new(all: Vec<Api>) -> Self {
        Self { all, details: Vec::new(), schemas: None }
    }

    /// The same with the types of authorization details that belong to them (RFC 9396).
    #[must_use]
    pub fn with_details(self, details: Vec<DetailType>, schemas: Arc<dyn DetailSchemas>) -> Self {
        Self { details, schemas: Some(schemas), ..self }
    }

    /// The type of authorization details of that name.
    pub fn detail_type(&self, name: &str) -> Option<&DetailType> {
        self.details.iter().find(|known| known.name == name)
    }

    /// All types of authorization details.
    pub fn detail_types(&self) -> impl Iterator<Item = &DetailType> {
        self.details.iter()
    }

    /// Whether every object of these has a type that can be put into words: what a person can't read can't be allowed.
    pub fn can_show(&self, details: &Details) -> bool {
        details.types().all(|name| self.detail_type(name).is_some())
    }

    /// Where an object departs from the schema of its type; without schemas nothing fits.
    pub fn violation(&self, name: &str, detail: &Map<String, Value>) -> Option<String> {
        match &self.schemas {
            Some(schemas) => schemas.violation(name, detail),
            None => Some("no schema is known".to_owned()),
        }
    }

    /// The one with this audience.
    pub fn get(&self, resource: &str) -> Option<&Api> {
        self.all.iter().find(|api| api.resource.as_str() == resource)
    }

    /// The one a scope belongs to.
    pub fn owner_of(&self, scope: &str) -> Option<&Api> {
        self.all.iter().find(|api| api.scopes.contains_key(scope))
    }

    /// Whether a scope is known at all.
    pub fn knows(&self, scope: &str) -> bool {
        is_openid_scope(scope) || self.owner_of(scope).is_some()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Api> {
        self.all.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Api, String> {
        let api: Api = serde_json::from_str(json).map_err(|e| e.to_string())?;
        api.validate().map(|()| api)
    }

    #[test]
    fn an_api_is_read_in_the_documented_form() -> Result<(), String> {
        let api = read(
            r#"{"resource":"https://photos.example","name":"Photos","scopes":{"photos:read":{"en":"See your photos","zh-CN":"查看你的照片","required":true}}}"#,
        )?;
        let text = &api.scopes["photos:read"];
        assert!(text.required);
        assert_eq!(text.sentence("zh-CN"), Some("查看你的照片"));
        assert_eq!(text.sentence("fr"), Some("See your photos"));
        assert_eq!((api.signing_alg, api.token_typ.as_str()), (Alg::Es256, "at+jwt"));
        Ok(())
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (json, names) in [
            (r#"{"resource":"/x"}"#, "absolute URI"),
            (r#"{"resource":"https://a.example","scopes":{"a b":{}}}"#, "scopes"),
            (r#"{"resource":"https://a.example","scopes":{"openid":{}}}"#, "OpenID"),
            (r#"{"resource":"https://a.example","token_lifetime":1}"#, "token_lifetime"),
            (r#"{"resource":"https://a.example","signing_alg":"HS256"}"#, "signature algorithm"),
            (r#"{"resource":"https://a.example","scope":{}}"#, "scope"),
            (r#"{"resource":"https://a.example","scopes":{"a":{"en":" "}}}"#, "empty sentence"),
            (r#"{"name":"x"}"#, "resource"),
        ] {
            let error = read(json).err().unwrap_or_default();
            assert!(error.contains(names), "{json}: {error}");
        }
    }
}
