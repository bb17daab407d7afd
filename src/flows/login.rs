//! Logging in by name and password.

use super::authorize::{Opened, open};
use super::{Ctx, FlowError};
use crate::passwords::Verified;
use crate::store::sessions::{self, Login, Origin};
use crate::store::users::{self, User};
use crate::store::{Conn, failures, interactions};
use doorward_protocol::authorize::Session;
use doorward_protocol::secret::{Browser, Digest, KnownBrowser, Secret, SessionKey, random_id};
use doorward_protocol::throttle::{ACCOUNT, ADDRESS, KNOWN_BROWSER, Verdict, network};
use doorward_protocol::values::{InteractionId, Seconds, SessionId, Timestamp};
use zeroize::Zeroizing;

/// A browser in which a person logged in stays known so long.
pub const KNOWN_FOR: Seconds = Seconds::days(365);

/// A try to log in.
#[derive(Debug)]
pub struct Attempt {
    /// The name as typed.
    pub username: String,
    /// The password as typed.
    pub password: Zeroizing<String>,
    /// From where.
    pub origin: Origin,
    /// The session the browser has now.
    pub current: Option<Session>,
    /// What tells that somebody logged in here before.
    pub known_browser: Option<Secret<KnownBrowser>>,
    /// The request on whose page it was made, with the browser that brought it.
    pub interaction: Option<(InteractionId, Digest<Browser>)>,
}

/// What became of it.
#[derive(Debug)]
pub enum Outcome {
    /// Logged in: what the cookies are to hold.
    In {
        /// The session's new key.
        key: Secret<SessionKey>,
        /// Makes the browser known, unless it was.
        known_browser: Option<Secret<KnownBrowser>>,
    },
    /// Name or password is wrong; nobody learns which.
    Wrong,
    /// Too many tries: the next after so long.
    Wait(Seconds),
}

/// Tries to log in. The attempt is counted before the password is looked at, so that parallel guesses are counted, too.
///
/// # Errors
/// [`FlowError`].
pub async fn log_in(ctx: &Ctx, attempt: Attempt) -> Result<Outcome, FlowError> {
    let now = ctx.now();
    let name = users::fold(&attempt.username);
    let known_digest = attempt.known_browser.as_ref().map(Secret::digest);
    let (lookup, digest) = (name.clone(), known_digest.clone());
    let (user, known): (Option<User>, bool) = ctx
        .read(move |conn| {
            let user = users::by_name(conn, &lookup)?;
            let known = match (&user, &digest) {
                (Some(user), Some(digest)) => sessions::is_known_browser(conn, digest, &user.person.subject, now)?,
                _ => false,
            };
            Ok::<_, FlowError>((user, known))
        })
        .await?;
    // A stranger's guesses count against the name; in a browser the owner has used, against that browser alone.
    let (key, allowance) = match &known_digest {
        Some(digest) if known => (format!("browser {}", digest.to_text()), KNOWN_BROWSER),
        _ => (format!("account {}", short(&name)), ACCOUNT),
    };
    let address = format!("address {}", network(&attempt.origin.address));
    let counted = (key.clone(), address.clone());
    let verdict = ctx
        .write(move |conn| {
            let by_address = failures::count(conn, &counted.1, ADDRESS, now)?;
            if let Verdict::Wait(_) = by_address {
                return Ok(by_address);
            }
            Ok::<_, FlowError>(failures::count(conn, &counted.0, allowance, now)?)
        })
        .await?;
    if let Verdict::Wait(wait) = verdict {
        tracing::warn!(target: "doorward::security", address = %attempt.origin.address, "login throttled");
        return Ok(Outcome::Wait(wait));
    }
    // A disabled account is treated as if its password were wrong, in the same time.
    let stored = user.as_ref().filter(|user| !user.disabled).map(|user| user.password.clone());
    let Verified::Yes(renewed) = ctx.hasher.verify(attempt.password, stored).await? else {
        tracing::warn!(target: "doorward::security", address = %attempt.origin.address, "login failed");
        return Ok(Outcome::Wrong);
    };
    let Some(user) = user else { return Ok(Outcome::Wrong) };
    let secret = Secret::<SessionKey>::mint(&*ctx.rng);
    let browser = (!known).then(|| Secret::<KnownBrowser>::mint(&*ctx.rng));
    let success = Success {
        ctx: ctx.clone(),
        login: Login {
            id: SessionId::new(random_id(&*ctx.rng)),
            key: secret.digest(),
            subject: user.person.subject.clone(),
            origin: attempt.origin,
            idle: ctx.policy.session_idle,
            absolute: ctx.policy.session_absolute,
        },
        user,
        renewed,
        current: attempt.current,
        interaction: attempt.interaction,
        browser: browser.as_ref().map(Secret::digest),
        forgive: (key, address),
        now: ctx.now(),
    };
    if ctx.write(move |conn| success.commit(conn)).await? {
        // Another account may have been logged in here.
        ctx.sessions_ended.notify_one();
        Ok(Outcome::In { key: secret, known_browser: browser })
    } else {
        Ok(Outcome::Wrong)
    }
}

/// A name of any length as part of a key.
fn short(name: &str) -> String {
    name.chars().take(128).collect()
}

struct Success {
    ctx: Ctx,
    login: Login,
    user: User,
    renewed: Option<String>,
    current: Option<Session>,
    interaction: Option<(InteractionId, Digest<Browser>)>,
    browser: Option<Digest<KnownBrowser>>,
    forgive: (String, String),
    now: Timestamp,
}

impl Success {
    /// False when the password was changed, or the account disabled, while this one was verified.
    fn commit(&self, conn: &mut Conn) -> Result<bool, FlowError> {
        let subject = &self.user.person.subject;
        if !users::hold(conn, subject, &self.user.password)? {
            return Ok(false);
        }
        failures::forgive(conn, &self.forgive.0)?;
        failures::take_back(conn, &self.forgive.1)?;
        if let Some(hash) = &self.renewed {
            users::rehash(conn, subject, &self.user.password, hash)?;
        }
        if let Some(browser) = &self.browser {
            sessions::remember_browser(conn, browser, subject, self.now.plus(KNOWN_FOR))?;
        }
        let session = sessions::log_in(conn, &self.login, self.current.as_ref(), self.now)?;
        if let Some((id, browser)) = &self.interaction
            && let Opened::Open(open) = open(conn, &self.ctx, id, Some(browser))?
        {
            let mut progress = open.0.progress;
            progress.logged_in = Some(session.id.clone());
            interactions::advance(conn, id, &progress)?;
        }
        tracing::info!(target: "doorward::security", sub = %session.subject, session = %session.id, "logged in");
        Ok(true)
    }
}
