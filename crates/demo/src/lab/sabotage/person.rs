//! The person: logs in and allows whatever is asked.

use url::Url;

use super::report::Failure;
use crate::player::{Answer, Browser, Form, forms};

/// Login, consent, and room for a page between.
const MOST_PAGES: usize = 5;

/// Who logs in. No `Debug`: it holds a password.
#[derive(Clone)]
pub(super) struct Person {
    pub(super) username: String,
    pub(super) password: String,
}

impl Person {
    /// From the first answer to the address of the app that the browser is sent back to; that one is not called.
    pub(super) fn comes_back(&self, browser: &mut Browser<'_>, first: Answer, app: &str) -> Result<(Answer, Url), Failure> {
        let back = |url: &Url| url.as_str().starts_with(app);
        let mut arrived = browser.follow(first, back)?;
        for _ in 0..MOST_PAGES {
            if let Some(url) = arrived.stopped {
                return Ok((arrived.last, url));
            }
            let page = arrived.last;
            let form = forms(&page.body).into_iter().find_map(|form| self.answered(form));
            let form = form.ok_or_else(|| Failure(format!("{} has no form to log in or to allow", page.url.path())))?;
            let answer = browser.submit(&page, &form)?;
            arrived = browser.follow(answer, back)?;
        }
        Err(Failure("the login leads nowhere".to_owned()))
    }

    fn answered(&self, form: Form) -> Option<Form> {
        if form.passwords.iter().any(|name| name == "password") {
            return Some(form.fill("username", &self.username).fill("password", &self.password));
        }
        form.press("decision", "allow")
    }
}
