//! Cookies: their names, how they are set, and long values in several of them.

use doorward_protocol::jose::sha256;
use rocket::http::{Cookie, CookieJar, SameSite};
use rocket::time::Duration;

use super::Trouble;

/// What browsers keep of one cookie for certain is 4096 bytes, name and attributes included.
const PIECE: usize = 3800;
/// More would not fit into the request's head of common servers.
const MOST_PIECES: usize = 4;
/// Logins that one browser may have under way, in several tabs.
const MOST_PENDING: usize = 6;

/// How this app's cookies are called.
pub(super) struct Names {
    session: String,
    pending: String,
    secure: bool,
}

impl Names {
    /// With https the prefix `__Host-` has browsers refuse them from anybody else, subdomains included. Without, cookies are shared by all
    /// ports of the host, so the name tells apps apart.
    pub fn new(base: &str, redirect_uri: &str) -> Self {
        let secure = redirect_uri.starts_with("https:");
        let name = if secure { format!("__Host-{base}") } else { format!("{base}_{}", &sha256(redirect_uri.as_bytes())[..8]) };
        Self { session: format!("{name}_session"), pending: format!("{name}_login_"), secure }
    }

    /// The session's.
    pub fn session(&self) -> &str {
        &self.session
    }

    /// That of the login with this state.
    pub fn pending(&self, state: &str) -> String {
        format!("{}{}", self.pending, &sha256(state.as_bytes())[..22])
    }

    /// Those of the browser's logins under way that are too many when one more begins.
    pub fn too_many(&self, jar: &CookieJar<'_>) -> Vec<String> {
        let pending: Vec<String> = jar.iter().map(Cookie::name).filter(|name| name.starts_with(&self.pending)).map(str::to_owned).collect();
        if pending.len() < MOST_PENDING { Vec::new() } else { pending }
    }

    /// A cookie of ours. Without an end it lives as long as the browser.
    pub fn cookie(&self, name: String, value: String, life: Option<Duration>) -> Cookie<'static> {
        let cookie = Cookie::build((name, value)).path("/").http_only(true).same_site(SameSite::Lax).secure(self.secure);
        match life {
            Some(life) => cookie.max_age(life).build(),
            None => cookie.build(),
        }
    }

    /// Takes a cookie away.
    pub fn gone(&self, name: String) -> Cookie<'static> {
        let mut cookie = self.cookie(name, String::new(), None);
        cookie.make_removal();
        cookie
    }

    /// The session's value in as many cookies as it takes, and those taken away that an earlier one took.
    pub fn pieces(&self, value: &str, jar: &CookieJar<'_>) -> Result<Vec<Cookie<'static>>, Trouble> {
        let count = value.len().div_ceil(PIECE);
        if count > MOST_PIECES {
            return Err(Trouble::config("the session does not fit into cookies: keep sessions on the server, or ask for fewer claims"));
        }
        let chunks = value.as_bytes().chunks(PIECE).map(|chunk| String::from_utf8_lossy(chunk).into_owned());
        let numbered = chunks.enumerate().map(|(number, chunk)| match number {
            0 => self.cookie(self.session.clone(), format!("{count}.{chunk}"), None),
            _ => self.cookie(self.piece(number), chunk, None),
        });
        Ok(numbered.chain(self.from(count, jar)).collect())
    }

    /// The value that [`pieces`](Self::pieces) wrote.
    pub fn joined(&self, jar: &CookieJar<'_>) -> Option<String> {
        let (count, first) = jar.get(&self.session)?.value().split_once('.')?;
        let count = count.parse().ok().filter(|count| (1..=MOST_PIECES).contains(count))?;
        let mut value = first.to_owned();
        for number in 1..count {
            value.push_str(jar.get(&self.piece(number))?.value());
        }
        (value.len() <= MOST_PIECES * PIECE).then_some(value)
    }

    /// Takes the session's cookies away.
    pub fn none(&self, jar: &CookieJar<'_>) -> Vec<Cookie<'static>> {
        self.from(0, jar).collect()
    }

    fn from(&self, first: usize, jar: &CookieJar<'_>) -> impl Iterator<Item = Cookie<'static>> {
        let names = (first..MOST_PIECES).map(|number| if number == 0 { self.session.clone() } else { self.piece(number) });
        names.filter(|name| jar.get(name).is_some()).map(|name| self.gone(name))
    }

    fn piece(&self, number: usize) -> String {
        format!("{}.{number}", self.session)
    }
}
