//! The house holds: each room uses only what stands below it, and nobody goes round its guards.
#![allow(clippy::expect_used, missing_docs)]

use std::fs;
use std::path::{Path, PathBuf};

/// The Rust files below a folder of the workspace, with their text; tests that lie beside the code are left out.
fn code(folder: &str) -> Vec<(PathBuf, String)> {
    files(folder)
        .into_iter()
        .filter(|(path, _)| !path.to_string_lossy().contains("tests"))
        .map(|(path, text)| (path, without_tests(&text)))
        .collect()
}

fn files(folder: &str) -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = fs::read_to_string(&path).expect("a text");
                found.push((path, text));
            }
        }
    }
    let mut found = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut found);
    assert!(!found.is_empty(), "{folder} is empty");
    found
}

/// The code without its test module and its comments.
fn without_tests(text: &str) -> String {
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn none_says(folder: &str, words: &[&str]) {
    for (path, text) in code(folder) {
        for word in words {
            let line = text.lines().find(|line| line.contains(word));
            assert!(line.is_none(), "{} says {word}: {}", path.display(), line.unwrap_or_default());
        }
    }
}

#[test]
fn the_protocol_depends_on_values_and_cryptography_alone() {
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/protocol/Cargo.toml")).expect("a manifest");
    let manifest: toml::Value = toml::from_str(&manifest).expect("TOML");
    let mut names: Vec<&str> = manifest["dependencies"].as_table().expect("a table").keys().map(String::as_str).collect();
    names.sort_unstable();
    // Law: no runtime, no web, no database; a new name here is a decision.
    assert_eq!(names, ["aws-lc-rs", "base64", "percent-encoding", "serde", "serde_json", "url", "zeroize"]);
    for other in ["target", "build-dependencies"] {
        assert!(manifest.get(other).is_none(), "{other}");
    }
}

#[test]
fn the_client_library_and_the_demo_stand_without_the_server() {
    for (name, tests_too) in [("client", true), ("demo", false), ("protocol", true)] {
        let at = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("crates/{name}/Cargo.toml"));
        let manifest: toml::Value = toml::from_str(&fs::read_to_string(at).expect("a manifest")).expect("TOML");
        let kinds: &[&str] = if tests_too { &["dependencies", "dev-dependencies"] } else { &["dependencies"] };
        for kind in kinds {
            let names = manifest.get(*kind).and_then(toml::Value::as_table);
            // Law: what others build on doesn't bring the server along, nor its way of testing.
            assert!(names.is_none_or(|names| !names.contains_key("doorward") && !names.contains_key("doorward-testkit")), "{name}");
        }
    }
}

#[test]
fn the_protocol_reads_no_clock_and_asks_nobody_for_chance() {
    // Law: time and chance are arguments; nothing waits.
    none_says(
        "crates/protocol/src",
        &[
            "tokio",
            "rocket",
            "diesel",
            "std::time",
            "SystemTime",
            "Instant::",
            "std::env",
            "std::fs",
            "std::net::Tcp",
            "async fn",
            ".await",
            "std::thread",
            "println!",
        ],
    );
    for (path, text) in code("crates/protocol/src") {
        // The library draws the randomness of a signature and of a new key by itself; it takes no other source.
        assert!(path.ends_with("jose/sign.rs") || !text.contains("SystemRandom"), "{}", path.display());
    }
    none_says("src/store", &["SystemTime", "Instant::now", "SystemRandom"]);
    none_says("src/flows", &["SystemTime", "Instant::now", "SystemRandom"]);
    none_says("src/pages", &["SystemTime", "Instant::now", "SystemRandom"]);
    none_says("src/trace", &["SystemTime", "Instant::now", "SystemRandom"]);
}

