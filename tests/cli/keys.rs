//! `doorward keys …`.

use serde_json::{Value, json};

use crate::folder::Folder;

fn keys(value: &Value) -> &[Value] {
    value.as_array().expect("an array")
}

#[test]
fn the_first_keys_sign_at_once_and_their_successors_after_they_are_known() {
    let folder = Folder::new();
    folder.run(&["migrate"]).text();
    assert_eq!(folder.json("", &["keys", "list"]), json!([]));
    let first = folder.json("", &["keys", "rotate"]);
    assert_eq!(
        keys(&first).iter().map(|key| key["alg"].as_str().unwrap_or_default()).collect::<Vec<_>>(),
        ["ES256", "EdDSA", "RS256", "PS256"]
    );
    assert!(keys(&first).iter().all(|key| key["state"] == "signing" && key["signs_from"] == key["created_at"]), "{first}");
    let second = folder.json("", &["keys", "rotate", "--alg", "ES256"]);
    let [new] = keys(&second) else { panic!("one key: {second}") };
    assert_eq!((&new["alg"], &new["state"]), (&json!("ES256"), &json!("published")));
    assert_eq!(new["signs_from"].as_i64(), new["created_at"].as_i64().map(|at| at + 600));
    let all = folder.json("", &["keys", "list"]);
    let old = keys(&all).iter().find(|key| key["kid"] == first[0]["kid"]).expect("the old key");
    assert_eq!((keys(&all).len(), &old["state"], &old["retired_at"]), (5, &json!("signing"), &new["signs_from"]));
    // Law: at every moment one key of an algorithm signs.
    assert!(keys(&all).iter().filter(|key| key["alg"] != "ES256").all(|key| key.get("retired_at").is_none()));
}

#[test]
fn nothing_private_is_told_of_a_key() {
    let folder = Folder::new();
    folder.run(&["migrate"]).text();
    let rotated = folder.json("", &["keys", "rotate", "--alg", "EdDSA"]);
    let known = ["kid", "alg", "state", "created_at", "signs_from", "retired_at"];
    for key in keys(&rotated).iter().chain(keys(&folder.json("", &["keys", "list"]))) {
        // Law: what may be told is a list, what may not is the rest.
        assert!(key.as_object().expect("an object").keys().all(|name| known.contains(&name.as_str())), "{key}");
    }
}

#[test]
fn keys_are_made_under_their_own_secret_alone() {
    let folder = Folder::new();
    folder.run(&["migrate"]).text();
    folder.run(&["keys", "rotate", "--alg", "EdDSA"]).text();
    let secret = std::fs::read_to_string(folder.path("doorward.key")).expect("the secret");
    std::fs::remove_file(folder.path("doorward.key")).expect("the secret to lose");
    folder.refused("", &["keys", "rotate"], "secret", "doorward.key, is missing");
    folder.file("doorward.key", &"x".repeat(43));
    folder.refused("", &["keys", "rotate"], "secret", "isn't the one");
    folder.file("doorward.key", &secret);
    assert_eq!(keys(&folder.json("", &["keys", "list"])).len(), 1);
    // Law: a lost secret is never replaced unsaid.
    folder.run(&["keys", "rotate", "--alg", "EdDSA"]).text();
}
