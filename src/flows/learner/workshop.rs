//! What the demo lends to those who check their app, and what lies on each one's desk. Memory only.

use doorward_demo::Heard;
use doorward_demo::checker::Report;
use doorward_protocol::values::ClientId;
use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// So many learners' desks are kept; the one not used for longest goes.
const MOST: usize = 64;

/// What the demo is made of, as far as a check needs it. No `Debug`, since it holds a password.
pub struct Demo {
    /// The person as whom the player logs in.
    pub username: String,
    /// Their password.
    pub password: String,
    /// What an app may show of them.
    pub known_as: Vec<String>,
    /// The audience of the photo service.
    pub photos: String,
    /// What the photo service heard.
    pub heard: Heard,
    /// Where the lab is.
    pub lab: String,
    /// Ports at which something of the demo lives.
    pub taken: Vec<u16>,
}

/// What came of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The report.
    pub report: Report,
    /// The flow in which the fault can be watched.
    pub flow: Option<String>,
}

/// What lies ready for one learner.
#[derive(Clone, Default)]
pub struct Desk {
    /// The app's secret, until it was shown.
    pub secret: Option<String>,
    /// The last check.
    pub checked: Option<Checked>,
}

/// The workshop: there is one in the demo, and none elsewhere.
pub struct Workshop {
    /// What it lends.
    pub demo: Demo,
    desks: Mutex<VecDeque<(ClientId, Desk)>>,
    under_way: Arc<AtomicBool>,
}

/// The right to check: given back when dropped.
pub struct Turn(Arc<AtomicBool>);

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

impl Workshop {
    /// With nobody in it.
    pub fn new(demo: Demo) -> Self {
        Self { demo, desks: Mutex::default(), under_way: Arc::default() }
    }

    fn open(&self) -> MutexGuard<'_, VecDeque<(ClientId, Desk)>> {
        self.desks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes what lies on a desk.
    pub fn put(&self, of: &ClientId, change: impl FnOnce(&mut Desk)) {
        let mut desks = self.open();
        let known = desks.iter().position(|(id, _)| id == of).and_then(|at| desks.remove(at));
        let (id, mut desk) = known.unwrap_or_else(|| (of.clone(), Desk::default()));
        change(&mut desk);
        desks.push_back((id, desk));
        if desks.len() > MOST {
            desks.pop_front();
        }
    }

    /// What lies on a desk; the secret is taken off it.
    pub fn look(&self, of: &ClientId) -> Desk {
        let mut desks = self.open();
        let Some((_, desk)) = desks.iter_mut().find(|(id, _)| id == of) else { return Desk::default() };
        Desk { secret: desk.secret.take(), checked: desk.checked.clone() }
    }

    /// The turn to check, unless somebody has it.
    pub fn turn(&self) -> Option<Turn> {
        let free = self.under_way.compare_exchange(false, true, Ordering::AcqRel, Ordering::Acquire).is_ok();
        free.then(|| Turn(Arc::clone(&self.under_way)))
    }
}

impl fmt::Debug for Workshop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Workshop(…)")
    }
}
