//! Putting a server together: the composition root.

use crate::clock::{Clock, SystemClock, SystemEntropy};
use crate::config::Settings;
use crate::fetch::{self, Fetcher};
use crate::flows::catalog::CatalogCache;
use crate::flows::deliver::Courier;
use crate::flows::{Ctx, sweep, traced};
use crate::http::{self, App};
use crate::keys::{self, KeyRing};
use crate::pages::{self, Statics, Templates};
use crate::passwords::Hasher;
use crate::seal::Seal;
use crate::server_secret;
use crate::store::{self, DatabaseUrl, OpenOptions, Store, StoreError};
use crate::trace::{Noting, Traces};
use doorward_protocol::jose::Alg;
use doorward_protocol::secret::Entropy;
use rocket::fairing::{AdHoc, Fairing};
use rocket::tokio::{select, time};
use rocket::{Build, Rocket};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Everything a server needs, opened and checked.
pub struct Setup {
    ctx: Ctx,
    templates: Templates,
    statics: Statics,
    settings: Settings,
    traces: Traces,
    #[cfg(feature = "demo")]
    workshop: Option<Arc<crate::flows::learner::Workshop>>,
    #[cfg(feature = "demo")]
    lab: Option<crate::lab::Lab>,
}

/// Why a server can't start: one sentence for the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartError(pub String);

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StartError {}

fn failed(what: impl fmt::Display) -> StartError {
    StartError(what.to_string())
}

/// Opens the database of the settings.
///
/// # Errors
/// [`StartError`] when it is unusable.
pub fn open_store(settings: &Settings, create: bool, migrate: bool) -> Result<Store, StartError> {
    let url = DatabaseUrl::parse(&settings.database_url).map_err(failed)?;
    Store::open(&url, &OpenOptions { create, migrate, ..OpenOptions::default() }).map_err(|why| match why {
        StoreError::Unavailable(_) | StoreError::Query(_) => failed(format!("the database {url} is unusable: {why}")),
        other => failed(other),
    })
}

/// The keys derived from the server's secret, made at the first start.
///
/// # Errors
/// [`StartError`] when the secret is missing, unreadable, or not the one that sealed the keys.
pub fn open_seal(settings: &Settings, store: &Store) -> Result<Seal, StartError> {
    let url = DatabaseUrl::parse(&settings.database_url).map_err(failed)?;
    let rows = store.read_blocking(store::keys::list).map_err(failed)?;
    let secret = server_secret::load(&settings.secret, url.file(), !rows.is_empty()).map_err(StartError)?;
    let seal = Seal::new(&secret);
    if store.read_blocking(|conn| KeyRing::load(conn, &seal)).is_err_and(|why| matches!(why, keys::KeyError::Sealed)) {
        return Err(StartError(
            "the secret isn't the one that sealed the signing keys in the database: set DOORWARD_SECRET or DOORWARD_SECRET_FILE to that one".to_owned(),
        ));
    }
    Ok(seal)
}

/// Makes the signing keys that are missing, published and used from the first moment on: nobody has kept an older key set.
///
/// # Errors
/// [`StartError`].
pub fn ensure_keys(store: &Store, seal: &Arc<Seal>, clock: &dyn Clock, rng: &Arc<dyn Entropy>) -> Result<(), StartError> {
    let missing = |conn: &mut store::Conn| KeyRing::load(conn, seal).map(|ring| ring.missing());
    let lacking: Vec<Alg> = store.read_blocking(missing).map_err(failed)?;
    if lacking.is_empty() {
        return Ok(());
    }
    let made = keys::generate(&lacking).map_err(failed)?;
    let now = clock.now();
    let sealed = |key| keys::sealed(key, seal, &**rng, now, now);
    let rows: Vec<_> = made.iter().map(sealed).collect::<Result<_, _>>().map_err(failed)?;
    let seal = Arc::clone(seal);
    store
        .write_blocking(move |conn| {
            // Another node may have started in the same moment.
            store::keys::hold(conn)?;
            let still = KeyRing::load(conn, &seal)?.missing();
            for row in rows.iter().filter(|row| still.iter().any(|alg| alg.name() == row.alg)) {
                store::keys::insert(conn, row)?;
            }
            Ok::<_, keys::KeyError>(())
        })
        .map_err(failed)
}

/// The one way out for requests of our own, as the settings bound it.
pub fn open_fetch(settings: &Settings) -> Fetcher {
    Fetcher::new(fetch::Options {
        allow: settings.fetch_allow.clone(),
        authorities: settings.fetch_authorities.clone(),
        development: settings.policy.issuer.is_loopback(),
        ..fetch::Options::default()
    })
}

impl Setup {
    /// Opens and checks everything, by the system's clock and generator. Blocks: call it before the asynchronous runtime starts, or on a
    /// thread that may block.
    ///
    /// # Errors
    /// [`StartError`] with one sentence for the operator.
    pub fn open(settings: Settings) -> Result<Self, StartError> {
        Self::open_with(settings, Arc::new(SystemClock), Arc::new(SystemEntropy::default()))
    }

