//! The consent page.

use serde::Serialize;

use super::Page;
use super::client::{ClientCard, Stranger};
use super::person::Person;
use super::scope::{ClaimAsk, ScopeAsk, ScopeText, Shown};

/// How long the answer holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Remembered {
    /// Until a day.
    Until {
        /// Unix seconds.
        at: i64,
    },
    /// Asked each time.
    EachTime,
}

/// The consent page. Its buttons are `decision=allow` and `decision=deny`, its tick boxes `scope` and `claim`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Consent {
    /// Where the form goes.
    pub action: String,
    /// Where "use another account" goes.
    pub switch_action: String,
    /// CSRF token of both forms.
    pub csrf: String,
    /// Who asks; its destination is always set.
    pub client: ClientCard,
    /// The account in use.
    pub account: Person,
    /// What is asked now.
    pub scopes: Vec<ScopeAsk>,
    /// Claims asked for by name, beside what scopes hand over.
    pub claims: Vec<ClaimAsk>,
    /// What was allowed before and is not asked again.
    pub already: Vec<ScopeText>,
    /// The same of claims by name.
    pub already_claims: Vec<Shown>,
    /// How long the answer holds.
    pub remembered: Remembered,
}

impl Page for Consent {
    const TEMPLATE: &'static str = "doorward/consent.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let photos =
            ScopeAsk { api: Some("Photo library".to_owned()), required: true, ..ScopeAsk::new("photos:read", Some("See your photos")) };
        let first = Self {
            action: "/interaction/8f/consent".to_owned(),
            switch_action: "/interaction/8f/switch".to_owned(),
            csrf: "csrf-token".to_owned(),
            client: ClientCard::sample(),
            account: Person::sample(),
            scopes: vec![
                ScopeAsk { values: vec![Shown::new("sub", "248289761001")], ..ScopeAsk::new("openid", None) },
                ScopeAsk {
                    values: vec![
                        Shown::new("name", "Ada Lovelace"),
                        Shown::new("birthdate", "1815-12-10"),
                        Shown::new("favourite_engine", "analytical"),
                    ],
                    ..ScopeAsk::new("profile", None)
                },
                ScopeAsk { values: vec![Shown::new("email", "ada@example.org").verified(false)], ..ScopeAsk::new("email", None) },
                ScopeAsk { values: vec![Shown::new("phone_number", "+44 20 7946 0958").verified(true)], ..ScopeAsk::new("phone", None) },
                ScopeAsk { values: vec![Shown::new("address", "12 St James's Square, London")], ..ScopeAsk::new("address", None) },
                photos.clone(),
                ScopeAsk { api: Some("Photo library".to_owned()), ..ScopeAsk::new("photos:write", Some("Add photos and delete them")) },
                ScopeAsk { checked: false, ..ScopeAsk::new("offline_access", None) },
            ],
            claims: Vec::new(),
            already: Vec::new(),
            already_claims: Vec::new(),
            remembered: Remembered::Until { at: 1_811_081_100 },
        };
        let more = Self {
            scopes: vec![ScopeAsk { required: false, ..photos.clone() }],
            already: ["openid", "profile", "email"].map(|scope| ScopeText::of(scope, None)).to_vec(),
            ..first.clone()
        };
        let native = Self {
            client: ClientCard::sample_native(),
            remembered: Remembered::EachTime,
            scopes: vec![ScopeAsk::new("openid", None), photos],
            ..first.clone()
        };
        let by_name = Self {
            scopes: vec![ScopeAsk { values: vec![Shown::new("sub", "248289761001")], ..ScopeAsk::new("openid", None) }],
            claims: vec![
                ClaimAsk::new("birthdate", "1815-12-10"),
                ClaimAsk::new("favourite_engine", "analytical"),
                ClaimAsk::new("name", "Ada Lovelace · 阿达·洛芙莱斯"),
                ClaimAsk::new("phone_number", ""),
                ClaimAsk { shown: Shown::new("email_verified", "").verified(true), ..ClaimAsk::new("email_verified", "") },
            ],
            ..first.clone()
        };
        let one_more = Self {
            scopes: Vec::new(),
            claims: vec![ClaimAsk::new("zoneinfo", "Europe/London")],
            already_claims: vec![Shown::new("birthdate", "")],
            ..more.clone()
        };
        let payment = ScopeAsk::once("payment", "Pay 123.50 EUR to Merchant A".to_owned(), Some("Ada’s bank".to_owned()));
        let transaction = Self { scopes: vec![payment, ScopeAsk::new("openid", None)], remembered: Remembered::EachTime, ..first.clone() };
        let custom = Self { client: ClientCard::new("app", "打印小铺").answered_at("com.example.prints:/done"), ..native.clone() };
        let stranger = Self { client: ClientCard::sample_stranger(), ..first.clone() };
        let registered =
            Self { client: ClientCard { stranger: Some(Stranger::Registered), ..ClientCard::sample_native() }, ..native.clone() };
        vec![
            ("stranger", stranger),
            ("registered", registered),
            ("first", first),
            ("by_name", by_name),
            ("one_more", one_more),
            ("more", more),
            ("native", native),
            ("custom_scheme", custom),
            ("transaction", transaction),
        ]
    }
}
