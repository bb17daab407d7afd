//! A server with its people, apps and APIs, in this process.

use crate::backend::Place;
use crate::send::{NEAR, Outgoing, send};
use crate::{App, Backend, Browser, FakeClock, Page, SeededEntropy};
use doorward::client_secrets;
use doorward::clock::Clock;
use doorward::config::{EnvText, Settings};
use doorward::flows::{Ctx, FlowError};
use doorward::setup::Setup;
use doorward::store::definitions::{self, Definition};
use doorward::store::users::{self, User};
use doorward::store::{self, Conn};
use doorward::trace::Traces;
use doorward_protocol::api::Api;
use doorward_protocol::client::{Client, Metadata};
use doorward_protocol::secret::Secret;
use doorward_protocol::tokens::claims::Person;
use doorward_protocol::values::{ClientId, Issuer, Subject};
use rocket::config::{Ident, LogLevel};
use rocket::figment::Figment;
use rocket::http::Method;
use rocket::local::asynchronous::Client as Local;
use rocket::tokio::task::spawn_blocking;
use rocket::{Build, Rocket};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery staple";
/// Every confidential app's secret.
pub const SECRET: &str = "an-app's secret+of 32 characters%";
/// The audience of [`photos`].
pub const API: &str = "https://photos.example";

/// A confidential app as its operator registers it: redirects to `https://NAME.example/cb`, may refresh.
pub fn app(name: &str) -> Value {
    json!({
        "client_id": name,
        "client_secret": SECRET,
        "client_name": format!("App {name}"),
        "redirect_uris": [format!("https://{name}.example/cb")],
        "post_logout_redirect_uris": [format!("https://{name}.example/bye")],
        "grant_types": ["authorization_code", "refresh_token"],
        "scope": "openid profile email offline_access photos:read photos:write mail:read",
    })
}

/// An API at [`API`] with the scopes `photos:read`, which can't be unticked, and `photos:write`.
pub fn photos() -> Value {
    json!({"resource": API, "name": "Photos", "scopes": {
        "photos:read": {"en": "See your photos", "zh-CN": "查看你的照片", "required": true},
        "photos:write": {"en": "Add photos", "zh-CN": "添加照片"},
    }})
}

/// Says what is in a world before it starts.
#[derive(Debug)]
pub struct Builder {
    backend: Backend,
    issuer: String,
    settings: Vec<(String, String)>,
    clients: Vec<Value>,
    apis: Vec<Value>,
    users: Vec<(String, Value)>,
    seed: u64,
    demo: bool,
}

/// A running world.
pub struct World {
    /// The whole server.
    pub local: Local,
    /// Its time.
    pub clock: Arc<FakeClock>,
    /// What its flows work with: for looking behind the scenes.
    pub ctx: Ctx,
    /// Its issuer.
    pub issuer: Issuer,
    /// Its glass box.
    pub traces: Traces,
    apps: BTreeMap<String, Value>,
    _place: Place,
}

/// The database and key file of a server that has just started, made once a process: making RSA keys takes its time.
fn template() -> &'static (Vec<u8>, Vec<u8>) {
    static TEMPLATE: OnceLock<(Vec<u8>, Vec<u8>)> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let place = Backend::Sqlite.place();
        let settings = settings(&place, "http://127.0.0.1:8000", &[]).1;
        drop(
            Setup::open_with(settings, Arc::new(FakeClock::default()), Arc::new(SeededEntropy::new(0)))
                .expect("the first start to succeed"),
        );
        let read = |name: &str| std::fs::read(place.file(name)).expect("the file to be there");
        (read("doorward.db"), read("doorward.key"))
    })
}

/// The PHC string of [`PASSWORD`], hashed once a process.
fn hash() -> String {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| doorward::passwords::hash_blocking(PASSWORD).expect("a hash")).clone()
}

fn settings(place: &Place, issuer: &str, more: &[(String, String)]) -> (Figment, Settings) {
    let config = rocket::Config {
        address: std::net::Ipv4Addr::LOCALHOST.into(),
        port: 8000,
        log_level: LogLevel::Off,
        ident: Ident::none(),
        ip_header: None,
        ..rocket::Config::debug_default()
    };
    let mut pairs = vec![("DOORWARD_ISSUER".to_owned(), issuer.to_owned()), ("DOORWARD_DATABASE_URL".to_owned(), place.url())];
    if place.url().starts_with("postgres") {
        pairs.push(("DOORWARD_SECRET".to_owned(), "a secret of the test of 32 characters".to_owned()));
    }
    pairs.extend(more.iter().cloned());
    let figment = Figment::from(config).merge(EnvText::from_pairs(pairs));
    let settings = Settings::load(&figment, false).unwrap_or_else(|why| panic!("the settings to hold: {why}"));
    (figment, settings)
}

