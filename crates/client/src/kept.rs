//! A document of the provider that is kept for a while: one request at a time, however many ask.

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Mutex as Turn;

use crate::error::ProviderError;
use crate::time::{Seconds, Timestamp};

/// How long a document is kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Life {
    /// It is used without asking again.
    pub fresh: Seconds,
    /// It is still used while the provider can't be reached.
    pub stale: Seconds,
    /// So long nobody who insists on a newer one makes the provider be asked: anybody can name an unknown key.
    pub rest: Seconds,
}

/// After a failure the provider is left in peace so long.
const PAUSE: Seconds = Seconds(2);

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// What is kept, if it is fresh.
    Kept,
    /// Something newer than what is kept, if that may be had already.
    Newer,
}

pub(crate) struct Kept<T> {
    life: Life,
    state: Mutex<State<T>>,
    turn: Turn<()>,
}

struct State<T> {
    have: Option<(Arc<T>, Timestamp)>,
    /// When the provider was last asked, and what became of it if nothing good.
    asked: Option<(Timestamp, Option<ProviderError>)>,
}

impl<T: Send + Sync + 'static> Kept<T> {
    pub fn new(life: Life) -> Arc<Self> {
        Arc::new(Self { life, state: Mutex::new(State { have: None, asked: None }), turn: Turn::new(()) })
    }

    /// What is kept, or what `fetch` gives: it is run once for all who ask meanwhile, and goes on when they leave.
    pub async fn get<F>(self: &Arc<Self>, now: Timestamp, wish: Wish, fetch: F) -> Result<Arc<T>, ProviderError>
    where
        F: Future<Output = Result<T, ProviderError>> + Send + 'static,
    {
        if let Some(answer) = self.at_hand(now, wish) {
            return answer;
        }
        let own = Arc::clone(self);
        let work = async move {
            let _turn = own.turn.lock().await;
            // Whoever had the turn before may have brought it.
            if let Some(answer) = own.at_hand(now, wish) {
                return answer;
            }
            let outcome = fetch.await;
            own.land(now, outcome)
        };
        tokio::spawn(work).await.unwrap_or_else(|_| Err(ProviderError::Interrupted))
    }

    /// What needs no request: what is kept, or the failure of a moment ago.
    pub fn at_hand(&self, now: Timestamp, wish: Wish) -> Option<Result<Arc<T>, ProviderError>> {
        let state = self.lock();
        let within = |since: Timestamp, span: Seconds| (0..span.0).contains(&now.since(since).0);
        let failed = state.asked.as_ref().filter(|(at, _)| within(*at, PAUSE)).and_then(|(_, why)| why.clone());
        let Some((have, at)) = &state.have else {
            return failed.map(Err);
        };
        let rests = state.asked.as_ref().is_some_and(|(asked, _)| within(*asked, self.life.rest));
        let good = match wish {
            Wish::Kept => within(*at, self.life.fresh) || failed.is_some() && within(*at, self.life.stale),
            Wish::Newer => rests,
        };
        good.then(|| Ok(Arc::clone(have)))
    }

    fn land(&self, now: Timestamp, outcome: Result<T, ProviderError>) -> Result<Arc<T>, ProviderError> {
        let mut state = self.lock();
        match outcome {
            Ok(new) => {
                let new = Arc::new(new);
                state.have = Some((Arc::clone(&new), now));
                state.asked = Some((now, None));
                Ok(new)
            }
            Err(why) => {
                tracing::warn!(%why, "a document of the provider could not be fetched");
                state.asked = Some((now, Some(why.clone())));
                // What is known stays good while the provider is away for a moment.
                let usable = state.have.as_ref().filter(|(_, at)| (0..self.life.stale.0).contains(&now.since(*at).0));
                usable.map(|(have, _)| Arc::clone(have)).ok_or(why)
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
