//! Settings from every source, right and wrong.

#![allow(clippy::expect_used)]

use std::net::IpAddr;
use std::path::PathBuf;

use doorward_protocol::grants::GrantType;
use doorward_protocol::policy::{MutualTls, Policy};
use doorward_protocol::registration::{Admission, ScopeBound};
use doorward_protocol::values::Issuer;
use rocket::figment::Figment;
use rocket::figment::providers::{Env, Format, Toml};

use super::sources::assemble;
use super::*;

const LONG: &str = "0123456789abcdef0123456789abcdef";

fn figment(toml: &str, env: &[(&str, &str)]) -> Figment {
    // No variable begins like this, so that the tests don't depend on where they run.
    let rocket = Env::prefixed("ROCKET_IN_NO_ENVIRONMENT_");
    let env = EnvText::from_pairs(env.iter().map(|(key, value)| (format!("DOORWARD_{key}"), *value)));
    assemble(Toml::string(toml).nested(), &rocket, env).select("default")
}

fn load(toml: &str, env: &[(&str, &str)]) -> Result<Settings, String> {
    Settings::load(&figment(toml, env), false).map_err(|errors| errors.to_string())
}

fn env(key: &str, value: &str) -> Result<Settings, String> {
    load("", &[(key, value)])
}

fn refused(toml: &str, env: &[(&str, &str)]) -> String {
    load(toml, env).expect_err("settings to be refused")
}

/// Whether the one refusal names the setting and an example, and says what is wrong.
fn assert_refused(key: &str, value: &str, says: &str) {
    let message = refused("", &[(key, value)]);
    assert!(message.starts_with(&format!("DOORWARD_{key}: ")), "{message}");
    assert!(message.contains(says) && message.contains("for example") && message.lines().count() == 1, "{key}={value}: {message}");
}

#[test]
fn nothing_needs_to_be_configured() {
    let settings = load("", &[]).expect("the defaults");
    let expected = Policy::for_issuer(Issuer::parse("http://127.0.0.1:8000").expect("an issuer"));
    // Law: the table's defaults are the protocol's.
    assert_eq!(format!("{:?}", settings.policy), format!("{expected:?}"));
    assert_eq!(settings.database_url, "sqlite://doorward.db");
    assert_eq!(settings.secret, SecretSource::BesideDatabase { file_name: "doorward.key" });
    // Law: nobody registers by request unless the operator says so.
    assert_eq!((settings.policy.registration.admission, settings.policy.registration.require_pkce), (Admission::Closed, true));
    assert_eq!((settings.password_min_length, settings.log.as_str()), (15, "info"));
    assert_eq!((settings.client_cert_header, settings.templates_dir, settings.static_dir), (None, None, None));
    assert!(settings.trusted_proxies.is_empty() && settings.hashing_threads.get() >= 1);
}

#[test]
fn rocket_is_quiet_nameless_and_believes_no_header() {
    let config = rocket::Config::try_from(figment("", &[])).expect("Rocket's configuration");
    assert_eq!((config.address.to_string().as_str(), config.port), ("127.0.0.1", 8000));
    assert_eq!(
        (config.log_level, config.ident, config.ip_header),
        (rocket::config::LogLevel::Critical, rocket::config::Ident::none(), None)
    );
    let limits = ["form", "data-form", "string", "bytes"].map(|name| config.limits.get(name).map(rocket::data::ByteUnit::as_u64));
    // Law: no form is larger than 64 KiB.
    assert_eq!(limits, [Some(65_536); 4]);
}

#[test]
fn the_environment_is_above_the_file_and_read_as_text() {
    let toml =
        "[default.doorward]\nsession_idle = \"1h\"\nsession_absolute = \"2h\"\npassword_min_length = 20\nregistration_require_pkce = false";
    let settings = load(toml, &[("SESSION_IDLE", "30m"), ("SECRET", "01234567890123456789012345678901234")]).expect("settings");
    assert_eq!((settings.policy.session_idle.0, settings.policy.session_absolute.0), (1_800, 7_200));
    assert_eq!((settings.password_min_length, settings.policy.registration.require_pkce), (20, false));
    // Law: a secret of digits stays what it is, with its zero in front.
    assert_eq!(settings.secret.given().expect("a secret").expect("inline").as_str(), "01234567890123456789012345678901234");
}

