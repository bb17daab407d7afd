//! What the two programs have to be told, and what the server has to be told about them.

use rocket::Config;
use rocket::config::{Ident, LogLevel, Shutdown};
use serde_json::{Value, json};

/// The scopes the shop asks for: who the person is, and what it wants from the photo service.
pub(crate) const SCOPES: [&str; 5] = ["openid", "profile", "email", "photos:read", "albums:read"];

/// Settings of the demo. No `Debug`, since it holds the client's secret.
#[derive(Clone)]
pub struct DemoConfig {
    /// The login server's issuer, exactly as its discovery document says it: `http://127.0.0.1:8000`.
    pub issuer: String,
    /// Where browsers find the shop, without a slash at the end: `http://127.0.0.1:8001`.
    pub shop_base: String,
    /// The port the shop listens on, on 127.0.0.1.
    pub shop_port: u16,
    /// The port the photo service listens on, on 127.0.0.1.
    pub photos_port: u16,
    /// The shop's name at the server.
    pub client_id: String,
    /// The shop's secret at the server.
    pub client_secret: String,
    /// The photo service's name at the server, and the only audience it accepts in a token (RFC 8707 §2).
    pub resource: String,
}

impl DemoConfig {
    /// The usual addresses: the shop at `http://127.0.0.1:8001`, the photo service at `http://127.0.0.1:8002/`.
    pub fn new(issuer: &str, client_id: &str, client_secret: &str) -> Self {
        Self {
            issuer: issuer.to_owned(),
            shop_base: "http://127.0.0.1:8001".to_owned(),
            shop_port: 8001,
            photos_port: 8002,
            client_id: client_id.to_owned(),
            client_secret: client_secret.to_owned(),
            resource: "http://127.0.0.1:8002/".to_owned(),
        }
    }

    pub(crate) fn redirect_uri(&self) -> String {
        format!("{}/callback", self.shop_base)
    }

    pub(crate) fn after_logout(&self) -> String {
        format!("{}/goodbye", self.shop_base)
    }

    pub(crate) fn photos_base(&self) -> String {
        format!("http://127.0.0.1:{}", self.photos_port)
    }
}

/// How the shop is registered at the server: client metadata of RFC 7591 §2.
pub fn client_metadata(cfg: &DemoConfig) -> Value {
    json!({
        "client_id": cfg.client_id,
        "client_secret": cfg.client_secret,
        "client_name": "Papercrane Prints",
        "client_uri": cfg.shop_base,
        "redirect_uris": [cfg.redirect_uri()],
        "post_logout_redirect_uris": [cfg.after_logout()],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "client_secret_basic",
        "id_token_signed_response_alg": "ES256",
        "scope": SCOPES.join(" "),
    })
}

/// How the photo service is registered at the server: its name, and each scope in a sentence a person understands.
pub fn api(cfg: &DemoConfig) -> Value {
    json!({
        "resource": cfg.resource,
        "name": "Photo service",
        "signing_alg": "ES256",
        "scopes": {
            "photos:read": { "en": "See your photos", "zh-CN": "查看你的照片", "required": true },
            "albums:read": { "en": "See your albums and which photos are in them", "zh-CN": "查看你的相册以及其中的照片" },
        },
    })
}

/// Both programs are small, local and quiet, and leave signals to the program that started them.
pub(crate) fn rocket_config(port: u16) -> Config {
    Config {
        port,
        workers: 2,
        max_blocking: 32,
        ident: Ident::none(),
        ip_header: None,
        log_level: LogLevel::Off,
        cli_colors: false,
        shutdown: Shutdown {
            ctrlc: false,
            #[cfg(unix)]
            signals: std::collections::HashSet::new(),
            force: false,
            ..Shutdown::default()
        },
        ..Config::release_default()
    }
}
