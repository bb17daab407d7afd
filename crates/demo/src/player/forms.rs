//! The forms and links of a page. Not a whole HTML parser: tags, attributes and character references, as written by templates.

/// A form as it would be sent if nothing were filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    /// Whether it posts; otherwise it asks by GET.
    pub posts: bool,
    /// Where it goes, as written; empty means the page's own address.
    pub action: String,
    /// Names and values of its fields; tick boxes only when they are ticked.
    pub fields: Vec<(String, String)>,
    /// Names of fields that hide what is typed.
    pub passwords: Vec<String>,
    /// Names and values of its buttons; a button without a name has an empty one.
    pub buttons: Vec<(String, String)>,
}

impl Form {
    /// Whether it has a field of this name.
    pub fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(known, _)| known == name)
    }

    /// The same form with a field filled in; added when it isn't there.
    #[must_use]
    pub fn fill(mut self, name: &str, value: &str) -> Self {
        match self.fields.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => value.clone_into(old),
            None => self.fields.push((name.to_owned(), value.to_owned())),
        }
        self
    }

    /// The same form with this button pressed, if it has one of that name and value.
    #[must_use]
    pub fn press(self, name: &str, value: &str) -> Option<Self> {
        let there = self.buttons.iter().any(|(known, worth)| known == name && worth == value);
        there.then(|| self.fill(name, value))
    }
}

/// All forms of a page, in order.
pub fn forms(html: &str) -> Vec<Form> {
    let mut found = Vec::new();
    let mut open: Option<Form> = None;
    for tag in tags(html) {
        match tag.name.as_str() {
            "form" => {
                found.extend(open.take());
                let posts = tag.attribute("method").is_some_and(|method| method.eq_ignore_ascii_case("post"));
                open = Some(Form { posts, action: tag.attribute("action").unwrap_or_default(), ..Form::default() });
            }
            "/form" => found.extend(open.take()),
            "input" | "button" | "textarea" => {
                if let Some(form) = &mut open {
                    control(form, &tag);
                }
            }
            _ => {}
        }
    }
    found.extend(open);
    found
}

/// Where the links of a page lead, as written.
pub fn links(html: &str) -> Vec<String> {
    tags(html).filter(|tag| tag.name == "a").filter_map(|tag| tag.attribute("href")).collect()
}

fn control(form: &mut Form, tag: &Tag<'_>) {
    let name = tag.attribute("name").unwrap_or_default();
    let kind = tag.attribute("type").unwrap_or_default().to_ascii_lowercase();
    let value = tag.attribute("value");
    match (tag.name.as_str(), kind.as_str()) {
        ("button", "reset" | "button") | ("input", "reset" | "button" | "file") => {}
        ("button", _) | ("input", "submit" | "image") => form.buttons.push((name, value.unwrap_or_default())),
        _ if name.is_empty() => {}
        ("input", "checkbox" | "radio") => {
            if tag.attribute("checked").is_some() {
                form.fields.push((name, value.unwrap_or_else(|| "on".to_owned())));
            }
        }
        (_, kind) => {
            if kind == "password" {
                form.passwords.push(name.clone());
            }
            form.fields.push((name, value.unwrap_or_default()));
        }
    }
}

struct Tag<'a> {
    /// In small letters, with its slash when it closes.
    name: String,
    attributes: &'a str,
}

impl Tag<'_> {
    fn attribute(&self, wanted: &str) -> Option<String> {
        let mut rest = self.attributes.trim_start();
        while !rest.is_empty() {
            let end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
            let (name, after) = rest.split_at(end);
            let after = after.trim_start();
            let (value, next) = match after.strip_prefix('=') {
                None => ("", after),
                Some(after) => quoted(after.trim_start()),
            };
            if name.eq_ignore_ascii_case(wanted) {
                return Some(text(value));
            }
            // A lone `=` must not stop the walk.
            rest = if next.len() == rest.len() { next.get(1..).unwrap_or_default() } else { next }.trim_start();
        }
        None
    }
}

