//! Rich authorization requests (RFC 9396): what is asked beyond scopes, transaction by transaction.

use crate::api::Apis;
use crate::check::{Check, Checks, Evidence};
use crate::client::Client;
use crate::error::Refusal;
use crate::values::ResourceUri;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// At most so many objects in one request.
const MOST: usize = 20;
/// At most so many bytes.
const LONGEST: usize = 8 * 1024;

/// The objects of `authorization_details` (RFC 9396 §2); each has a `type`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Details(pub Vec<Map<String, Value>>);

impl Details {
    /// Whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The type of each object.
    pub fn types(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(type_of)
    }

    /// Reads the parameter; that its objects are known and allowed is asked by [`Self::allowed`].
    ///
    /// # Errors
    /// [`Check::DetailsWellFormed`].
    pub fn read(text: &str, checks: &mut Checks<'_>) -> Result<Self, Refusal> {
        let objects: Option<Vec<Map<String, Value>>> = (text.len() <= LONGEST).then(|| serde_json::from_str(text).ok()).flatten();
        // RFC 9396 §2: an array of objects, each with "type", a string.
        let whole = |objects: &Vec<Map<String, Value>>| {
            (1..=MOST).contains(&objects.len()) && objects.iter().all(|detail| detail.get("type").is_some_and(Value::is_string))
        };
        checks.some(Check::DetailsWellFormed, objects.filter(whole)).map(Self)
    }

    /// Holds each object against its declared type and what the client is registered for (RFC 9396 §5).
    ///
    /// # Errors
    /// [`Check::DetailsTypeKnown`], [`Check::DetailsTypeRegistered`], [`Check::DetailsFitSchema`], [`Check::DetailsOfNamedResource`].
    pub fn allowed(&self, client: &Client, resources: &[ResourceUri], apis: &Apis, checks: &mut Checks<'_>) -> Result<(), Refusal> {
        for detail in &self.0 {
            let name = type_of(detail);
            let evidence = || Evidence::new("a declared type", shortened(name));
            let known = checks.require_some(Check::DetailsTypeKnown, apis.detail_type(name), evidence)?;
            let registered = client.metadata.authorization_details_types.iter().any(|own| own == name);
            checks.hold(Check::DetailsTypeRegistered, registered)?;
            let violation = apis.violation(name, detail);
            checks.require(Check::DetailsFitSchema, violation.is_none(), || {
                Evidence::new("an object that fits the schema of its type", shortened(violation.as_deref().unwrap_or_default()))
            })?;
            let reached = resources.is_empty() || resources.contains(&known.resource);
            checks.require(Check::DetailsOfNamedResource, reached, || {
                Evidence::new("a type of a named resource", known.resource.as_str().to_owned())
            })?;
        }
        Ok(())
    }

    /// Whether each of these is among `granted`, as it is.
    pub fn within(&self, granted: &Self) -> bool {
        self.0.iter().all(|detail| granted.0.contains(detail))
    }

    /// Those whose type belongs to an API.
    #[must_use]
    pub fn of_api(&self, resource: &ResourceUri, apis: &Apis) -> Self {
        let belongs = |detail: &&Map<String, Value>| apis.detail_type(type_of(detail)).is_some_and(|known| known.resource == *resource);
        Self(self.0.iter().filter(belongs).cloned().collect())
    }
}

/// The member `type`.
pub fn type_of(detail: &Map<String, Value>) -> &str {
    detail.get("type").and_then(Value::as_str).unwrap_or_default()
}

fn shortened(text: &str) -> String {
    text.chars().take(200).collect()
}

#[cfg(test)]
#[allow(clippy::expect_used)]
mod tests {
    use super::*;
    use crate::client::Metadata;
    use crate::detail_type::{DetailSchemas, DetailType};
    use crate::values::{ClientId, Timestamp};
    use serde_json::json;
    use std::sync::Arc;

    const PAY: &str = "https://pay.example";

    /// Payments need an amount.
    #[derive(Debug)]
    struct NeedsAmount;