#[test]
fn the_selected_profile_is_above_the_default_one() {
    let toml = "[default.doorward]\ncode_lifetime = \"30s\"\nlog = \"warn\"\n[release.doorward]\ncode_lifetime = \"20s\"";
    let settings = Settings::load(&figment(toml, &[]).select("release"), false).expect("settings");
    // Law: what the profile leaves out, the default gives.
    assert_eq!((settings.policy.code_lifetime.0, settings.log.as_str()), (20, "warn"));
}

#[test]
fn lists_are_comma_separated_or_arrays() {
    let ip = |text: &str| text.parse::<IpAddr>().expect("an address");
    let settings = env("TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/24").expect("settings");
    assert!(settings.trusted_proxies.contains(ip("10.0.0.9")) && settings.trusted_proxies.contains(ip("127.0.0.1")));
    let settings = load("[default.doorward]\nfetch_allow = [\"Jwks.example\", \"::1\"]", &[]).expect("settings");
    assert!(settings.fetch_allow.allows_host("jwks.example") && settings.fetch_allow.allows_ip(ip("::1")));
    let both = [("CLIENT_CERT_HEADER", "Client-Cert"), ("TRUSTED_PROXIES", "")];
    assert!(refused("", &both).contains("no proxy is trusted"));
    let alone = [("CLIENT_CERT_VERIFIED_HEADER", "Client-Cert-Verified"), ("TRUSTED_PROXIES", "127.0.0.1")];
    assert!(refused("", &alone).contains("CLIENT_CERT_HEADER, too"));
    // Law: an empty list is nobody.
    assert!(env("TRUSTED_PROXIES", "").expect("settings").trusted_proxies.is_empty());
}

#[test]
fn rfc_8705_2_1_a_proxy_that_does_not_say_what_it_verified_is_offered_no_subjects() {
    let (proxy, header) = (("TRUSTED_PROXIES", "127.0.0.1"), ("CLIENT_CERT_HEADER", "Client-Cert"));
    let says = ("CLIENT_CERT_VERIFIED_HEADER", "Client-Cert-Verified");
    let sees = |env: &[(&str, &str)]| load("", env).expect("settings").policy.mutual_tls;
    assert_eq!((sees(&[proxy]), sees(&[proxy, header, says])), (MutualTls::Off, MutualTls::Any));
    // Law: nothing is taken to be verified because nobody said otherwise.
    assert_eq!(sees(&[proxy, header]), MutualTls::Unverified);
}

#[test]
fn who_may_register_and_what_they_get_is_the_operators_choice() {
    let rules = |env: &[(&str, &str)]| load("", env).expect("settings").policy.registration;
    assert_eq!(rules(&[("REGISTRATION", "token")]).admission, Admission::Token);
    assert_eq!(rules(&[("REGISTRATION", "open")]).admission, Admission::Open);
    assert_eq!(rules(&[("REGISTRATION_SCOPES", "*")]).scopes, ScopeBound::All);
    let listed = rules(&[("REGISTRATION_SCOPES", "openid, photos:read"), ("REGISTRATION_GRANTS", "client_credentials")]);
    assert_eq!(listed.scopes, ScopeBound::Listed(["openid", "photos:read"].into_iter().collect()));
    assert_eq!(listed.grants, [GrantType::ClientCredentials]);
    // Law: without a word of the operator's, no API's scope and no machine's grant.
    assert_eq!(rules(&[]), doorward_protocol::registration::Rules::default());
}

