//! What the settings mean.

use std::fmt;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use crate::fetch::Authorities;
use crate::network::{FetchAllow, Networks};
use doorward_protocol::client_document::Documents;
use doorward_protocol::policy::{MutualTls, Policy};
use doorward_protocol::registration::Rules;
use doorward_protocol::values::{Issuer, Seconds};
use rocket::figment::Figment;
use zeroize::Zeroizing;

use super::error::ConfigErrors;
use super::keys::Key;
use super::raw::RawSettings;
use super::rocket_config::{self, Listen};
use super::secret::{self, SecretSource};
use super::{demo, duration::print_duration, error::quoted, registration};

/// The operator's settings, parsed and checked against each other. `Debug` shows neither the secret nor the database URL.
#[derive(Clone)]
pub struct Settings {
    /// Issuer and lifetimes.
    pub policy: Policy,
    /// The database, as it was written; it may hold a password.
    pub database_url: String,
    /// Where the secret comes from.
    pub secret: SecretSource,
    /// Private targets that outgoing requests may reach.
    pub fetch_allow: FetchAllow,
    /// Authorities that outgoing requests trust beside the system's.
    pub fetch_authorities: Authorities,
    /// Whose `X-Forwarded-For` and client-certificate header are believed.
    pub trusted_proxies: Networks,
    /// Which proxies may ask about tokens for the services behind them.
    pub forward_auth: Networks,
    /// The name of that header, in small letters.
    pub client_cert_header: Option<String>,
    /// The name of the header that says whether the certificate was verified, in small letters.
    pub client_cert_verified_header: Option<String>,
    /// The least length of a new password, in characters.
    pub password_min_length: usize,
    /// How many passwords are hashed at once, at most.
    pub hashing_threads: NonZeroUsize,
    /// Replaces embedded templates.
    pub templates_dir: Option<PathBuf>,
    /// Replaces embedded static files.
    pub static_dir: Option<PathBuf>,
    /// What is logged: [`crate::logging::init`] takes it.
    pub log: String,
    /// Where the server listens.
    pub listen: SocketAddr,
    /// Whether this is the demo, which has everything below `/learn`.
    pub demo: bool,
}

impl Settings {
    /// Reads and checks everything. `demo` fixes the database and the loopback.
    ///
    /// # Errors
    /// All faults at once.
    pub fn load(figment: &Figment, demo: bool) -> Result<Self, ConfigErrors> {
        let mut raw = RawSettings::read(figment)?;
        let listen = rocket_config::check(figment).map_err(|faults| raw.other_faults(faults)).ok();
        let issuer = issuer(&mut raw, listen);
        if demo {
            demo::check(&mut raw, listen, issuer.as_ref());
        }
        let lifetimes = lifetimes(&mut raw);
        let database_url = if demo { Some(demo::DATABASE_URL.to_owned()) } else { raw.text(Key::DatabaseUrl) };
        let secret = secret(&mut raw, database_url.as_deref(), demo);
        let required = [Key::RequirePushedRequests, Key::RequireDpopNonce].map(|key| raw.flag(key));
        let strangers = (registration::read(&mut raw), registration::documents(&mut raw));
        let fetch_allow = fetch_allow(&mut raw, demo);
        let fetch_authorities = fetch_authorities(&mut raw);
        let trusted_proxies = networks(&mut raw, Key::TrustedProxies);
        let forward_auth = forward_auth(&mut raw, issuer.as_ref());
        let client_cert_header = proxy_header(&mut raw, Key::ClientCertHeader, trusted_proxies.as_ref());
        let client_cert_verified_header = proxy_header(&mut raw, Key::ClientCertVerifiedHeader, trusted_proxies.as_ref());
        if client_cert_verified_header.is_some() && client_cert_header.is_none() {
            raw.fault(Key::ClientCertVerifiedHeader, "is set, but no header brings the certificate: set CLIENT_CERT_HEADER, too");
        }
        let handed_on = client_cert_header.is_some().then_some(client_cert_verified_header.is_some());
        let mutual_tls = mutual_tls(handed_on, listen);
        let password_min_length = raw.number(Key::PasswordMinLength).and_then(|number| usize::try_from(number).ok());
        let hashing_threads = hashing_threads(&mut raw);
        let templates_dir = raw.folder(Key::TemplatesDir);
        let static_dir = raw.folder(Key::StaticDir);
        let log = log(&mut raw);

        ConfigErrors::check(raw.into_faults())?;
        let complete = || {
            Some(Self {
                policy: Policy { mutual_tls, ..policy(issuer?, &lifetimes, required, strangers)? },
                database_url: database_url?,
                secret: secret?,
                fetch_allow,
                fetch_authorities,
                trusted_proxies: trusted_proxies?,
                forward_auth: forward_auth?,
                client_cert_header,
                client_cert_verified_header,
                password_min_length: password_min_length?,
                hashing_threads,
                templates_dir,
                static_dir,
                log: log?,
                listen: listen?.socket,
                demo,
            })
        };
        #[expect(clippy::expect_used, reason = "a reader that returns None for a setting with a fallback has noted a fault")]
        Ok(complete().expect("no setting is missing without a fault"))
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("policy", &self.policy)
            .field("secret", &self.secret)
            .field("trusted_proxies", &self.trusted_proxies)
            .field("fetch_allow", &self.fetch_allow)
            .field("listen", &self.listen)
            .field("demo", &self.demo)
            .finish_non_exhaustive()
    }
}