    /// The same by a clock and a generator that are given.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_with(settings: Settings, clock: Arc<dyn Clock>, rng: Arc<dyn Entropy>) -> Result<Self, StartError> {
        let templates = Templates::load(settings.templates_dir.as_deref()).map_err(failed)?;
        let statics = Statics::load(settings.static_dir.as_deref()).map_err(failed)?;
        let store = open_store(&settings, true, true)?;
        let seal = Arc::new(open_seal(&settings, &store)?);
        ensure_keys(&store, &seal, &*clock, &rng)?;
        let fetch = open_fetch(&settings);
        let policy = Arc::new(settings.policy.clone());
        let ctx = Ctx {
            store,
            policy: Arc::clone(&policy),
            clock,
            rng,
            hasher: Hasher::new(settings.hashing_threads.get()),
            catalog: Arc::new(CatalogCache::new(Arc::clone(&seal), policy)),
            sessions_ended: Arc::default(),
            seal,
            fetch,
            notes: Noting::default(),
        };
        let traces = if settings.demo { Traces::demo() } else { Traces::redacted(&*ctx.rng) };
        Ok(Self {
            ctx,
            templates,
            statics,
            settings,
            traces,
            #[cfg(feature = "demo")]
            workshop: None,
            #[cfg(feature = "demo")]
            lab: None,
        })
    }

    /// What flows work with: for programs that call them directly.
    pub fn ctx(&self) -> &Ctx {
        &self.ctx
    }

    /// Opens the workshop in which learners' apps are checked.
    #[cfg(feature = "demo")]
    pub fn open_workshop(&mut self, workshop: crate::flows::learner::Workshop) {
        self.workshop = Some(Arc::new(workshop));
    }

    /// Opens the lab in which flows of this server are broken.
    #[cfg(feature = "demo")]
    pub fn open_lab(&mut self, lab: crate::lab::Lab) {
        self.lab = Some(lab);
    }

    /// The glass box.
    pub fn traces(&self) -> &Traces {
        &self.traces
    }

    /// The database, named without its password.
    pub fn database(&self) -> String {
        DatabaseUrl::parse(&self.settings.database_url).map_or_else(|_| String::new(), |url| url.to_string())
    }

    /// The server as a Rocket of its own.
    ///
    /// # Errors
    /// [`StartError`] when the system can't tell where the program lies.
    pub fn rocket(self, figment: &rocket::figment::Figment) -> Result<Rocket<Build>, StartError> {
        let root = pages::template_root().map_err(failed)?;
        Ok(rocket::custom(figment.clone().merge(("template_dir", root))).attach(self.fairing()))
    }

    /// The server as a part of somebody else's Rocket, below the path of the issuer. Its setting `template_dir` must be
    /// [`pages::template_root`].
    pub fn fairing(self) -> impl Fairing {
        AdHoc::on_ignite("Doorward", |rocket| async move { self.mount(rocket) })
    }

    /// The store closes when the last of its users is gone: at the shutdown's beginning it would fail what is under way.
    fn mount(self, rocket: Rocket<Build>) -> Rocket<Build> {
        #[cfg(feature = "demo")]
        let (workshop, lab) = (self.workshop, self.lab);
        let Self { ctx, templates, statics, settings, traces, .. } = self;
        let site = statics.site(ctx.policy.issuer.path());
        let (sweeping, delivering) = (ctx.clone(), ctx.clone());
        let watching = (!traces.is_demo()).then(|| (ctx.clone(), traces.clone()));
        let app = App {
            ctx,
            site,
            statics,
            trusted_proxies: settings.trusted_proxies,
            forward_auth: settings.forward_auth,
            client_cert_header: settings.client_cert_header,
            client_cert_verified_header: settings.client_cert_verified_header,
            demo: settings.demo,
            traces,
            #[cfg(feature = "demo")]
            workshop,
            #[cfg(feature = "demo")]
            lab,
        };
        http::mount(rocket, app).attach(pages::attach(templates)).attach(AdHoc::on_liftoff("Doorward sweeper and courier", |rocket| {
            let stop = rocket.shutdown();
            Box::pin(async move {
                if let Some((ctx, traces)) = watching {
                    rocket::tokio::spawn(watch_until(stop.clone(), ctx, traces));
                }
                rocket::tokio::spawn(deliver_until(stop.clone(), delivering));
                rocket::tokio::spawn(sweep_until(stop, sweeping));
            })
        }))
    }
}

/// Pause between two sweeps that found nothing, and between two batches.
const SWEEP_IDLE: Duration = Duration::from_secs(30);
const SWEEP_NEXT: Duration = Duration::from_millis(200);

async fn sweep_until(mut stop: rocket::Shutdown, ctx: Ctx) {
    loop {
        let pause = match sweep::once(&ctx).await {
            Ok(0) => SWEEP_IDLE,
            Ok(_) => SWEEP_NEXT,
            Err(why) => {
                tracing::warn!(%why, "what has ended could not be removed; it is tried again");
                SWEEP_IDLE
            }
        };
        select! {
            () = &mut stop => return,
            () = time::sleep(pause) => {}
        }
    }
}

/// So often it is asked whose flows are kept.
const ASK: Duration = Duration::from_secs(2);

async fn watch_until(mut stop: rocket::Shutdown, ctx: Ctx, traces: Traces) {
    loop {
        if let Err(why) = traced::follow(&ctx, &traces).await {
            tracing::warn!(%why, "whose flows are kept could not be read; it is tried again");
        }
        select! {
            () = &mut stop => return,
            () = time::sleep(ASK) => {}
        }
    }
}

/// So often the queue of logouts is looked at: commands put something there, too, and what failed comes due.
const LOOK: Duration = Duration::from_secs(2);

async fn deliver_until(mut stop: rocket::Shutdown, ctx: Ctx) {
    let ended = Arc::clone(&ctx.sessions_ended);
    let mut courier = Courier::new(ctx);
    loop {
        let more = match courier.take().await {
            Ok(taken) => taken > 0,
            Err(why) => {
                tracing::warn!(%why, "the queue of logouts could not be read; it is tried again");
                false
            }
        };
        select! {
            biased;
            // What is under way is dropped with the courier, and due again when its lease ends.
            () = &mut stop => return,
            () = std::future::ready(()), if more => {}
            () = ended.notified() => {}
            () = courier.one_ended(), if courier.is_busy() => {}
            () = time::sleep(LOOK) => {}
        }
    }
}
