//! Sectors of pairwise subjects: which clients see a person under the same name (OpenID Connect Core §8.1).

use crate::client::{Client, Metadata, MetadataError, Origin};
use crate::error::ErrorCode;
use crate::grants::GrantType;
use crate::redirect_uri::RedirectUri;
use crate::values::is_loopback;
use serde_json::Value;
use url::Url;

/// A document may be so long.
pub const MOST_BYTES: usize = 64 * 1024;

/// The sector of a client: the host of its `sector_identifier_uri`, else that of its redirect URIs (§8.1). An address of a person's own device
/// belongs to nobody: such a client is a sector by itself, and so is one without any address.
pub fn of(client: &Client) -> String {
    let named = client.metadata.sector_identifier_uri.as_deref().and_then(|uri| Url::parse(uri).ok()?.host_str().map(str::to_owned));
    // A code comes back to its redirect URI, which proves the host; a device's token doesn't, and whoever registers itself may name any host.
    let proven = client.origin == Origin::Operator || !client.may(GrantType::DeviceCode);
    let host = named.or_else(|| client.metadata.redirect_uris.first().filter(|_| proven).and_then(host));
    // A colon can't stand in a host's name: no client id passes for one.
    host.unwrap_or_else(|| format!("client:{}", client.id))
}

/// The host somebody answers for; none for a loopback address and an app's own scheme.
fn host(uri: &RedirectUri) -> Option<String> {
    let url = Url::parse(uri.as_str()).ok()?;
    let web = matches!(url.scheme(), "https" | "http") && !is_loopback(&url);
    url.host_str().filter(|_| web).map(str::to_owned)
}

/// Whether the redirect URIs are of one sector without a document that says so (§8.1: otherwise a `sector_identifier_uri` is a MUST).
pub fn is_one(redirect_uris: &[RedirectUri]) -> bool {
    let mut hosts: Vec<Option<String>> = redirect_uris.iter().map(host).collect();
    hosts.sort_unstable();
    hosts.dedup();
    hosts.len() <= 1
}

/// Checks the document behind `sector_identifier_uri` (§8.1, Registration §5): a JSON array that holds every redirect URI of the client, byte
/// for byte.
///
/// # Errors
/// [`MetadataError`] names what is missing.
pub fn check(document: &[u8], metadata: &Metadata) -> Result<(), MetadataError> {
    let wrong = |text: String| MetadataError { code: ErrorCode::InvalidClientMetadata, text };
    let read = Some(document).filter(|bytes| bytes.len() <= MOST_BYTES).and_then(|bytes| serde_json::from_slice(bytes).ok());
    let Some(Value::Array(listed)) = read else {
        return Err(wrong("sector_identifier_uri: the document there must be a JSON array of redirect URIs".to_owned()));
    };
    match metadata.redirect_uris.iter().find(|uri| !listed.iter().any(|one| one.as_str() == Some(uri.as_str()))) {
        None => Ok(()),
        Some(missing) => Err(wrong(format!("sector_identifier_uri: the document there doesn't list {}", missing.as_str()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::{ClientId, Timestamp};
    use serde_json::json;

    fn metadata(mut json: Value) -> Metadata {
        json["subject_type"] = json!("pairwise");
        Metadata::read(json).expect("metadata")
    }

    fn sector(json: Value) -> String {
        of(&Client::new(ClientId::new("app"), metadata(json), None, Timestamp(0)))
    }

    #[test]
    fn a_sector_is_a_host_or_the_client_itself() {
        for (json, expected) in [
            (json!({"redirect_uris": ["https://App.Example/cb"]}), "app.example"),
            (json!({"redirect_uris": ["https://app.example:8443/cb", "https://app.example/other"]}), "app.example"),
            (
                json!({"redirect_uris": ["https://a.example/", "https://b.example/"], "sector_identifier_uri": "https://family.example/s.json"}),
                "family.example",
            ),
            (json!({"redirect_uris": ["http://127.0.0.1/cb"], "application_type": "native"}), "client:app"),
            (json!({"redirect_uris": ["http://localhost/cb", "http://127.0.0.1/cb"]}), "client:app"),
            (json!({"redirect_uris": ["com.example.app:/cb"]}), "client:app"),
            (json!({"grant_types": ["urn:ietf:params:oauth:grant-type:device_code"]}), "client:app"),
        ] {
            assert_eq!(sector(json.clone()), expected, "{json}");
        }
    }

    #[test]
    fn a_device_that_registered_itself_can_not_enter_the_sector_of_a_host_it_names() {
        let json = json!({"redirect_uris": ["https://victim.example/cb"], "grant_types": [GrantType::DeviceCode.as_str()]});
        let client = Client::new(ClientId::new("tv"), metadata(json), None, Timestamp(0));
        assert_eq!(of(&client), "victim.example", "the operator vouches for the host");
        for origin in [Origin::Dynamic, Origin::Document] {
            // Law: nothing comes back to that host that would prove it.
            assert_eq!(of(&Client { origin, ..client.clone() }), "client:tv");
        }
    }

    #[test]
    fn several_hosts_need_a_document() {
        for uris in [&["https://a.example/", "https://b.example/"][..], &["https://a.example/", "http://127.0.0.1/"]] {
            let json = json!({"redirect_uris": uris, "subject_type": "pairwise"});
            let error = Metadata::read(json).expect_err("it is refused");
            assert!(error.text.starts_with("sector_identifier_uri"), "{error}");
        }
        assert!(Metadata::read(json!({"redirect_uris": ["https://a.example/", "https://b.example/"]})).is_ok());
    }

    #[test]
    fn the_document_must_list_every_redirect_uri_byte_for_byte() {
        let app = metadata(json!({
            "redirect_uris": ["https://a.example/cb", "https://b.example/cb"],
            "sector_identifier_uri": "https://family.example/s.json",
        }));
        let verdict = |document: &str| check(document.as_bytes(), &app);
        assert_eq!(verdict(r#"["https://b.example/cb", "https://c.example/", "https://a.example/cb", 5]"#), Ok(()));
        for bad in [
            "",
            "[]",
            "{}",
            "null",
            r#""https://a.example/cb""#,
            r#"["https://a.example/cb"]"#,
            r#"["https://a.example/cb", "https://b.example/cb/"]"#,
            r#"["https://a.example/cb", "HTTPS://b.example/cb"]"#,
            r#"["https://a.example/cb", ["https://b.example/cb"]]"#,
            r#"["https://a.example/cb", "https://b.example/cb"] x"#,
        ] {
            assert!(verdict(bad).is_err(), "{bad}");
        }
        let long = format!(r#"["https://a.example/cb", "https://b.example/cb", "{}"]"#, "x".repeat(MOST_BYTES));
        assert!(verdict(&long).is_err());
    }
}
