//! What the server's hot paths cost, in process: the whole Rocket, a real SQLite file, no network.
//!
//! `cargo bench --bench server [-- NAME…]` prints operations a second, microseconds an operation at so many callers, and each line's ratio
//! to the first of its group. Figures of one run are to be compared with each other; those of two runs, or two machines, are not.
#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used, clippy::disallowed_methods, clippy::cast_precision_loss)]

use doorward::clock::{Clock as _, SystemClock, SystemEntropy};
use doorward::config::{self, EnvText, Settings};
use doorward::setup::Setup;
use doorward::store::sessions::{Login, Origin, log_in};
use doorward::store::users::{self, User};
use doorward::store::{StoreError, apis, clients, consents};
use doorward_protocol::claims_request::Names;
use doorward_protocol::client::{Client, Metadata};
use doorward_protocol::consent::Consent;
use doorward_protocol::pkce::Challenge;
use doorward_protocol::scopes::Scopes;
use doorward_protocol::secret::{ClientSecret, Secret, SessionKey, random_id};
use doorward_protocol::tokens::claims::Person;
use doorward_protocol::values::{ClientId, Seconds, SessionId, Subject};
use rocket::futures::stream::{FuturesUnordered, StreamExt};
use rocket::http::{ContentType, Header, Status};
use rocket::local::asynchronous::{Client as Local, LocalResponse};
use serde_json::{Value, json};
use std::future::Future;
use std::time::Instant;

const SECRET: &str = "a-client-secret-of-thirty-two-characters";
const VERIFIER: &str = "a-code-verifier-of-at-least-forty-three-characters";
const CALLERS: usize = 64;
const APIS: [(&str, &str); 3] =
    [("https://es256.example", "ES256"), ("https://eddsa.example", "EdDSA"), ("https://rs256.example", "RS256")];

struct Bench {
    local: Local,
    session: String,
    chosen: Vec<String>,
    first: std::sync::Mutex<Option<f64>>,
}