fn issuer(raw: &mut RawSettings, listen: Option<Listen>) -> Option<Issuer> {
    let text = if raw.has(Key::Issuer) {
        raw.text(Key::Issuer)?
    } else {
        listen?.issuer().map_err(|problem| raw.fault(Key::Issuer, problem)).ok()?
    };
    Issuer::parse(&text).map_err(|why| raw.fault(Key::Issuer, format!("is {}: {why}", quoted(&text)))).ok()
}

const LIFETIMES: [Key; 10] = [
    Key::CodeLifetime,
    Key::DeviceCodeLifetime,
    Key::AccessTokenLifetime,
    Key::IdTokenLifetime,
    Key::RefreshIdle,
    Key::RefreshAbsolute,
    Key::SessionIdle,
    Key::SessionAbsolute,
    Key::ConsentLifetime,
    Key::PushedRequestLifetime,
];

/// The lifetimes in the order of [`LIFETIMES`].
fn lifetimes(raw: &mut RawSettings) -> [Option<Seconds>; 10] {
    let spans = LIFETIMES.map(|key| raw.span(key));
    for (idle, absolute) in [(4, 5), (6, 7)] {
        if let (Some(short), Some(long)) = (spans[idle], spans[absolute])
            && short > long
        {
            let (idle, absolute) = (LIFETIMES[idle], LIFETIMES[absolute].variable());
            raw.fault(idle, format!("is {}, longer than {absolute}, which is {}", print_duration(short), print_duration(long)));
        }
    }
    spans
}

/// What is required of every client, in the order of [`Key::RequirePushedRequests`], [`Key::RequireDpopNonce`].
type Required = [Option<bool>; 2];

fn policy(
    issuer: Issuer,
    spans: &[Option<Seconds>; 10],
    required: Required,
    strangers: (Option<Rules>, Option<Documents>),
) -> Option<Policy> {
    let [code, device_code, access, id, refresh_idle, refresh_absolute, session_idle, session_absolute, consent, pushed] = *spans;
    let [require_pushed_requests, require_dpop_nonce] = required;
    Some(Policy {
        issuer,
        code_lifetime: code?,
        device_code_lifetime: device_code?,
        access_token_lifetime: access?,
        id_token_lifetime: id?,
        refresh_idle: refresh_idle?,
        refresh_absolute: refresh_absolute?,
        session_idle: session_idle?,
        session_absolute: session_absolute?,
        consent_lifetime: consent?,
        pushed_request_lifetime: pushed?,
        require_pushed_requests: require_pushed_requests?,
        require_dpop_nonce: require_dpop_nonce?,
        registration: strangers.0?,
        documents: strangers.1?,
        mutual_tls: MutualTls::Off,
    })
}

