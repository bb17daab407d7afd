//! A server of a test's own, called through its flows: on `SQLite`, and on `PostgreSQL` when `TEST_POSTGRES_URL` is set.
#![allow(dead_code, clippy::expect_used, clippy::missing_errors_doc)]

pub mod server;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use doorward::clock::{Clock, SystemClock, SystemEntropy};
use doorward::config::{EnvText, Settings};
use doorward::flows::authorize::{Begun, Who, begin};
use doorward::flows::client_auth::Sender;
use doorward::flows::mint::Told;
use doorward::flows::userinfo::Visitor;
use doorward::flows::{Ctx, FlowError, token};
use doorward::passwords;
use doorward::setup::Setup;
use doorward::store::sessions::{Login, Origin};
use doorward::store::users::User;
use doorward::store::{StoreError, clients, sessions, users};
use doorward_protocol::authorize::Raw;
use doorward_protocol::authorize::response::Response;
use doorward_protocol::check::Check;
use doorward_protocol::client::{Client, Metadata};
use doorward_protocol::client_auth::Presented;
use doorward_protocol::grants::MAY_REPEAT;
use doorward_protocol::params::Params;
use doorward_protocol::pkce::Challenge;
use doorward_protocol::secret::{Browser, Digest, Secret, SessionKey, random_id};
use doorward_protocol::tokens::claims::Person;
use doorward_protocol::values::{ClientId, InteractionId, SessionId, Subject, Timestamp};
use rocket::figment::Figment;
use rocket::tokio::runtime::{Builder, Runtime};
use serde_json::{Map, Value, json};

/// The one moment of these tests.
pub const NOW: Timestamp = Timestamp(1_800_000_000);
/// Ada's password.
pub const PASSWORD: &str = "three grey herons wade";
/// The server's secret.
pub const SERVER_SECRET: &str = "0123456789abcdef0123456789abcdef-for-tests";
/// The secret of the client `app`.
pub const SECRET: &str = "a-client-secret-of-43-characters-0123456789";
const VERIFIER: &str = "a-code-verifier-of-at-least-43-characters-0123456789";
const CALLBACK: &str = "https://app.example/callback";

struct Standstill;

impl Clock for Standstill {
    fn now(&self) -> Timestamp {
        NOW
    }
}

/// An empty folder and database; gone when the test ends.
pub struct Place {
    /// Where files may go.
    pub folder: PathBuf,
    url: String,
    schema: Option<String>,
}

impl Place {
    /// One place for each database there is.
    pub fn all() -> Vec<Self> {
        std::iter::once(Self::sqlite()).chain(Self::postgres()).collect()
    }

    /// A file.
    pub fn sqlite() -> Self {
        let (folder, _) = folder();
        let url = format!("sqlite://{}", folder.join("d.db").display());
        Self { folder, url, schema: None }
    }

    /// A schema, if there is a server.
    #[cfg(not(feature = "postgres"))]
    pub fn postgres() -> Option<Self> {
        None
    }

    /// A schema, if there is a server.
    #[cfg(feature = "postgres")]
    pub fn postgres() -> Option<Self> {
        let base = std::env::var("TEST_POSTGRES_URL").ok()?;
        let (folder, name) = folder();
        let schema = name.replace('-', "_");
        execute(&base, &format!("CREATE SCHEMA {schema}"));
        let join = if base.contains('?') { '&' } else { '?' };
        let url = format!("{base}{join}options=-csearch_path%3D{schema}&application_name={schema}");
        Some(Self { folder, url, schema: Some(schema) })
    }

    /// The schema's name, also the application name of every connection to it.
    pub fn schema(&self) -> &str {
        self.schema.as_deref().expect("a PostgreSQL place")
    }

    /// The database.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Settings of a server on this place.
    pub fn settings(&self) -> Settings {
        let env = [("DOORWARD_DATABASE_URL", self.url()), ("DOORWARD_SECRET", SERVER_SECRET)];
        let figment = Figment::from(rocket::Config::default()).merge(EnvText::from_pairs(env));
        Settings::load(&figment, false).expect("settings")
    }

    /// A server on this place, at a standstill of time. Call it outside of a runtime.
    pub fn open(&self) -> Setup {
        self.open_by(Arc::new(Standstill))
    }

    /// The same in the time of everybody.
    pub fn open_now(&self) -> Setup {
        self.open_by(Arc::new(SystemClock))
    }

    fn open_by(&self, clock: Arc<dyn Clock>) -> Setup {
        Setup::open_with(self.settings(), clock, Arc::new(SystemEntropy::default())).expect("a server")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
        #[cfg(feature = "postgres")]
        if let (Some(schema), Ok(base)) = (&self.schema, std::env::var("TEST_POSTGRES_URL")) {
            execute(&base, &format!("DROP SCHEMA {schema} CASCADE"));
        }
    }
}