impl Builder {
    /// Chooses the database.
    #[must_use]
    pub fn on(mut self, backend: Backend) -> Self {
        self.backend = backend;
        self
    }

    /// Sets the issuer; `http://127.0.0.1:8000` otherwise.
    #[must_use]
    pub fn issuer(mut self, issuer: &str) -> Self {
        issuer.clone_into(&mut self.issuer);
        self
    }

    /// Makes it the demo's server, with the world's own apps and people.
    #[must_use]
    pub fn demo(mut self) -> Self {
        self.demo = true;
        self
    }

    /// Sets `DOORWARD_…`, as an operator would by the environment.
    #[must_use]
    pub fn set(mut self, key: &str, value: &str) -> Self {
        self.settings.push((format!("DOORWARD_{key}"), value.to_owned()));
        self
    }

    /// Registers an app: RFC 7591 metadata with `client_id` and, unless it is public, `client_secret`.
    #[must_use]
    pub fn client(mut self, json: Value) -> Self {
        self.clients.push(json);
        self
    }

    /// Registers [`app`] with other members; `null` takes one out.
    #[must_use]
    pub fn app(self, name: &str, changes: Value) -> Self {
        let mut json = app(name);
        for (member, value) in changes.as_object().expect("members") {
            json[member] = value.clone();
        }
        json.as_object_mut().expect("members").retain(|_, value| !value.is_null());
        self.client(json)
    }

    /// Registers an app without a secret.
    #[must_use]
    pub fn public(self, name: &str, redirect_uri: &str) -> Self {
        let changes = json!({"client_secret": null, "token_endpoint_auth_method": "none", "redirect_uris": [redirect_uri]});
        self.app(name, changes)
    }

    /// Registers an API.
    #[must_use]
    pub fn api(mut self, json: Value) -> Self {
        self.apis.push(json);
        self
    }

    /// Adds a person with [`PASSWORD`], an address and a name.
    #[must_use]
    pub fn user(self, name: &str) -> Self {
        let claims = json!({"name": format!("{name} Example"), "given_name": name});
        self.person(name, claims)
    }

    /// Adds a person with [`PASSWORD`], an address and these claims.
    #[must_use]
    pub fn person(mut self, name: &str, claims: Value) -> Self {
        self.users.push((name.to_owned(), claims));
        self
    }

    /// Sets where this world's chance begins; 1 otherwise.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The server of this world, not yet mounted.
    pub async fn open(self) -> Opened {
        crate::log::quiet();
        let place = self.backend.place();
        let clock = Arc::new(FakeClock::default());
        let ticking = Arc::clone(&clock);
        let work = move || {
            if self.backend == Backend::Sqlite {
                let (database, key) = template();
                std::fs::write(place.file("doorward.db"), database).expect("to write the database");
                std::fs::write(place.file("doorward.key"), key).expect("to write the key file");
            }
            let (figment, mut settings) = settings(&place, &self.issuer, &self.settings);
            settings.demo = self.demo;
            let setup = Setup::open_with(settings, ticking, Arc::new(SeededEntropy::new(self.seed))).expect("the server to open");
            populate(setup.ctx(), &self.clients, &self.apis, &self.users);
            (setup, figment, place, self.clients)
        };
        let (setup, figment, place, clients) = spawn_blocking(work).await.expect("the world to be made");
        let name = |json: &Value| json["client_id"].as_str().expect("a client_id").to_owned();
        let apps = clients.into_iter().map(|json| (name(&json), json)).collect();
        let ctx = setup.ctx().clone();
        let traces = setup.traces().clone();
        let sleeping = Sleeping { traces, clock, issuer: ctx.policy.issuer.clone(), ctx, apps, place };
        Opened { setup, figment, sleeping }
    }

    /// Starts it, as a whole app.
    pub async fn start(self) -> World {
        let Opened { setup, figment, sleeping } = self.open().await;
        sleeping.wake(setup.rocket(&figment).expect("a Rocket")).await
    }
}

/// A world's server, to be mounted.
pub struct Opened {
    /// The server.
    pub setup: Setup,
    /// Rocket's settings, with the server's.
    pub figment: Figment,
    /// The rest of the world.
    pub sleeping: Sleeping,
}

/// A world whose server doesn't run yet.
pub struct Sleeping {
    pub(crate) clock: Arc<FakeClock>,
    pub(crate) ctx: Ctx,
    issuer: Issuer,
    traces: Traces,
    apps: BTreeMap<String, Value>,
    place: Place,
}

impl Sleeping {
    /// Ignites the Rocket that the server was mounted into.
    pub async fn wake(self, rocket: Rocket<Build>) -> World {
        let local = Local::untracked(rocket).await.expect("the server to ignite");
        let Self { clock, ctx, issuer, traces, apps, place } = self;
        World { local, clock, ctx, issuer, traces, apps, _place: place }
    }
}

