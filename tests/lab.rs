//! The lab stays in the demo: no real document names it, and nothing but `serve --demo` starts it.
#![allow(clippy::expect_used, missing_docs)]

use doorward_testkit::World;
use std::fs;
use std::path::Path;

#[rocket::async_test]
async fn no_metadata_of_the_server_names_the_lab() {
    let world = World::new().start().await;
    for path in ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/jwks.json"] {
        let document = world.get(path).await;
        assert_eq!(document.status, 200, "{path}");
        // Law: a client of the server never learns of an issuer that goes wrong.
        assert!(!document.body.contains("/lab") && !document.body.contains("8007"), "{path}");
    }
}

#[test]
fn nothing_but_the_demo_starts_the_lab() {
    fn starters(folder: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                starters(&path, found);
            } else if fs::read_to_string(&path).is_ok_and(|text| text.contains("lab_issuer")) {
                found.push(path.strip_prefix(env!("CARGO_MANIFEST_DIR")).expect("inside").display().to_string());
            }
        }
    }
    let mut found = Vec::new();
    starters(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    // Law: one caller, which `serve` asks with `--demo` alone.
    assert_eq!(found, ["src/cli/demo.rs"]);
}
