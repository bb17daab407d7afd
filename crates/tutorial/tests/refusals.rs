//! What a tutorial may not be: each a small one with one thing wrong.
#![cfg(feature = "book")]
#![allow(clippy::expect_used, missing_docs)]

use std::fs;
use std::path::PathBuf;

use doorward_tutorial::book::Book;

/// A folder with a tutorial of one chapter; removed at the end.
struct Place(PathBuf);

impl Place {
    fn new(name: &str, en: &str, zh: &str) -> Self {
        let root = std::env::temp_dir().join(format!("doorward-tutorial-{name}-{}", std::process::id()));
        for (language, text) in [("en", en), ("zh-CN", zh)] {
            fs::create_dir_all(root.join("docs/tutorial").join(language)).expect("a folder");
            fs::write(root.join(format!("docs/tutorial/{language}/01-one.md")), text).expect("a chapter");
        }
        fs::create_dir_all(root.join("examples")).expect("a folder");
        fs::write(root.join("examples/a.rs"), "// region: r\nfn a() {}\n// endregion: r\nfn b() {}\n").expect("an example");
        Self(root)
    }

    fn faults(&self) -> String {
        match Book::read(&self.0) {
            Ok(_) => String::new(),
            Err(faults) => faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// What is said of this text in both languages.
fn said_of(name: &str, text: &str) -> String {
    let text = format!("# One\n\nFirst words.\n\n{text}\n");
    Place::new(name, &text, &text).faults()
}

#[test]
fn what_does_not_hold_together_is_refused_with_file_and_line() {
    for (name, text, why) in [
        ("html", "<b>bold</b>", "raw HTML"),
        ("inline", "a <img src=x> b", "raw HTML"),
        ("block", "<script>\nx\n</script>", "raw HTML"),
        ("picture", "![a](b.png)", "picture"),
        ("http", "[a](http://example.org)", "not https"),
        ("script", "[a](javascript://x)", "not https"),
        ("nowhere", "[a](../../nowhere.md)", "leads to no file"),
        ("chapter", "[a](02-two.md)", "leads to no file"),
        ("anchor", "[a](01-one.md#nothing)", "no heading #nothing"),
        ("reference", "[a][b]\n\n[b]: https://example.org", "another form"),
        ("missing", "```rust file=examples/no.rs\n```", "can't be read"),
        ("region", "```rust file=examples/a.rs#nothing\n```", "no region is"),
        ("outside", "```rust file=../../../etc/passwd\n```", "not lie in the repository"),
        ("absolute", "```rust file=/etc/passwd\n```", "not lie in the repository"),
        ("loose", "```rust\nfn drifting() {}\n```", "names no file"),
        ("drawing", "```mermaid diagram=nothing\n```", "there is not"),
        ("quote", "> somebody said", "quotation"),
        ("task", "> [!IMPORTANT]\n> Do it.", "without a link"),
        ("indented", "text\n\n    code", "indented"),
        ("heading", "# Two", "one heading of the first level"),
    ] {
        let said = said_of(name, text);
        assert!(said.contains(why), "{name}: {said:?}");
        // Law: a fault says where.
        assert!(said.contains("docs/tutorial/en/01-one.md:") && said.contains("docs/tutorial/zh-CN/01-one.md:"), "{name}: {said}");
    }
    assert!(said_of("line", "two\n\nthree\n\n<b>").contains("en/01-one.md:9: "));
}

#[test]
fn both_languages_are_one_text() {
    let rest = "\n\nFirst.\n\n## A\n\n```rust file=examples/a.rs#r\nfn a() {}\n```\n\n> [!IMPORTANT]\n> [x](http://127.0.0.1:8000/learn/app#step-1)\n";
    let whole = format!("# One{rest}");
    assert_eq!(Place::new("same", &whole, &format!("# 一{rest}")).faults(), "");
    for (name, from, to, why) in [
        ("level", "## A", "### A", "sections"),
        ("sections", "## A", "words", "sections"),
        ("blocks", "#r", "#b", "blocks"),
        ("tasks", "#step-1", "#step-2", "tasks"),
    ] {
        let said = Place::new(name, &whole, &whole.replace(from, to)).faults();
        // Law: what one language has, the other has.
        assert!(said.contains(why) && said.contains("zh-CN"), "{name}: {said}");
    }
    let place = Place::new("files", &whole, &whole);
    fs::write(place.0.join("docs/tutorial/en/02-two.md"), "# Two\n\nMore.\n").expect("a chapter");
    assert!(place.faults().contains("same files"));
}

#[test]
fn what_is_written_in_a_block_is_what_is_served_and_can_be_brought_up_to_date() {
    let text = "# One\n\nFirst.\n\n```rust file=examples/a.rs#r\nold\nwords\n```\n\n```rust file=examples/a.rs#b\n```\n";
    let place = Place::new("stale", text, text);
    let book = Book::read(&place.0).expect("it holds together");
    assert_eq!(book.stale.len(), 4);
    assert!(book.chapters[0].told[0].html.contains("a() {}") && !book.chapters[0].told[0].html.contains("old"));
    book.refresh().expect("to write");
    let again = Book::read(&place.0).expect("it holds together");
    assert!(again.stale.is_empty());
    let written = fs::read_to_string(place.0.join("docs/tutorial/en/01-one.md")).expect("a file");
    // Law: the file has the example's text, and nothing else of it has changed.
    assert_eq!(written, text.replace("old\nwords\n", "fn a() {}\n").replace("#b\n", "#b\nfn b() {}\n"));
}

#[test]
fn links_lead_where_the_reader_is() {
    let text = "# One\n\nFirst.\n\n## A b\n\n[a](01-one.md#a-b) [b](#a-b) [c](http://127.0.0.1:8000/learn/trace) [d](http://127.0.0.1:8000/account) \
                [e](../../../examples/a.rs) [f](https://example.org/x) [g](../README.md)\n";
    let zh = text.replace("## A b", "## 甲").replace("#a-b", "#甲");
    let place = Place::new("links", text, &zh);
    let book = Book::read(&place.0).unwrap_or_else(|faults| panic!("{faults:?}"));
    for told in &book.chapters[0].told {
        for address in ["one#a-b", "#a-b", "../trace", "../../account", "https://example.org/x", "../../learn"] {
            assert!(told.html.contains(&format!("href=\"{address}\"")), "{address}: {}", told.html);
        }
        // Law: an id is the same in both languages; a file of the repository is no page of the server.
        assert!(told.html.contains("<h2 id=\"a-b\">") && told.html.contains(" e ") && !told.html.contains("examples/a.rs"));
    }
}
