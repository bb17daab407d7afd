//! The break-it lab of the demo: a button plays a flow against this very server with one thing wrong, and the glass box tells which check
//! stopped it. What came of it stays in memory, the last runs only.

mod verdict;

pub use verdict::{Run, Stopper, Verdict};

use crate::flows::Ctx;
use crate::trace::Traces;
use doorward_demo::lab::sabotage::{Act, Bench};
use doorward_protocol::secret::{Browser, Digest, random_id};
use doorward_protocol::values::ClientId;
use rocket::tokio::sync::{Semaphore, watch};
use rocket::tokio::task::spawn_blocking;
use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// So many runs are kept.
const KEPT: usize = 60;
/// So many are played at the same time, whoever asked.
const AT_ONCE: usize = 2;

/// The lab of a running demo; clones share it.
#[derive(Clone)]
pub struct Lab(Arc<Inner>);

struct Inner {
    bench: Arc<Bench>,
    shop: ClientId,
    address: String,
    traces: Traces,
    desk: Mutex<Desk>,
    room: Arc<Semaphore>,
}

#[derive(Default)]
struct Desk {
    runs: VecDeque<(String, Arc<Run>)>,
    /// By browser: what it waits for.
    playing: HashMap<String, (Act, Outcome)>,
}

/// The id of the run, when it has ended.
type Outcome = watch::Receiver<Option<String>>;

/// What pressing a button led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pressed {
    /// The id of the run.
    Played(String),
    /// Another one is being played.
    Busy,
}

impl Lab {
    /// The lab at `address`, whose flows are broken at this bench. What `shop` is refused at the server counts as the demo app's.
    pub fn new(bench: Bench, shop: ClientId, address: String, traces: Traces) -> Self {
        let (desk, room) = (Mutex::default(), Arc::new(Semaphore::new(AT_ONCE)));
        Self(Arc::new(Inner { bench: Arc::new(bench), shop, address, traces, desk, room }))
    }

    /// Where the issuers that go wrong are, without a slash at the end.
    pub fn address(&self) -> &str {
        &self.0.address
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.0.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Plays an act for a browser, which plays one at a time: the same button once more leads to the same run.
    pub async fn press(&self, ctx: &Ctx, browser: &Digest<Browser>, act: Act) -> Pressed {
        let Some(mut outcome) = self.begin(ctx, browser.to_text(), act) else { return Pressed::Busy };
        let id = outcome.wait_for(Option::is_some).await.ok().and_then(|id| id.clone());
        id.map_or(Pressed::Busy, Pressed::Played)
    }

    /// Begins one, unless it is already under way; none when there is no room.
    fn begin(&self, ctx: &Ctx, browser: String, act: Act) -> Option<Outcome> {
        let mut desk = self.desk();
        // One that broke down tells nobody anything any more.
        let playing = desk.playing.get(&browser).filter(|(_, outcome)| outcome.has_changed().is_ok());
        if let Some((known, outcome)) = playing {
            return (*known == act).then(|| outcome.clone());
        }
        let room = Arc::clone(&self.0.room).try_acquire_owned().ok()?;
        let (tell, outcome) = watch::channel(None);
        desk.playing.insert(browser.clone(), (act, outcome.clone()));
        drop(desk);
        let (lab, id, now) = (self.clone(), random_id(&*ctx.rng), ctx.now());
        // On its own feet: who goes away in the middle stops nothing.
        rocket::tokio::spawn(async move {
            let (bench, mark) = (Arc::clone(&lab.0.bench), lab.0.traces.mark());
            let report = spawn_blocking(move || bench.run(act)).await.unwrap_or_default();
            let run = Run::judge(act, report, &lab.0.traces, (&lab.0.shop, mark), browser, now);
            lab.keep(id.clone(), run);
            tell.send_replace(Some(id));
            drop(room);
        });
        Some(outcome)
    }

    fn keep(&self, id: String, run: Run) {
        let mut desk = self.desk();
        desk.playing.remove(&run.browser);
        if desk.runs.len() == KEPT {
            desk.runs.pop_front();
        }
        desk.runs.push_back((id, Arc::new(run)));
    }

    /// The run of this id, for the browser that asked for it.
    pub fn run(&self, browser: &Digest<Browser>, id: &str) -> Option<Arc<Run>> {
        let browser = browser.to_text();
        self.desk().runs.iter().find(|(known, run)| known == id && run.browser == browser).map(|(_, run)| Arc::clone(run))
    }

    /// The last run of each act that this browser asked for.
    pub fn runs(&self, browser: &Digest<Browser>) -> HashMap<Act, (String, Arc<Run>)> {
        let browser = browser.to_text();
        let of_it = |(id, run): &(String, Arc<Run>)| (run.browser == browser).then(|| (run.act, (id.clone(), Arc::clone(run))));
        self.desk().runs.iter().filter_map(of_it).collect()
    }
}

impl fmt::Debug for Lab {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Lab({})", self.0.address)
    }
}
