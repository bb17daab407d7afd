use super::*;
use serde_json::json;

#[test]
fn what_a_client_may_not_register() {
    for (json, names) in [
        (json!({}), "redirect_uris"),
        (json!({"redirect_uris": ["javascript:alert(1)"]}), "redirect URI"),
        (json!({"redirect_uris": ["https://a.example/#x"]}), "redirect URI"),
        (json!({"redirect_uris": ["https://a.example/"], "response_types": ["token"]}), "response_types"),
        (json!({"redirect_uris": ["https://a.example/"], "grant_types": ["password"]}), "password"),
        (json!({"redirect_uris": ["https://a.example/"], "token_endpoint_auth_method": "none", "require_pkce": false}), "require_pkce"),
        (json!({"grant_types": ["client_credentials"], "token_endpoint_auth_method": "none"}), "client_credentials"),
        (json!({"grant_types": ["refresh_token"]}), "refresh_token"),
        (json!({"redirect_uris": ["https://a.example/"], "id_token_signed_response_alg": "none"}), "signature algorithm"),
        (json!({"redirect_uris": ["https://a.example/"], "client_uri": "javascript:alert(1)"}), "client_uri"),
        (json!({"redirect_uris": ["https://a.example/"], "profile": "fapi2"}), "profile"),
        (json!({"redirect_uris": ["https://a.example/"], "refresh_retry_window": 3600}), "refresh_retry_window"),
        (json!({"redirect_uris": ["https://a.example/"], "scope": "a\"b"}), "scope"),
        (json!({"redirect_uris": "https://a.example/"}), "sequence"),
        (json!({"redirect_uris": ["https://a.example/"], "resource": ["photos"]}), "resource: "),
        (json!([]), "invalid"),
    ] {
        let error = Metadata::read(json.clone()).err().map(|e| e.text).unwrap_or_default();
        assert!(error.contains(names), "{json}: {error}");
    }
}

#[test]
fn unknown_and_localised_members_are_kept() -> Result<(), MetadataError> {
    let metadata = Metadata::read(
        json!({"redirect_uris": ["https://a.example/"], "client_name": "Print shop", "client_name#zh-CN": "照片冲印店", "x_y": 1}),
    )?;
    assert_eq!(metadata.other["x_y"], 1);
    let client = Client::new(ClientId::new("shop"), metadata, None, Timestamp(0));
    assert_eq!((client.shown_name("zh-CN"), client.shown_name("en")), ("照片冲印店", "Print shop"));
    assert_eq!(client.loopback_ports(), LoopbackPorts::Exact);
    Ok(())
}