fn folder() -> (PathBuf, String) {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("doorward-ring2-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let folder = Path::new(&std::env::temp_dir()).join(&name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder for the test");
    (folder, name)
}

#[cfg(feature = "postgres")]
fn execute(url: &str, sql: &str) {
    use diesel::Connection as _;
    use diesel::connection::SimpleConnection as _;
    let mut conn = diesel::PgConnection::establish(url).expect("TEST_POSTGRES_URL to work");
    conn.batch_execute(sql).expect("a statement");
}

/// A lock on a table that keeps writers waiting until it is let go.
#[cfg(feature = "postgres")]
pub struct Barrier {
    conn: diesel::PgConnection,
    watcher: diesel::PgConnection,
    schema: String,
}

#[cfg(feature = "postgres")]
impl Barrier {
    /// Whoever writes to `table` waits; readers pass.
    pub fn before(place: &Place, table: &str) -> Self {
        use diesel::Connection as _;
        use diesel::connection::SimpleConnection as _;
        let base = std::env::var("TEST_POSTGRES_URL").expect("a server");
        let connect = || diesel::PgConnection::establish(&base).expect("a connection");
        let (mut conn, watcher, schema) = (connect(), connect(), place.schema().to_owned());
        conn.batch_execute(&format!("BEGIN; LOCK TABLE {schema}.{table} IN SHARE MODE")).expect("a lock");
        Self { conn, watcher, schema }
    }

    /// Returns when so many of the place's transactions wait for a lock.
    pub fn await_waiting(&mut self, wished: i64) {
        use diesel::RunQueryDsl as _;
        let sql =
            format!("(SELECT count(*) FROM pg_stat_activity WHERE application_name = '{}' AND wait_event_type = 'Lock')", self.schema);
        let waiting = diesel::select(diesel::dsl::sql::<diesel::sql_types::BigInt>(&sql));
        for _ in 0..1_000 {
            if waiting.clone().get_result::<i64>(&mut self.watcher).expect("to ask") >= wished {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        panic!("nobody waits");
    }

    /// Lets them go.
    pub fn open(mut self) {
        use diesel::connection::SimpleConnection as _;
        self.conn.batch_execute("COMMIT").expect("to let go");
    }
}

/// Several threads that really run beside each other.
pub fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(4).enable_all().build().expect("a runtime")
}

/// Runs `count` futures at once, each a task of its own; they begin together.
pub async fn at_once<F>(count: usize, make: impl Fn(usize) -> F) -> Vec<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let together = Arc::new(rocket::tokio::sync::Barrier::new(count));
    let start = |number| {
        let (together, work) = (Arc::clone(&together), make(number));
        rocket::tokio::spawn(async move {
            together.wait().await;
            work.await
        })
    };
    let tasks: Vec<_> = (0..count).map(start).collect();
    let mut outcomes = Vec::new();
    for task in tasks {
        outcomes.push(task.await.expect("no panic"));
    }
    outcomes
}

/// Registers Ada and the client `app`, which may do everything; `more` changes its metadata.
pub async fn populate(ctx: &Ctx, more: Value) {
    let mut metadata = json!({
        "redirect_uris": [CALLBACK],
        "grant_types": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_method": "client_secret_post",
        "require_consent": false,
        "scope": "openid offline_access email",
    });
    let members = metadata.as_object_mut().expect("an object");
    members.extend(more.as_object().cloned().unwrap_or_default());
    let metadata = Metadata::read(metadata).expect("metadata");
    let client = Client::new(ClientId::new("app"), metadata, Some(Secret::shown(SECRET).digest()), NOW);
    let person = Person {
        subject: Subject::new("sub-ada"),
        username: "ada".to_owned(),
        email: Some("ada@example.com".to_owned()),
        email_verified: true,
        claims: Map::new(),
    };
    let user = User { person, password: passwords::hash_blocking(PASSWORD).expect("a hash"), disabled: false, created_at: NOW };
    let work = move |conn: &mut _| {
        assert!(users::insert(conn, &user)? && clients::insert(conn, &client)?);
        Ok::<_, StoreError>(())
    };
    ctx.store.write(work).await.expect("to populate");
}

