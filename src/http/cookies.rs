//! Cookies: opaque values, named and fenced by the issuer alone.

use doorward_protocol::values::{Issuer, Seconds};
use rocket::http::{Cookie, CookieJar, SameSite};
use rocket::time::Duration;

/// A cookie of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    /// The session's key.
    Session,
    /// What binds a browser to the pages it was given.
    Browser,
    /// Tells that somebody logged in here before.
    Known,
    /// The language chosen.
    Language,
}

impl Name {
    /// `__Host-` with https: the browser then takes it only with `Secure`, from this host, for `/` (RFC 6265bis §4.1.3.2). A plain and
    /// different name on the loopback, where there is no TLS.
    fn of(self, issuer: &Issuer) -> &'static str {
        match (self, issuer.is_https()) {
            (Self::Session, true) => "__Host-doorward_session",
            (Self::Session, false) => "doorward_session",
            (Self::Browser, true) => "__Host-doorward_browser",
            (Self::Browser, false) => "doorward_browser",
            (Self::Known, true) => "__Host-doorward_known",
            (Self::Known, false) => "doorward_known",
            (Self::Language, true) => "__Host-doorward_language",
            (Self::Language, false) => "doorward_language",
        }
    }

    /// How long the browser keeps it; none: as long as it runs.
    fn kept(self) -> Option<Seconds> {
        match self {
            Self::Session | Self::Browser => None,
            Self::Known | Self::Language => Some(Seconds::days(365)),
        }
    }
}

/// The cookie's value, unless it is absurdly long.
pub fn get<'j>(jar: &'j CookieJar<'_>, name: Name, issuer: &Issuer) -> Option<&'j str> {
    jar.get(name.of(issuer)).map(Cookie::value).filter(|value| !value.is_empty() && value.len() <= 128)
}

/// The cookie's value as the browser will have it after this answer.
pub fn pending(jar: &CookieJar<'_>, name: Name, issuer: &Issuer) -> Option<String> {
    let value = jar.get_pending(name.of(issuer))?.value().to_owned();
    (!value.is_empty() && value.len() <= 128).then_some(value)
}

/// Sets the cookie.
pub fn set(jar: &CookieJar<'_>, name: Name, value: &str, issuer: &Issuer) {
    jar.add(build(name, value.to_owned(), issuer));
}

/// Takes the cookie away.
pub fn remove(jar: &CookieJar<'_>, name: Name, issuer: &Issuer) {
    jar.remove(build(name, String::new(), issuer));
}

fn build(name: Name, value: String, issuer: &Issuer) -> Cookie<'static> {
    let cookie = Cookie::build((name.of(issuer), value)).path("/").http_only(true).same_site(SameSite::Lax).secure(issuer.is_https());
    match name.kept() {
        Some(span) => cookie.max_age(Duration::seconds(span.0)).build(),
        None => cookie.build(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_host_bound_and_secure_with_https_and_plain_on_the_loopback() {
        for (issuer, prefix, secure) in [("https://login.example/x", "__Host-", true), ("http://127.0.0.1:8000", "doorward_", false)] {
            let Ok(issuer) = Issuer::parse(issuer) else { continue };
            for name in [Name::Session, Name::Browser, Name::Known, Name::Language] {
                let text = build(name, "v".to_owned(), &issuer).to_string();
                assert!(text.starts_with(prefix), "{text}");
                assert!(text.contains("; HttpOnly") && text.contains("; SameSite=Lax") && text.contains("; Path=/"), "{text}");
                assert!(!text.contains("Domain") && text.contains("; Secure") == secure, "{text}");
            }
        }
    }
}
