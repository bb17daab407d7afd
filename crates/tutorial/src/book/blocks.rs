//! Code that comes from the examples.

use std::fs;
use std::path::Path;

/// What the line that opens a block says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Info {
    /// The language.
    pub language: String,
    /// `file=`, `diagram=`, `from=` and `to=` with their values.
    pub options: Vec<(String, String)>,
}

impl Info {
    /// Reads it.
    pub fn parse(info: &str) -> Self {
        let mut words = info.split_whitespace();
        let language = words.next().unwrap_or_default().to_owned();
        let options = words
            .map(|word| word.split_once('=').map_or((word.to_owned(), String::new()), |(name, value)| (name.to_owned(), value.to_owned())));
        Self { language, options: options.collect() }
    }

    /// The value of an option.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.options.iter().find(|(option, _)| option == name).map(|(_, value)| value.as_str())
    }
}

/// Languages whose code must come from a file, so that it can't drift from what runs.
pub const FROM_FILES: [&str; 5] = ["rust", "python", "toml", "html", "diff"];

/// The text that `path`, or `path#part`, names.
///
/// # Errors
/// When there is no such file or part, or more than one.
pub fn excerpt(root: &Path, place: &str) -> Result<String, String> {
    let (path, part) = place.split_once('#').map_or((place, None), |(path, part)| (path, Some(part)));
    if path.starts_with('/') || path.split('/').any(|piece| piece == "..") {
        return Err(format!("{path} does not lie in the repository"));
    }
    let text = fs::read_to_string(root.join(path)).map_err(|why| format!("{path} can't be read: {why}"))?;
    let lines: Vec<&str> = text.lines().collect();
    let found = match part {
        None => lines,
        Some(part) => match region(&lines, part)? {
            Some(found) => found,
            None if part == "imports" => imports(&lines),
            None => match item(&lines, part) {
                Ok(found) => found,
                Err(what) => paragraph(&lines, part).ok_or(what)?,
            },
        },
    };
    Ok(dedented(&found.into_iter().filter(|line| marker(line).is_none()).collect::<Vec<_>>()))
}

/// `region: name` or `endregion: name` in a comment of any of our languages.
fn marker(line: &str) -> Option<(bool, &str)> {
    let inside = line.trim().trim_start_matches(['/', '#', '<', '!', '-', ' ']).trim_end_matches(['-', '>', ' ']);
    let comment = ["//", "#", "<!--"].iter().any(|start| line.trim_start().starts_with(start));
    let (word, name) = inside.split_once(':')?;
    match (comment, word) {
        (true, "region") => Some((true, name.trim())),
        (true, "endregion") => Some((false, name.trim())),
        _ => None,
    }
}

fn region<'l>(lines: &[&'l str], name: &str) -> Result<Option<Vec<&'l str>>, String> {
    let at = |begins: bool| {
        lines.iter().enumerate().filter(move |(_, line)| marker(line) == Some((begins, name))).map(|(at, _)| at).collect::<Vec<_>>()
    };
    match (at(true)[..].as_ref(), at(false)[..].as_ref()) {
        ([], []) => Ok(None),
        ([begin], [end]) if begin < end => Ok(Some(lines[begin + 1..*end].to_vec())),
        _ => Err(format!("the region {name} doesn't begin once and end once")),
    }
}

const KINDS: [&str; 9] = ["fn", "struct", "enum", "mod", "const", "static", "type", "def", "class"];

/// An item by its name: with what stands directly above it, to the end of its block.
fn item<'l>(lines: &[&'l str], name: &str) -> Result<Vec<&'l str>, String> {
    let declares = |line: &str| {
        let words: Vec<&str> = line.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).collect();
        let statement = line.trim_start();
        !statement.starts_with("//")
            && !statement.starts_with('#')
            && words.windows(2).any(|pair| KINDS.contains(&pair[0]) && pair[1] == name)
    };
    let found: Vec<usize> = lines.iter().enumerate().filter(|(_, line)| declares(line)).map(|(at, _)| at).collect();
    let [at] = found[..] else { return Err(format!("{} items are called {name}, and no region is", found.len())) };
    let depth = |line: &str| line.len() - line.trim_start().len();
    let own = depth(lines[at]);
    let above = |line: &str| depth(line) == own && ["#[", "///", "@", "# "].iter().any(|start| line.trim_start().starts_with(start));
    let begin = lines[..at].iter().rposition(|line| !above(line) || marker(line).is_some()).map_or(0, |before| before + 1);
    if lines[at].trim_end().ends_with(';') {
        return Ok(lines[begin..=at].to_vec());
    }
    let below = |line: &&str| !line.trim().is_empty() && depth(line) <= own;
    let rest = &lines[at + 1..];
    let end = rest.iter().position(below).unwrap_or(rest.len());
    let closed = rest.get(end).is_some_and(|line| line.trim_start().starts_with(['}', ')', ']']));
    let mut found = lines[begin..(at + 1 + end + usize::from(closed)).min(lines.len())].to_vec();
    while found.last().is_some_and(|line| line.trim().is_empty()) {
        found.pop();
    }
    Ok(found)
}

