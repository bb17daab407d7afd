//! `doorward api …`.

use serde_json::{Value, json};

use crate::folder::Folder;

const PHOTOS: &str = "https://photos.example/api";

fn photos() -> Value {
    json!({"resource": PHOTOS, "name": "Photos", "scopes": {"photos:read": {"en": "See your photos", "zh-CN": "查看", "required": true}}})
}

fn added(folder: &Folder, api: &Value) -> Value {
    folder.json(&api.to_string(), &["api", "add", "--file", "-"])
}

#[test]
fn an_api_is_added_shown_and_listed() {
    let folder = Folder::new();
    let api = added(&folder, &photos());
    assert_eq!(api["scopes"], photos()["scopes"]);
    assert_eq!((&api["signing_alg"], &api["token_typ"]), (&json!("ES256"), &json!("at+jwt")));
    assert_eq!(folder.json("", &["api", "show", PHOTOS]), api);
    assert_eq!(folder.json("", &["api", "list"]), json!([api]));
    let text = folder.run(&["api", "list"]).text();
    // Law: people get the scopes by name.
    assert!(text.contains("Photos  photos:read  ES256"), "{text}");
}

#[test]
fn what_is_wrong_with_an_api_is_named() {
    let folder = Folder::new();
    added(&folder, &photos());
    for (api, code, says) in [
        (photos(), "conflict", "already"),
        (json!({"resource": "https://other.example", "scopes": {"photos:read": {}}}), "conflict", "photos:read"),
        (json!({"resource": "http://127.0.0.1:8000/"}), "invalid", "this server"),
        (json!({"resource": "photos"}), "invalid", "resource"),
        (json!({"resource": "https://a.example", "scope": {}}), "invalid", "scope"),
        (json!({"resource": "https://a.example", "scopes": {"openid": {}}}), "invalid", "OpenID"),
        (json!({"resource": "https://a.example", "signing_alg": "none"}), "invalid", "signing_alg"),
        (json!({"resource": "https://a.example", "token_lifetime": "600"}), "invalid", "token_lifetime"),
        (json!({"resource": "https://a.example", "token_lifetime": 1}), "invalid", "token_lifetime"),
    ] {
        folder.refused(&api.to_string(), &["api", "add", "--file", "-"], code, says);
    }
    // Law: a refusal leaves nothing.
    assert_eq!(folder.json("", &["api", "list"]).as_array().map(Vec::len), Some(1));
}

#[test]
fn a_change_merges_and_the_resource_stays() {
    let folder = Folder::new();
    added(&folder, &photos());
    let other = added(&folder, &json!({"resource": "https://other.example", "scopes": {"other:read": {}}}));
    let update = ["api", "update", PHOTOS, "--file", "-"];
    let after = folder.json(r#"{"token_lifetime": "5m", "name": null, "scopes": {"photos:edit": {"en": "Edit"}}}"#, &update);
    assert_eq!((&after["token_lifetime"], after.get("name")), (&json!(300), None));
    assert_eq!(after["scopes"].as_object().map(serde_json::Map::len), Some(2));
    folder.refused(r#"{"resource": "https://x.example"}"#, &update, "invalid", "resource");
    folder.refused(r#"{"scopes": {"other:read": {}}}"#, &update, "conflict", "other:read");
    folder.refused(r#"{"scopes": {"a b": {}}}"#, &update, "invalid", "scopes");
    folder.refused("{}", &["api", "update", "https://x.example", "--file", "-"], "not_found", "x.example");
    // Law: all or nothing.
    assert_eq!(folder.json("", &["api", "show", PHOTOS]), after);
    assert_eq!(folder.json("", &["api", "show", "https://other.example"]), other);
}

#[test]
fn a_deleted_api_is_gone_and_who_was_it_is_named() {
    let folder = Folder::new();
    folder.client(&json!({"client_id": "photos", "grant_types": ["client_credentials"], "resource": PHOTOS}));
    let gone = folder.run(&["api", "delete", PHOTOS, "--json"]);
    assert!(gone.err.contains("the client photos"), "{gone:?}");
    assert_eq!(gone.json(), json!({"deleted": PHOTOS}));
    folder.refused("", &["api", "delete", PHOTOS], "not_found", PHOTOS);
    // Law: silence is no answer.
    folder.refused("", &["api", "show", PHOTOS], "not_found", "doorward api list");
}

#[test]
fn an_api_gets_the_document_it_publishes_of_itself() {
    let folder = Folder::new();
    folder.json(
        r#"{"resource": "https://photos.example/api", "name": "Photos", "scopes": {"photos:read": {"en": "See"}}}"#,
        &["api", "add", "--file", "-"],
    );
    let told = folder.json("", &["api", "metadata", "https://photos.example/api"]);
    assert_eq!((&told["resource"], &told["scopes_supported"]), (&json!("https://photos.example/api"), &json!(["photos:read"])));
    assert_eq!(told["authorization_servers"], json!(["http://127.0.0.1:8000"]));
    let said = folder.run(&["api", "metadata", "https://photos.example/api"]);
    // Law: RFC 9728 §3.1, the operator is told where it belongs.
    assert!(said.err.contains("https://photos.example/.well-known/oauth-protected-resource/api"), "{}", said.err);
    folder.refused("", &["api", "metadata", "https://other.example"], "not_found", "no API");
}
