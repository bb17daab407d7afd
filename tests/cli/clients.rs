//! `doorward client …`.

use serde_json::{Value, json};

use crate::folder::Folder;

const SECRET: &str = "a secret of at least 32 characters";

fn app() -> Value {
    json!({"client_id": "app", "client_name": "App", "client_name#zh-CN": "应用", "redirect_uris": ["https://app.example/callback"]})
}

#[test]
fn a_made_id_and_secret_are_shown_once() {
    let folder = Folder::new();
    let mut added = folder.client(&json!({"redirect_uris": ["https://app.example/"]}));
    let id = added["client_id"].as_str().expect("an id").to_owned();
    let secret = added["client_secret"].as_str().expect("a secret").to_owned();
    assert!(secret.len() >= 32 && added["client_secret_expires_at"] == 0 && added["client_id_issued_at"].is_i64());
    for words in [&["client", "list"][..], &["client", "show", &id]] {
        for more in [&[][..], &["--json"]] {
            let text = folder.run(&[words, more].concat()).text();
            assert!(text.contains(&id) && !text.contains("client_secret\"") && !text.contains(&secret), "{text}");
        }
    }
    let object = added.as_object_mut().expect("an object");
    object.retain(|name, _| !name.starts_with("client_secret"));
    assert_eq!(folder.json("", &["client", "show", &id]), added);
    let stored = std::fs::read(folder.path("doorward.db")).expect("the database");
    // Law: at rest there is no secret.
    assert!(!stored.windows(secret.len()).any(|bytes| bytes == secret.as_bytes()));
}

#[test]
fn what_is_given_is_taken_as_it_is() {
    let folder = Folder::new();
    let mut metadata = app();
    metadata["client_secret"] = SECRET.into();
    metadata["jwks_uri"] = "https://app.example/jwks".into();
    let file = folder.file("app.json", &metadata.to_string());
    let added = folder.json("", &["client", "add", "--file", file]);
    for (name, value) in metadata.as_object().expect("an object") {
        assert_eq!(&added[name], value, "{name}");
    }
    let text = folder.run(&["client", "show", "app"]).text();
    // Law: people see it too, each member on its line.
    assert!(text.lines().any(|line| line.starts_with("client_name ") && line.ends_with("  App")), "{text}");
}

#[test]
fn a_public_client_has_no_secret() {
    let folder = Folder::new();
    let mut metadata = app();
    metadata["token_endpoint_auth_method"] = "none".into();
    let added = folder.client(&metadata);
    assert!(added.get("client_secret").is_none() && added.get("client_secret_expires_at").is_none());
    folder.refused("", &["client", "rotate-secret", "app"], "invalid_client_metadata", "\"none\"");
    metadata["client_id"] = "other".into();
    metadata["client_secret"] = SECRET.into();
    // Law: a secret that everybody has is none.
    folder.refused(&metadata.to_string(), &["client", "add"], "invalid_client_metadata", "client_secret");
}