/// A value, quoted or bare, and what follows it.
fn quoted(from: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(inner) = from.strip_prefix(quote) {
            return inner.split_once(quote).unwrap_or((inner, ""));
        }
    }
    from.split_at(from.find(char::is_whitespace).unwrap_or(from.len()))
}

/// Every tag, without what stands in comments, scripts and styles.
fn tags(html: &str) -> impl Iterator<Item = Tag<'_>> {
    let mut rest = html;
    std::iter::from_fn(move || {
        loop {
            let start = rest.find('<')?;
            rest = rest.get(start + 1..)?;
            if let Some(comment) = rest.strip_prefix("!--") {
                rest = comment.split_once("-->").map_or("", |(_, after)| after);
                continue;
            }
            let end = tag_end(rest)?;
            let (tag, after) = (rest.get(..end)?, rest.get(end + 1..)?);
            rest = after;
            let tag = tag.trim_end_matches('/');
            let split = tag.find(char::is_whitespace).unwrap_or(tag.len());
            let (name, attributes) = tag.split_at(split);
            let name = name.to_ascii_lowercase();
            if name == "script" || name == "style" {
                let close = format!("</{name}");
                rest = rest.to_ascii_lowercase().find(&close).and_then(|at| rest.get(at..)).unwrap_or("");
            }
            return Some(Tag { name, attributes });
        }
    })
}

/// The `>` that ends a tag: one in a quoted value doesn't.
fn tag_end(tag: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in tag.bytes().enumerate() {
        match quote {
            Some(open) if byte == open => quote = None,
            None if byte == b'"' || byte == b'\'' => quote = Some(byte),
            None if byte == b'>' => return Some(at),
            Some(_) | None => {}
        }
    }
    None
}

/// Text with its character references read.
pub(crate) fn text(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let known = after.split_once(';').and_then(|(name, more)| Some((reference(name)?, more)));
        if let Some((character, more)) = known {
            out.push(character);
            rest = more;
        } else {
            out.push('&');
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

fn reference(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{forms, links};

    #[test]
    fn a_form_is_read_with_its_fields_ticks_and_buttons() {
        let page = r#"<!-- <form action="/no"> --><script>"<form action='/no'>"</script>
            <FORM method=POST action="/login?a=1&amp;b=2"><input type=hidden name='csrf' value="x&#x27;y&gt;">
            <input name="user"><input type="password" name=pw><input type=checkbox name=on checked><input type=checkbox name=off value=1>
            <input type="text" value="nameless"><button name="decision" value="allow">Yes</button><button type=button name=no>No</button></form>
            <form action='/search'><input name=q value='a > b' /></form><a href="/x?y&amp;z">x</a>"#;
        let found = forms(page);
        assert_eq!(found.len(), 2);
        let [login, search] = found.as_slice() else { return };
        assert!(login.posts && !search.posts);
        assert_eq!(login.action, "/login?a=1&b=2");
        let fields: Vec<_> = login.fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(fields, ["csrf=x'y>", "user=", "pw=", "on=on"]);
        assert_eq!(login.passwords, ["pw"]);
        assert!(login.clone().press("decision", "allow").is_some_and(|form| form.has("decision")));
        assert!(login.clone().press("decision", "deny").is_none());
        assert_eq!(search.fields, [("q".to_owned(), "a > b".to_owned())]);
        assert_eq!(links(page), ["/x?y&z"]);
    }

    #[test]
    fn broken_pages_end_the_walk() {
        for page in [
            "<",
            "<form",
            "<form =>",
            "<form = = =><input ===",
            "<form><input name",
            "<!--",
            "<script>",
            "&#xffffffff;<form action='&#x110000;'>",
            "<form action=\"é&é;\">",
        ] {
            // Law: whatever an app writes, reading it ends.
            assert!(forms(page).len() <= 1, "{page}");
        }
    }
}
