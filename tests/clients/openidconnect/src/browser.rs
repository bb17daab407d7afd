//! Just enough of a browser to log in and consent: cookies, redirects, forms.

use std::collections::BTreeMap;

use openidconnect::http::{Request, Response, header};
use openidconnect::url::{Url, form_urlencoded};

use crate::form::{Form, forms};
use crate::http::{agent, send};

type Failure = Box<dyn std::error::Error>;

/// A person's browser at one server.
pub struct Browser {
    agent: ureq::Agent,
    cookies: BTreeMap<String, String>,
    at: Url,
    page: String,
}

impl Browser {
    /// A browser that has been nowhere; `home` is only the base of relative addresses.
    #[must_use]
    pub fn new(home: Url) -> Self {
        Self { agent: agent(), cookies: BTreeMap::new(), at: home, page: String::new() }
    }

    /// Goes to an address and follows redirects on this server; gives the address of one that leads away to `app`.
    ///
    /// # Errors
    /// When the server can't be reached, or goes round in circles.
    pub fn open(&mut self, address: &Url, app: &Url) -> Result<Option<Url>, Failure> {
        self.send(address.clone(), None, app)
    }

    /// Sends the form that has a field `having`, or a button `(name, value)`, with the given values filled in.
    ///
    /// # Errors
    /// When the page has no such form, or the server can't be reached.
    pub fn submit(
        &mut self,
        having: Option<&str>,
        button: Option<(&str, &str)>,
        values: &[(&str, &str)],
        app: &Url,
    ) -> Result<Option<Url>, Failure> {
        let form = self.form(having, button).ok_or_else(|| format!("no form with {having:?} {button:?} at {}:\n{}", self.at, self.page))?;
        let mut body = form_urlencoded::Serializer::new(String::new());
        for (name, value) in &form.fields {
            let given = values.iter().find(|(key, _)| key == name).map(|(_, value)| *value);
            body.append_pair(name, given.unwrap_or(value));
        }
        if let Some((name, value)) = button {
            body.append_pair(name, value);
        }
        let action = self.at.join(&form.action)?;
        self.send(action, Some(body.finish()), app)
    }

    fn form(&self, having: Option<&str>, button: Option<(&str, &str)>) -> Option<Form> {
        forms(&self.page).into_iter().find(|form| {
            having.is_none_or(|name| form.has(name))
                && button.is_none_or(|(name, value)| form.buttons.contains(&(name.to_owned(), value.to_owned())))
        })
    }

    /// Whether the page asks for this decision.
    #[must_use]
    pub fn offers(&self, decision: &str) -> bool {
        self.form(None, Some(("decision", decision))).is_some()
    }

    fn send(&mut self, address: Url, form: Option<String>, app: &Url) -> Result<Option<Url>, Failure> {
        let (mut address, mut form) = (address, form);
        for _ in 0..20 {
            let mut request = Request::builder().uri(address.as_str()).header(header::ACCEPT_LANGUAGE, "en");
            if !self.cookies.is_empty() {
                let all: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
                request = request.header(header::COOKIE, all.join("; "));
            }
            let request = match form.take() {
                None => request.body(Vec::new())?,
                Some(body) => request
                    .method("POST")
                    .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                    .header(header::ORIGIN, self.at.origin().ascii_serialization())
                    .body(body.into_bytes())?,
            };
            let answer = send(&self.agent, request)?;
            self.keep_cookies(&answer);
            let onward = answer.headers().get(header::LOCATION).map(|to| to.to_str().map(|to| address.join(to)));
            match onward {
                Some(to) if answer.status().is_redirection() => {
                    let to = to??;
                    if to.port() == app.port() && to.path() == app.path() {
                        return Ok(Some(to));
                    }
                    address = to;
                }
                _ => {
                    self.at = address;
                    self.page = String::from_utf8(answer.into_body())?;
                    return Ok(None);
                }
            }
        }
        Err(format!("too many redirects, the last to {address}").into())
    }

    /// All cookies are for one host; a cookie set empty or to end at once is forgotten.
    fn keep_cookies(&mut self, answer: &Response<Vec<u8>>) {
        for line in answer.headers().get_all(header::SET_COOKIE) {
            let Ok(line) = line.to_str() else { continue };
            let mut parts = line.split(';');
            let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else {
                continue;
            };
            if value.is_empty() || parts.any(|part| part.trim().eq_ignore_ascii_case("max-age=0")) {
                self.cookies.remove(name.trim());
            } else {
                self.cookies.insert(name.trim().to_owned(), value.trim().to_owned());
            }
        }
    }
}
