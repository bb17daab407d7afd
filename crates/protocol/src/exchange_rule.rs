//! Who may exchange a token for one for which API (RFC 8693): each edge is declared by the operator, and nothing else is allowed.

use crate::scopes::{Scopes, is_openid_scope, is_scope_token};
use crate::values::{ClientId, ResourceUri, Seconds};
use serde::{Deserialize, Serialize};

/// How the new token speaks of the client that asked for it (RFC 8693 §1.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExchangeMode {
    /// The client acts for the subject and is named: it becomes the outermost `act`.
    #[default]
    Delegation,
    /// The client appears as the subject: no actor is added; those before it stay named.
    Impersonation,
}

/// One edge: a client, the tokens it may show, the API it gets tokens for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExchangeRule {
    /// Its name for the operator.
    pub name: String,
    /// Who exchanges.
    pub client: ClientId,
    /// Only tokens for this audience; without it, tokens for any API that the client is, and those issued to itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject_audience: Option<ResourceUri>,
    /// The API that the new token is for.
    pub target: ResourceUri,
    /// What the new token may allow at most; none for an API without scopes.
    pub scopes: Vec<String>,
    /// Delegation or impersonation.
    #[serde(default)]
    pub mode: ExchangeMode,
    /// How long the new token lives at most, in seconds; it never outlives the token it is exchanged for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifetime: Option<Seconds>,
}

impl ExchangeRule {
    /// What the new token may allow at most.
    pub fn scope_set(&self) -> Scopes {
        self.scopes.iter().map(String::as_str).collect()
    }

    /// Whether it is about the same tokens for the same API.
    pub fn same_edge(&self, other: &Self) -> bool {
        self.client == other.client && self.subject_audience == other.subject_audience && self.target == other.target
    }

    /// What is wrong with it as it stands, in words for the operator.
    ///
    /// # Errors
    /// One sentence that names the member.
    pub fn validate(&self) -> Result<(), String> {
        let fine = (1..=100).contains(&self.name.len()) && self.name.bytes().all(|b| b.is_ascii_graphic()) && !self.name.starts_with('-');
        if !fine {
            return Err("name: give 1 to 100 printable characters without spaces and no leading -, like \"orders-to-stock\"".to_owned());
        }
        for scope in &self.scopes {
            if !is_scope_token(scope) {
                return Err(format!("scopes: {scope:?} is no scope: list them one by one, like [\"stock:read\"]"));
            }
            if is_openid_scope(scope) {
                return Err(format!("scopes: {scope:?} belongs to OpenID Connect and doesn't travel in a token for an API"));
            }
        }
        match self.lifetime {
            Some(Seconds(s)) if !(10..=86_400).contains(&s) => Err(format!("lifetime: {s} is outside 10 to 86400 seconds")),
            _ => Ok(()),
        }
    }
}

/// All edges of this server.
#[derive(Clone, Debug, Default)]
pub struct ExchangeRules(Vec<ExchangeRule>);

impl ExchangeRules {
    /// Takes them as loaded.
    pub fn new(rules: Vec<ExchangeRule>) -> Self {
        Self(rules)
    }

    /// The edge from `client`, showing a token for `subject_audience`, to `target`: one that names the audience goes before one that doesn't.
    pub fn edge(&self, client: &ClientId, subject_audience: &str, target: &str) -> Option<&ExchangeRule> {
        let matching = |rule: &&ExchangeRule| {
            let audience = rule.subject_audience.as_ref().is_none_or(|named| named.as_str() == subject_audience);
            rule.client == *client && rule.target.as_str() == target && audience
        };
        self.0.iter().filter(matching).max_by_key(|rule| rule.subject_audience.is_some())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used)]

    use super::*;
    use serde_json::{Value, json};

    fn read(changes: &Value) -> Result<ExchangeRule, String> {
        let mut all = json!({"name": "orders-to-stock", "client": "orders", "target": "https://stock.example", "scopes": ["stock:read"]});
        for (name, value) in changes.as_object().into_iter().flatten() {
            all[name] = value.clone();
        }
        let rule: ExchangeRule = serde_json::from_value(all).map_err(|why| why.to_string())?;
        rule.validate().map(|()| rule)
    }

    #[test]
    fn an_edge_is_delegation_unless_it_says_otherwise() {
        let rule = read(&json!({})).expect("a rule");
        assert_eq!((rule.mode, rule.lifetime, rule.scope_set().to_string()), (ExchangeMode::Delegation, None, "stock:read".to_owned()));
        // Law: hiding who acts is never a default.
        assert_eq!(read(&json!({"mode": "impersonation"})).map(|rule| rule.mode), Ok(ExchangeMode::Impersonation));
    }

    #[test]
    fn what_is_wrong_with_an_edge_is_named() {
        for (changes, says) in [
            (json!({"name": ""}), "name"),
            (json!({"name": "a b"}), "name"),
            (json!({"name": "-a"}), "name"),
            (json!({"target": "stock"}), "absolute URI"),
            (json!({"target": null}), "string"),
            (json!({"subject_audience": "orders"}), "absolute URI"),
            (json!({"scopes": null}), "sequence"),
            (json!({"scopes": "stock:read"}), "sequence"),
            (json!({"scopes": ["stock:read stock:write"]}), "one by one"),
            (json!({"scopes": ["openid"]}), "OpenID"),
            (json!({"mode": ["delegation"]}), "sequence"),
            (json!({"mode": "both"}), "both"),
            (json!({"lifetime": 1}), "lifetime"),
            (json!({"clients": ["orders"]}), "clients"),
        ] {
            let why = read(&changes).expect_err("to be refused");
            // Law: the operator learns which member to change.
            assert!(why.contains(says), "{changes}: {why}");
        }
    }

    #[test]
    fn the_edge_that_names_the_audience_goes_before_the_one_that_does_not() {
        let rules = ExchangeRules::new(vec![
            read(&json!({"name": "narrow", "subject_audience": "https://orders.example"})).expect("a rule"),
            read(&json!({"name": "wide"})).expect("a rule"),
        ]);
        let edge =
            |client: &str, audience: &str, target: &str| rules.edge(&ClientId::new(client), audience, target).map(|rule| &*rule.name);
        assert_eq!(edge("orders", "https://orders.example", "https://stock.example"), Some("narrow"));
        assert_eq!(edge("orders", "https://login.example", "https://stock.example"), Some("wide"));
        for (client, target) in
            [("stock", "https://stock.example"), ("orders", "https://stock.example/"), ("orders", "https://mail.example")]
        {
            // Law: an edge leads one way, to one API, for one client.
            assert_eq!(edge(client, "https://orders.example", target), None, "{client} {target}");
        }
    }
}
