//! How many requests are under way: so many and no more, altogether and to one host. Whoever finds no place is told at once.

use super::FetchError;
use rocket::tokio::sync::{OwnedSemaphorePermit, Semaphore};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Places.
#[derive(Debug)]
pub(super) struct Gate {
    all: Arc<Semaphore>,
    hosts: Mutex<HashMap<String, usize>>,
    per_host: usize,
}

/// A place with one host, given back when dropped.
#[derive(Debug)]
pub(super) struct AtHost {
    gate: Arc<Gate>,
    host: String,
}

impl Gate {
    pub fn new(all: usize, per_host: usize) -> Self {
        Self { all: Arc::new(Semaphore::new(all)), hosts: Mutex::default(), per_host }
    }

    /// A place among all, given back when dropped.
    pub fn enter(&self) -> Result<OwnedSemaphorePermit, FetchError> {
        Arc::clone(&self.all).try_acquire_owned().map_err(|_| FetchError::Busy)
    }

    /// A place with a host: each hop of a redirect takes one of its own.
    pub fn at(self: &Arc<Self>, host: &str) -> Result<AtHost, FetchError> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = hosts.entry(host.to_owned()).or_default();
        if *count >= self.per_host {
            return Err(FetchError::Busy);
        }
        *count += 1;
        Ok(AtHost { gate: Arc::clone(self), host: host.to_owned() })
    }
}

impl Drop for AtHost {
    fn drop(&mut self) {
        let mut hosts = self.gate.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = hosts.get_mut(&self.host) {
            *count -= 1;
            if *count == 0 {
                hosts.remove(&self.host);
            }
        }
    }
}
