//! Rocket and nothing else: a handler parses, calls a flow, and maps its outcome.

mod canonical;
mod catchers;
mod cookies;
mod cors;
mod endpoints;
mod guards;
mod headers;
#[cfg(feature = "demo")]
mod lab_words;
mod reply;
mod routes;
mod watch;
mod words;

pub use routes::mount;

use crate::config::Networks;
use crate::flows::Ctx;
use crate::pages::{Site, Statics};
use crate::trace::Traces;
#[cfg(feature = "demo")]
use std::sync::Arc;

/// What the handlers share.
pub struct App {
    /// What flows work with.
    pub ctx: Ctx,
    /// Paths of the stylesheet and its like.
    pub site: Site,
    /// The stylesheet and its like.
    pub statics: Statics,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Networks,
    /// Which proxies may ask about tokens for the services behind them.
    pub forward_auth: Networks,
    /// The header in which they hand on the certificate of a client.
    pub client_cert_header: Option<String>,
    /// The header in which they say whether they verified it.
    pub client_cert_verified_header: Option<String>,
    /// Whether this is the demo: it has the pages for learners, who may read there what otherwise only a client's owner may.
    pub demo: bool,
    /// The glass box.
    pub traces: Traces,
    /// Where learners' apps are checked: in the demo.
    #[cfg(feature = "demo")]
    pub workshop: Option<Arc<crate::flows::learner::Workshop>>,
    /// Where flows are broken on purpose: in the demo alone.
    #[cfg(feature = "demo")]
    pub lab: Option<crate::lab::Lab>,
}

impl App {
    /// A path of ours for links and redirects: below the path of the issuer.
    pub fn path(&self, path: &str) -> String {
        format!("{}{path}", self.site.base)
    }
}