fn populate(ctx: &Ctx, clients: &[Value], apis: &[Value], users: &[(String, Value)]) {
    let now = ctx.now();
    for json in apis {
        let api: Api = serde_json::from_value(json.clone()).expect("an API");
        api.validate().expect("a valid API");
        ctx.store.write_blocking(move |conn| store::apis::insert(conn, &api, now)).expect("the API to be stored");
    }
    for json in clients {
        let mut metadata = json.clone();
        let members = metadata.as_object_mut().expect("members");
        let id = members.remove("client_id").and_then(|id| id.as_str().map(ClientId::new)).expect("a client_id");
        let secret = members.remove("client_secret").and_then(|secret| secret.as_str().map(Secret::shown));
        let metadata = Metadata::read(metadata).unwrap_or_else(|why| panic!("{id}: {why}"));
        let resources: Vec<_> = metadata.resource.clone();
        let mut client = Client::new(id, metadata, None, now);
        if let Some(secret) = &secret {
            client = client_secrets::with_secret(client, secret, &ctx.seal, &*ctx.rng);
        }
        ctx.store
            .write_blocking(move |conn| {
                for resource in &resources {
                    store::apis::insert(conn, &Api::bare(resource.clone()), now)?;
                }
                store::clients::insert(conn, &client)
            })
            .expect("the client to be stored");
    }
    for (name, claims) in users {
        let user = User {
            person: Person {
                subject: Subject::new(format!("sub-{name}")),
                username: name.clone(),
                email: Some(format!("{name}@example.org")),
                email_verified: true,
                claims: claims.as_object().expect("members").clone(),
            },
            password: hash(),
            disabled: false,
            created_at: now,
        };
        ctx.store.write_blocking(move |conn| users::insert(conn, &user)).expect("the user to be stored");
    }
}

impl World {
    /// A world with nothing in it yet.
    #[expect(clippy::new_ret_no_self, reason = "a world is built first")]
    pub fn new() -> Builder {
        Builder {
            backend: Backend::Sqlite,
            issuer: "http://127.0.0.1:8000".to_owned(),
            settings: Vec::new(),
            clients: Vec::new(),
            apis: Vec::new(),
            users: Vec::new(),
            seed: 1,
            demo: false,
        }
    }

    /// Ada, the app `shop` and the photos API: where most stories begin.
    pub async fn usual() -> Self {
        Self::new().client(app("shop")).api(photos()).user("ada").start().await
    }

    /// A new browser.
    pub fn browser(&self) -> Browser<'_> {
        Browser::new(self)
    }

    /// An app of this world.
    pub fn app(&self, name: &str) -> App<'_> {
        App::new(self, self.apps.get(name).unwrap_or_else(|| panic!("no app {name}")))
    }

    /// An app by what was answered to its registration.
    pub fn registered(&self, answer: &Value) -> App<'_> {
        App::new(self, answer)
    }

    /// A path below the issuer's.
    pub fn path(&self, path: &str) -> String {
        format!("{}{path}", self.issuer.path())
    }

    /// Sends a request as it is, without a browser's or an app's habits.
    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Page {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        send(&self.local, Outgoing { method, path: path.to_owned(), headers, body: body.to_vec(), from: NEAR }).await
    }

    /// The same by GET.
    pub async fn get(&self, path: &str) -> Page {
        self.send(Method::Get, path, &[], &[]).await
    }

    /// Changes the database behind the scenes, as the commands do.
    pub async fn change<T: Send + 'static>(
        &self,
        mut work: impl FnMut(&mut Conn) -> Result<T, doorward::store::StoreError> + Send + 'static,
    ) -> T {
        self.ctx.store.write(move |conn| Ok::<_, FlowError>(work(conn)?)).await.expect("the change to be stored")
    }

    /// Declares what stands in one of the operator's lists.
    pub async fn declare<D: Definition + Clone + Send + 'static>(&self, json: Value) {
        let (one, now): (D, _) = (serde_json::from_value(json).expect("a declaration"), self.clock.now());
        assert!(self.change(move |conn| definitions::insert(conn, &one, now)).await, "declared before");
    }

    /// Disables or enables a person.
    pub async fn disable(&self, name: &str, disabled: bool) {
        let (sub, now) = (Subject::new(format!("sub-{name}")), self.clock.now());
        assert!(self.change(move |conn| users::set_disabled(conn, &sub, disabled, now)).await, "no user {name}");
    }

    /// Removes a person.
    pub async fn delete(&self, name: &str) {
        let (sub, now) = (Subject::new(format!("sub-{name}")), self.clock.now());
        assert!(self.change(move |conn| users::delete(conn, &sub, now)).await, "no user {name}");
    }
}
