//! The map of the article: what it names is there.
#![cfg(feature = "book")]
#![allow(clippy::expect_used, missing_docs)]

use std::fs;
use std::path::Path;

use doorward_tutorial::book::Book;

const PARTS: [&str; 5] = ["/learn", "/learn/app", "/learn/trace", "/learn/lab", "/learn/services"];

fn is_path(name: &str) -> bool {
    name.contains('/') || ["README.md", "examples"].contains(&name)
}

#[test]
fn every_file_page_and_test_of_the_map_is_there() {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let map = fs::read_to_string(root.join("docs/article.md")).expect("the map");
    let chapters = Book::read(root).expect("the tutorial").chapters;
    let (mut files, mut pages, mut tests) = (0, 0, 0);
    for line in map.lines() {
        // A test is named behind its file.
        let mut file = String::new();
        for name in line.split('`').skip(1).step_by(2) {
            if let Some(chapter) = name.strip_prefix("/learn/tutorial/") {
                assert!(chapters.iter().any(|known| known.name == chapter), "no chapter {chapter}");
                pages += 1;
            } else if name.starts_with('/') {
                assert!(PARTS.contains(&name), "no page {name}");
                pages += 1;
            } else if is_path(name) {
                assert!(root.join(name).exists(), "no file {name}");
                name.clone_into(&mut file);
                files += 1;
            } else if name.contains('_') {
                let text = fs::read_to_string(root.join(&file)).expect("the file of a test");
                assert!(text.contains(&format!("fn {name}(")), "no test {name} in {file}");
                tests += 1;
            }
        }
        for link in line.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = link.split('#').next().expect("a path");
            assert!(root.join("docs").join(path).exists(), "no file {link}");
        }
    }
    // Law: a map without a place for a section is none.
    assert!(files > 30 && pages > 20 && tests > 8, "{files} files, {pages} pages, {tests} tests");
    for section in [
        "Background",
        "2.1",
        "2.2",
        "2.3",
        "3.1",
        "3.2",
        "3.3",
        "4.2.1",
        "4.2.2",
        "4.2.3",
        "4.2.4",
        "4.2.5",
        "4.2.6",
        "5.1",
        "5.2",
        "5.3",
        "Future",
        "Frequent",
    ] {
        assert!(map.contains(&format!("\n| {section}")), "nothing for {section}");
    }
}
