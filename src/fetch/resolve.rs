//! From a name to its addresses: asked once a hop, and nobody else asks.

use super::FetchError;
use rocket::tokio::sync::Semaphore;
use rocket::tokio::task::spawn_blocking;
use std::future::Future;
use std::net::{IpAddr, ToSocketAddrs as _};
use std::pin::Pin;
use std::sync::Arc;

/// Addresses to come.
pub type Addresses<'a> = Pin<Box<dyn Future<Output = Result<Vec<IpAddr>, FetchError>> + Send + 'a>>;

/// Resolves names.
pub trait Resolve: Send + Sync {
    /// All addresses of a name, in the order in which they are to be tried.
    fn resolve<'a>(&'a self, host: &'a str) -> Addresses<'a>;
}

/// The operating system's resolver.
#[derive(Clone, Debug)]
pub struct SystemResolver {
    permits: Arc<Semaphore>,
}

impl SystemResolver {
    /// At most `most` names at once: a question whose asker has given up still holds its thread until the system answers.
    pub fn new(most: usize) -> Self {
        Self { permits: Arc::new(Semaphore::new(most)) }
    }
}

impl Resolve for SystemResolver {
    fn resolve<'a>(&'a self, host: &'a str) -> Addresses<'a> {
        Box::pin(async move {
            let permit = Arc::clone(&self.permits).try_acquire_owned().map_err(|_| FetchError::Busy)?;
            let host = host.to_owned();
            let asked = spawn_blocking(move || {
                let found = (host.as_str(), 0).to_socket_addrs();
                drop(permit);
                found.map(|all| all.map(|address| address.ip()).collect())
            });
            asked.await.map_err(|_| FetchError::Broken)?.map_err(|_| FetchError::Resolve)
        })
    }
}
