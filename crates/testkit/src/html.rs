//! Reading the site's own HTML: forms, fields, buttons. It knows what the site's templates write, and no more.

/// A form on a page.
#[derive(Clone, Debug)]
pub struct Form {
    /// Its address.
    pub action: String,
    /// Its fields as a browser would send them: hidden ones, texts, and boxes that are ticked.
    pub fields: Vec<(String, String)>,
    /// All tick boxes: name, value, whether they are ticked.
    pub boxes: Vec<(String, String, bool)>,
    /// All buttons that submit: name and value.
    pub buttons: Vec<(String, String)>,
}

impl Form {
    /// Fills in a field, or adds one that a tampering person adds.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        match self.fields.iter_mut().find(|(known, _)| known == name) {
            Some(field) => value.clone_into(&mut field.1),
            None => self.fields.push((name.to_owned(), value.to_owned())),
        }
        self
    }

    /// Adds a field beside others of its name.
    #[must_use]
    pub fn and(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Takes a field out.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(known, _)| known != name);
        self
    }

    /// Ticks a box.
    #[must_use]
    pub fn tick(mut self, name: &str, value: &str) -> Self {
        assert!(self.boxes.iter().any(|(n, v, _)| n == name && v == value), "no box {name}={value}: {:?}", self.boxes);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Takes the tick out of a box.
    #[must_use]
    pub fn untick(mut self, name: &str, value: &str) -> Self {
        assert!(self.fields.contains(&(name.to_owned(), value.to_owned())), "no ticked box {name}={value}: {:?}", self.fields);
        self.fields.retain(|(n, v)| (n.as_str(), v.as_str()) != (name, value));
        self
    }

    /// Presses the button of that name and value.
    #[must_use]
    pub fn press(mut self, name: &str, value: &str) -> Self {
        assert!(self.buttons.contains(&(name.to_owned(), value.to_owned())), "no button {name}={value}: {:?}", self.buttons);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The value of a field.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The values of its boxes of that name.
    pub fn offered(&self, name: &str) -> Vec<&str> {
        self.boxes.iter().filter(|(known, ..)| known == name).map(|(_, value, _)| value.as_str()).collect()
    }

    /// The body a browser sends.
    pub fn body(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.fields).finish()
    }
}

/// The forms of a page.
pub fn forms(html: &str) -> Vec<Form> {
    let mut forms: Vec<Form> = Vec::new();
    let mut inside = false;
    for tag in html.split('<').skip(1).filter_map(|piece| piece.split_once('>')).map(|(tag, _)| tag) {
        let (name, attributes) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
        let attributes = read(attributes);
        let get = |name: &str| attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        let pair = || (get("name").unwrap_or_default(), get("value").unwrap_or_default());
        match (name, forms.last_mut().filter(|_| inside)) {
            ("form", _) => {
                assert_eq!(get("method").as_deref(), Some("post"), "nothing is done by GET: {tag}");
                forms.push(Form { action: get("action").expect("an action"), fields: Vec::new(), boxes: Vec::new(), buttons: Vec::new() });
                inside = true;
            }
            ("/form", _) => inside = false,
            ("input", Some(form)) if get("type").as_deref() == Some("checkbox") => {
                let (name, value) = pair();
                let ticked = get("checked").is_some();
                if ticked {
                    form.fields.push((name.clone(), value.clone()));
                }
                form.boxes.push((name, value, ticked));
            }
            ("input", Some(form)) => form.fields.push(pair()),
            ("button", Some(form)) => form.buttons.push(pair()),
            _ => {}
        }
    }
    forms
}

/// Attributes with their values; one without is empty.
fn read(mut text: &str) -> Vec<(String, String)> {
    let mut attributes = Vec::new();
    loop {
        text = text.trim_start();
        let end = text.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(text.len());
        if end == 0 {
            return attributes;
        }
        let (name, rest) = text.split_at(end);
        if let Some((value, rest)) = rest.strip_prefix("=\"").and_then(|rest| rest.split_once('"')) {
            attributes.push((name.to_owned(), decode(value)));
            text = rest;
        } else {
            attributes.push((name.to_owned(), String::new()));
            text = rest.strip_prefix('=').unwrap_or(rest);
        }
    }
}

/// Resolves the references that the template engine writes.
pub fn decode(text: &str) -> String {
    let text = ["&lt;<", "&gt;>", "&quot;\"", "&#x27;'", "&#x2F;/"].iter().fold(text.to_owned(), |text, pair| {
        let (reference, character) = pair.split_at(pair.len() - 1);
        text.replace(reference, character)
    });
    text.replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_sent_as_a_browser_would() {
        let html = r#"<form class="x" method="post" action="/a?b&amp;c"><input type="hidden" name="csrf" value="&quot;t&#x27;">
            <input type="checkbox" name="scope" value="a" checked><input type="checkbox" name="scope" value="b">
            <button class="plain" name="decision" value="allow">x</button></form><input name="outside" value="1">"#;
        let form = forms(html).remove(0).press("decision", "allow");
        assert_eq!(form.action, "/a?b&c");
        assert_eq!(form.body(), "csrf=%22t%27&scope=a&decision=allow");
    }
}
