//! The page that hands over to an app by a refresh and a link, where a redirect after a form would be stopped: a
//! `form-action` policy can't name every target (custom schemes, `[::1]`).

use serde::Serialize;
use url::Url;

use super::Page;
use super::client::Destination;

/// The hand-over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HandOver {
    target: String,
    destination: Destination,
    /// Name of the app.
    pub name: String,
}

/// Whether an address leads away from here. Schemes that run or show content here instead don't, whatever was registered.
pub(super) fn leaves(target: &str) -> bool {
    let stays = |url: &Url| matches!(url.scheme(), "javascript" | "data" | "vbscript" | "blob" | "file" | "about" | "view-source");
    Url::parse(target).is_ok_and(|url| !stays(&url))
}

impl HandOver {
    /// A hand-over to an address that was registered; none where that doesn't lead away.
    pub fn new(name: &str, target: &str) -> Option<Self> {
        if !leaves(target) {
            return None;
        }
        Some(Self { target: target.to_owned(), destination: Destination::of(target), name: name.to_owned() })
    }
}

impl Page for HandOver {
    const TEMPLATE: &'static str = "doorward/hand_over.html";

    fn samples() -> Vec<(&'static str, Self)> {
        [("custom", "com.example.prints:/done?code=Splx&state=xyz"), ("loopback", "http://[::1]:49152/done?code=Splx")]
            .into_iter()
            .filter_map(|(name, target)| Some((name, Self::new("Sunny Prints", target)?)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::HandOver;

    #[test]
    fn no_hand_over_to_an_address_that_runs_here() {
        for target in ["javascript:alert(1)", "JAVASCRIPT:1", "java\nscript:1", "data:text/html,x", "file:///x", "about:blank", "", "x"] {
            assert_eq!(HandOver::new("x", target), None, "{target:?}");
        }
        assert!(HandOver::new("x", "com.example.app:/done").is_some());
    }
}
