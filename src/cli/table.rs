//! Text for people: aligned, and harmless to their terminal whatever the values hold.

use serde_json::Value;

/// An object's members, one a line, names aligned. A member that is null is left out.
pub(super) fn members(value: &Value) -> String {
    let Value::Object(object) = value else { return cell(value) + "\n" };
    let present: Vec<_> = object.iter().filter(|(_, value)| !value.is_null()).collect();
    let width = present.iter().map(|(name, _)| columns(name)).max().unwrap_or(0);
    present.iter().fold(String::new(), |text, (name, value)| text + &pad(&shown(name), width) + "  " + &cell(value) + "\n")
}

/// A table with a line of headings; `none` if it is empty.
pub(super) fn table(rows: &[Value], headings: &[&str]) -> String {
    if rows.is_empty() {
        return "none\n".to_owned();
    }
    let head = headings.iter().map(|heading| heading.to_ascii_uppercase().replace('_', " ")).collect::<Vec<_>>();
    let body = rows.iter().map(|row| headings.iter().map(|heading| row.get(heading).map_or(String::new(), cell)).collect::<Vec<_>>());
    let lines: Vec<Vec<String>> = std::iter::once(head).chain(body).collect();
    let widths: Vec<usize> = (0..headings.len()).map(|column| lines.iter().map(|line| columns(&line[column])).max().unwrap_or(0)).collect();
    lines.iter().fold(String::new(), |text, line| {
        let cells: Vec<String> = line.iter().zip(&widths).map(|(cell, width)| pad(cell, *width)).collect();
        text + cells.join("  ").trim_end() + "\n"
    })
}

/// A value in a cell: text bare, lists with commas, objects as JSON.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => shown(text),
        Value::Array(entries) => entries.iter().map(cell).collect::<Vec<_>>().join(", "),
        Value::Object(_) => shown(&value.to_string()),
    }
}

/// A text on one line. What would command the terminal or turn the direction of writing is spelled out.
pub(super) fn shown(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut shown, c| {
        if c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}') {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
        shown
    })
}

fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(columns(text))))
}

/// How many columns of a terminal a text takes: two for Chinese, Japanese, Korean and full-width signs.
fn columns(text: &str) -> usize {
    let wide = |c: char| {
        matches!(c, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}'
            | '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}' | '\u{1f300}'..='\u{1faff}' | '\u{20000}'..='\u{3fffd}')
    };
    text.chars().map(|c| if wide(c) { 2 } else { 1 }).sum()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn columns_line_up_also_in_chinese() {
        let rows = [json!({"name": "门卫", "email": "a@example.com"}), json!({"name": "ada", "email": "b@example.com", "more": 1})];
        // Law: what is two columns wide counts as two.
        assert_eq!(table(&rows, &["name", "email"]), "NAME  EMAIL\n门卫  a@example.com\nada   b@example.com\n");
    }

    #[test]
    fn a_missing_member_is_an_empty_cell_and_an_empty_list_is_said() {
        assert_eq!(table(&[json!({"b": [1, 2]})], &["a", "b"]), "A  B\n   1, 2\n");
        // Law: silence is no answer.
        assert_eq!(table(&[], &["a"]), "none\n");
    }

    #[test]
    fn an_object_is_shown_without_its_nulls() {
        let object = json!({"active": true, "client_id": "x", "owner": null});
        // Law: a name and its value are on one line.
        assert_eq!(members(&object), "active     yes\nclient_id  x\n");
    }

    #[test]
    fn a_hostile_name_commands_no_terminal() {
        for bad in ["\u{1b}]0;owned\u{7}", "a\nb", "a\rb", "\u{9b}2J", "safe\u{202e}gpj.exe", "\u{2066}x", "\0"] {
            let text = shown(bad);
            // Law: what came from outside is shown, never obeyed.
            assert!(!text.contains(|c: char| c.is_control() || ('\u{202a}'..='\u{2069}').contains(&c)), "{text:?}");
        }
    }
}
