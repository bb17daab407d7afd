//! Wrong usage, missing databases and files.

use serde_json::Value;

use crate::folder::{Folder, PASSWORD};

#[test]
fn wrong_usage_ends_with_2_and_one_line() {
    let folder = Folder::new();
    for words in [
        &["usr"][..],
        &["user", "add", "ada"],
        &["user", "add", "ada", "--email", "a@example.com", "--password-stdin", "--claims", "-"],
        &["client", "update", "app"],
        &["api", "add"],
        &["issuer", "add"],
        &["exchange", "update", "orders-to-stock"],
        &["keys", "rotate", "--alg", "HS256"],
    ] {
        let text = folder.run(words);
        assert_eq!((text.code, text.out.as_str(), text.err.lines().count()), (Some(2), "", 1), "{words:?}: {text:?}");
        let json = folder.run(&[words, &["--json"]].concat());
        let error: Value = serde_json::from_str(&json.err).expect("JSON");
        // Law: scripts tell a wrong command line from a refusal.
        assert_eq!((json.code, &error["error"]), (Some(2), &"usage".into()), "{words:?}: {json:?}");
    }
    assert!(!folder.has("doorward.db"));
}

#[test]
fn no_command_but_add_and_migrate_makes_a_database() {
    let folder = Folder::new();
    folder.file("patch.json", "{}");
    for words in [
        &["user", "list"][..],
        &["user", "show", "ada"],
        &["user", "set-password", "ada", "--password-stdin"],
        &["user", "disable", "ada"],
        &["user", "enable", "ada"],
        &["user", "delete", "ada"],
        &["client", "list"],
        &["client", "show", "app"],
        &["client", "update", "app", "--file", "patch.json"],
        &["client", "rotate-secret", "app"],
        &["client", "delete", "app"],
        &["api", "list"],
        &["api", "show", "https://a.example"],
        &["api", "update", "https://a.example", "--file", "patch.json"],
        &["api", "delete", "https://a.example"],
        &["issuer", "list"],
        &["issuer", "show", "https://ci.example"],
        &["exchange", "update", "orders-to-stock", "--file", "patch.json"],
        &["exchange", "delete", "orders-to-stock"],
        &["registration-token", "list"],
        &["registration-token", "delete", "abc"],
        &["keys", "list"],
        &["keys", "rotate"],
    ] {
        folder.refused(PASSWORD, words, "database", "no database doorward.db");
    }
    // Law: a look into the wrong folder leaves nothing there.
    assert!(!folder.has("doorward.db") && !folder.has("doorward.key"));
}

#[test]
fn a_refused_addition_makes_no_database() {
    let folder = Folder::new();
    folder.refused("", &["user", "add", "ada", "--email", "ada@example.com"], "password", "--password-stdin");
    folder.refused("{}", &["client", "add"], "invalid_redirect_uri", "redirect_uris");
    folder.refused("{}", &["api", "add", "--file", "-"], "invalid", "resource");
    // Law: what is checked first leaves no trace.
    assert!(!folder.has("doorward.db"));
}

#[test]
fn the_first_addition_names_the_database_it_made() {
    let folder = Folder::new();
    let add = ["user", "add", "ada", "--email", "ada@example.com", "--password-stdin"];
    let first = folder.run_with(PASSWORD, &add);
    assert!(first.err.contains("note: made the database /") && first.err.contains("doorward.db"), "{first:?}");
    let second = folder.run_with(PASSWORD, &["user", "add", "bob", "--email", "bob@example.com", "--password-stdin"]);
    // Law: what is there already is not spoken of.
    assert_eq!((second.code, second.err.as_str()), (Some(0), ""), "{second:?}");
}

#[test]
fn what_is_no_json_object_is_named_with_its_file() {
    let folder = Folder::new();
    folder.refused("", &["client", "add", "--file", "nowhere.json"], "input", "nowhere.json");
    folder.refused("", &["api", "add", "--file", folder.file("list.json", "[]")], "input", "list.json holds JSON, but no object");
    folder.refused("", &["client", "add", "--file", folder.file("comma.json", "{\"a\": 1,}")], "input", "comma.json is no JSON");
    folder.refused("", &["client", "add"], "input", "standard input is empty");
    folder.refused(
        PASSWORD,
        &["user", "add", "a", "--email", "a@example.com", "--password-stdin", "--claims", "no.json"],
        "input",
        "no.json",
    );
    // Law: a file that can't be read changes nothing.
    assert!(!folder.has("doorward.db"));
}

#[cfg(unix)]
#[test]
fn only_their_owner_reads_the_database_and_the_key() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new();
    folder.run(&["migrate"]).text();
    folder.run(&["keys", "rotate", "--alg", "EdDSA"]).text();
    for name in ["doorward.db", "doorward.key"] {
        let mode = std::fs::metadata(folder.path(name)).expect("the file").permissions().mode();
        // Law: what holds secrets is nobody else's to read.
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}
