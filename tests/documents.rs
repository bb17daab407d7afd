//! What the documentation names is there: files, headings, members, errors. That its examples run is shown by `tests/docs/run`.
#![allow(clippy::expect_used, missing_docs)]

use std::fs;
use std::path::{Path, PathBuf};

use doorward_protocol::error::ErrorCode;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The pages for readers, with their text.
fn pages() -> Vec<(PathBuf, String)> {
    let mut found: Vec<PathBuf> = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "tests/clients/README.md", "tests/docs/README.md"]
        .iter()
        .map(|page| root().join(page))
        .collect();
    for folder in ["docs", "docs/clients", "docs/decisions"] {
        let entries = fs::read_dir(root().join(folder)).expect("a folder");
        found.extend(entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.extension().is_some_and(|end| end == "md")));
    }
    let steps = fs::read_dir(root().join("examples")).expect("a folder").map(|entry| entry.expect("an entry").path().join("README.md"));
    found.extend(steps.filter(|page| page.exists()));
    found.into_iter().map(|path| (path.clone(), text(&path))).collect()
}

/// The lines of a page without its blocks of code.
fn prose(page: &str) -> String {
    page.split("```").step_by(2).collect::<Vec<_>>().join("\n")
}

/// How a heading is named in a link.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().to_lowercase();
    kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_')).map(|c| if c == ' ' { '-' } else { c }).collect()
}

fn has_heading(page: &str, name: &str) -> bool {
    prose(page).lines().any(|line| line.starts_with('#') && anchor(line.trim_start_matches('#')) == name)
        || page.contains(&format!("<a id=\"{name}\">"))
}

#[test]
fn links_lead_somewhere() {
    for (path, page) in pages() {
        for link in prose(&page).split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.contains("://") {
                continue;
            }
            let (file, name) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { path.clone() } else { path.parent().expect("a folder").join(file) };
            assert!(target.exists(), "{} links to {link}", path.display());
            // Law: a link finds its page, and its heading on it.
            assert!(name.is_empty() || has_heading(&text(&target), name), "{} links to {link}", path.display());
        }
    }
}

#[test]
fn files_that_are_named_exist() {
    const TOPS: [&str; 7] = ["src/", "crates/", "tests/", "docs/", "scripts/", "migrations/", "protocol/"];
    for (path, page) in pages().into_iter().filter(|(path, _)| !path.to_string_lossy().contains("decisions")) {
        for named in prose(&page).split('`').skip(1).step_by(2) {
            let plain = !named.contains(|c: char| c.is_whitespace() || "*{}<>…:()\"".contains(c));
            if !plain || !TOPS.iter().any(|top| named.starts_with(top)) {
                continue;
            }
            let file = named.strip_prefix("protocol/").map_or_else(|| named.to_owned(), |rest| format!("crates/protocol/src/{rest}"));
            // Law: nobody is sent to a file that has moved.
            assert!(root().join(file).exists() || path.with_file_name(named).exists(), "{} names {named}", path.display());
        }
    }
}

#[test]
fn every_member_of_a_client_is_in_the_table() {
    let members = text(&root().join("docs/clients/members.md"));
    let source = text(&root().join("crates/protocol/src/client/metadata.rs"));
    let fields = source.split("pub struct Metadata {").nth(1).and_then(|rest| rest.split("\n}").next()).expect("the struct");
    let mut found = 0;
    for name in fields.lines().filter_map(|line| line.trim().strip_prefix("pub ")?.split(':').next()).filter(|name| *name != "other") {
        found += 1;
        assert!(members.contains(&format!("`{name}`")), "docs/clients/members.md lacks {name}");
    }
    // Law: what can be registered is written down.
    assert!(found > 50, "{found}");
}

#[test]
fn every_error_is_in_the_table() {
    let page = text(&root().join("docs/architecture.md"));
    for code in ErrorCode::ALL {
        // Law: the documented table is the code's.
        assert!(page.contains(&format!("| `{}` | {} |", code.as_str(), code.status())), "docs/architecture.md lacks {}", code.as_str());
    }
    let rows = page.lines().filter(|line| line.starts_with("| `") && line.contains("` | 4") || line.contains("` | 5")).count();
    assert_eq!(rows, ErrorCode::ALL.len(), "docs/architecture.md has a row too many");
}

#[test]
fn checks_and_tests_that_are_named_exist() {
    let mut words = std::collections::HashSet::new();
    for folder in ["src", "crates", "tests", "build.rs"] {
        collect(&root().join(folder), &mut words);
    }
    let page = text(&root().join("docs/attacks.md"));
    for named in page.split('`').skip(1).step_by(2) {
        let capitals = named.chars().filter(char::is_ascii_uppercase).count();
        let like_a_check = named.starts_with(char::is_uppercase) && capitals > 1 && named.chars().all(char::is_alphanumeric);
        let like_a_test = named.matches('_').count() > 2 && named.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '_'));
        // Law: a defence that is named is code that runs.
        assert!(!(like_a_check || like_a_test) || words.contains(named), "docs/attacks.md names {named}");
    }
}

/// Every word of the code below a folder.
fn collect(path: &Path, words: &mut std::collections::HashSet<String>) {
    if path.is_dir() {
        let ours = !path.ends_with("node_modules") && !path.ends_with("clients");
        for entry in fs::read_dir(path).expect("a folder").filter(|_| ours) {
            collect(&entry.expect("an entry").path(), words);
        }
    } else if path.extension().is_some_and(|ending| ending == "rs") {
        words.extend(text(path).split(|c: char| !c.is_alphanumeric() && c != '_').map(str::to_owned));
    }
}
