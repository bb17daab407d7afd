//! The tutorial itself: what it says holds together, and its files say what is served.
#![cfg(feature = "book")]
#![allow(clippy::expect_used, missing_docs)]

use std::path::Path;

use doorward_tutorial::book::Book;

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn book() -> Book {
    Book::read(root()).unwrap_or_else(|faults| {
        let all: Vec<String> = faults.iter().map(ToString::to_string).collect();
        panic!("the tutorial does not hold together:\n{}", all.join("\n"))
    })
}

#[test]
fn the_files_hold_the_code_of_the_examples_and_the_drawings() {
    let book = book();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        book.refresh().expect("to write the files");
        return;
    }
    let stale: Vec<_> = book.stale.iter().map(|stale| stale.file.display().to_string()).collect();
    // Law: code in the texts is code that runs.
    assert!(stale.is_empty(), "out of date, run UPDATE_DOCS=1 cargo test -p doorward-tutorial --features book: {stale:?}");
}