fn secret(raw: &mut RawSettings, database_url: Option<&str>, demo: bool) -> Option<SecretSource> {
    let inline = raw.text(Key::Secret).map(Zeroizing::new);
    let file = raw.text(Key::SecretFile);
    if raw.has(Key::Secret) && raw.has(Key::SecretFile) {
        raw.fault(Key::Secret, "is set together with SECRET_FILE: leave one of them out");
        return None;
    }
    // The demo's keys must not depend on a secret that may be absent at its next start.
    if demo {
        return Some(SecretSource::BesideDatabase { file_name: demo::KEY_FILE });
    }
    if let Some(inline) = inline {
        secret::check_length(&inline).map_err(|problem| raw.fault(Key::Secret, problem)).ok()?;
        return Some(SecretSource::Inline(inline));
    }
    if let Some(file) = file {
        let source = SecretSource::File(PathBuf::from(file));
        source.given().map_err(|problem| raw.fault(Key::SecretFile, problem)).ok()?;
        return Some(source);
    }
    if raw.has(Key::Secret) || raw.has(Key::SecretFile) {
        return None;
    }
    let scheme = database_url?.split("://").next().unwrap_or_default().to_ascii_lowercase();
    if scheme == "postgres" || scheme == "postgresql" {
        raw.fault(Key::Secret, format!("is required with PostgreSQL, the same for every node; {}", secret::HOW_TO));
        return None;
    }
    Some(SecretSource::BesideDatabase { file_name: "doorward.key" })
}

fn fetch_allow(raw: &mut RawSettings, demo: bool) -> FetchAllow {
    let mut allow = FetchAllow::default();
    // A learner's app runs beside the demo, and hears of logouts there.
    let beside = demo::BESIDE.iter().filter(|_| demo).map(|entry| (*entry).to_owned());
    for entry in raw.list(Key::FetchAllow).unwrap_or_default().into_iter().chain(beside) {
        if let Err(problem) = allow.add(&entry) {
            raw.fault(Key::FetchAllow, format!("the entry {} {problem}", quoted(&entry)));
        }
    }
    allow
}

fn fetch_authorities(raw: &mut RawSettings) -> Authorities {
    let Some(file) = raw.text(Key::FetchCaFile) else { return Authorities::default() };
    Authorities::read(Path::new(&file)).unwrap_or_else(|problem| {
        raw.fault(Key::FetchCaFile, problem);
        Authorities::default()
    })
}

/// Nobody unless named: on a loopback address of ours the public proxy of a server comes in, too. In development, the loopback.
fn forward_auth(raw: &mut RawSettings, issuer: Option<&Issuer>) -> Option<Networks> {
    let named = networks(raw, Key::ForwardAuth)?;
    let at_home = !raw.has(Key::ForwardAuth) && issuer.is_some_and(Issuer::is_loopback);
    Some(if at_home { Networks::loopback() } else { named })
}

fn networks(raw: &mut RawSettings, key: Key) -> Option<Networks> {
    let entries = raw.list(key)?;
    let parse = |entry: String| entry.parse().map_err(|problem: String| format!("the entry {} {problem}", quoted(&entry)));
    let (networks, faults): (Vec<_>, Vec<_>) = entries.into_iter().map(parse).partition(Result::is_ok);
    let sound = faults.is_empty();
    faults.into_iter().filter_map(Result::err).for_each(|fault| raw.fault(key, fault));
    sound.then(|| networks.into_iter().flatten().collect())
}

fn proxy_header(raw: &mut RawSettings, key: Key, proxies: Option<&Networks>) -> Option<String> {
    let name = raw.text(key)?;
    // RFC 9110 section 5.6.2: a field name is a token.
    let token = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte));
    if !token {
        raw.fault(key, format!("is {}, which is no header name", quoted(&name)));
    } else if proxies.is_some_and(Networks::is_empty) {
        raw.fault(key, "is set, but no proxy is trusted to send it: set TRUSTED_PROXIES, too");
    }
    Some(name.to_ascii_lowercase())
}

/// `handed_on`: whether a proxy hands certificates on, and says of them whether it verified them.
fn mutual_tls(handed_on: Option<bool>, listen: Option<Listen>) -> MutualTls {
    match (handed_on, listen.is_some_and(|listen| listen.mutual)) {
        (Some(true), _) | (Some(false), true) => MutualTls::Any,
        (Some(false), false) => MutualTls::Unverified,
        (None, true) => MutualTls::Authorities,
        (None, false) => MutualTls::Off,
    }
}

fn hashing_threads(raw: &mut RawSettings) -> NonZeroUsize {
    let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    raw.number(Key::HashingThreads).and_then(|number| usize::try_from(number).ok()).and_then(NonZeroUsize::new).unwrap_or(cores)
}

fn log(raw: &mut RawSettings) -> Option<String> {
    let text = raw.text(Key::Log)?;
    crate::logging::check(&text).map_err(|problem| raw.fault(Key::Log, format!("is {}: {problem}", quoted(&text)))).ok()?;
    Some(text)
}