fn main() {
    let chosen: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let folder = std::env::temp_dir().join(format!("doorward-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let database = format!("sqlite://{}", folder.join("bench.db").display());
    let figment = config::figment().merge(EnvText::from_pairs([("DOORWARD_DATABASE_URL", database.as_str()), ("DOORWARD_LOG", "off")]));
    let settings = Settings::load(&figment, false).unwrap();
    let setup = Setup::open(settings).unwrap();
    let session = furnish(&setup);
    rocket::execute(async move {
        let local = Local::untracked(setup.rocket(&figment).unwrap()).await.unwrap();
        let bench = Bench { local, session, chosen, first: std::sync::Mutex::new(None) };
        bench.run().await;
    });
    let _ = std::fs::remove_dir_all(folder);
}

/// A person with a session, an app they allowed, a machine, and an API for each algorithm.
fn furnish(setup: &Setup) -> String {
    let now = SystemClock.now();
    let rng = SystemEntropy::default();
    let app = |metadata: Value, id: &str| {
        let secret = Secret::<ClientSecret>::shown(SECRET).digest();
        Client::new(ClientId::new(id), Metadata::read(metadata).unwrap(), Some(secret), now)
    };
    let grants = json!(["authorization_code", "refresh_token", "client_credentials"]);
    let scope = "openid email es256 eddsa rs256";
    let member = |format: &str, alg: &str| {
        let resource = "https://es256.example";
        json!({"redirect_uris": ["https://app.example/cb"], "grant_types": grants, "scope": scope, "resource": resource,
            "access_token_format": format, "id_token_signed_response_alg": alg})
    };
    let all = [app(member("jwt", "ES256"), "app"), app(member("opaque", "ES256"), "opaque"), app(member("jwt", "RS256"), "rsa")];
    let subject = Subject::new(random_id(&rng));
    let person = Person {
        subject: subject.clone(),
        username: "ada".to_owned(),
        email: Some("ada@example.org".to_owned()),
        email_verified: true,
        claims: serde_json::Map::new(),
    };
    let user = User { person, password: String::new(), disabled: false, created_at: now };
    let key = Secret::<SessionKey>::mint(&rng);
    let login = Login {
        id: SessionId::new(random_id(&rng)),
        key: key.digest(),
        subject: subject.clone(),
        origin: Origin { user_agent: String::new(), address: String::new() },
        idle: Seconds::days(1),
        absolute: Seconds::days(1),
    };
    let granted: Scopes = scope.split(' ').collect();
    let expires_at = now.plus(Seconds::days(1));
    let (declined, claims) = (Scopes::default(), Names::default());
    let consent = Consent { granted, declined, claims: claims.clone(), claims_declined: claims, given_at: now, expires_at };
    setup
        .ctx()
        .store
        .write_blocking(move |conn| {
            for (resource, alg) in APIS {
                let scope = alg.to_lowercase();
                let api = json!({"resource": resource, "scopes": {scope: {"en": "Use it"}}, "signing_alg": alg});
                apis::insert(conn, &serde_json::from_value(api).unwrap(), now)?;
            }
            users::insert(conn, &user)?;
            log_in(conn, &login, None, now)?;
            for client in &all {
                clients::insert(conn, client)?;
                consents::put(conn, &subject, &client.id, &consent)?;
            }
            Ok::<_, StoreError>(())
        })
        .unwrap();
    key.expose().to_owned()
}

impl Bench {
    async fn run(&self) {
        println!("{:<48} {:>10} {:>12} {:>7}", format!("{CALLERS} callers"), "per second", "µs each", "ratio");
        self.group("pages");
        self.measure("login page", 4_000, |b, _| b.login_page()).await;
        self.measure("discovery document", 8_000, |b, _| b.get("/.well-known/openid-configuration")).await;
        self.group("client_credentials");
        self.measure("client_credentials opaque", 8_000, |b, _| b.machine("opaque", "es256")).await;
        self.measure("client_credentials JWT EdDSA", 8_000, |b, _| b.machine("app", "eddsa")).await;
        self.measure("client_credentials JWT ES256", 8_000, |b, _| b.machine("app", "es256")).await;
        self.measure("client_credentials JWT RS256", 2_000, |b, _| b.machine("app", "rs256")).await;
        self.group("people");
        self.measure("code flow: authorize + token, ES256", 4_000, |b, _| b.code_flow("app")).await;
        self.measure("code flow, ID token by RS256", 2_000, |b, _| b.code_flow("rsa")).await;
        let mut tokens = Vec::new();
        for _ in 0..CALLERS {
            tokens.push(self.code_flow("opaque").await["refresh_token"].as_str().unwrap().to_owned());
        }
        let tokens: Vec<_> = tokens.into_iter().map(rocket::tokio::sync::Mutex::new).collect();
        self.measure("refresh with rotation, opaque + ES256 ID token", 8_000, |b, n| b.refresh(&tokens[n % CALLERS])).await;
        self.group("services");
        let opaque = self.machine("opaque", "es256").await["access_token"].as_str().unwrap().to_owned();
        let jwt = self.machine("app", "es256").await["access_token"].as_str().unwrap().to_owned();
        self.measure("introspection of an opaque token", 8_000, |b, _| b.introspect(&opaque)).await;
        self.measure("introspection of a JWT", 8_000, |b, _| b.introspect(&jwt)).await;
    }

    fn group(&self, name: &str) {
        *self.first.lock().unwrap() = None;
        println!("{name}");
    }

    async fn measure<'b, F, T>(&'b self, name: &str, times: usize, work: impl Fn(&'b Self, usize) -> F)
    where
        F: Future<Output = T>,
    {
        if !self.chosen.is_empty() && !self.chosen.iter().any(|chosen| name.contains(chosen.as_str())) {
            return;
        }
        let mut next = 0;
        let started = Instant::now();
        let mut running = FuturesUnordered::new();
        while next < times || !running.is_empty() {
            while next < times && running.len() < CALLERS {
                running.push(work(self, next));
                next += 1;
            }
            running.next().await;
        }
        let each = started.elapsed().as_secs_f64() / times as f64;
        let first = *self.first.lock().unwrap().get_or_insert(each);
        println!("  {name:<46} {:>10.0} {:>12.1} {:>7.2}", 1.0 / each, each * 1e6, each / first);
    }
}

/// The requests themselves: each fails loudly, so that no refusal is taken for speed.
impl Bench {
    async fn get(&self, path: &str) -> String {
        text(self.local.get(path.to_owned()).dispatch().await).await
    }

    async fn login_page(&self) -> String {
        self.get("/login").await
    }

    async fn post(&self, client: &str, path: &'static str, body: String) -> Value {
        let credentials = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, format!("{client}:{SECRET}"));
        let request = self.local.post(path).header(ContentType::Form).header(Header::new("Authorization", format!("Basic {credentials}")));
        serde_json::from_str(&text(request.body(body).dispatch().await).await).unwrap()
    }

    async fn machine(&self, client: &str, scope: &str) -> Value {
        self.post(client, "/token", format!("grant_type=client_credentials&scope={scope}")).await
    }

    async fn code_flow(&self, client: &str) -> Value {
        let challenge = Challenge::of(VERIFIER);
        let path = format!(
            "/authorize?response_type=code&client_id={client}&redirect_uri=https://app.example/cb&scope=openid%20es256&state=s&nonce=n\
             &code_challenge={}&code_challenge_method=S256",
            challenge.as_str()
        );
        let response = self.local.get(path).cookie(("doorward_session", self.session.clone())).dispatch().await;
        let location = response.headers().get_one("Location").unwrap().to_owned();
        let code = location.split(['?', '&']).find_map(|pair| pair.strip_prefix("code=")).unwrap();
        let body = format!("grant_type=authorization_code&code={code}&redirect_uri=https://app.example/cb&code_verifier={VERIFIER}");
        self.post(client, "/token", body).await
    }

    async fn refresh(&self, token: &rocket::tokio::sync::Mutex<String>) {
        let mut token = token.lock().await;
        let answer = self.post("opaque", "/token", format!("grant_type=refresh_token&refresh_token={token}")).await;
        answer["refresh_token"].as_str().unwrap().clone_into(&mut token);
    }

    async fn introspect(&self, token: &str) {
        let answer = self.post("app", "/introspect", format!("token={token}")).await;
        assert_eq!(answer["active"], true);
    }
}

async fn text(response: LocalResponse<'_>) -> String {
    let status = response.status();
    let body = response.into_string().await.unwrap_or_default();
    assert_eq!(status, Status::Ok, "{body}");
    body
}
