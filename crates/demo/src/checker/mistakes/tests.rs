//! The table is whole, in both languages, and the documentation says the same.
#![allow(clippy::expect_used)]

use std::collections::HashSet;
use std::path::Path;

use super::{Mistake, WRITTEN, document};
use crate::checker::trials::{Step, Trial};
use crate::lab::Words;

fn native(words: Words, about: &str) {
    let han = words.zh.chars().filter(|c| ('\u{4e00}'..='\u{9fff}').contains(c)).count();
    assert!(han >= 2, "{about}: {}", words.zh);
    assert!(words.en.is_ascii(), "{about}: {}", words.en);
    assert!(!words.zh.contains("您"), "{about} says 你");
}

#[test]
fn every_row_has_a_mistake_a_key_of_its_own_a_source_and_words_in_both_languages() {
    assert_eq!(Mistake::ALL.len(), WRITTEN, "a row that nothing leads to");
    let keys: HashSet<&str> = Mistake::ALL.iter().map(|mistake| mistake.row().key).collect();
    assert_eq!(keys.len(), Mistake::ALL.len());
    for mistake in Mistake::ALL {
        let row = mistake.row();
        assert_eq!(Mistake::named(row.key), Some(*mistake));
        for words in [row.name, row.seen, row.hint] {
            native(words, row.key);
        }
        assert!(row.source.contains('§'), "{}: {}", row.key, row.source);
        let ends = row.hint.en.ends_with(['.', '?']) && row.hint.zh.ends_with(['。', '？']);
        assert!(ends, "{}", row.key);
    }
    for trial in Trial::ALL {
        native(trial.words(), trial.key());
    }
    for step in Step::ALL {
        native(step.name(), "a step");
        native(step.task(), "a step");
    }
    // Law: the order of the table is the order in which it is looked for.
    let steps: Vec<Step> = Mistake::ALL.iter().map(|mistake| mistake.row().trial.step()).collect();
    assert!(steps.is_sorted());
}

#[test]
fn the_documentation_is_the_table() {
    for (tag, name) in [("en", "mistakes.md"), ("zh-CN", "mistakes.zh-CN.md")] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/tutorial").join(name);
        let expected = document(tag);
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder");
            std::fs::write(&path, &expected).expect("to write it");
        }
        // Law: what is promised is what is looked for.
        assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), expected, "UPDATE_DOCS=1 writes {name} anew");
    }
}
