//! The pages of a device without a browser: enter its code, answer, done.

use serde::Serialize;

use super::Page;
use super::client::{ClientCard, shorten};
use super::person::Person;
use super::scope::{ScopeAsk, Shown};

/// Why a code was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DeviceProblem {
    /// It is none, or none any more; which of the two is not told.
    Wrong,
    /// Too many wrong ones.
    Throttled {
        /// Seconds until the next one is looked at.
        retry_after: i64,
    },
}

/// Where a person enters the code that a device shows. Its input is `user_code`, empty unless the person typed it just now: what a link
/// brings along is not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Device {
    /// Where the form goes.
    pub action: String,
    /// CSRF token of the form.
    pub csrf: String,
    /// Why the last code was not taken.
    pub problem: Option<DeviceProblem>,
    /// What was typed before. May be empty.
    pub typed: String,
}

impl Page for Device {
    const TEMPLATE: &'static str = "doorward/device.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let first = Self { action: "/device".to_owned(), csrf: "csrf-token".to_owned(), problem: None, typed: String::new() };
        let again = |problem| Self { problem: Some(problem), typed: "WDJB-MJHT".to_owned(), ..first.clone() };
        vec![
            ("wrong", again(DeviceProblem::Wrong)),
            ("throttled", again(DeviceProblem::Throttled { retry_after: 64 })),
            ("first", first.clone()),
        ]
    }
}

/// From where a device asks, as a person can check it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeviceOrigin {
    /// Its network address.
    pub address: String,
    /// Whether that is the network of the browser that answers.
    pub here: bool,
    /// What it calls itself; nobody vouches for it. May be empty.
    pub name: String,
    /// When it asked, in Unix seconds.
    pub at: i64,
}

impl DeviceOrigin {
    /// An origin whose name is cut to a readable length.
    pub fn new(address: impl Into<String>, here: bool, name: &str, at: i64) -> Self {
        Self { address: address.into(), here, name: shorten(name), at }
    }
}

/// The question whether a device may use the account. Its buttons are `decision=allow` and `decision=deny`, its tick boxes `scope`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeviceConsent {
    /// Where the form goes.
    pub action: String,
    /// Where "use another account" goes.
    pub switch_action: String,
    /// CSRF token of both forms.
    pub csrf: String,
    /// Who asks.
    pub client: ClientCard,
    /// The account in use.
    pub account: Person,
    /// The code, for the person to compare.
    pub code: String,
    /// From where it was asked.
    pub origin: DeviceOrigin,
    /// What is asked.
    pub scopes: Vec<ScopeAsk>,
}

impl Page for DeviceConsent {
    const TEMPLATE: &'static str = "doorward/device_consent.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let mut client = ClientCard::sample();
        client.destination = None;
        let elsewhere = Self {
            action: "/device/8f/consent".to_owned(),
            switch_action: "/device/8f/switch".to_owned(),
            csrf: "csrf-token".to_owned(),
            client,
            account: Person::sample(),
            code: "WDJB-MJHT".to_owned(),
            origin: DeviceOrigin::new("2001:db8:85a3::8a2e:370:7334", false, "Television/4.1", 1_795_529_100),
            scopes: vec![
                ScopeAsk { values: vec![Shown::new("sub", "248289761001")], ..ScopeAsk::new("openid", None) },
                ScopeAsk { values: vec![Shown::new("name", "Ada Lovelace")], ..ScopeAsk::new("profile", None) },
                ScopeAsk { api: Some("Photo library".to_owned()), required: true, ..ScopeAsk::new("photos:read", Some("See your photos")) },
                ScopeAsk::new("offline_access", None),
            ],
        };
        let here = Self {
            origin: DeviceOrigin::new("192.0.2.7", true, "", 1_795_529_100),
            client: ClientCard::new("tv", "电视"),
            scopes: Vec::new(),
            ..elsewhere.clone()
        };
        vec![("elsewhere", elsewhere), ("here", here)]
    }
}

/// The page after the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeviceDone {
    /// Whether it was allowed.
    pub allowed: bool,
    /// Who asked.
    pub client: ClientCard,
    /// Path of the account page.
    pub account: String,
}

impl Page for DeviceDone {
    const TEMPLATE: &'static str = "doorward/device_done.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let allowed = Self { allowed: true, client: ClientCard::sample(), account: "/account".to_owned() };
        vec![("denied", Self { allowed: false, ..allowed.clone() }), ("allowed", allowed)]
    }
}
