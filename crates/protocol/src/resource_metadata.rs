//! What an API says of itself, so that a client that knows its address alone finds the server and the scopes (RFC 9728).

use crate::api::{Api, Apis};
use crate::jose::Alg;
use crate::policy::Policy;
use serde_json::{Value, json};
use url::Url;

/// The document that an API publishes at its own origin (RFC 9728 §2), made from its registration.
pub fn document(api: &Api, apis: &Apis, policy: &Policy) -> Value {
    let mut document = json!({
        "resource": api.resource,
        "authorization_servers": [policy.issuer],
        // RFC 9700 §4.3.2: never in a query.
        "bearer_methods_supported": ["header"],
        "dpop_signing_alg_values_supported": Alg::ALL.map(Alg::name),
    });
    // RFC 9728 §3.2: what would be an empty list is left out.
    if !api.scopes.is_empty() {
        document["scopes_supported"] = json!(api.scopes.keys().collect::<Vec<_>>());
    }
    if let Some(name) = &api.name {
        document["resource_name"] = json!(name);
    }
    let types: Vec<&str> = apis.detail_types().filter(|known| known.resource == api.resource).map(|known| known.name.as_str()).collect();
    if !types.is_empty() {
        document["authorization_details_types_supported"] = json!(types);
    }
    document
}

/// Where that document belongs (RFC 9728 §3.1): the well-known part stands between host and path, a lone slash is dropped. None for a
/// resource that is no http address.
pub fn well_known(resource: &str) -> Option<String> {
    let mut url = Url::parse(resource).ok().filter(|url| matches!(url.scheme(), "https" | "http") && url.has_host())?;
    let path = if url.path() == "/" { String::new() } else { url.path().to_owned() };
    url.set_path(&format!("/.well-known/oauth-protected-resource{path}"));
    url.set_fragment(None);
    Some(url.into())
}

#[cfg(test)]
#[allow(clippy::expect_used)]
mod tests {
    use super::*;
    use crate::values::Issuer;

    #[test]
    fn the_well_known_part_stands_between_host_and_path() {
        for (resource, expected) in [
            // RFC 9728 §3.1.
            ("https://resource.example.com", Some("https://resource.example.com/.well-known/oauth-protected-resource")),
            ("https://resource.example.com/", Some("https://resource.example.com/.well-known/oauth-protected-resource")),
            ("https://resource.example.com/resource1", Some("https://resource.example.com/.well-known/oauth-protected-resource/resource1")),
            ("https://a.example:8443/x/?k=v", Some("https://a.example:8443/.well-known/oauth-protected-resource/x/?k=v")),
            ("urn:example:photos", None),
            ("not a URI", None),
        ] {
            assert_eq!(well_known(resource).as_deref(), expected, "{resource}");
        }
    }

    #[test]
    fn an_api_without_scopes_lists_none() {
        let api: Api = serde_json::from_value(json!({"resource": "https://photos.example", "scopes": {}})).expect("an API");
        let policy = Policy::for_issuer(Issuer::parse("https://login.example").expect("an issuer"));
        // Law: RFC 9728 §3.2, members with zero elements are omitted.
        assert_eq!(document(&api, &Apis::default(), &policy).get("scopes_supported"), None);
    }

    #[test]
    fn an_api_says_of_itself_what_its_registration_says() {
        let api: Api = serde_json::from_value(json!({
            "resource": "https://photos.example", "name": "Photos", "scopes": {"photos:read": {}, "photos:write": {}},
        }))
        .expect("an API");
        let policy = Policy::for_issuer(Issuer::parse("https://login.example").expect("an issuer"));
        let document = document(&api, &Apis::default(), &policy);
        assert_eq!(document["resource"], "https://photos.example");
        assert_eq!(document["authorization_servers"], json!(["https://login.example"]));
        assert_eq!(document["scopes_supported"], json!(["photos:read", "photos:write"]));
        // Law: RFC 9728 §3.3, nothing is listed that isn't there.
        assert_eq!((&document["resource_name"], document.get("authorization_details_types_supported")), (&json!("Photos"), None));
    }
}
