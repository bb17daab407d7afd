//! The page that asks which account to go on with (`prompt=select_account`).

use serde::Serialize;

use super::Page;
use super::client::ClientCard;
use super::person::Person;

/// The account choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SelectAccount {
    /// Where "continue as" goes.
    pub continue_action: String,
    /// Where "use another account" goes.
    pub switch_action: String,
    /// Where "cancel" goes when an app waits.
    pub cancel_action: Option<String>,
    /// CSRF token of all forms.
    pub csrf: String,
    /// The account signed in.
    pub account: Person,
    /// The app that waits.
    pub client: Option<ClientCard>,
}

impl Page for SelectAccount {
    const TEMPLATE: &'static str = "doorward/select_account.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let app = Self {
            continue_action: "/interaction/8f/continue".to_owned(),
            switch_action: "/interaction/8f/switch".to_owned(),
            cancel_action: Some("/interaction/8f/cancel".to_owned()),
            csrf: "csrf-token".to_owned(),
            account: Person::sample(),
            client: Some(ClientCard::sample()),
        };
        let plain = Self { client: None, cancel_action: None, ..app.clone() };
        vec![("app", app), ("plain", plain)]
    }
}
