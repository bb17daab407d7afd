//! The page that carries an answer to the app as a form (`response_mode=form_post`).

use serde::Serialize;

use super::Page;
use super::client::Destination;

/// One parameter of the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FormField {
    /// Its name.
    pub name: String,
    /// Its value, byte for byte.
    pub value: String,
}

/// The page. A script of the server's own may press the button; without it the person does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FormPost {
    /// The redirect URI.
    pub action: String,
    /// Where that is, in words.
    pub destination: Destination,
    /// The answer.
    pub fields: Vec<FormField>,
}

impl FormPost {
    /// The answer for a registered http(s) redirect URI.
    pub fn new(redirect_uri: &str, fields: Vec<FormField>) -> Self {
        Self { action: redirect_uri.to_owned(), destination: Destination::of(redirect_uri), fields }
    }
}

impl Page for FormPost {
    const TEMPLATE: &'static str = "doorward/form_post.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let field = |name: &str, value: &str| FormField { name: name.to_owned(), value: value.to_owned() };
        let fields = vec![field("code", "SplxlOBeZQQYbYS6WxSbIA"), field("state", "a<b>\"&'"), field("iss", "http://127.0.0.1:8000")];
        vec![("form_post", Self::new("https://prints.example.com/callback", fields))]
    }
}