#[test]
fn each_wrong_value_is_refused_by_its_name_with_an_example() {
    for (key, value, says) in [
        ("ISSUER", "http://login.example", "https://"),
        ("ISSUER", "login.example", "absolute URL"),
        ("ISSUER", "https://login.example/?a", "query"),
        ("ISSUER", "", "empty"),
        ("ISSUER", " https://login.example", "space"),
        ("ISSUER", "https://login.example\n", "control"),
        ("ISSUER", "https://\u{fffd}", "UTF-8"),
        ("DATABASE_URL", "", "empty"),
        ("SECRET", "too short", "at least 32"),
        ("SECRET", "", "empty"),
        ("SECRET_FILE", "/nowhere/secret", "/nowhere/secret"),
        ("SECRET_FILE", "/", "can't be read"),
        ("REGISTRATION", "Closed", "closed, token, open"),
        ("REGISTRATION_REQUIRE_PKCE", "yes", "neither true nor false"),
        ("REGISTRATION_REQUIRE_PKCE", "1", "neither true nor false"),
        ("REGISTRATION_SCOPES", "", "is empty"),
        ("REGISTRATION_SCOPES", "*, openid", "write it alone"),
        ("REGISTRATION_SCOPES", "openid profile", "no scope"),
        ("REGISTRATION_GRANTS", "", "nothing that can be begun"),
        ("REGISTRATION_GRANTS", "refresh_token", "nothing that can be begun"),
        ("REGISTRATION_GRANTS", "authorization_code, password", "none of authorization_code"),
        ("CLIENT_ID_METADATA_DOCUMENTS", "yes", "neither true nor false"),
        ("CLIENT_ID_METADATA_HOSTS", "", "is empty"),
        ("CLIENT_ID_METADATA_HOSTS", "https://app.example", "no host name"),
        ("CLIENT_ID_METADATA_HOSTS", "*.example", "no host name"),
        ("REGISTRATION_UNUSED", "30", "no unit"),
        ("REGISTRATION_UNUSED", "1m", "shorter than 1h"),
        ("FETCH_ALLOW", "http://a.example", "no host name"),
        ("FETCH_ALLOW", "a.example,,b.example", "empty entry"),
        ("FETCH_CA_FILE", "/nowhere/ca.pem", "/nowhere/ca.pem"),
        ("FETCH_CA_FILE", "Cargo.toml", "holds no certificate"),
        ("FETCH_CA_FILE", "/", "can't be read"),
        ("TRUSTED_PROXIES", "10.0.0.1/8", "10.0.0.0/8"),
        ("TRUSTED_PROXIES", "0.0.0.0/0", "everybody"),
        ("TRUSTED_PROXIES", "proxy.example", "neither an IP address"),
        ("TRUSTED_PROXIES", "127.0.0.1,", "empty entry"),
        ("CLIENT_CERT_HEADER", "Client Cert", "no header name"),
        ("CLIENT_CERT_HEADER", "Client-Cert", "TRUSTED_PROXIES"),
        ("CODE_LIFETIME", "60", "no unit"),
        ("CODE_LIFETIME", "9s", "shorter than 10s"),
        ("CODE_LIFETIME", "601s", "longer than 10m"),
        ("ACCESS_TOKEN_LIFETIME", "2d", "longer than 1d"),
        ("ID_TOKEN_LIFETIME", "0s", "shorter than 10s"),
        ("REFRESH_IDLE", "91d", "longer than DOORWARD_REFRESH_ABSOLUTE"),
        ("REFRESH_ABSOLUTE", "1y", "unknown unit"),
        ("SESSION_IDLE", "8d", "longer than DOORWARD_SESSION_ABSOLUTE"),
        ("SESSION_ABSOLUTE", "-1d", "whole number"),
        ("CONSENT_LIFETIME", "forever", "whole number"),
        ("PASSWORD_MIN_LENGTH", "7", "from 8 to 64"),
        ("PASSWORD_MIN_LENGTH", "+15", "from 8 to 64"),
        ("PASSWORD_MIN_LENGTH", "15.0", "from 8 to 64"),
        ("HASHING_THREADS", "0", "from 1 to 1024"),
        ("HASHING_THREADS", "99999999999", "from 1 to 1024"),
        ("TEMPLATES_DIR", "/nowhere/templates", "no folder"),
        ("STATIC_DIR", "/nowhere/static", "no folder"),
        ("LOG", "inof", "no level"),
    ] {
        assert_refused(key, value, says);
    }
    let tried = |key: &Key| refused("", &[(key.row().name, "\u{fffd}")]).contains("UTF-8") || matches!(key.row().kind, Kind::List);
    // Law: no setting takes what is no text.
    assert!(Key::ALL.iter().all(tried));
}

