//! A browser's cookies of one host (RFC 6265 §5), without what this server never sets: domains and paths below `/`.

use std::collections::BTreeMap;

/// Cookies by name.
#[derive(Clone, Debug, Default)]
pub struct Jar(BTreeMap<String, String>);

impl Jar {
    /// Takes a `Set-Cookie` header.
    pub fn take(&mut self, header: &str) {
        let mut parts = header.split(';').map(str::trim);
        let (name, value) = parts.next().and_then(|pair| pair.split_once('=')).expect("Set-Cookie begins with name=value");
        let gone = parts.any(|part| part.eq_ignore_ascii_case("max-age=0"));
        if gone {
            self.0.remove(name);
        } else {
            self.0.insert(name.to_owned(), value.to_owned());
        }
    }

    /// The `Cookie` header, if there is anything to send.
    pub fn header(&self) -> Option<String> {
        let pairs: Vec<String> = self.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    /// A cookie whose name ends so: `session` is `doorward_session` or `__Host-doorward_session`.
    pub fn get(&self, ending: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| name.ends_with(ending)).map(|(_, value)| value.as_str())
    }

    /// Plants a cookie.
    pub fn set(&mut self, name: &str, value: &str) {
        self.0.insert(name.to_owned(), value.to_owned());
    }

    /// Forgets the cookie whose name ends so.
    pub fn forget(&mut self, ending: &str) {
        self.0.retain(|name, _| !name.ends_with(ending));
    }

    /// The values of all cookies.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        self.0.values().map(String::as_str)
    }
}
