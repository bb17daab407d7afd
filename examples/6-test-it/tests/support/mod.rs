//! What a test needs: a Doorward, the app, and a browser.
#![allow(clippy::expect_used, dead_code, missing_docs, unused_imports, reason = "each test uses what it needs of it")]

pub mod app;
pub mod browser;
pub mod doorward;

pub use app::App;
pub use browser::{Browser, Page, parameter, with};
pub use doorward::Doorward;

use std::net::TcpListener;
use std::sync::atomic::{AtomicU32, Ordering};

/// Twenty ports in a row that were free a moment ago, below those that the system hands out by itself. Tests run side by side: each call
/// looks elsewhere, and each process begins elsewhere.
pub fn free_ports() -> u16 {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    let free = |first: u16| (first..first + 20).all(|port| TcpListener::bind(("127.0.0.1", port)).is_ok());
    let block = || (std::process::id().wrapping_mul(7) + CALLS.fetch_add(1, Ordering::Relaxed)) % 900;
    let firsts = std::iter::repeat_with(|| 11_000 + u16::try_from(block()).unwrap_or_default() * 20);
    firsts.take(900).find(|first| free(*first)).expect("free ports")
}

/// Waits for something that Doorward does by itself, at most ten seconds.
pub fn until(mut done: impl FnMut() -> bool) {
    let soon = (0..200).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(50));
        done()
    });
    assert!(soon, "not within ten seconds");
}
