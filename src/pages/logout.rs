//! The pages before and after signing out.

use serde::Serialize;

use super::Page;
use super::client::{ClientCard, Destination, WebLink, shorten};
use super::hand_over::leaves;
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
    /// The apps the person is signed in to by this session.
    pub apps: Vec<ClientCard>,
}

impl Page for Logout {
    const TEMPLATE: &'static str = "doorward/logout.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let app = Self {
            action: "/logout/confirm".to_owned(),
            csrf: "csrf-token".to_owned(),
            account: Person::sample(),
            client: Some(ClientCard::sample()),
            apps: vec![ClientCard::sample(), ClientCard::new("dayin", "打印小铺")],
        };
        vec![("plain", Self { client: None, apps: Vec::new(), ..app.clone() }), ("app", app)]
    }
}

/// An app that took part in what has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ToldApp {
    /// Its name; text from outside.
    pub name: String,
    /// Whether it is told.
    pub told: bool,
    /// Where it isn't: when what it holds ends by itself, Unix seconds; none when nobody can say.
    pub until: Option<i64>,
}

impl ToldApp {
    /// An app by the name that a person knows.
    pub fn new(name: &str, told: bool, until: Option<i64>) -> Self {
        Self { name: shorten(name), told, until }
    }
}

/// Where the page goes on to by itself: a header says so, and a link for those who can't wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Onward {
    target: String,
    destination: Destination,
}

impl Onward {
    /// On to an address that was registered; none where that doesn't lead away.
    pub fn new(target: &str) -> Option<Self> {
        leaves(target).then(|| Self { target: target.to_owned(), destination: Destination::of(target) })
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
    /// The apps that took part.
    pub apps: Vec<ToldApp>,
    /// What is shown, unseen, to tell apps.
    pub frames: Vec<WebLink>,
    /// Where it goes on to.
    pub onward: Option<Onward>,
    /// Path of the login page.
    pub sign_in: String,
}

impl LoggedOut {
    /// The page of somebody of whom nothing else is known.
    pub fn plain(sign_in: String) -> Self {
        Self { everywhere: false, client: None, back: None, apps: Vec::new(), frames: Vec::new(), onward: None, sign_in }
    }
}

impl Page for LoggedOut {
    const TEMPLATE: &'static str = "doorward/logged_out.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let plain = Self::plain("/login".to_owned());
        let apps = vec![
            ToldApp::new("Sunny Prints", true, None),
            ToldApp::new("打印小铺", false, Some(1_800_000_600)),
            ToldApp::new("Night Reader", false, None),
        ];
        let app = Self {
            everywhere: true,
            client: Some(ClientCard::sample()),
            back: WebLink::parse("https://prints.example.com/"),
            apps: apps.clone(),
            ..plain.clone()
        };
        let onward = Self {
            client: Some(ClientCard::sample()),
            apps,
            frames: WebLink::parse("https://prints.example.com/out?iss=https%3A%2F%2Flogin.example&sid=1").into_iter().collect(),
            onward: Onward::new("https://prints.example.com/bye?state=1"),
            ..plain.clone()
        };
        vec![("plain", plain), ("app", app), ("onward", onward)]
    }
}

#[cfg(test)]
mod tests {
    use super::Onward;

    #[test]
    fn the_page_goes_on_to_nothing_that_runs_here() {
        for target in ["javascript:alert(1)", "data:text/html,x", "view-source:https://a.example/", ""] {
            // Law: whatever was registered.
            assert_eq!(Onward::new(target), None, "{target:?}");
        }
        assert!(Onward::new("com.example.app:/bye").is_some());
    }
}
