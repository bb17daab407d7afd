//! The login page.

use serde::Serialize;

use super::Page;
use super::client::ClientCard;
use super::keyed::keyed;

keyed! {
    /// Why a password is asked for.
    pub enum LoginReason {
        /// Nobody is signed in.
        SignIn => "login.sign_in",
        /// Somebody is, and the app wants it proven again (`prompt=login`, `max_age`).
        Confirm => "login.confirm",
        /// The session ended by age or was ended elsewhere.
        Expired => "login.expired",
    }
}

/// Why the last try did not work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LoginProblem {
    /// Name or password do not fit; which of the two is not told.
    WrongCredentials,
    /// Too many tries for this account or from this address.
    Throttled {
        /// Seconds until the next try is looked at.
        retry_after: i64,
    },
}

/// The login page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Login {
    /// Where the form goes.
    pub action: String,
    /// CSRF token of the form, and of the cancel form.
    pub csrf: String,
    /// Why it is asked.
    pub reason: LoginReason,
    /// What went wrong before.
    pub problem: Option<LoginProblem>,
    /// Name to begin with: `login_hint`, the name typed before, or the account to confirm. May be empty.
    pub username: String,
    /// The app that waits.
    pub client: Option<ClientCard>,
    /// Where "cancel" goes when an app waits.
    pub cancel_action: Option<String>,
}

impl Page for Login {
    const TEMPLATE: &'static str = "doorward/login.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let first = Self {
            action: "/interaction/8f/login".to_owned(),
            csrf: "csrf-token".to_owned(),
            reason: LoginReason::SignIn,
            problem: None,
            username: String::new(),
            client: Some(ClientCard::sample()),
            cancel_action: Some("/interaction/8f/cancel".to_owned()),
        };
        let plain = Self { action: "/login".to_owned(), client: None, cancel_action: None, ..first.clone() };
        let ada = || "ada".to_owned();
        vec![
            ("wrong", Self { username: ada(), problem: Some(LoginProblem::WrongCredentials), ..first.clone() }),
            ("throttled", Self { username: ada(), problem: Some(LoginProblem::Throttled { retry_after: 290 }), ..first.clone() }),
            ("confirm", Self { username: ada(), reason: LoginReason::Confirm, ..first.clone() }),
            ("native", Self { client: Some(ClientCard::sample_native()), ..first.clone() }),
            ("stranger", Self { client: Some(ClientCard::sample_stranger()), ..first.clone() }),
            ("first", first),
            ("expired", Self { username: ada(), reason: LoginReason::Expired, ..plain.clone() }),
            ("plain", plain),
        ]
    }
}