    impl DetailSchemas for NeedsAmount {
        fn violation(&self, _: &str, detail: &Map<String, Value>) -> Option<String> {
            (!detail.contains_key("amount")).then(|| "amount is missing".to_owned())
        }
    }

    fn apis() -> Apis {
        let read = |json| serde_json::from_value::<DetailType>(json).expect("a type");
        let of = |name: &str| read(json!({"type": name, "resource": PAY, "schema": {}, "sentence": {"en": "Pay"}}));
        Apis::new(Vec::new()).with_details(vec![of("payment"), of("refund")], Arc::new(NeedsAmount))
    }

    fn outcome(text: &str, resources: &[&str]) -> Result<(), Check> {
        let metadata = json!({"redirect_uris": ["https://a.example/"], "authorization_details_types": ["payment", "gone"]});
        let client = Client::new(ClientId::new("app"), Metadata::read(metadata).expect("metadata"), None, Timestamp(0));
        let resources: Vec<ResourceUri> = resources.iter().filter_map(|resource| ResourceUri::parse(resource)).collect();
        let checks = &mut Checks::silent();
        let read = Details::read(text, checks).map_err(|refusal| refusal.check)?;
        read.allowed(&client, &resources, &apis(), checks).map_err(|refusal| refusal.check)
    }

    #[test]
    fn each_rule_of_details_refuses_by_its_own_name() {
        let many = format!("[{}]", vec![r#"{"type":"payment","amount":1}"#; MOST + 1].join(","));
        let long = format!(r#"[{{"type":"payment","amount":"{}"}}]"#, "9".repeat(LONGEST));
        for (text, resources, check) in [
            ("", &[][..], Check::DetailsWellFormed),
            ("{}", &[], Check::DetailsWellFormed),
            ("[]", &[], Check::DetailsWellFormed),
            ("[1]", &[], Check::DetailsWellFormed),
            ("[{}]", &[], Check::DetailsWellFormed),
            (r#"[{"type":1}]"#, &[], Check::DetailsWellFormed),
            (r#"[{"type":"payment","amount":1}"#, &[], Check::DetailsWellFormed),
            (many.as_str(), &[], Check::DetailsWellFormed),
            (long.as_str(), &[], Check::DetailsWellFormed),
            (r#"[{"type":"gone"}]"#, &[], Check::DetailsTypeKnown),
            (r#"[{"type":"Payment","amount":1}]"#, &[], Check::DetailsTypeKnown),
            (r#"[{"type":"refund","amount":1}]"#, &[], Check::DetailsTypeRegistered),
            (r#"[{"type":"payment"}]"#, &[], Check::DetailsFitSchema),
            (r#"[{"type":"payment","amount":1},{"type":"payment"}]"#, &[], Check::DetailsFitSchema),
            (r#"[{"type":"payment","amount":1}]"#, &["https://other.example"], Check::DetailsOfNamedResource),
        ] {
            assert_eq!(outcome(text, resources), Err(check), "{}", shortened(text));
        }
        assert_eq!(outcome(r#"[{"type":"payment","amount":1}]"#, &[]), Ok(()));
        assert_eq!(outcome(r#"[{"type":"payment","amount":1}]"#, &["https://other.example", PAY]), Ok(()));
    }

    #[test]
    fn a_token_gets_of_what_was_granted_the_very_objects_or_fewer() {
        let read = |text| Details::read(text, &mut Checks::silent()).expect("details");
        let granted = read(r#"[{"type":"payment","amount":1},{"type":"refund","amount":2}]"#);
        assert!(read(r#"[{"amount":2,"type":"refund"}]"#).within(&granted) && Details::default().within(&granted));
        for more in [r#"[{"type":"payment","amount":2}]"#, r#"[{"type":"payment"}]"#, r#"[{"type":"payment","amount":1,"x":1}]"#] {
            // Law: RFC 9396 §6.1, no object gains or loses a member on its way.
            assert!(!read(more).within(&granted), "{more}");
        }
    }
}
