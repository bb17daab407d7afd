//! Cookies as a browser keeps them (RFC 6265bis), with their attributes kept to be looked at.

use url::Url;

use super::date;

/// More than a browser keeps for one host (RFC 6265bis §5.7).
const MOST: usize = 64;
/// Longer ones are dropped (§5.6).
const LONGEST: usize = 4096;

/// When a cookie goes along with a request that another site began (§5.6.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameSite {
    /// Never.
    Strict,
    /// When it is a link or a redirect, not a form that posts.
    Lax,
    /// Always.
    None,
    /// It doesn't say; browsers take it for `Lax`.
    Unsaid,
}

/// One cookie as it was set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cookie {
    /// The host that set it.
    pub host: String,
    /// Its name.
    pub name: String,
    /// Its value, as it was sent.
    pub value: String,
    /// Where it goes.
    pub path: String,
    /// Whether scripts can't read it.
    pub http_only: bool,
    /// Whether it asks for https. The loopback counts as safe.
    pub secure: bool,
    /// When it goes along from other sites.
    pub same_site: SameSite,
    /// Whether the answer took the cookie away.
    pub removed: bool,
}

impl Cookie {
    /// Reads a `Set-Cookie` header of an answer of `url` that was made at `now` (Unix seconds).
    pub(super) fn parse(header: &str, url: &Url, now: Option<i64>) -> Option<Self> {
        let mut parts = header.split(';');
        let (name, value) = parts.next()?.split_once('=')?;
        let (name, value) = (name.trim(), value.trim().trim_matches('"'));
        if name.is_empty() || name.len() + value.len() > LONGEST {
            return None;
        }
        let mut cookie = Self {
            host: url.host_str()?.to_owned(),
            name: name.to_owned(),
            value: value.to_owned(),
            path: default_path(url.path()),
            http_only: false,
            secure: false,
            same_site: SameSite::Unsaid,
            removed: false,
        };
        let (mut age, mut expires) = (None, None);
        for part in parts {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            let value = value.trim();
            match key.trim().to_ascii_lowercase().as_str() {
                "httponly" => cookie.http_only = true,
                "secure" => cookie.secure = true,
                "path" if value.starts_with('/') => value.clone_into(&mut cookie.path),
                // A domain that isn't the host itself is refused (§5.7, step 10).
                "domain" if !value.is_empty() && !value.eq_ignore_ascii_case(&cookie.host) => return None,
                "max-age" => age = value.parse::<i64>().ok(),
                "expires" => expires = date::parse(value),
                "samesite" => {
                    cookie.same_site = match value.to_ascii_lowercase().as_str() {
                        "strict" => SameSite::Strict,
                        "lax" => SameSite::Lax,
                        "none" => SameSite::None,
                        _ => SameSite::Unsaid,
                    }
                }
                _ => {}
            }
        }
        // 2000-01-01: who takes a cookie away without a clock writes 1970.
        cookie.removed = age.map_or_else(|| expires.is_some_and(|at| at <= now.unwrap_or(946_684_800)), |age| age <= 0);
        Some(cookie)
    }
}

/// A request as far as cookies care.
#[derive(Clone, Copy, Debug)]
pub(super) struct Going<'a> {
    pub(super) url: &'a Url,
    pub(super) posts: bool,
    /// The host of the page that began it; none when the person typed the address.
    pub(super) from: Option<&'a str>,
}

/// All cookies of one browser.
#[derive(Clone, Debug, Default)]
pub struct Jar {
    cookies: Vec<Cookie>,
}

impl Jar {
    pub(super) fn take(&mut self, cookie: Cookie) {
        self.cookies.retain(|old| (&old.host, &old.name, &old.path) != (&cookie.host, &cookie.name, &cookie.path));
        if !cookie.removed && self.cookies.len() < MOST {
            self.cookies.push(cookie);
        }
    }

