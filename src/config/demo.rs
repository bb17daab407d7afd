//! What is fixed for the demo: a database and a key of its own, the loopback only.

use doorward_protocol::values::Issuer;

use super::error::{ConfigError, Place};
use super::keys::Key;
use super::raw::RawSettings;
use super::rocket_config::Listen;

/// The demo's database, whatever `DATABASE_URL` says: its user must never land among real ones.
pub(super) const DATABASE_URL: &str = "sqlite://doorward-demo.db";

/// The file beside it that holds its secret.
pub(super) const KEY_FILE: &str = "doorward-demo.key";

/// What the demo may ask and tell beside what `FETCH_ALLOW` names: who else is on this machine.
pub(super) const BESIDE: [&str; 3] = ["localhost", "127.0.0.0/8", "::1"];

/// Refuses a demo that others could reach.
pub(super) fn check(raw: &mut RawSettings, listen: Option<Listen>, issuer: Option<&Issuer>) {
    if let Some(listen) = listen.filter(|listen| !listen.socket.ip().is_loopback()) {
        raw.other_faults([ConfigError {
            name: "ROCKET_ADDRESS".to_owned(),
            place: Place::Environment,
            problem: format!("is {}, but the demo serves the loopback only", listen.socket.ip()),
            example: Some("127.0.0.1".to_owned()),
        }]);
    }
    if issuer.is_some_and(|issuer| !issuer.is_loopback()) {
        raw.fault(Key::Issuer, "is not on the loopback, but the demo serves the loopback only: leave it out");
    }
}
