//! A small browser for the loopback: cookies, redirects one by one, forms. It plays the person who uses a learner's app.
//!
//! ```text
//! let player = Player::new(&[server, app], Limits::default());
//! let mut browser = player.browser();                       // a fresh one, without cookies
//! let arrived = browser.follow(browser.get(&url)?, |_| false)?;
//! ```
//!
//! A player goes to the origins it was given and nowhere else: what leads away is recorded, not called. It runs on a thread that may
//! block.

mod browser;
mod cookies;
mod date;
mod forms;
mod origin;

pub(crate) use browser::parameter;
pub use browser::{Answer, Arrival, Browser};
pub use cookies::{Cookie, Jar, SameSite};
pub(crate) use forms::text;
pub use forms::{Form, forms, links};
pub use origin::Origin;

use std::cell::Cell;
use std::fmt;
use std::io;
use std::time::{Duration, Instant};

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use url::Url;

use crate::now;

/// How much a player takes.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of one body.
    pub body: u64,
    /// Requests of all its browsers together.
    pub requests: u32,
    /// Redirects in a row.
    pub hops: usize,
    /// One request, whole.
    pub wait: Duration,
    /// All of them together.
    pub whole: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { body: 256 * 1024, requests: 400, hops: 10, wait: Duration::from_secs(10), whole: Duration::from_secs(90) }
    }
}

/// Why a request has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The address isn't one of those that may be called; nothing was sent.
    Elsewhere(String),
    /// Nobody listens there.
    NobodyThere(String),
    /// It took too long.
    TooSlow(String),
    /// The answer is too large.
    TooLarge(String),
    /// More requests than allowed: something goes in circles.
    TooMany,
    /// The connection broke, or the answer isn't HTTP.
    Broken(String),
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Elsewhere(at) => write!(f, "{at} is not called"),
            Self::NobodyThere(at) => write!(f, "nobody listens at {at}"),
            Self::TooSlow(at) => write!(f, "{at} took too long"),
            Self::TooLarge(at) => write!(f, "{at} answered too much"),
            Self::TooMany => f.write_str("too many requests"),
            Self::Broken(at) => write!(f, "{at} broke off"),
        }
    }
}

/// What all browsers of one run share: where they may go, and how much they may ask.
pub struct Player {
    origins: Vec<Origin>,
    limits: Limits,
    agent: ureq::Agent,
    asked: Cell<u32>,
    until: Instant,
}

impl Player {
    /// A player that goes to these origins and nowhere else. Its time begins now.
    pub fn new(origins: &[Origin], limits: Limits) -> Self {
        let config = Config::builder()
            .timeout_global(Some(limits.wait))
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            // An app that was restarted closes what it held open.
            .max_idle_connections(0)
            .max_idle_connections_per_host(0)
            .user_agent("Mozilla/5.0 (compatible; doorward-player)")
            .build();
        let agent = ureq::Agent::with_parts(config, DefaultConnector::new(), Loopback);
        Self { origins: origins.to_vec(), limits, agent, asked: Cell::new(0), until: now() + limits.whole }
    }

    /// A new browser without cookies.
    pub fn browser(&self) -> Browser<'_> {
        Browser::new(self)
    }

    /// Whether this address may be called.
    pub fn may(&self, url: &Url) -> bool {
        self.origins.iter().any(|origin| origin.holds(url))
    }

    /// How many requests were made.
    pub fn asked(&self) -> u32 {
        self.asked.get()
    }

    /// Counts a request that is about to be made.
    fn count(&self, url: &Url) -> Result<(), Trouble> {
        if !self.may(url) {
            return Err(Trouble::Elsewhere(url.to_string()));
        }
        if self.asked.get() >= self.limits.requests {
            return Err(Trouble::TooMany);
        }
        if now() >= self.until {
            return Err(Trouble::TooSlow(url.to_string()));
        }
        self.asked.set(self.asked.get() + 1);
        Ok(())
    }

    fn trouble(url: &Url, why: &ureq::Error) -> Trouble {
        let at = url.to_string();
        match why {
            ureq::Error::Timeout(_) => Trouble::TooSlow(at),
            ureq::Error::BodyExceedsLimit(_) => Trouble::TooLarge(at),
            ureq::Error::ConnectionFailed | ureq::Error::HostNotFound => Trouble::NobodyThere(at),
            ureq::Error::Io(why) => match why.kind() {
                io::ErrorKind::ConnectionRefused | io::ErrorKind::AddrNotAvailable | io::ErrorKind::NetworkUnreachable => {
                    Trouble::NobodyThere(at)
                }
                io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Trouble::TooSlow(at),
                _ => Trouble::Broken(at),
            },
            _ => Trouble::Broken(at),
        }
    }
}

/// Knows the loopback and asks nobody: the second door behind [`Player::may`].
#[derive(Debug)]
struct Loopback;

impl Resolver for Loopback {
    fn resolve(&self, uri: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let url = Url::parse(&uri.to_string()).map_err(|_| ureq::Error::HostNotFound)?;
        let origin = Origin::of(&url).ok_or(ureq::Error::HostNotFound)?;
        let mut found = self.empty();
        origin.addresses().into_iter().for_each(|address| found.push(address));
        Ok(found)
    }
}
