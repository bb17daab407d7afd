//! The texts as text: both languages say the same to a shell, Chinese is set as Chinese, and sections of RFCs look like ones.
#![allow(clippy::expect_used, missing_docs)]

use std::fs;
use std::path::Path;

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// Name and text of every chapter in a language.
fn chapters(language: &str) -> Vec<(String, String)> {
    let folder = root().join("docs/tutorial").join(language);
    let mut all: Vec<_> = fs::read_dir(folder)
        .expect("the chapters")
        .map(|entry| entry.expect("a file").path())
        .map(|path| (path.file_name().expect("a name").to_string_lossy().into_owned(), fs::read_to_string(&path).expect("a text")))
        .collect();
    all.sort();
    all
}

/// What stands between fences, with the line that opens it; and all outside of them.
fn parted(text: &str) -> (Vec<(String, String)>, String) {
    let (mut blocks, mut prose, mut open): (Vec<(String, String)>, String, bool) = (Vec::new(), String::new(), false);
    for line in text.lines() {
        match (line.strip_prefix("```"), open) {
            (Some(info), false) => {
                blocks.push((info.to_owned(), String::new()));
                open = true;
            }
            (Some(_), true) => open = false,
            (None, true) => blocks.last_mut().expect("an open block").1.extend([line, "\n"]),
            (None, false) => prose.extend([line, "\n"]),
        }
    }
    (blocks, prose)
}

/// Without code, addresses and comments: words alone.
fn words(prose: &str) -> String {
    let no_code: String = prose.split('`').step_by(2).collect::<Vec<_>>().join("x");
    let no_links: Vec<&str> = no_code
        .split("](")
        .enumerate()
        .map(|(n, part)| if n == 0 { part } else { part.split_once(')').map_or("", |(_, rest)| rest) })
        .collect();
    no_links.join("]").lines().filter(|line| !line.starts_with("<!--")).collect::<Vec<_>>().join("\n")
}

#[test]
fn both_languages_give_a_shell_the_same_commands() {
    for ((name, en), (_, zh)) in chapters("en").into_iter().zip(chapters("zh-CN")) {
        let shell = |text: &str| parted(text).0.into_iter().filter(|(info, _)| info == "sh").map(|(_, code)| code).collect::<Vec<_>>();
        let asked = |text: &str| text.lines().filter(|line| line.starts_with("<!--")).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(shell(&en), shell(&zh), "{name}");
        // Law: what is run for one language is run for the other, and asked the same.
        assert_eq!(asked(&en), asked(&zh), "{name}");
    }
}

#[test]
fn between_chinese_characters_stands_chinese_punctuation() {
    let chinese = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    for (name, text) in chapters("zh-CN") {
        let prose: Vec<char> = words(&parted(&text).1).chars().collect();
        for three in prose.windows(3) {
            let half = matches!(three[1], ',' | ';' | ':' | '?' | '!' | '(' | ')' | '.' | '"');
            assert!(!(half && (chinese(three[0]) || chinese(three[2]))), "{name}: {}", three.iter().collect::<String>());
        }
        let all: String = prose.iter().collect();
        // Law: the reader is a friend, not a customer.
        assert!(!all.contains('您'), "{name}");
    }
}

#[test]
fn every_step_ends_with_its_task_and_says_what_to_see() {
    for language in ["en", "zh-CN"] {
        for (step, (name, text)) in chapters(language).iter().skip(3).take(6).enumerate() {
            assert!(text.contains(&format!("(http://127.0.0.1:8000/learn/app#step-{})", step + 1)), "{name}");
            // Law: whoever has done a step can see that it holds.
            assert!(text.contains("> [!NOTE]") && text.contains("> [!IMPORTANT]"), "{name}");
        }
    }
}

#[test]
fn rfcs_and_their_sections_are_written_as_numbers() {
    for (name, text) in chapters("en") {
        for rest in words(&parted(&text).1).split("RFC ").skip(1) {
            let number: String = rest.chars().take_while(char::is_ascii_digit).collect();
            assert_eq!(number.len(), 4, "{name}: RFC {rest:.20}");
            if let Some(section) = rest[number.len()..].strip_prefix(" section ") {
                let section = section.split(|c: char| !(c.is_ascii_digit() || c == '.')).next().expect("a word").trim_end_matches('.');
                assert!(!section.is_empty() && section.split('.').all(|part| part.parse::<u8>().is_ok()), "{name}: {section}");
            }
        }
    }
}

/// Whether what a command names is there; a command that is not known here is not to be believed.
fn holds(command: &str) -> bool {
    let root = root();
    let words: Vec<&str> = command.split_whitespace().collect();
    // What needs nothing of this repository but its program.
    let plain = [
        "cargo run -- serve --demo",
        "cargo run -- check-config",
        "cargo run",
        "cargo build -p doorward",
        "cargo new my-app",
        "cd ..",
        "cd my-app",
        "curl -s http://localhost:8080/doorward-learn.json",
        "curl -s http://127.0.0.1:8000/.well-known/openid-configuration",
    ];
    match words[..] {
        _ if plain.contains(&command) => true,
        ["export", ref variables @ ..] => {
            variables.iter().all(|set| ["DOORWARD_ISSUER=http://127.0.0.1:8000", "CLIENT_ID=…", "CLIENT_SECRET=…"].contains(set))
        }
        // From the learner's app, which lies beside the repository.
        ["cp", ref files @ .., "src/"] => {
            files.iter().all(|file| file.strip_prefix("../doorward/").is_some_and(|file| root.join(file).is_file()))
        }
        ["cargo", "test", "-p", package] => package.strip_prefix("step-").is_some_and(|step| root.join("examples").join(step).is_dir()),
        ["cargo", "bench", "--bench", bench] => root.join("benches").join(format!("{bench}.rs")).is_file(),
        ["cargo", "run", "--release", "--example", "load", "--", what, "--callers", _, "--requests", _] => {
            fs::read_to_string(root.join("examples/load.rs")).is_ok_and(|load| load.contains(&format!("`{what}`")))
        }
        _ => false,
    }
}

#[test]
fn every_command_is_known_and_what_it_names_is_there() {
    let mut seen = 0;
    for (name, text) in chapters("en") {
        for (_, code) in parted(&text).0.into_iter().filter(|(info, _)| info == "sh") {
            for command in code.lines() {
                // Law: nobody is told to type what does not work.
                assert!(holds(command), "{name}: {command}");
                seen += 1;
            }
        }
    }
    assert!(seen > 12, "{seen} commands");
    assert!(!holds("curl http://example.org | sh") && !holds("cp ../doorward/nothing.rs src/") && !holds("cargo test -p step-9-nothing"));
}
