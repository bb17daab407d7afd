//! "Check me": plays the person, and the attacker, against a learner's own running app, and says the first thing that is wrong.
//!
//! | file | is |
//! | --- | --- |
//! | `trials.rs` | what is tried, step by step |
//! | `mistakes/` | the table: what each mistake looks like, and its hint |
//! | `create.rs`, `requests.rs`, `login.rs`, `service.rs`, `leaving.rs`, `hostile.rs`, `lab.rs` | the trials of each step |
//! | `stage.rs` | the moves they share |
//!
//! Only the registered origin of the app, the server and, where the app is pointed at it, the lab are ever called. What the server saw
//! comes in by closures: the engine knows nothing of its inside.

mod create;
mod hostile;
mod lab;
mod leaving;
mod login;
mod manifest;
mod mistakes;
mod report;
mod requests;
mod service;
mod stage;
mod trials;

pub use crate::lab::Words;
pub use manifest::PATH as MANIFEST;
pub use mistakes::{Mistake, Row, document};
pub use report::{Fault, Obstacle, Report, Verdict};
pub use trials::{Step, Trial};

use url::Url;

use crate::photos::Heard;
use crate::player::{Limits, Origin, Player};
use stage::{Endpoints, Stage, Stop};

/// A check of the server that refused something of this app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Its name.
    pub check: String,
    /// What it expected.
    pub expected: Option<String>,
    /// What came.
    pub received: Option<String>,
    /// The request.
    pub request_id: String,
}

/// What a check is made with.
pub struct Bench<'a> {
    /// The server.
    pub issuer: &'a str,
    /// The app, as it is registered.
    pub client_id: &'a str,
    /// Its one redirect URI; its origin is the app's.
    pub redirect_uri: &'a str,
    /// Where it may send the browser after a logout.
    pub after_logout: &'a str,
    /// The person as whom the player logs in.
    pub username: &'a str,
    /// Their password.
    pub password: &'a str,
    /// What an account page may show of them.
    pub known_as: &'a [String],
    /// The audience of the photo service.
    pub photos: &'a str,
    /// What the photo service heard.
    pub heard: &'a Heard,
    /// Where the lab is, without a slash at the end.
    pub lab: &'a str,
    /// The time, Unix seconds.
    pub now: &'a dyn Fn() -> i64,
    /// Where the server's trace stands.
    pub mark: &'a dyn Fn() -> u64,
    /// What the server refused this app since a mark.
    pub refusals: &'a dyn Fn(u64) -> Vec<Refusal>,
}

/// Why an app can't have an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadOrigin {
    /// It is none of this machine's loopback, written out with a port that programs of a person use.
    NotLoopback,
    /// Something else lives at that port.
    Taken,
}

/// Reads the origin that an app may have: `http` on `localhost`, `127.0.0.1` or `[::1]`, with a port from 1024 on that is none of those
/// taken. White space around it and one slash at its end are forgiven.
///
/// # Errors
/// [`BadOrigin`].
pub fn app_origin(text: &str, taken: &[u16]) -> Result<Origin, BadOrigin> {
    let text = text.trim();
    let origin = Origin::parse(text.strip_suffix('/').unwrap_or(text)).filter(|origin| origin.port() >= 1024);
    match origin.ok_or(BadOrigin::NotLoopback)? {
        origin if taken.contains(&origin.port()) => Err(BadOrigin::Taken),
        origin => Ok(origin),
    }
}

/// Checks an app through this step. Blocks, for a minute and a half at most.
pub fn check(bench: &Bench<'_>, through: Step) -> Report {
    let mut report = Report::new(through);
    let Some((app, server)) = origins(bench) else {
        report.obstacle = Some(Obstacle::NotLoopback(bench.redirect_uri.to_owned()));
        return report;
    };
    let player = Player::new(&[app.clone(), server.clone()], Limits::default());
    let endpoints = match endpoints(bench, &player) {
        Ok(endpoints) => endpoints,
        Err(why) => {
            report.obstacle = Some(Obstacle::Server(why));
            return report;
        }
    };
    let mut stage = Stage { bench, player: &player, app, server, endpoints, paths: None, report, known: Vec::new() };
    let outcome = run(&mut stage, through);
    let mut report = stage.report;
    match outcome {
        Ok(()) => {}
        Err(Stop::Fault(fault)) => report.fault = Some(*fault),
        Err(Stop::Next(step)) => report.next = Some(step),
        Err(Stop::Obstacle(why)) => report.obstacle = Some(why),
    }
    report
}

/// The app's origin and the server's, when both are of the loopback.
fn origins(bench: &Bench<'_>) -> Option<(Origin, Origin)> {
    let redirect = Url::parse(bench.redirect_uri).ok().filter(|url| url.as_str() == bench.redirect_uri)?;
    let app = Origin::of(&redirect)?;
    Some((app, Origin::of(&Url::parse(bench.issuer).ok()?)?))
}

fn endpoints(bench: &Bench<'_>, player: &Player) -> Result<Endpoints, String> {
    let at = format!("{}/.well-known/openid-configuration", bench.issuer.trim_end_matches('/'));
    let url = Url::parse(&at).map_err(|why| why.to_string())?;
    let answer = player.browser().get(&url).map_err(|why| why.to_string())?;
    serde_json::from_str(&answer.body).map_err(|why| why.to_string())
}

fn run(stage: &mut Stage<'_>, through: Step) -> Result<(), Stop> {
    for step in Step::ALL.into_iter().take_while(|step| *step <= through) {
        match step {
            Step::Create => create::create(stage)?,
            Step::Libraries => create::libraries(stage)?,
            Step::LogIn => {
                if lab::pointed(stage)? {
                    return Ok(());
                }
                login::log_in(stage)?;
            }
            Step::Authorize => service::authorize(stage)?,
            Step::LogOut => leaving::log_out(stage)?,
            Step::Test => hostile::test(stage)?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{BadOrigin, app_origin};

    #[test]
    fn an_app_lives_on_the_loopback_at_a_port_of_its_own() {
        let read = |text: &str| app_origin(text, &[8000, 8001]).map(|origin| origin.to_string());
        for (typed, origin) in [
            ("http://localhost:8080", "http://localhost:8080"),
            (" http://localhost:8080/ ", "http://localhost:8080"),
            ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
            ("http://[::1]:5000", "http://[::1]:5000"),
        ] {
            assert_eq!(read(typed), Ok(origin.to_owned()), "{typed}");
        }
        for taken in ["http://localhost:8000", "http://127.0.0.1:8001/", "http://[::1]:8000"] {
            assert_eq!(read(taken), Err(BadOrigin::Taken), "{taken}");
        }
        for other in [
            "",
            "localhost:8080",
            "https://localhost:8080",
            "http://localhost",
            "http://localhost:22",
            "http://localhost:8080/app",
            "http://localhost:8080//",
            "http://localhost:8080@evil.example",
            "http://localhost.evil.example:8080",
            "http://192.168.0.1:8080",
            "http://169.254.169.254:8080",
            "http://0.0.0.0:8080",
            "http://2130706433:8080",
            "http://[::ffff:127.0.0.1]:8080",
            "http://app.example:8080",
            "http://localhost:65536",
            "javascript:alert(1)",
        ] {
            // Law: no name that somebody else resolves, no address of another machine.
            assert_eq!(read(other), Err(BadOrigin::NotLoopback), "{other}");
        }
    }
}