    /// The `Cookie` header of a request, if there is anything to say.
    pub(super) fn header(&self, going: Going<'_>) -> Option<String> {
        let host = going.url.host_str()?;
        let away = going.from.is_some_and(|from| from != host);
        let goes = |cookie: &&Cookie| {
            let allowed = match cookie.same_site {
                SameSite::Strict => !away,
                SameSite::Lax | SameSite::Unsaid => !away || !going.posts,
                SameSite::None => cookie.secure || !away,
            };
            allowed && cookie.host == host && covers(&cookie.path, going.url.path())
        };
        let pairs: Vec<String> = self.cookies.iter().filter(goes).map(|cookie| format!("{}={}", cookie.name, cookie.value)).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    /// The cookies of a host, with what is known of them.
    pub fn of(&self, host: &str) -> Vec<&Cookie> {
        self.cookies.iter().filter(|cookie| cookie.host == host).collect()
    }

    /// Puts cookies into the jar as they are: an attacker who plants them, or a thief who has them.
    pub fn plant(&mut self, cookies: &[Cookie]) {
        cookies.iter().cloned().for_each(|cookie| self.take(cookie));
    }
}

/// §5.1.4.
fn default_path(path: &str) -> String {
    match path.rfind('/') {
        None | Some(0) => "/".to_owned(),
        Some(end) => path.get(..end).unwrap_or("/").to_owned(),
    }
}

/// §5.1.4: the same, or a folder above.
fn covers(folder: &str, path: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || folder.ends_with('/') || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used)]

    use super::{Cookie, Going, Jar, SameSite};
    use url::Url;

    fn url(text: &str) -> Url {
        Url::parse(text).expect("a URL")
    }

    fn jar(headers: &[&str]) -> Jar {
        let mut jar = Jar::default();
        for header in headers {
            if let Some(cookie) = Cookie::parse(header, &url("http://localhost:8080/a/b"), None) {
                jar.take(cookie);
            }
        }
        jar
    }

    fn sent(jar: &Jar, to: &str, posts: bool, from: Option<&str>) -> String {
        jar.header(Going { url: &url(to), posts, from }).unwrap_or_default()
    }

    #[test]
    fn attributes_are_read_whatever_their_case_and_spaces() {
        let cookie =
            Cookie::parse("id=\"a=b\";HTTPONLY; samesite = lax ;Path=/x;Secure", &url("http://localhost:8080/"), None).expect("a cookie");
        assert_eq!((cookie.name.as_str(), cookie.value.as_str(), cookie.path.as_str()), ("id", "a=b", "/x"));
        assert!(cookie.http_only && cookie.secure);
        assert_eq!(cookie.same_site, SameSite::Lax);
    }

    #[test]
    fn a_cookie_goes_to_its_host_whatever_the_port_and_to_its_path() {
        let jar = jar(&["here=1", "all=2; Path=/"]);
        assert_eq!(sent(&jar, "http://localhost:9999/a/c", false, None), "here=1; all=2");
        assert_eq!(sent(&jar, "http://localhost:8080/ab", false, None), "all=2");
        // Law: `localhost` and `127.0.0.1` are two hosts.
        assert_eq!(sent(&jar, "http://127.0.0.1:8080/a/c", false, None), "");
    }

    #[test]
    fn what_another_site_began_gets_lax_cookies_with_a_link_and_none_with_a_form() {
        let jar = jar(&["s=1; Path=/; SameSite=Strict", "l=2; Path=/; SameSite=Lax", "n=3; Path=/; SameSite=None; Secure", "u=4; Path=/"]);
        let to = "http://localhost:8080/callback";
        assert_eq!(sent(&jar, to, false, None), "s=1; l=2; n=3; u=4");
        assert_eq!(sent(&jar, to, true, Some("localhost")), "s=1; l=2; n=3; u=4");
        assert_eq!(sent(&jar, to, false, Some("127.0.0.1")), "l=2; n=3; u=4");
        assert_eq!(sent(&jar, to, true, Some("127.0.0.1")), "n=3");
    }

    #[test]
    fn a_cookie_is_replaced_taken_away_and_never_set_for_another_host() {
        let mut jar = jar(&["a=1; Path=/", "a=2; Path=/", "b=1; Path=/"]);
        assert_eq!(sent(&jar, "http://localhost:8080/", false, None), "a=2; b=1");
        for gone in ["a=; Path=/; Max-Age=0", "b=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT"] {
            jar.take(Cookie::parse(gone, &url("http://localhost:8080/"), None).expect("a cookie"));
        }
        assert_eq!(sent(&jar, "http://localhost:8080/", false, None), "");
        for bad in ["a=1; Domain=evil.example", "=1", "a", &format!("a={}", "x".repeat(5000))] {
            assert_eq!(Cookie::parse(bad, &url("http://localhost:8080/"), None), None, "{bad}");
        }
    }
}
