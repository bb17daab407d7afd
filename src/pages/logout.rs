//! The pages before and after signing out.

use serde::Serialize;

use super::Page;
use super::client::{ClientCard, WebLink};
use super::person::Person;

/// The question. Its buttons are `decision=logout` and `decision=stay`, its tick box `everywhere`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Logout {
    /// Where the form goes.
    pub action: String,
    /// CSRF token of the form.
    pub csrf: String,
    /// The account signed in.
    pub account: Person,
    /// The app that asked, where it is known.
    pub client: Option<ClientCard>,
}

impl Page for Logout {
    const TEMPLATE: &'static str = "doorward/logout.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let app = Self {
            action: "/logout/confirm".to_owned(),
            csrf: "csrf-token".to_owned(),
            account: Person::sample(),
            client: Some(ClientCard::sample()),
        };
        vec![("plain", Self { client: None, ..app.clone() }), ("app", app)]
    }
}

/// The page afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LoggedOut {
    /// Whether all browsers were signed out, not this one alone.
    pub everywhere: bool,
    /// The app that asked, where it is known.
    pub client: Option<ClientCard>,
    /// The way back to it.
    pub back: Option<WebLink>,
    /// Names of the apps that were told.
    pub apps: Vec<String>,
    /// Path of the login page.
    pub sign_in: String,
}

impl Page for LoggedOut {
    const TEMPLATE: &'static str = "doorward/logged_out.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let plain = Self { everywhere: false, client: None, back: None, apps: Vec::new(), sign_in: "/login".to_owned() };
        let app = Self {
            everywhere: true,
            client: Some(ClientCard::sample()),
            back: WebLink::parse("https://prints.example.com/"),
            apps: vec!["Sunny Prints".to_owned(), "打印小铺".to_owned()],
            ..plain.clone()
        };
        vec![("plain", plain), ("app", app)]
    }
}
