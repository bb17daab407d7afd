//! `doorward migrate` and `doorward check-config`.

use serde_json::json;

use crate::folder::Folder;

#[test]
fn migrating_says_what_it_did() {
    let folder = Folder::new();
    let first = folder.json("", &["migrate"]);
    assert_eq!(first["database"], "sqlite://doorward.db");
    assert!(first["applied"].as_array().is_some_and(|versions| !versions.is_empty()), "{first}");
    assert_eq!(folder.json("", &["migrate"])["applied"], json!([]));
    // Law: silence is no answer.
    assert_eq!(folder.run(&["migrate"]).text(), "sqlite://doorward.db is up to date\n");
}

#[test]
fn a_foreign_database_is_not_touched() {
    let folder = Folder::new();
    folder.file("doorward.db", "these are somebody's notes, and by no means a database; they are longer than a header of SQLite is.");
    let answer = folder.run(&["migrate"]);
    assert_eq!(answer.code, Some(1), "{answer:?}");
    // Law: what isn't ours stays.
    assert!(std::fs::read_to_string(folder.path("doorward.db")).is_ok_and(|text| text.starts_with("these are")));
}

#[test]
fn a_right_configuration_is_summed_up_without_its_secret() {
    let secret = "0123456789abcdefghijklmnopqrstuvwxyz";
    let folder = Folder::new().with("DOORWARD_SECRET", secret).with("DOORWARD_ISSUER", "https://login.example");
    let text = folder.run(&["check-config"]).text();
    assert!(text.contains("https://login.example") && text.contains("DOORWARD_SECRET") && !text.contains(secret), "{text}");
    let json = folder.json("", &["check-config"]);
    assert_eq!((&json["issuer"], &json["password_min_length"]), (&json!("https://login.example"), &json!(15)));
    // Law: a check changes nothing.
    assert!(!json.to_string().contains(secret) && !folder.has("doorward.db") && !folder.has("doorward.key"));
}

#[test]
fn a_wrong_configuration_names_every_fault() {
    let folder = Folder::new().with("DOORWARD_ISSUER", "http://login.example").with("DOORWARD_CODE_LIFETIME", "60");
    let answer = folder.run(&["check-config"]);
    assert_eq!((answer.code, answer.err.lines().count()), (Some(1), 2), "{answer:?}");
    // Law: one look is enough to put all right.
    assert!(answer.err.contains("DOORWARD_ISSUER") && answer.err.contains("DOORWARD_CODE_LIFETIME"), "{answer:?}");
}

#[test]
fn what_the_settings_name_must_be_there() {
    for (name, value, says) in [
        ("DOORWARD_DATABASE_URL", "sqlite://nowhere/doorward.db", "no folder nowhere"),
        ("DOORWARD_DATABASE_URL", "mysql://x", "unknown"),
        ("DOORWARD_SECRET_FILE", "nowhere", "nowhere"),
        ("DOORWARD_TEMPLATES_DIR", "nowhere", "nowhere"),
        ("DOORWARD_STATIC_DIR", "nowhere", "nowhere"),
    ] {
        // Law: what would fail at the start fails here.
        Folder::new().with(name, value).refused("", &["check-config"], "config", says);
    }
}

#[test]
fn a_key_file_that_is_none_is_named() {
    let folder = Folder::new();
    folder.file("doorward.key", "short");
    // Law: what would fail at the start fails here.
    folder.refused("", &["check-config"], "config", "doorward.key");
}
