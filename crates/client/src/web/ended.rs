//! What has ended although a cookie still says otherwise.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::Session;
use crate::login::LogoutToken;
use crate::room::make_room;
use crate::time::Timestamp;

/// So many endings are remembered at most.
const MOST: usize = 100_000;

/// Logouts, remembered as long as a session from before them could still be shown. In the memory of this process.
#[derive(Default)]
pub(super) struct Ended(Mutex<HashMap<Whose, Ending>>);

#[derive(PartialEq, Eq, Hash)]
enum Whose {
    /// One session of the app.
    Session(String),
    /// What a back-channel logout names.
    Named { subject: Option<String>, session: Option<String> },
}

struct Ending {
    /// Sessions that began later are others.
    at: Timestamp,
    until: Timestamp,
}

impl Ended {
    /// Remembers that this session was left.
    pub fn left(&self, session: &Session, now: Timestamp) {
        self.insert(Whose::Session(session.id().to_owned()), Ending { at: now, until: session.ends_at() }, now);
    }

    /// Remembers a back-channel logout; no session lives beyond `until`.
    pub fn told(&self, token: &LogoutToken, now: Timestamp, until: Timestamp) {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let whose = Whose::Named { subject: owned(token.subject()), session: owned(token.session()) };
        self.insert(whose, Ending { at: now, until }, now);
    }

    /// Whether it has ended. One that began in the very second of a logout of its person counts as ended: better one login too many.
    pub fn has(&self, session: &Session) -> bool {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let subject = Some(session.subject().to_owned());
        let provider = session.provider_session().map(str::to_owned);
        let mut whose = vec![Whose::Session(session.id().to_owned()), Whose::Named { subject: subject.clone(), session: None }];
        if provider.is_some() {
            whose.push(Whose::Named { subject, session: provider.clone() });
            whose.push(Whose::Named { subject: None, session: provider });
        }
        whose.iter().any(|whose| all.get(whose).is_some_and(|ending| session.began_at() <= ending.at))
    }

    fn insert(&self, whose: Whose, ending: Ending, now: Timestamp) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        make_room(&mut all, MOST, 1, |ending| ending.until <= now, |ending| ending.until);
        all.insert(whose, ending);
    }
}
