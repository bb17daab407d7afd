//! The forms of a server-rendered page, read well enough to send them back.

/// One form: where it goes, and what it would send as it stands.
#[derive(Default)]
pub struct Form {
    /// The `action` attribute.
    pub action: String,
    /// Names and values of its inputs: text, hidden and ticked ones.
    pub fields: Vec<(String, String)>,
    /// Names and values of its buttons.
    pub buttons: Vec<(String, String)>,
}

impl Form {
    /// Whether it has an input of this name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(field, _)| field == name)
    }
}

/// All forms of a page, in order.
#[must_use]
pub fn forms(html: &str) -> Vec<Form> {
    let mut found: Vec<Form> = Vec::new();
    let mut open = false;
    for tag in html.split('<').skip(1) {
        let (name, attributes) = tag.split_at(tag.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(tag.len()));
        let value = |key: &str| attribute(attributes, key);
        match name {
            "form" => {
                found.push(Form { action: value("action").unwrap_or_default(), ..Form::default() });
                open = true;
            }
            "/form" => open = false,
            "input" | "button" if open => {
                let (Some(form), Some(key)) = (found.last_mut(), value("name")) else {
                    continue;
                };
                let pair = (key, value("value").unwrap_or_default());
                if name == "button" {
                    form.buttons.push(pair);
                } else if value("type").as_deref() != Some("checkbox") || value("checked").is_some() {
                    form.fields.push(pair);
                }
            }
            _ => {}
        }
    }
    found
}

/// The value of an attribute; the empty text for one that has none, like `checked`.
fn attribute(tag: &str, wanted: &str) -> Option<String> {
    let mut rest = tag;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        if rest.is_empty() || rest.starts_with('>') {
            return None;
        }
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '=' | '>' | '/')).unwrap_or(rest.len());
        let (key, after) = rest.split_at(end);
        let mut text = "";
        rest = after;
        if let Some(quoted) = after.trim_start().strip_prefix('=') {
            let quoted = quoted.trim_start();
            let quote = quoted.chars().next().filter(|c| matches!(c, '"' | '\''));
            let inner = quote.map_or(quoted, |_| &quoted[1..]);
            let stop = inner.find(|c: char| quote.map_or(c.is_whitespace() || c == '>', |q| c == q)).unwrap_or(inner.len());
            text = &inner[..stop];
            rest = inner[stop..].strip_prefix(['"', '\'']).unwrap_or(&inner[stop..]);
        }
        if key.eq_ignore_ascii_case(wanted) {
            return Some(unescape(text));
        }
    }
}

/// The five characters that HTML writes as references.
fn unescape(text: &str) -> String {
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&#39;", "'"), ("&#x2F;", "/"), ("&amp;", "&")]
        .iter()
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}
