//! `doorward user …`.

use serde_json::json;

use crate::folder::{Folder, PASSWORD};

#[test]
fn a_user_is_added_and_shown_by_name_and_by_sub() {
    let folder = Folder::new();
    folder.file("ada.json", r#"{"name": "Ada Lovelace", "name#zh-CN": "阿达", "department": "Engines"}"#);
    let add = ["user", "add", " Ada ", "--email", "ada@example.com", "--password-stdin", "--claims", "ada.json"];
    let added = folder.json(PASSWORD, &add);
    assert_eq!((&added["name"], &added["email"]), (&json!("Ada"), &json!("ada@example.com")));
    assert_eq!((&added["email_verified"], &added["disabled"]), (&json!(false), &json!(false)));
    assert_eq!(added["claims"], json!({"name": "Ada Lovelace", "name#zh-CN": "阿达", "department": "Engines"}));
    assert!(added["created_at"].as_i64().is_some_and(|at| at > 1_700_000_000));
    let sub = added["sub"].as_str().expect("a sub");
    for asked in ["Ada", "aDA", sub] {
        assert_eq!(folder.json("", &["user", "show", asked]), added);
    }
    assert_eq!(folder.json("", &["user", "list"]), json!([added]));
    // The operator vouches for an address by the standard claim.
    folder.file("vouched.json", r#"{"email_verified": true}"#);
    let vouched = ["user", "add", "grace", "--email", "grace@example.com", "--password-stdin", "--claims", "vouched.json"];
    let vouched = folder.json(PASSWORD, &vouched);
    assert_eq!((&vouched["email_verified"], &vouched["claims"]), (&json!(true), &json!({})));
    for words in [&["user", "list"][..], &["user", "show", "ada"]] {
        let text = folder.run(words).text();
        // Law: people and scripts are told the same, and of the password nothing.
        assert!(text.contains("Ada") && text.contains(sub) && !text.contains("argon2"), "{text}");
    }
}

#[test]
fn a_name_is_taken_however_it_is_written() {
    let folder = Folder::new();
    let sub = folder.user("Ada")["sub"].as_str().expect("a sub").to_owned();
    for name in ["Ada", "ada", " ADA "] {
        folder.refused(PASSWORD, &["user", "add", name, "--email", "b@example.com", "--password-stdin"], "conflict", "already");
    }
    folder.refused(PASSWORD, &["user", "add", &sub, "--email", "b@example.com", "--password-stdin"], "conflict", "sub of another");
    // Law: one name, one person.
    assert_eq!(folder.json("", &["user", "list"]).as_array().map(Vec::len), Some(1));
}

#[test]
fn what_is_wrong_with_a_new_user_is_named() {
    let folder = Folder::new();
    let add = |name: &str, email: &str, password: &str, code: &str, says: &str| {
        folder.refused(password, &["user", "add", name, "--email", email, "--password-stdin"], code, says);
    };
    add("", "a@example.com", PASSWORD, "invalid", "name");
    add("a\tb", "a@example.com", PASSWORD, "invalid", "name");
    add(&"x".repeat(129), "a@example.com", PASSWORD, "invalid", "128");
    add("ada", "example.com", PASSWORD, "invalid", "e-mail");
    add("ada", "a b@example.com", PASSWORD, "invalid", "e-mail");
    add("ada", "a@b@example.com", PASSWORD, "invalid", "e-mail");
    add("ada", "a@example.com", "short", "password", "at least 15");
    add("ada", "a@example.com", "", "password", "no password");
    add("ada", "a@example.com", "aaaaaaaaaaaaaaaaaaaaaaaa", "password", "repeats");
    add("lovelace", "lovelace@example.com", "lovelace@example.com", "password", "the name or the address");
    for claims in
        [r#"{"sub": "x"}"#, r#"{"iss#en": "x"}"#, r#"{"email": "x@example.com"}"#, r#"{"email_verified": "yes"}"#, r#"{"name": 1}"#]
    {
        folder.file("claims.json", claims);
        let words = ["user", "add", "ada", "--email", "a@example.com", "--password-stdin", "--claims", "claims.json"];
        folder.refused(PASSWORD, &words, "invalid", "in the claims");
    }
    // Law: a refusal leaves nothing.
    assert!(!folder.has("doorward.db"));
}

#[test]
fn the_length_of_passwords_is_the_configured_one() {
    let folder = Folder::new().with("DOORWARD_PASSWORD_MIN_LENGTH", "40");
    let add = ["user", "add", "ada", "--email", "a@example.com", "--password-stdin"];
    // Law: the rules of the login pages hold here too.
    folder.refused(PASSWORD, &add, "password", "at least 40");
}

#[test]
fn a_user_is_disabled_and_enabled() {
    let folder = Folder::new();
    let sub = folder.user("ada")["sub"].as_str().expect("a sub").to_owned();
    assert_eq!(folder.json("", &["user", "disable", "ADA"])["disabled"], true);
    assert_eq!(folder.json("", &["user", "show", &sub])["disabled"], true);
    assert_eq!(folder.json("", &["user", "enable", &sub])["disabled"], false);
    // Law: what was said is what is stored.
    assert_eq!(folder.json("", &["user", "show", "ada"])["disabled"], false);
}

#[test]
fn a_new_password_keeps_to_the_rules() {
    let folder = Folder::new();
    folder.user("ada");
    let words = ["user", "set-password", "ada", "--password-stdin"];
    folder.refused("short", &words, "password", "at least 15");
    folder.refused("somebody@example.com", &words, "password", "the name or the address");
    folder.refused("", &["user", "set-password", "ada"], "password", "--password-stdin");
    // Law: the name is answered for first, since nobody types a password for nothing.
    folder.refused("short", &["user", "set-password", "adda", "--password-stdin"], "not_found", "adda");
    assert!(folder.run_with("another horse, another battery\n", &words).text().contains("ada"));
}

#[test]
fn a_deleted_user_is_gone_and_their_name_is_free() {
    let folder = Folder::new();
    let sub = folder.user("Ada")["sub"].clone();
    folder.client(&json!({"client_id": "app", "redirect_uris": ["https://app.example/"], "owner": "ada"}));
    assert_eq!(folder.json("", &["user", "delete", "ada"]), json!({"deleted": "Ada"}));
    for words in [["user", "show", "ada"], ["user", "delete", "ada"], ["user", "disable", "ada"], ["user", "enable", "ada"]] {
        folder.refused("", &words, "not_found", "doorward user list");
    }
    assert_ne!(folder.user("ada")["sub"], sub);
    // Law: who gets the name gets nothing with it.
    assert!(folder.json("", &["client", "show", "app"])["owner"].is_null());
}
