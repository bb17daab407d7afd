//! What the photo service heard lately, for who checks a learner's app. Memory only, and no token in it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use doorward_client::service::{self, Caller, Reason, Refusal};
use jsonwebtoken::decode_header;
use rocket::Request;
use rocket::fairing::{AdHoc, Fairing};

/// So many calls are remembered.
const MOST: usize = 64;

/// One call, as the guard judged it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    /// It was let in.
    Served,
    /// It carried no bearer token.
    NoToken,
    /// What it carried is no access token by its `typ`.
    NotAccessToken(String),
    /// Its token is for somebody else.
    Audience,
    /// Its token lacks the scope.
    Scope,
    /// It was refused for another reason.
    Refused(&'static str),
}

#[derive(Debug, Default)]
struct Calls {
    count: u64,
    last: VecDeque<Call>,
}

/// The calls lately, in order. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Heard(Arc<Mutex<Calls>>);

impl Heard {
    fn open(&self) -> MutexGuard<'_, Calls> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note of what the guard said to each request.
    pub(super) fn fairing(&self) -> impl Fairing + use<> {
        let own = self.clone();
        AdHoc::on_response("heard", move |request, _| {
            let call = service::verdict(request).map(|verdict| told(verdict, request));
            if let Some(call) = call {
                own.note(call);
            }
            Box::pin(async {})
        })
    }

    fn note(&self, call: Call) {
        let mut calls = self.open();
        calls.count += 1;
        calls.last.push_back(call);
        if calls.last.len() > MOST {
            calls.last.pop_front();
        }
    }

    /// How many there were.
    pub fn mark(&self) -> u64 {
        self.open().count
    }

    /// Those after a mark, as far as they are remembered.
    pub fn after(&self, mark: u64) -> Vec<Call> {
        let calls = self.open();
        let new = usize::try_from(calls.count.saturating_sub(mark)).unwrap_or(MOST);
        calls.last.iter().skip(calls.last.len().saturating_sub(new)).cloned().collect()
    }
}

/// What is remembered of a verdict, and of what a token said it is.
fn told(verdict: Result<Caller, Refusal>, request: &Request<'_>) -> Call {
    let reason = match verdict {
        Ok(_) => return Call::Served,
        Err(refusal) => refusal.reason(),
    };
    match reason {
        Reason::NoToken | Reason::TokenInQuery | Reason::TokensTwice | Reason::HeaderMalformed => Call::NoToken,
        Reason::TokenType | Reason::IdToken => Call::NotAccessToken(typ(request).unwrap_or_default()),
        Reason::Audience => Call::Audience,
        Reason::Scope => Call::Scope,
        // Another crate's enum, and to be told by its own words.
        other => Call::Refused(other.sentence()),
    }
}

fn typ(request: &Request<'_>) -> Option<String> {
    let (_, token) = request.headers().get_one("Authorization")?.split_once(' ')?;
    decode_header(token).ok()?.typ
}