#[test]
fn each_room_uses_only_what_stands_below_it() {
    for (room, above) in [
        ("src/store", &["http", "flows", "pages", "cli", "setup", "config", "keys", "passwords", "seal"][..]),
        ("src/flows", &["http", "pages", "cli", "setup", "config"]),
        ("src/pages", &["http", "flows", "store", "cli", "setup", "config", "keys"]),
        ("src/config", &["http", "flows", "pages", "store", "cli", "setup"]),
        ("src/fetch", &["http", "flows", "pages", "store", "cli", "setup", "config", "keys", "passwords", "seal"]),
        ("src/trace", &["http", "flows", "pages", "store", "cli", "setup", "config", "keys", "passwords", "seal"]),
        ("src/http", &["cli", "setup"]),
    ] {
        // Law: the direction is one way. A name is meant whole: `client_secrets` isn't `cli`.
        let words: Vec<String> = above.iter().flat_map(|name| ["::", ";", ","].map(|end| format!("crate::{name}{end}"))).collect();
        none_says(room, &words.iter().map(String::as_str).collect::<Vec<_>>());
    }
}

#[test]
fn rocket_is_at_the_door_and_diesel_in_the_store() {
    for room in ["src/flows", "src/store", "src/pages", "src/fetch", "src/trace"] {
        for (path, text) in code(room) {
            for line in text.lines().filter(|line| line.contains("rocket::")) {
                let fine = line.contains("rocket::tokio") || room == "src/pages" && line.contains("rocket::fairing");
                assert!(fine, "{}: {line}", path.display());
            }
            assert!(!text.contains("#[get(") && !text.contains("#[post("), "{}", path.display());
        }
    }
    for (path, text) in code("src") {
        let in_store = path.to_string_lossy().contains("/src/store/");
        // Law: SQL is written in the store and nowhere else.
        assert!(in_store || !text.contains("diesel"), "{}", path.display());
    }
}

#[test]
fn there_is_one_way_out() {
    for (path, text) in code("src").into_iter().filter(|(path, _)| !path.to_string_lossy().contains("/src/fetch/")) {
        for word in ["TcpStream", "hyper::client", "ToSocketAddrs", "to_socket_addrs", "lookup_host", "ureq", "reqwest"] {
            // Law: no request of our own goes past the rules for addresses.
            assert!(!text.contains(word), "{} says {word}", path.display());
        }
    }
}

#[test]
fn no_form_is_read_past_the_guards() {
    for (path, text) in code("src/http") {
        for word in ["Form<", "FromForm", "Json<", "data::Data<", "to_bytes", ".into_string(", "get_private", "danger"] {
            let guard = path.to_string_lossy().contains("/guards/");
            let line = text.lines().find(|line| line.contains(word) && !line.contains("struct ") && !line.contains("Csrf<"));
            // Law: Rocket's own forms keep the first of repeated fields, and know no token.
            assert!(guard || line.is_none(), "{} says {word}: {}", path.display(), line.unwrap_or_default());
        }
    }
}

#[test]
fn every_form_of_a_page_is_proven_to_be_from_it() {
    let free = ["/authorize", "/par", "/logout", "/token", "/device_authorization", "/introspect", "/revoke", "/userinfo", "/register"];
    let mut seen = 0;
    for (path, text) in code("src/http") {
        for method in ["#[put(", "#[patch(", "#[delete("] {
            let routes = text.split(method).skip(1).filter_map(|rest| rest.split('"').nth(1));
            // Law: nothing but a client's own registration is changed in other ways (RFC 7592 section 2), by a token, never by a cookie.
            let ours = ["#[put(", "#[delete("].contains(&method);
            assert!(routes.into_iter().all(|route| ours && route == "/register/<id>"), "{} has {method}", path.display());
        }
        for route in text.split("#[post(\"").skip(1) {
            seen += 1;
            let address = route.split('"').next().expect("an address");
            let handler = route.split('{').next().expect("a signature");
            let proven = handler.contains("form: Result<Csrf<");
            // Law: what other sites and programs may post is a short list.
            assert_eq!(proven, !free.contains(&address), "{address} in {}", path.display());
        }
    }
    assert!(seen >= 16, "{seen} routes");
}

#[test]
fn no_file_is_too_long_to_be_read_at_once() {
    for folder in ["src", "crates/protocol/src", "crates/testkit/src", "crates/demo/src", "crates/client", "tests", "benches", "examples"] {
        for (path, text) in files(folder) {
            let lines = text.lines().count();
            // Law: one thing per file.
            assert!(lines <= 400, "{} has {lines} lines", path.display());
        }
    }
}
