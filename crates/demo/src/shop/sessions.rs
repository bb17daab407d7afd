//! The shop's own sessions, in memory: the cookie names one, and says nothing by itself.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use doorward_client::login::Pending;

use super::login::Account;
use super::random;
use crate::now;

const LIFE: Duration = Duration::from_secs(12 * 3600);
/// A demo has few visitors; what is beyond this is a flood, and the oldest session gives way.
const MOST: usize = 1000;
/// Logins that one browser may have begun at the same time, in several tabs.
const MOST_PENDING: usize = 5;

struct Session {
    born: Instant,
    csrf: String,
    pending: Vec<Pending>,
    account: Option<Arc<Account>>,
    goodbye: Option<String>,
}

#[derive(Default)]
pub(crate) struct Sessions(Mutex<HashMap<String, Session>>);

impl Sessions {
    /// A new session of somebody who has logged in, in place of the browser's old one; its id. Logins under way in other tabs go on.
    pub(crate) fn begin(&self, account: Account, old: Option<&str>) -> String {
        let pending = old.and_then(|old| self.live().remove(old)).map_or_else(Vec::new, |old| old.pending);
        self.open(|session| {
            session.account = Some(Arc::new(account));
            session.pending = pending;
        })
    }

    /// Remembers a login that was begun, in the browser's session or a new one; its id.
    pub(crate) fn expect_answer(&self, id: Option<String>, pending: Pending) -> String {
        if let Some(id) = id {
            let mut all = self.live();
            if let Some(session) = all.get_mut(&id) {
                if session.pending.len() == MOST_PENDING {
                    session.pending.remove(0);
                }
                session.pending.push(pending);
                return id;
            }
        }
        self.open(|session| session.pending.push(pending))
    }

    /// What was remembered under this `state`. It is gone afterwards.
    pub(crate) fn take_answer(&self, id: &str, state: &str) -> Option<Pending> {
        let mut all = self.live();
        let pending = &mut all.get_mut(id)?.pending;
        let at = pending.iter().position(|one| one.state() == state)?;
        Some(pending.remove(at))
    }

    /// A session of somebody who has logged out here and is on the way to the server; its id.
    pub(crate) fn expect_goodbye(&self, state: String) -> String {
        self.open(|session| session.goodbye = Some(state))
    }

    /// Whether this is the `state` that was sent along to the server at logout.
    pub(crate) fn take_goodbye(&self, id: &str, state: &str) -> bool {
        let mut all = self.live();
        all.get_mut(id).is_some_and(|session| session.goodbye.take_if(|sent| sent == state).is_some())
    }

    /// Who is logged in, and the token that this browser's forms carry.
    pub(crate) fn account(&self, id: &str) -> Option<(Arc<Account>, String)> {
        let all = self.live();
        let session = all.get(id)?;
        Some((Arc::clone(session.account.as_ref()?), session.csrf.clone()))
    }

    pub(crate) fn end(&self, id: &str) {
        self.live().remove(id);
    }

    fn open(&self, fill: impl FnOnce(&mut Session)) -> String {
        let mut session = Session { born: now(), csrf: random(), pending: Vec::new(), account: None, goodbye: None };
        fill(&mut session);
        let mut all = self.live();
        if all.len() >= MOST {
            let oldest = all.iter().min_by_key(|(_, one)| one.born).map(|(id, _)| id.clone());
            oldest.and_then(|id| all.remove(&id));
        }
        let id = random();
        all.insert(id.clone(), session);
        id
    }

    fn live(&self) -> MutexGuard<'_, HashMap<String, Session>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, session| now().saturating_duration_since(session.born) < LIFE);
        all
    }
}
