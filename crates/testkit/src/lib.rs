//! What Doorward's tests are built from: worlds of their own, time and chance that obey, a browser and an app. For tests only: what goes
//! wrong here panics, with a word on what was expected.
//!
//! ```
//! # #[rocket::main] async fn main() {
//! use doorward_testkit::{World, app};
//! let world = World::new().client(app("shop")).user("ada").start().await;
//! let (mut browser, shop) = (world.browser(), world.app("shop"));
//! let code = browser.allow(&shop.request()).await.code();
//! assert_eq!(shop.redeem(&code).await.status, 200);
//! # }
//! ```
#![allow(clippy::expect_used, clippy::panic)]

mod app;
mod backend;
mod browser;
mod certificate;
mod chance;
mod clock;
mod html;
mod jar;
mod key;
mod key_server;
mod listening;
mod log;
mod page;
mod receiver;
mod send;
mod site;
mod world;

pub use app::{ASSERTION_TYPE, App, AuthRequest, CHALLENGE, VERIFIER, basic, claims, header, hs256};
pub use backend::Backend;
pub use browser::{Browser, Landing};
pub use certificate::AppCertificate;
pub use chance::SeededEntropy;
pub use clock::{FakeClock, START};
pub use html::Form;
pub use key::AppKey;
pub use key_server::key_server;
pub use listening::Listening;
pub use log::Captured;
pub use page::Page;
pub use receiver::{Received, Receiver};
pub use site::Site;
pub use world::{API, Builder, Opened, PASSWORD, SECRET, Sleeping, World, app, photos};

/// Encodes pairs as a form or query does.
pub fn encode(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}