#[test]
fn every_fallback_and_example_of_the_table_is_right() {
    for key in Key::ALL {
        let name = key.row().name;
        if let Fallback::Text(text) = key.row().fallback {
            assert!(env(name, text).is_ok(), "{key:?}");
        }
        let elsewhere = matches!(key, Key::Secret | Key::SecretFile | Key::FetchCaFile | Key::TemplatesDir | Key::StaticDir);
        let given = [(name, key.row().example), ("TRUSTED_PROXIES", "127.0.0.1"), ("CLIENT_CERT_HEADER", "Client-Cert")];
        let needed = if *key == Key::ClientCertVerifiedHeader { 3 } else { 1 + usize::from(*key == Key::ClientCertHeader) };
        // Law: what an error shows as right is right.
        assert!(elsewhere || load("", &given[..needed]).is_ok(), "{key:?}");
    }
}

#[test]
fn an_unknown_key_is_named_with_what_was_meant() {
    assert_eq!(refused("", &[("ISUER", "https://a.example")]), "DOORWARD_ISUER: is not a setting; did you mean DOORWARD_ISSUER?");
    assert!(refused("", &[("PORT", "80")]).contains("ROCKET_PORT"));
    assert!(refused("", &[("", "x")]).contains("DOORWARD_: is not a setting"));
    assert!(refused("[default.doorward]\nsesion_idle = \"1h\"", &[]).contains("did you mean session_idle?"));
    assert!(refused("[default.doorward.issuer]\nx = 1", &[]).contains("not a single text"));
    // Law: a section that would be passed over in silence is an error, too.
    assert!(refused("[doorward]\nissuer = \"https://a.example\"", &[]).contains("[default.doorward]"));
}

#[test]
fn all_faults_are_told_at_once() {
    let toml =
        "[default]\naddress = \"localhost\"\nport = \"eighty\"\n[default.doorward]\nissuer = 5\nnonsense = true\ntrusted_proxies = [1]";
    let message = refused(toml, &[("CODE_LIFETIME", "60"), ("SECRET", "short")]);
    for name in ["address", "port", "issuer", "nonsense", "trusted_proxies", "DOORWARD_CODE_LIFETIME", "DOORWARD_SECRET"] {
        assert!(
            message.lines().any(|line| line.starts_with(name) || line.starts_with(&format!("ROCKET_{}", name.to_uppercase()))),
            "{message}"
        );
    }
    // Law: one start is enough to learn everything.
    assert_eq!(message.lines().count(), 7, "{message}");
}

#[test]
fn a_fault_names_the_file_it_stands_in() {
    let file = Scratch::new("faulty", "[default.doorward]\ncode_lifetime = \"60\"\n");
    let figment =
        assemble(Toml::file_exact(&file.0).nested(), &Env::prefixed("ROCKET_IN_NO_ENVIRONMENT_"), EnvText::from_pairs([("", "")]));
    let message = Settings::load(&figment.select("default"), false).expect_err("a fault").to_string();
    // Law: the operator is sent to the right line of the right file.
    assert!(
        message.starts_with(&format!("code_lifetime in {}: ", file.0.display())) && message.contains("code_lifetime = \"60s\""),
        "{message}"
    );
}

#[test]
fn a_broken_file_is_told_on_one_line_without_its_text() {
    for text in ["[default.doorward]\nsecret = \"hunter2hunter2\n", "[default.doorward]\nsecret = hunter2hunter2\n", "hunter2hunter2"] {
        let file = Scratch::new("broken", text);
        let figment =
            assemble(Toml::file_exact(&file.0).nested(), &Env::prefixed("ROCKET_IN_NO_ENVIRONMENT_"), EnvText::from_pairs([("", "")]));
        let message = Settings::load(&figment.select("default"), false).expect_err("a fault").to_string();
        assert!(message.contains("TOML") && message.lines().count() == 1, "{message}");
        // Law: no message repeats a line that may hold the secret.
        assert!(!message.contains("hunter2"), "{message}");
    }
}

#[test]
fn a_secret_is_never_shown() {
    let secret = "hunter2-hunter2-hunter2-hunter2-hunter2";
    let url = "postgres://ada:hunter2@host/d";
    let settings = load("", &[("SECRET", secret), ("DATABASE_URL", url)]).expect("settings");
    assert!(!format!("{settings:?}").contains("hunter2"));
    let message = refused("", &[("SECRET", "hunter2"), ("SECRET_FILE", "/x"), ("DATABASE_URL", "postgres://hunter2\n")]);
    // Law: neither Debug nor an error holds it.
    assert!(!message.contains("hunter2"), "{message}");
}

