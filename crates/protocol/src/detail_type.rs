//! Types of authorization details, as the operator declares them (RFC 9396 §2, §9).

use crate::values::ResourceUri;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A type: to which API it belongs, what an object of it looks like, and how it reads to a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DetailType {
    /// Its name, the member `type` of each object.
    #[serde(rename = "type")]
    pub name: String,
    /// The API it speaks of: tokens with such details are for it.
    pub resource: ResourceUri,
    /// The JSON Schema that each object is held to.
    pub schema: Value,
    /// A sentence by language tag for the consent page; `{a.b}` stands for the value of that member.
    pub sentence: BTreeMap<String, String>,
}

impl DetailType {
    /// What is wrong with it as it stands, in words for the operator. The schema is compiled elsewhere.
    ///
    /// # Errors
    /// One sentence that names the member.
    pub fn validate(&self) -> Result<(), String> {
        if self.name.is_empty() || self.name.len() > 200 || !self.name.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("type: give 1 to 200 characters of printable ASCII without spaces".to_owned());
        }
        if !self.schema.is_object() {
            return Err("schema: it must be a JSON Schema, an object".to_owned());
        }
        if self.sentence.is_empty() || self.sentence.values().any(|sentence| sentence.trim().is_empty()) {
            return Err("sentence: give one for at least one language, such as {\"en\": \"Pay {amount} to {payee}\"}".to_owned());
        }
        Ok(())
    }

    /// What an object of this type asks, as a person reads it: in `language`, else in English, else in any.
    pub fn sentence_of(&self, detail: &Map<String, Value>, language: &str) -> String {
        let text = self.sentence.get(language).or_else(|| self.sentence.get("en")).or_else(|| self.sentence.values().next());
        let mut rest = text.map(String::as_str).unwrap_or_default();
        let mut out = String::with_capacity(rest.len() + 32);
        // A value is put in as it is and not looked at again.
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let Some((path, tail)) = after.split_once('}') else { return out + after };
            out.push_str(&value_at(detail, path));
            rest = tail;
        }
        out + rest
    }
}

/// The value of a member, `a.b` of one within another; an ellipsis when there is none.
fn value_at(detail: &Map<String, Value>, path: &str) -> String {
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    match (detail.get(first), rest) {
        (Some(Value::Object(inner)), Some(rest)) => value_at(inner, rest),
        (Some(Value::String(text)), None) => text.clone(),
        (Some(Value::Array(items)), None) => {
            items.iter().map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned)).collect::<Vec<_>>().join(", ")
        }
        (Some(Value::Null) | None, _) | (Some(_), Some(_)) => "…".to_owned(),
        (Some(other), None) => other.to_string(),
    }
}

/// Knows whether an object fits its type's schema.
pub trait DetailSchemas: std::fmt::Debug + Send + Sync {
    /// Where an object of the type `name` departs from its schema; none when it fits.
    fn violation(&self, name: &str, detail: &Map<String, Value>) -> Option<String>;
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn payment() -> Value {
        json!({
            "type": "payment_initiation",
            "resource": "https://pay.example",
            "schema": {"type": "object"},
            "sentence": {"en": "Pay {instructedAmount.amount} {instructedAmount.currency} to {creditorName}", "zh-CN": "向{creditorName}支付"},
        })
    }

    fn read(json: Value) -> Result<DetailType, String> {
        let read: DetailType = serde_json::from_value(json).map_err(|e| e.to_string())?;
        read.validate().map(|()| read)
    }

    #[test]
    fn a_sentence_says_what_this_very_object_asks() -> Result<(), String> {
        let payment = read(payment())?;
        // RFC 9396 §2, figure 2.
        let detail = json!({"type": "payment_initiation", "instructedAmount": {"currency": "EUR", "amount": "123.50"}, "creditorName": "Merchant A"});
        let detail = detail.as_object().cloned().unwrap_or_default();
        assert_eq!(payment.sentence_of(&detail, "en"), "Pay 123.50 EUR to Merchant A");
        assert_eq!(payment.sentence_of(&detail, "zh-CN"), "向Merchant A支付");
        assert_eq!(payment.sentence_of(&detail, "fr"), "Pay 123.50 EUR to Merchant A");
        // Law: a value can't bring placeholders of its own, and what is missing is seen to be missing.
        let sly = json!({"instructedAmount": {"amount": 5, "currency": null}, "creditorName": "{instructedAmount.amount}"});
        let sly = sly.as_object().cloned().unwrap_or_default();
        assert_eq!(payment.sentence_of(&sly, "en"), "Pay 5 … to {instructedAmount.amount}");
        assert_eq!(payment.sentence_of(&Map::new(), "en"), "Pay … … to …");
        Ok(())
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (member, value, names) in [
            ("type", json!("a b"), "type"),
            ("type", json!(""), "type"),
            ("resource", json!("/pay"), "absolute URI"),
            ("schema", json!("x"), "schema"),
            ("sentence", json!({}), "sentence"),
            ("sentence", json!({"en": " "}), "sentence"),
            ("sentences", json!({"en": "x"}), "sentences"),
        ] {
            let mut json = payment();
            json[member] = value;
            let error = read(json).err().unwrap_or_default();
            assert!(error.contains(names), "{member}: {error}");
        }
    }
}
