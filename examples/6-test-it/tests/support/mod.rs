//! What a test needs: a Doorward, the app, and a browser.
#![allow(clippy::expect_used, dead_code, missing_docs, unused_imports, reason = "each test uses what it needs of it")]

pub mod app;
pub mod browser;
pub mod doorward;

pub use app::App;
pub use browser::{Browser, Page};
pub use doorward::Doorward;

use std::net::TcpListener;

/// So many ports in a row that were free a moment ago, below those that the system hands out by itself.
pub fn free_ports(count: u16) -> u16 {
    let free = |first: u16| (first..first + count).all(|port| TcpListener::bind(("127.0.0.1", port)).is_ok());
    // Tests run side by side: each process begins to look elsewhere.
    let start = 11_000 + (std::process::id() % 900) as u16 * 20;
    (start..30_000).step_by(20).find(|first| free(*first)).expect("free ports")
}