#[test]
fn what_is_wrong_with_a_client_is_named() {
    let folder = Folder::new();
    let sub = folder.user("ada")["sub"].clone();
    folder.client(&app());
    for (members, code, says) in [
        (json!({"client_id": "app"}), "conflict", "\"app\""),
        (json!({"client_id": sub}), "conflict", "sub of a user"),
        (json!({"client_id": "a b"}), "invalid_client_metadata", "client_id"),
        (json!({"client_secret": "hunter2"}), "invalid_client_metadata", "32"),
        (json!({"client_secret": 7}), "invalid_client_metadata", "client_secret"),
        (json!({"redirect_uris": "https://app.example/"}), "invalid_client_metadata", "redirect_uris"),
        (json!({"redirect_uris": ["https://app.example/#x"]}), "invalid_redirect_uri", "redirect"),
        (json!({"require_consent": "no"}), "invalid_client_metadata", "require_consent"),
        (json!({"require_pkce": false, "token_endpoint_auth_method": "none"}), "invalid_client_metadata", "require_pkce"),
        (json!({"scope": ["openid"]}), "invalid_client_metadata", "scope"),
        (json!({"resource": "photos"}), "invalid_client_metadata", "resource"),
        (json!({"resource": "http://127.0.0.1:8000"}), "invalid_client_metadata", "this server"),
        (json!({"owner": "nobody"}), "invalid_client_metadata", "nobody"),
        (json!({"userinfo_encrypted_response_alg": "RSA-OAEP"}), "invalid_client_metadata", "userinfo_encrypted_response_alg"),
        (json!({"token_endpoint_auth_method": "private_key_jwt"}), "invalid_client_metadata", "jwks"),
    ] {
        let mut metadata = json!({"redirect_uris": ["https://app.example/"]});
        metadata.as_object_mut().expect("an object").extend(members.as_object().cloned().expect("an object"));
        folder.refused(&metadata.to_string(), &["client", "add"], code, says);
    }
    assert_eq!(folder.json("", &["client", "list"]).as_array().map(Vec::len), Some(1));
    // Law: a refused client leaves no API behind either.
    assert_eq!(folder.json("", &["api", "list"]), json!([]));
}

