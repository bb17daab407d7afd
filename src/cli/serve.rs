//! `doorward serve`, with or without the demo.

use super::output::{CliError, Output};
use crate::config::Settings;
use crate::setup::{Setup, StartError};
use rocket::fairing::AdHoc;
use rocket::figment::Figment;
use rocket::tokio::sync::mpsc;
use rocket::tokio::task::JoinSet;
use rocket::tokio::time;
use rocket::{Build, Rocket};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

impl From<StartError> for CliError {
    fn from(why: StartError) -> Self {
        Self::new("start", why.to_string())
    }
}

/// Serves until it is told to stop.
///
/// # Errors
/// [`CliError`] when it can't start: a port is taken, the database is unusable, a setting is wrong.
pub fn serve(settings: Settings, figment: &Figment, output: &mut Output) -> Result<(), CliError> {
    let (demo, json) = (settings.demo, output.is_json());
    let issuer = settings.policy.issuer.clone();
    let mut setup = Setup::open(settings.clone())?;
    let mut told = json!({"issuer": issuer.as_str(), "database": setup.database()});
    let mut apps = Vec::new();
    if demo {
        apps = demo_apps(&mut setup, &settings, &mut told)?;
    }
    apps.insert(0, ("the server", setup.rocket(figment)?));
    rocket::execute(run(apps, move || announce(&told, json)))
}

#[cfg(feature = "demo")]
fn demo_apps(setup: &mut Setup, settings: &Settings, told: &mut Value) -> Result<Vec<(&'static str, Rocket<Build>)>, CliError> {
    super::demo::prepare(setup, settings, told)
}

#[cfg(not(feature = "demo"))]
fn demo_apps(_: &mut Setup, _: &Settings, _: &mut Value) -> Result<Vec<(&'static str, Rocket<Build>)>, CliError> {
    Err(CliError::new("demo", "this binary was built without the demo: build it with `cargo build --features demo`"))
}

/// Runs all of them; when one ends, the others are told to.
async fn run(apps: Vec<(&'static str, Rocket<Build>)>, announce: impl FnOnce() -> Result<(), CliError>) -> Result<(), CliError> {
    let mut running = JoinSet::new();
    let mut shutdowns = Vec::new();
    let waiting = apps.len();
    let (up, mut lifted) = mpsc::channel(waiting.max(1));
    for (name, rocket) in apps {
        let up = up.clone();
        let signal = AdHoc::on_liftoff("Doorward announcement", move |_| Box::pin(async move { up.send(()).await.unwrap_or_default() }));
        let rocket = rocket.attach(signal).ignite().await.map_err(|why| failure(name, &why))?;
        shutdowns.push(rocket.shutdown());
        running.spawn(async move {
            match rocket.launch().await {
                Ok(_) => Ok(()),
                Err(why) => finished(&why).await.map_err(|why| failure(name, why)),
            }
        });
    }
    drop(up);
    let announced = async {
        for _ in 0..waiting {
            lifted.recv().await?;
        }
        Some(announce())
    };
    let mut outcome = Ok(());
    rocket::tokio::select! {
        told = announced => if let Some(Err(why)) = told { outcome = Err(why) },
        Some(ended) = running.join_next() => outcome = ended.unwrap_or(Ok(())),
    }
    let mut failed = outcome.is_err();
    loop {
        if failed {
            shutdowns.iter().cloned().for_each(rocket::Shutdown::notify);
        }
        let Some(ended) = running.join_next().await else { return outcome };
        // One that was told to stop takes the others with it.
        failed = true;
        if let (Ok(()), Ok(Err(why))) = (&outcome, ended) {
            outcome = Err(why);
        }
    }
}

/// Rocket may return from a shutdown before what is under way has ended (when its accept loop sees the signal first): then it is waited for
/// here, as long as Rocket itself would let it go on.
///
/// # Errors
/// Any other failure, and work that doesn't end.
async fn finished(why: &rocket::Error) -> Result<(), &rocket::Error> {
    let rocket::error::ErrorKind::Shutdown(rocket, None) = why.kind() else { return Err(why) };
    let shutdown = &rocket.config().shutdown;
    for _ in 0..=(shutdown.grace + shutdown.mercy + 1) * 20 {
        // The connections hold the others.
        if Arc::strong_count(rocket) == 1 {
            return Ok(());
        }
        time::sleep(Duration::from_millis(50)).await;
    }
    Err(why)
}

fn failure(name: &str, why: &rocket::Error) -> CliError {
    use rocket::error::ErrorKind;
    let text = match why.kind() {
        ErrorKind::Bind(why) => format!("{name} can't listen: {why}; is another one running? Set ROCKET_PORT to a free port"),
        ErrorKind::Io(why) => format!("{name}: {why}"),
        other => format!("{name} can't start: {other}"),
    };
    CliError::new("start", text)
}

fn announce(told: &Value, json: bool) -> Result<(), CliError> {
    let mut output = Output::stdio(json);
    if json {
        return output.show(told);
    }
    let text = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
    let mut lines = format!("Doorward serves {} (database: {})\n", text("issuer"), text("database"));
    if told["app"].is_string() {
        lines = format!(
            "{lines}\n  Demo app   {}   open this one in your browser\n  Tea shop   {}   an order that goes through three services\n  Tutorial   {}   learn how it works, step by step\n  User       {}\n  Password   {}\n\n  Services   {}\n  Lab        {}   providers that go wrong, to try your own app against\n  Stop with Ctrl+C.\n",
            text("app"),
            text("gateway"),
            text("learn"),
            text("username"),
            text("password"),
            told["services"].as_array().into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
            text("lab"),
        );
    }
    output.tell(&lines)
}