/// A browser in which Ada is logged in.
pub async fn ada(ctx: &Ctx) -> Who {
    let login = Login {
        id: SessionId::new(random_id(&*ctx.rng)),
        key: Secret::<SessionKey>::mint(&*ctx.rng).digest(),
        subject: Subject::new("sub-ada"),
        origin: origin(),
        idle: ctx.policy.session_idle,
        absolute: ctx.policy.session_absolute,
    };
    let now = ctx.now();
    let work = move |conn: &mut _| {
        let session = sessions::log_in(conn, &login, None, now)?;
        let user = users::find(conn, &login.subject)?.expect("Ada");
        Ok::<_, StoreError>(Who { session, user })
    };
    ctx.store.write(work).await.expect("to log in")
}

/// Where everybody comes from.
pub fn origin() -> Origin {
    Origin { user_agent: "a browser".to_owned(), address: "192.0.2.1".to_owned() }
}

/// The browser's binding.
pub fn browser() -> Digest<Browser> {
    Secret::shown("the browser").digest()
}

/// The query of a good request.
pub fn query(scope: &str) -> String {
    let challenge = Challenge::of(VERIFIER);
    let scope = scope.replace(' ', "+");
    format!(
        "client_id=app&response_type=code&scope={scope}&redirect_uri={CALLBACK}&code_challenge={}&code_challenge_method=S256",
        challenge.as_str()
    )
}

/// What `/authorize` makes of a good request.
pub async fn asked(ctx: &Ctx, who: &Who, scope: &str) -> Result<Begun, FlowError> {
    let params = Params::parse(query(scope).as_bytes(), &[]).expect("parameters");
    begin(ctx, Raw::new(params), browser(), Some(who.clone()), false).await
}

/// The stored request of a client that has to ask for consent.
pub async fn interaction(ctx: &Ctx, who: &Who, scope: &str) -> InteractionId {
    match asked(ctx, who, scope).await {
        Ok(Begun::Interact(id)) => id,
        other => panic!("no page: {other:?}"),
    }
}

/// The code that a client without questions gets.
pub async fn code(ctx: &Ctx, who: &Who, scope: &str) -> String {
    match asked(ctx, who, scope).await {
        Ok(Begun::Respond(response)) => code_in(&response).expect("a code"),
        other => panic!("no code: {other:?}"),
    }
}

/// The code in an answer to the client.
pub fn code_in(response: &Response) -> Option<String> {
    response.params.iter().find(|(name, _)| *name == "code").map(|(_, value)| value.clone())
}

/// The client proves itself.
pub fn credentials() -> Sender {
    Sender { shown: Presented::Post("app".to_owned(), Secret::shown(SECRET)), dpop: Vec::new(), certificate: None }
}

/// What the token endpoint gave.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// For userinfo.
    pub access: String,
    /// For more.
    pub refresh: String,
}

/// Posts a form of the client to the token endpoint.
pub async fn exchange(ctx: &Ctx, body: String) -> Result<Tokens, FlowError> {
    let params = Params::parse(body.as_bytes(), MAY_REPEAT).expect("parameters");
    let response = token::token(ctx, &credentials(), params).await?;
    let response = serde_json::to_value(&response).expect("JSON");
    let text = |name: &str| response[name].as_str().expect("a token").to_owned();
    Ok(Tokens { access: text("access_token"), refresh: text("refresh_token") })
}

/// Redeems a code.
pub async fn redeem(ctx: &Ctx, code: &str) -> Result<Tokens, FlowError> {
    exchange(ctx, format!("grant_type=authorization_code&code={code}&redirect_uri={CALLBACK}&code_verifier={VERIFIER}")).await
}

/// Refreshes.
pub async fn refresh(ctx: &Ctx, token: &str) -> Result<Tokens, FlowError> {
    exchange(ctx, format!("grant_type=refresh_token&refresh_token={token}")).await
}

/// What userinfo says to who brings a token.
pub async fn userinfo(ctx: &Ctx, token: &str) -> Result<Map<String, Value>, FlowError> {
    let authorization = format!("Bearer {token}");
    let visitor = Visitor { method: "GET", authorization: vec![&authorization], dpop: Vec::new(), certificate: None };
    match doorward::flows::userinfo::userinfo(ctx, &visitor).await? {
        Told::Plain(claims) => Ok(claims),
        Told::Signed(jwt) => panic!("the app isn't registered for signed userinfo: {jwt}"),
    }
}

/// A first pair of tokens in a session of Ada's.
pub async fn tokens(ctx: &Ctx, who: &Who, scope: &str) -> Tokens {
    redeem(ctx, &code(ctx, who, scope).await).await.expect("tokens")
}

/// The rule that refused.
pub fn refused_by<T>(outcome: &Result<T, FlowError>) -> Option<Check> {
    match outcome {
        Err(FlowError::Refused(refusal)) => Some(refusal.check),
        Ok(_) | Err(FlowError::Store(_) | FlowError::Busy | FlowError::Internal(_)) => None,
    }
}
