//! What the app keeps for a browser: here, under a random key that only that browser's cookie holds.

use std::collections::HashMap;

use oauth2::CsrfToken;
use rocket::http::{Cookie, CookieJar, SameSite};
use rocket::time::{Duration, OffsetDateTime};
use rocket::tokio::sync::Mutex;

/// So many at most: strangers may begin logins, and memory has an end.
const MOST: usize = 10_000;

pub struct Kept<T> {
    cookie: &'static str,
    lives: Duration,
    secure: bool,
    values: Mutex<HashMap<String, (OffsetDateTime, T)>>,
}

impl<T: Clone> Kept<T> {
    pub fn new(cookie: &'static str, lives: Duration, secure: bool) -> Self {
        Self { cookie, lives, secure, values: Mutex::default() }
    }

    /// Keeps a value for this browser under a new key. What was kept for it before is gone.
    pub async fn put(&self, jar: &CookieJar<'_>, value: T) {
        self.take(jar).await;
        let now = OffsetDateTime::now_utc();
        let mut values = self.values.lock().await;
        values.retain(|_, (until, _)| *until > now);
        if values.len() >= MOST
            && let Some(oldest) = values.iter().min_by_key(|(_, (until, _))| *until).map(|(key, _)| key.clone())
        {
            values.remove(&oldest);
        }
        let key = random();
        values.insert(key.clone(), (now + self.lives, value));
        // Lax: the browser sends it when it comes back from Doorward by a link, and never with a form of another site.
        let cookie = Cookie::build((self.cookie, key)).http_only(true).same_site(SameSite::Lax).secure(self.secure);
        jar.add(cookie.max_age(self.lives));
    }

    /// What is kept for this browser.
    pub async fn get(&self, jar: &CookieJar<'_>) -> Option<T> {
        let values = self.values.lock().await;
        let (until, value) = values.get(jar.get(self.cookie)?.value())?;
        (*until > OffsetDateTime::now_utc()).then(|| value.clone())
    }

    /// The same, and it is kept no longer.
    pub async fn take(&self, jar: &CookieJar<'_>) -> Option<T> {
        let key = jar.get(self.cookie)?.value().to_owned();
        jar.remove(self.cookie);
        let (until, value) = self.values.lock().await.remove(&key)?;
        (until > OffsetDateTime::now_utc()).then_some(value)
    }

    /// Keeps no longer, for whichever browser, what this holds for.
    pub async fn end(&self, holds: impl Fn(&T) -> bool) {
        self.values.lock().await.retain(|_, (_, value)| !holds(value));
    }
}

/// What nobody can guess: 256 bits from the operating system.
pub fn random() -> String {
    CsrfToken::new_random_len(32).into_secret()
}
