//! Just enough of an HTML reader for pages of our own, whose values are escaped.

/// A start tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tag {
    /// Its name; end tags begin with `/`.
    pub(super) name: String,
    /// Attributes in order; a bare one has an empty value.
    pub(super) attributes: Vec<(String, String)>,
}

impl Tag {
    /// The value of an attribute.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

/// All tags in order.
pub(super) fn tags(html: &str) -> Vec<Tag> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some((_, after)) = rest.split_once('<') {
        let end = end_of_tag(after);
        found.push(tag(&after[..end]));
        rest = &after[end..];
    }
    found
}

/// The text with all tags taken out, and, where asked, the content of `<bdi>` too.
pub(super) fn text(html: &str, with_isolated: bool) -> String {
    let (mut out, mut rest, mut isolated) = (String::new(), html, 0_u32);
    while let Some((before, after)) = rest.split_once('<') {
        if with_isolated || isolated == 0 {
            out.push_str(before);
        }
        let end = end_of_tag(after);
        match tag(&after[..end]).name.as_str() {
            "bdi" => isolated += 1,
            "/bdi" => isolated -= 1,
            _ => {}
        }
        rest = after[end..].strip_prefix('>').unwrap_or("");
    }
    out + rest
}

fn end_of_tag(after: &str) -> usize {
    let mut quoted = false;
    for (at, c) in after.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '>' if !quoted => return at,
            _ => {}
        }
    }
    after.len()
}

fn tag(inside: &str) -> Tag {
    let (name, mut rest) = inside.split_once(char::is_whitespace).unwrap_or((inside, ""));
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start();
        let end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
        if end == 0 {
            break;
        }
        let name = rest[..end].to_owned();
        rest = &rest[end..];
        let value = match rest.strip_prefix("=\"").and_then(|value| value.split_once('"')) {
            Some((value, after)) => {
                rest = after;
                value.to_owned()
            }
            None => String::new(),
        };
        attributes.push((name, value));
    }
    Tag { name: name.trim_end_matches('/').to_ascii_lowercase(), attributes }
}