/// What a file brings in, at its margin.
fn imports<'l>(lines: &[&'l str]) -> Vec<&'l str> {
    lines.iter().copied().filter(|line| ["use ", "import ", "from "].iter().any(|start| line.starts_with(start))).collect()
}

/// The lines between two empty ones, where one of them sets this name or asks for it.
fn paragraph<'l>(lines: &[&'l str], name: &str) -> Option<Vec<&'l str>> {
    let starts = [format!("{name} = "), format!("if {name} ")];
    let at = lines.iter().position(|line| starts.iter().any(|start| line.starts_with(start)))?;
    let empty = |line: &str| line.trim().is_empty();
    let begin = lines[..at].iter().rposition(|line| empty(line)).map_or(0, |before| before + 1);
    let end = lines[at..].iter().position(|line| empty(line)).map_or(lines.len(), |length| at + length);
    Some(lines[begin..end].to_vec())
}

fn dedented(lines: &[&str]) -> String {
    let margin = lines.iter().filter(|line| !line.trim().is_empty()).map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
    let text: Vec<&str> = lines.iter().map(|line| line.get(margin..).unwrap_or_default().trim_end()).collect();
    // Empty lines where markers were are one too many.
    let mut out = String::new();
    for line in text.iter().skip_while(|line| line.is_empty()) {
        if line.is_empty() && out.ends_with("\n\n") {
            continue;
        }
        out.push_str(line);
        out.push('\n');
    }
    let end = out.trim_end().len();
    out.truncate(end);
    out + "\n"
}

#[cfg(test)]
mod tests {
    use super::{Info, dedented, imports, item, marker, paragraph, region};

    const CODE: &str = "//! Doc.\n\n// region: begin\n/// Begins.\n#[get(\"/login\")]\nfn login() -> Redirect {\n    go()\n}\n// endregion: begin\n\nstruct S;\n\n@app.get(\"/\")\ndef home():\n    return 1\n\n\n\nx = 2\n";

    #[test]
    fn a_region_is_found_by_its_name_and_must_begin_and_end_once() {
        let lines: Vec<&str> = CODE.lines().collect();
        assert_eq!(region(&lines, "begin").expect("it holds").expect("it is there").len(), 5);
        assert_eq!(region(&lines, "other"), Ok(None));
        assert!(region(&["// region: a", "x"], "a").is_err());
        assert!(region(&["// region: a", "// endregion: a", "// region: a", "// endregion: a"], "a").is_err());
        assert_eq!(marker("<!-- region: form -->"), Some((true, "form")));
        assert_eq!(marker("# endregion: x"), Some((false, "x")));
        assert_eq!(marker("let region: u8 = 1;"), None);
    }

    #[test]
    fn an_item_is_found_with_what_stands_above_it() {
        let lines: Vec<&str> = CODE.lines().collect();
        assert_eq!(item(&lines, "login").expect("an item")[..2], ["/// Begins.", "#[get(\"/login\")]"]);
        assert_eq!(item(&lines, "login").expect("an item").len(), 5);
        assert_eq!(item(&lines, "home").expect("an item"), ["@app.get(\"/\")", "def home():", "    return 1"]);
        assert_eq!(item(&lines, "S").expect("an item"), ["struct S;"]);
        assert!(item(&lines, "nobody").is_err());
        assert_eq!(paragraph(&["import os", "", "x = 1", "y = 2", "", "z = 3"], "x").expect("a paragraph"), ["x = 1", "y = 2"]);
        assert_eq!(imports(&["import os", "x = 1", "from a import b"]), ["import os", "from a import b"]);
    }

    #[test]
    fn code_stands_at_the_margin_without_needless_lines() {
        assert_eq!(dedented(&["", "    a", "", "", "      b", ""]), "a\n\n  b\n");
    }

    #[test]
    fn the_opening_line_names_language_and_options() {
        let info = Info::parse("rust file=a/b.rs#c");
        assert_eq!((info.language.as_str(), info.get("file"), info.get("to")), ("rust", Some("a/b.rs#c"), None));
    }
}
