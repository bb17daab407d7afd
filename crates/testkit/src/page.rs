//! An answer, read whole.

use crate::html::{self, Form};
use serde_json::Value;

/// An answer of the server.
#[derive(Clone, Debug)]
pub struct Page {
    /// The HTTP status.
    pub status: u16,
    /// Its headers, in order.
    pub headers: Vec<(String, String)>,
    /// Its body; bytes that are no UTF-8 are replaced.
    pub body: String,
    /// The path and query that it answers.
    pub path: String,
}

impl Page {
    /// The first header of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// All headers of that name.
    pub fn all<'p>(&'p self, name: &'p str) -> impl Iterator<Item = &'p str> {
        self.headers.iter().filter(move |(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Where it redirects to.
    pub fn location(&self) -> &str {
        self.header("Location").unwrap_or_else(|| panic!("no redirect but {} at {}: {}", self.status, self.path, self.body))
    }

    /// Its JSON body.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON but {} at {}: {:?}", self.status, self.path, self.body))
    }

    /// A text member of its JSON body; empty when there is none.
    pub fn text(&self, member: &str) -> String {
        self.json()[member].as_str().unwrap_or_default().to_owned()
    }

    /// Status and `error` of a refusal in JSON.
    pub fn refusal(&self) -> (u16, String) {
        (self.status, self.text("error"))
    }

    /// Its forms.
    pub fn forms(&self) -> Vec<Form> {
        html::forms(&self.body)
    }

    /// The form whose address ends so.
    pub fn form(&self, ending: &str) -> Form {
        let found = self.forms().into_iter().find(|form| form.action.ends_with(ending));
        found.unwrap_or_else(|| panic!("no form {ending} but {} at {}: {}", self.status, self.path, self.title()))
    }

    /// Whether it has a form whose address ends so.
    pub fn has_form(&self, ending: &str) -> bool {
        self.forms().iter().any(|form| form.action.ends_with(ending))
    }

    /// Where its links and stylesheets lead.
    pub fn links(&self) -> Vec<String> {
        self.body.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).map(html::decode).collect()
    }

    /// The title of an HTML page.
    pub fn title(&self) -> &str {
        self.body.split_once("<title>").and_then(|(_, rest)| rest.split_once("</title>")).map_or(&self.body, |(title, _)| title)
    }

    /// Whether it is one of the site's pages rather than an answer for programs.
    pub fn is_html(&self) -> bool {
        self.header("Content-Type").is_some_and(|kind| kind.starts_with("text/html"))
    }
}
