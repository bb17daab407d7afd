//! `doorward registration-token …`.

use serde_json::json;

use crate::folder::Folder;

#[test]
fn a_token_is_shown_once_and_listed_by_its_id() {
    let folder = Folder::new();
    let added = folder.json("", &["registration-token", "add", "--uses", "3", "--expires", "2d", "--note", "for the print team"]);
    let token = added["token"].as_str().expect("a token");
    assert!(token.starts_with("dwi_") && token.len() > 40, "{added}");
    assert_eq!(added["expires_at"].as_i64(), added["created_at"].as_i64().map(|at| at + 2 * 86_400));
    let listed = folder.json("", &["registration-token", "list"]);
    assert_eq!(listed[0]["id"], added["id"]);
    assert_eq!(
        (&listed[0]["uses_left"], &listed[0]["state"], &listed[0]["note"]),
        (&json!(3), &json!("usable"), &json!("for the print team"))
    );
    // Law: neither the list nor the file holds what lets one register.
    let stored = std::fs::read(folder.path("doorward.db")).expect("the database");
    assert!(listed[0].get("token").is_none() && !stored.windows(token.len()).any(|bytes| bytes == token.as_bytes()));
}

#[test]
fn a_deleted_token_is_gone_and_an_unknown_one_is_an_error() {
    let folder = Folder::new();
    let added = folder.json("", &["registration-token", "add"]);
    let id = added["id"].as_str().expect("an id").to_owned();
    assert_eq!(folder.json("", &["registration-token", "delete", &id]), json!({"deleted": id}));
    assert_eq!(folder.json("", &["registration-token", "list"]), json!([]));
    // Law: what isn't there can't be deleted.
    folder.refused("", &["registration-token", "delete", &id], "not_found", "registration-token list");
}

#[test]
fn a_token_that_would_not_work_is_said_to() {
    let folder = Folder::new();
    let told = folder.run(&["registration-token", "add"]);
    assert!(told.err.contains("DOORWARD_REGISTRATION is token"), "{told:?}");
    // Law: a note is one line.
    folder.refused("", &["registration-token", "add", "--note", "a\nb"], "invalid", "one line");
}
