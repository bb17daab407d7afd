//! A little colour for code: comments, strings, words of the language, attributes. What it doesn't know stays plain.

use std::fmt::Write as _;

use crate::text::escape;

struct Grammar {
    /// How a comment to the end of the line begins.
    comment: &'static str,
    /// Marks around strings.
    quotes: &'static [&'static str],
    words: &'static [&'static str],
    /// How an attribute or decorator begins.
    attribute: &'static str,
}

const RUST: Grammar = Grammar {
    comment: "//",
    quotes: &["\""],
    words: &[
        "as", "async", "await", "const", "else", "enum", "fn", "for", "if", "impl", "in", "let", "match", "mod", "move", "mut", "pub",
        "return", "self", "Self", "static", "struct", "trait", "true", "false", "type", "use", "where", "while", "loop", "crate", "ref",
        "dyn",
    ],
    attribute: "#[",
};
const PYTHON: Grammar = Grammar {
    comment: "#",
    quotes: &["\"\"\"", "\"", "'"],
    words: &[
        "and", "as", "class", "def", "del", "elif", "else", "except", "False", "finally", "for", "from", "global", "if", "import", "in",
        "is", "lambda", "None", "not", "or", "pass", "raise", "return", "True", "try", "while", "with", "yield", "assert",
    ],
    attribute: "@",
};
const TOML: Grammar = Grammar { comment: "#", quotes: &["\"", "'"], words: &["true", "false"], attribute: "[" };
const SHELL: Grammar = Grammar {
    comment: "# ",
    quotes: &["\"", "'"],
    words: &["export", "cd", "cargo", "curl", "mkdir", "echo", "if", "then", "fi", "for", "do", "done", "jq", "doorward"],
    attribute: "",
};
const JSON: Grammar = Grammar { comment: "", quotes: &["\""], words: &["true", "false", "null"], attribute: "" };

/// The code as HTML.
pub fn colour(language: &str, code: &str) -> String {
    match language {
        "rust" => coloured(&RUST, code),
        "python" => coloured(&PYTHON, code),
        "toml" => coloured(&TOML, code),
        "sh" => coloured(&SHELL, code),
        "json" => coloured(&JSON, code),
        "diff" => code.split_inclusive('\n').map(line_of_diff).collect(),
        _ => plain(code),
    }
}

/// Escaped, its line breaks and tabs kept.
fn plain(code: &str) -> String {
    code.split_inclusive('\n').map(|line| line.strip_suffix('\n').map_or_else(|| escape(line), |line| escape(line) + "\n")).collect()
}

fn line_of_diff(line: &str) -> String {
    let class = match line.as_bytes().first() {
        Some(b'+') => "c-new",
        Some(b'-') => "c-gone",
        _ => return plain(line),
    };
    let bare = line.trim_end_matches('\n');
    format!("<span class=\"{class}\">{}</span>\n", escape(bare))
}

fn coloured(grammar: &Grammar, code: &str) -> String {
    let (mut out, mut rest, mut fresh) = (String::with_capacity(code.len() * 2), code, true);
    while let Some(first) = rest.chars().next() {
        let (class, length) = token(grammar, rest, fresh);
        let length = length.max(first.len_utf8());
        let (piece, after) = rest.split_at(length);
        let _ = match class {
            "" => write!(out, "{}", plain(piece)),
            class => write!(out, "<span class=\"{class}\">{}</span>", plain(piece)),
        };
        fresh = piece.ends_with('\n') || fresh && piece.trim().is_empty();
        rest = after;
    }
    out
}

/// What begins here, and how long it is. `fresh`: nothing but space stands before it on its line.
fn token(grammar: &Grammar, rest: &str, fresh: bool) -> (&'static str, usize) {
    let to_end = rest.find('\n').unwrap_or(rest.len());
    if !grammar.comment.is_empty() && rest.starts_with(grammar.comment) {
        return ("c-note", to_end);
    }
    if fresh && !grammar.attribute.is_empty() && rest.starts_with(grammar.attribute) {
        return ("c-attr", to_end);
    }
    if let Some(quote) = grammar.quotes.iter().find(|quote| rest.starts_with(**quote)) {
        return ("c-text", quoted(rest, quote));
    }
    let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '-').unwrap_or(rest.len());
    let narrow = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    if word == narrow && grammar.words.contains(&&rest[..narrow]) { ("c-word", narrow) } else { ("", narrow) }
}

fn quoted(rest: &str, quote: &str) -> usize {
    let mut at = quote.len();
    while at < rest.len() {
        let tail = &rest[at..];
        if tail.starts_with(quote) {
            return at + quote.len();
        }
        let mut chars = tail.chars();
        at += match chars.next() {
            Some('\\') => 1 + chars.next().map_or(0, char::len_utf8),
            Some(c) => c.len_utf8(),
            None => break,
        };
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::colour;

    /// The text without tags and escapes.
    fn bare(html: &str) -> String {
        let mut out = String::new();
        for part in html.split('<') {
            out.push_str(part.split_once('>').map_or(part, |(_, text)| text));
        }
        out.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#x27;", "'").replace("&amp;", "&")
    }

    #[test]
    fn colour_changes_nothing_that_is_copied() {
        for (language, code) in [
            ("rust", "#[get(\"/\")]\nfn a<'b>(x: &'b str) -> String {\n    // \"note\n    format!(\"{x}\\\" & <\")\n}\n"),
            ("python", "@app.get(\"/\")\ndef a():\n    '''x'''\n    return \"\"\"多\n行\"\"\" # 注\n"),
            ("toml", "[dependencies]\nrocket = { version = \"0.5\" } # x\n"),
            ("sh", "export A='b c' # d\ncurl \"http://x\" | jq .\n"),
            ("diff", " a\n-b <\n+c &\n"),
            ("text", "<plain>\n\tx\n"),
            ("rust", "\"never closed\n"),
        ] {
            let code = code.replace('\t', " ");
            assert_eq!(bare(&colour(language, &code)), code, "{language}");
        }
    }

    #[test]
    fn words_strings_and_comments_are_told_apart() {
        let html = colour("rust", "let fnord = \"fn\"; // fn\n");
        assert!(html.contains("<span class=\"c-word\">let</span>") && html.contains("<span class=\"c-text\">&quot;fn&quot;</span>"));
        assert!(html.contains("<span class=\"c-note\">// fn</span>") && !html.contains("c-word\">fn"));
    }
}
