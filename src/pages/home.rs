//! The front page of somebody who is not signed in.

use serde::Serialize;

use super::Page;

/// The front page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Home {
    /// Path of the login page.
    pub sign_in: String,
    /// Path of the tutorial, where it is served.
    pub learn: Option<String>,
}

impl Page for Home {
    const TEMPLATE: &'static str = "doorward/home.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let sign_in = "/login".to_owned();
        vec![("home", Self { sign_in: sign_in.clone(), learn: None }), ("learn", Self { sign_in, learn: Some("/learn".to_owned()) })]
    }
}
