//! The account page: who I am here, where I am signed in, which apps have access.

use serde::Serialize;

use super::Page;
use super::client::ClientCard;
use super::keyed::keyed;
use super::person::Person;
use super::scope::{ScopeText, Shown};

keyed! {
    /// What was just done, said once on the page that follows.
    pub enum Notice {
        /// One session was ended.
        SessionEnded => "account.notice.session_ended",
        /// All sessions but this one were ended.
        OtherSessionsEnded => "account.notice.other_sessions_ended",
        /// An app lost its access.
        AccessWithdrawn => "account.notice.access_withdrawn",
    }
}

/// One browser that is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BrowserSession {
    /// Whether it is the one that shows the page.
    pub current: bool,
    /// Browser and system in words ("Firefox, Linux"); empty when unknown.
    pub browser: String,
    /// Network address it was last seen from.
    pub address: String,
    /// When it signed in, Unix seconds.
    pub since: i64,
    /// When it was last seen, Unix seconds.
    pub last_seen: i64,
    /// Where its "sign out" goes.
    pub revoke_action: String,
}

/// One app that has access.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AppAccess {
    /// The app.
    pub client: ClientCard,
    /// What it may do.
    pub scopes: Vec<ScopeText>,
    /// What it is told beside, by name.
    pub claims: Vec<Shown>,
    /// When it was allowed, Unix seconds.
    pub allowed_at: i64,
    /// When the consent ends, Unix seconds; none when it is asked each time.
    pub ends_at: Option<i64>,
    /// When it last got or used a token here, Unix seconds.
    pub last_used: Option<i64>,
    /// Seconds a token given just before may still be accepted by a service after the withdrawal; 0 when none can.
    pub token_lifetime: i64,
    /// Where its "withdraw" goes.
    pub revoke_action: String,
}

/// The account page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Account {
    /// CSRF token of all forms.
    pub csrf: String,
    /// Who it is.
    pub person: Person,
    /// Everything known about them.
    pub profile: Vec<Shown>,
    /// Where they are signed in, this browser first.
    pub sessions: Vec<BrowserSession>,
    /// Where "sign out all others" goes.
    pub revoke_others_action: String,
    /// Apps with access.
    pub apps: Vec<AppAccess>,
    /// Path of the page that asks whether to sign out.
    pub logout: String,
    /// What was just done.
    pub notice: Option<Notice>,
}

impl Page for Account {
    const TEMPLATE: &'static str = "doorward/account.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let session = |current, browser: &str, address: &str, since| BrowserSession {
            current,
            browser: browser.to_owned(),
            address: address.to_owned(),
            since,
            last_seen: since + 5_000,
            revoke_action: "/account/sessions/3f/end".to_owned(),
        };
        let app = AppAccess {
            client: ClientCard::sample(),
            scopes: vec![
                ScopeText::of("profile", None),
                ScopeText::of("email", None),
                ScopeText::of("photos:read", Some("See your photos")),
            ],
            claims: vec![Shown::new("birthdate", ""), Shown::new("favourite_engine", "")],
            allowed_at: 1_795_529_100,
            ends_at: Some(1_811_081_100),
            last_used: Some(1_795_600_000),
            token_lifetime: 600,
            revoke_action: "/account/apps/s6BhdRkqt3/withdraw".to_owned(),
        };
        let native = AppAccess {
            client: ClientCard::sample_native(),
            scopes: vec![ScopeText::of("photos:read", Some("See your photos"))],
            claims: Vec::new(),
            ends_at: None,
            last_used: None,
            token_lifetime: 0,
            ..app.clone()
        };
        let full = Self {
            csrf: "csrf-token".to_owned(),
            person: Person::sample(),
            profile: vec![
                Shown::new("preferred_username", "ada"),
                Shown::new("name", "Ada Lovelace"),
                Shown::new("email", "ada@example.org").verified(true),
                Shown::new("favourite_engine", "analytical"),
            ],
            sessions: vec![
                session(true, "Firefox, Linux", "192.0.2.17", 1_795_529_100),
                session(false, "Safari, iPhone", "2001:db8:85a3::8a2e:370:7334", 1_795_200_000),
                session(false, "", "198.51.100.4", 1_795_100_000),
            ],
            revoke_others_action: "/account/sessions/end-others".to_owned(),
            apps: vec![app, native],
            logout: "/logout".to_owned(),
            notice: None,
        };
        let fresh = Self {
            person: Person::new("1", "demo", ""),
            profile: vec![Shown::new("preferred_username", "demo")],
            sessions: full.sessions.iter().take(1).cloned().collect(),
            apps: Vec::new(),
            ..full.clone()
        };
        let mut all: Vec<(&'static str, Self)> = vec![("fresh", fresh)];
        let names = ["notice_session", "notice_others", "notice_access"];
        all.extend(names.into_iter().zip(Notice::ALL).map(|(name, &notice)| (name, Self { notice: Some(notice), ..full.clone() })));
        all.push(("full", full));
        all
    }
}