#[test]
fn the_apis_that_a_client_is_are_registered_with_it() {
    let folder = Folder::new();
    folder.json(r#"{"resource": "https://known.example", "name": "Known"}"#, &["api", "add", "--file", "-"]);
    let mut metadata = app();
    metadata["resource"] = json!(["https://known.example", "https://new.example"]);
    folder.client(&metadata);
    let apis = folder.json("", &["api", "list"]);
    let names: Vec<&str> = apis.as_array().into_iter().flatten().filter_map(|api| api["resource"].as_str()).collect();
    assert_eq!(names, ["https://known.example", "https://new.example"]);
    // Law: what was known stays as it was.
    assert_eq!((&apis[0]["name"], &apis[1]["scopes"]), (&json!("Known"), &json!({})));
}

#[test]
fn what_an_operator_should_know_is_said_beside_the_answer() {
    let folder = Folder::new();
    let mut metadata = app();
    metadata["scope"] = "openid photos:read".into();
    metadata["require_pkce"] = false.into();
    metadata["redirect_urls"] = json!([]);
    let added = folder.run_with(&metadata.to_string(), &["client", "add", "--json"]);
    assert!(added.err.contains("photos:read") && added.err.contains("redirect_urls"), "{added:?}");
    let listed = folder.run(&["client", "list", "--json"]);
    assert!(listed.err.contains("app") && listed.err.contains("require_pkce"), "{listed:?}");
    // Law: remarks are JSON as well, line by line, and never within the answer.
    assert!(
        listed
            .err
            .lines()
            .chain(added.err.lines())
            .all(|line| serde_json::from_str::<Value>(line).is_ok_and(|note| note["note"].is_string()))
    );
    assert!(listed.json().is_array() && added.json().is_object());
}

#[test]
fn a_change_merges() {
    let folder = Folder::new();
    let before = folder.client(&app());
    let update = |patch: &Value| folder.json(&patch.to_string(), &["client", "update", "app", "--file", "-"]);
    let after = update(&json!({"client_id": "app", "client_name": "New", "client_name#zh-CN": null}));
    assert_eq!((&after["client_name"], after.get("client_name#zh-CN")), (&json!("New"), None));
    assert_eq!((&after["redirect_uris"], &after["client_id_issued_at"]), (&before["redirect_uris"], &before["client_id_issued_at"]));
    assert_eq!(folder.json("", &["client", "show", "app"]), after);
    let shown = folder.run(&["client", "show", "app", "--json"]).text();
    assert_eq!(folder.json(&shown, &["client", "update", "app", "--file", "-"]), after);
    // Law: a secret that was given is never shown.
    assert!(update(&json!({"client_secret": SECRET})).get("client_secret").is_none());
}

#[test]
fn a_wrong_change_changes_nothing() {
    let folder = Folder::new();
    folder.client(&app());
    let before = folder.json("", &["client", "show", "app"]);
    for (patch, says) in [
        (json!({"client_id": "other"}), "client_id"),
        (json!({"client_id": null}), "client_id"),
        (json!({"client_secret": null}), "client_secret"),
        (json!({"client_secret": "short"}), "client_secret"),
        (json!({"redirect_uris": null}), "redirect_uris"),
        (json!({"owner": "nobody"}), "nobody"),
        (json!({"resource": "https://new.example", "owner": "nobody"}), "nobody"),
        (json!({"token_endpoint_auth_method": "none", "require_pkce": false}), "require_pkce"),
    ] {
        let answer = folder.run_with(&patch.to_string(), &["client", "update", "app", "--file", "-"]);
        assert!(answer.code == Some(1) && answer.err.contains(says), "{patch}: {answer:?}");
    }
    folder.refused("{}", &["client", "update", "other", "--file", "-"], "not_found", "other");
    assert_eq!(folder.json("", &["client", "show", "app"]), before);
    // Law: all or nothing.
    assert_eq!(folder.json("", &["api", "list"]), json!([]));
}

#[test]
fn a_rotated_secret_is_a_new_one() {
    let folder = Folder::new();
    let first = folder.client(&app());
    let second = folder.json("", &["client", "rotate-secret", "app"]);
    assert!(second["client_secret"].is_string() && second["client_secret_expires_at"] == 0);
    // Law: the old one is over.
    assert_ne!(first["client_secret"], second["client_secret"]);
    folder.refused("", &["client", "rotate-secret", "other"], "not_found", "other");
}

#[test]
fn a_deleted_client_is_gone() {
    let folder = Folder::new();
    folder.client(&app());
    assert_eq!(folder.json("", &["client", "delete", "app"]), json!({"deleted": "app"}));
    folder.refused("", &["client", "delete", "app"], "not_found", "app");
    folder.refused("", &["client", "show", "app"], "not_found", "doorward client list");
    // Law: silence is no answer.
    assert_eq!(folder.run(&["client", "list"]).text(), "none\n");
}

#[test]
fn a_secret_that_signs_is_kept_encrypted() {
    let folder = Folder::new();
    let mut metadata = app();
    metadata["token_endpoint_auth_method"] = "client_secret_jwt".into();
    let first = folder.client(&metadata)["client_secret"].as_str().expect("a secret").to_owned();
    let second = folder.json("", &["client", "rotate-secret", "app"])["client_secret"].as_str().expect("a secret").to_owned();
    let to_basic = json!({"token_endpoint_auth_method": "client_secret_basic"}).to_string();
    folder.json(&to_basic, &["client", "update", "app", "--file", "-"]);
    let back = json!({"token_endpoint_auth_method": "client_secret_jwt"}).to_string();
    folder.refused(&back, &["client", "update", "app", "--file", "-"], "invalid_client_metadata", "client_secret");
    let with_secret = json!({"token_endpoint_auth_method": "client_secret_jwt", "client_secret": SECRET}).to_string();
    folder.json(&with_secret, &["client", "update", "app", "--file", "-"]);
    let stored = std::fs::read(folder.path("doorward.db")).expect("the database");
    for secret in [first.as_str(), &second, SECRET] {
        // Law: at rest there is no secret in clear, whatever is done with it.
        assert!(!stored.windows(secret.len()).any(|bytes| bytes == secret.as_bytes()));
    }
}

#[test]
fn a_client_that_signs_with_a_key_has_no_secret() {
    let folder = Folder::new();
    let mut metadata = app();
    metadata["token_endpoint_auth_method"] = "private_key_jwt".into();
    metadata["jwks_uri"] = "https://app.example/jwks".into();
    assert!(folder.client(&metadata).get("client_secret").is_none());
    // Law: what isn't needed isn't made.
    folder.refused("", &["client", "rotate-secret", "app"], "invalid_client_metadata", "private_key_jwt");
}
