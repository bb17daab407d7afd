//! The tutorial's steps, beside each other. That each works is shown by its own tests.
#![allow(clippy::expect_used, missing_docs)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const STEPS: [&str; 6] = ["1-create-the-app", "2-the-libraries", "3-login", "4-authorize", "5-log-out", "6-test-it"];

/// So many lines of a file that is there already may change from one step to the next.
const MOST: usize = 60;

fn folder(step: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(step)
}

/// The files of a step's program, with their text.
fn program(step: &str) -> BTreeMap<String, String> {
    let files = fs::read_dir(folder(step).join("src")).expect("a folder").map(|file| file.expect("a file").path());
    let name = |path: &Path| path.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
    files.map(|path| (name(&path), fs::read_to_string(&path).expect("a text"))).collect()
}

/// How many lines one text has that the other hasn't.
fn beyond(one: &str, other: &str) -> usize {
    let mut left: Vec<&str> = other.lines().collect();
    let gone = |line: &&str| left.iter().position(|kept| kept == line).map(|at| left.swap_remove(at)).is_none();
    one.lines().filter(gone).count()
}

#[test]
fn each_step_differs_from_the_one_before_by_what_can_be_read_at_once() {
    for pair in STEPS.windows(2) {
        let (before, after) = (program(pair[0]), program(pair[1]));
        for (name, text) in before {
            let changed = after.get(&name).unwrap_or_else(|| panic!("{} has no {name} any more", pair[1]));
            let lines = beyond(changed, &text).max(beyond(&text, changed));
            // Law: what a learner wrote stays, but for what the step is about.
            assert!(lines <= MOST, "{name} of {} differs in {lines} lines", pair[1]);
        }
    }
}

#[test]
fn the_app_that_is_tested_is_the_one_of_the_step_before() {
    let without_its_name = |mut app: BTreeMap<String, String>| {
        let main = app.get_mut("main.rs").expect("a main.rs");
        *main = main.split_once('\n').expect("lines").1.to_owned();
        app
    };
    // Law: a test doesn't change what it tests.
    assert_eq!(without_its_name(program("5-log-out")), without_its_name(program("6-test-it")));
}

#[test]
fn what_is_kept_for_a_browser_and_what_is_told_of_problems_stay_as_they_were() {
    let (third, fourth, fifth) = (program("3-login"), program("4-authorize"), program("5-log-out"));
    for (file, one, other) in
        [("kept.rs", &third, &fourth), ("problem.rs", &third, &fourth), ("problem.rs", &fourth, &fifth), ("photos.rs", &fourth, &fifth)]
    {
        // Law: files that a step isn't about are equal.
        assert_eq!(one[file], other[file], "{file}");
    }
}

#[test]
fn each_step_says_how_it_runs_and_stands_beside_its_python() {
    for step in STEPS {
        let readme = fs::read_to_string(folder(step).join("README.md")).expect("a README");
        let python = if step == "6-test-it" { "test_app.py" } else { "app.py" };
        assert!(readme.contains(python), "{step}");
        // Parsed, and nothing written beside it. Never named flask.py: that would be taken for Flask itself.
        let parse = "import ast, sys; ast.parse(open(sys.argv[1], encoding='utf-8').read())";
        let parsed = Command::new("python3").args(["-c", parse]).arg(folder(step).join(python)).status().expect("python3");
        // Law: the Python beside a step is Python.
        assert!(parsed.success(), "{step}/{python}");
    }
}
