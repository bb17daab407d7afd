//! The guard against real servers on the loopback, and against a resolver that says what a hostile one would.
#![allow(clippy::expect_used)]

mod addresses;
mod bounds;
mod freshness;
mod keeping;
mod places;
mod redirects;
mod rules;
mod server;
mod tls;
mod told;

use super::resolve::Addresses;
use super::{Document, FetchError, Fetched, Fetcher, Limits, Options, Resolve};
use crate::network::FetchAllow;
use doorward_protocol::values::Timestamp;
use server::Server;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use url::Url;

const NOW: Timestamp = Timestamp(1_800_000_000);

fn url(text: &str) -> Url {
    text.parse().expect("a URL")
}

fn ip(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

fn allow(entries: &[&str]) -> FetchAllow {
    let mut allow = FetchAllow::default();
    for entry in entries {
        allow.add(entry).expect("an entry");
    }
    allow
}

/// A development server's: the loopback is allowed. No test waits for its end but those that shall.
fn development() -> Options {
    let limits = Limits { total: Duration::from_secs(60), connect: Duration::from_secs(60), ..Limits::default() };
    Options { development: true, limits, ..Options::default() }
}

/// Everybody else's.
fn production(entries: &[&str]) -> Options {
    Options { development: false, allow: allow(entries), ..development() }
}

/// The same, out of patience soon.
fn hasty(options: Options) -> Options {
    let limits = Limits { total: Duration::from_millis(300), ..options.limits };
    Options { limits, ..options }
}

/// Gives each name its answers one after the other, the last one for ever.
#[derive(Default)]
struct Told {
    answers: Mutex<HashMap<String, Vec<Vec<IpAddr>>>>,
    asked: Mutex<Vec<String>>,
}

impl Told {
    fn new(answers: &[(&str, &[&[&str]])]) -> Arc<Self> {
        let told = Self::default();
        for (host, lists) in answers {
            let lists = lists.iter().map(|list| list.iter().map(|text| ip(text)).collect()).collect();
            told.answers.lock().expect("a lock").insert((*host).to_owned(), lists);
        }
        Arc::new(told)
    }

    fn asked(&self) -> usize {
        self.asked.lock().expect("a lock").len()
    }
}

impl Resolve for Told {
    fn resolve<'a>(&'a self, host: &'a str) -> Addresses<'a> {
        self.asked.lock().expect("a lock").push(host.to_owned());
        let mut answers = self.answers.lock().expect("a lock");
        let found = answers.get_mut(host).map(|lists| if lists.len() > 1 { lists.remove(0) } else { lists[0].clone() });
        Box::pin(async move { found.ok_or(FetchError::Resolve) })
    }
}

async fn get(fetcher: &Fetcher, from: &str) -> Result<Arc<Fetched>, FetchError> {
    fetcher.get(&url(from), &Document::JSON, NOW).await
}
