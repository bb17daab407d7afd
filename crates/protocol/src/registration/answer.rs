//! What is answered to a client that registers itself, or asks for what it registered.

use crate::client::Client;
use crate::error::Refusal;
use crate::secret::{ClientSecret, RegistrationAccess, Secret};
use crate::values::Issuer;
use serde_json::{Map, Value, json};

/// What is shown this once.
#[derive(Clone, Copy, Debug)]
pub struct Fresh<'s> {
    /// A secret that was made just now.
    pub secret: Option<&'s Secret<ClientSecret>>,
    /// What manages the registration.
    pub access: &'s Secret<RegistrationAccess>,
}

/// RFC 7591 §3.2.1 with RFC 7592 §3: everything that is registered, as it is registered.
pub fn answer(client: &Client, fresh: Fresh<'_>, issuer: &Issuer) -> Value {
    let mut members = match serde_json::to_value(&client.metadata) {
        Ok(Value::Object(members)) => members,
        _ => Map::new(),
    };
    members.insert("client_id".to_owned(), json!(client.id));
    members.insert("client_id_issued_at".to_owned(), json!(client.created_at));
    members.insert("registration_client_uri".to_owned(), json!(issuer.at(&format!("{}/{}", crate::metadata::path::REGISTER, client.id))));
    members.insert("registration_access_token".to_owned(), json!(fresh.access.expose()));
    if let Some(secret) = fresh.secret {
        members.insert("client_secret".to_owned(), json!(secret.expose()));
    }
    if client.secret.is_some() {
        // "0 if it will not expire".
        members.insert("client_secret_expires_at".to_owned(), json!(0));
    }
    Value::Object(members)
}

/// What a refused registration is told: which member is wrong and what to change, where the rule says so (RFC 7591 §3.2.2,
/// `error_description`: "Human-readable ASCII text").
pub fn explanation(refusal: &Refusal) -> String {
    let said = refusal.evidence.as_ref().filter(|_| refusal.code().status() == 400).map(|evidence| evidence.received.as_ref());
    let Some(text) = said else { return refusal.description().to_owned() };
    let plain = |c: char| match c {
        '"' | '\\' => '\'',
        ' '..='~' => c,
        _ => '?',
    };
    text.chars().take(300).map(plain).collect()
}
