//! The front page of somebody who is not signed in.

use serde::Serialize;

use super::Page;

/// The front page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Home {
    /// Path of the login page.
    pub sign_in: String,
}

impl Page for Home {
    const TEMPLATE: &'static str = "doorward/home.html";

    fn samples() -> Vec<(&'static str, Self)> {
        vec![("home", Self { sign_in: "/login".to_owned() })]
    }
}