#[test]
fn a_secret_comes_from_one_place() {
    let file = Scratch::new("secret", &format!("{LONG}\n"));
    let path = file.0.to_str().expect("UTF-8");
    let settings = env("SECRET_FILE", path).expect("settings");
    assert_eq!(settings.secret.given().expect("a secret").expect("a file").as_str(), LONG);
    assert!(refused("", &[("SECRET", LONG), ("SECRET_FILE", path)]).contains("leave one of them out"));
    let short = Scratch::new("short", &format!("{}\n", &LONG[1..]));
    assert_refused("SECRET_FILE", short.0.to_str().expect("UTF-8"), "31 characters");
    let long = Scratch::new("long", &"x".repeat(4097));
    // Law: a secret file is a secret, not any file.
    assert_refused("SECRET_FILE", long.0.to_str().expect("UTF-8"), "longer than 4096");
}

#[test]
fn postgresql_needs_a_secret_and_says_how_to_make_one() {
    // Law: many nodes can't each make a key of their own.
    for url in ["postgres://host/d", "postgresql://host/d", "POSTGRES://host/d"] {
        let message = refused("", &[("DATABASE_URL", url)]);
        assert!(message.starts_with("DOORWARD_SECRET: ") && message.contains("openssl rand -base64 48"), "{message}");
        assert!(load("", &[("DATABASE_URL", url), ("SECRET", LONG)]).is_ok());
    }
}

#[test]
fn elsewhere_than_on_the_loopback_the_issuer_must_be_set() {
    for (toml, says) in [
        ("[default]\naddress = \"0.0.0.0\"", "0.0.0.0"),
        ("[default]\naddress = \"::\"", "::"),
        ("[default]\naddress = \"10.0.0.1\"", "10.0.0.1"),
        ("[default]\nport = 0", "port 0"),
    ] {
        let message = refused(toml, &[]);
        assert!(message.starts_with("DOORWARD_ISSUER: must be set") && message.contains(says), "{message}");
        assert!(load(toml, &[("ISSUER", "https://login.example")]).is_ok(), "{toml}");
    }
    let issuer = |toml: &str| load(toml, &[]).expect("settings").policy.issuer.as_str().to_owned();
    assert_eq!(issuer("[default]\naddress = \"::1\"\nport = 9000"), "http://[::1]:9000");
    // Law: without a setting, the issuer is the loopback address that is served.
    assert_eq!(issuer("[default]\nport = 80"), "http://127.0.0.1");
}

#[cfg(not(feature = "tls"))]
#[test]
fn tls_that_was_asked_for_is_never_left_out_in_silence() {
    let message = refused("[default.tls]\ncerts = \"a.pem\"\nkey = \"b.pem\"", &[]);
    // Law: plain HTTP is never served where TLS was configured.
    assert!(message.starts_with("ROCKET_TLS: ") && message.contains("--features tls"), "{message}");
}

#[test]
fn the_demo_keeps_to_itself() {
    let demo = |toml: &str, env: &[(&str, &str)]| Settings::load(&figment(toml, env), true).map_err(|errors| errors.to_string());
    let settings = demo("", &[("DATABASE_URL", "postgres://host/d"), ("SECRET", LONG)]).expect("settings");
    assert_eq!(settings.database_url, "sqlite://doorward-demo.db");
    assert_eq!(settings.secret, SecretSource::BesideDatabase { file_name: "doorward-demo.key" });
    let ip = |text: &str| text.parse::<IpAddr>().expect("an address");
    assert!(settings.fetch_allow.allows_ip(ip("127.0.0.1")) && !settings.fetch_allow.allows_ip(ip("10.0.0.1")));
    assert!(!load("", &[]).expect("settings").fetch_allow.allows_ip(ip("127.0.0.1")), "the demo alone");
    assert!(demo("", &[("ISSUER", "https://login.example")]).expect_err("a fault").contains("loopback only"));
    // Law: nobody else reaches the demo.
    assert!(
        demo("[default]\naddress = \"0.0.0.0\"", &[("ISSUER", "http://127.0.0.1:8000")]).expect_err("a fault").contains("ROCKET_ADDRESS")
    );
}

/// A file of this test alone, gone when it ends.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str, text: &str) -> Self {
        static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let count = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("doorward-config-{}-{count}-{name}", std::process::id()));
        std::fs::write(&path, text).expect("a temporary file");
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
