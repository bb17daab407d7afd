//! Rocket's own part of the configuration: checked before Rocket sees it, since Rocket prints and exits by itself.

use std::net::{IpAddr, SocketAddr};

use rocket::figment::value::Value;
use rocket::figment::{Error, Figment};

use super::error::{ConfigError, Place};

/// Where the server listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Listen {
    /// Address and port.
    pub(super) socket: SocketAddr,
    /// Whether it ends TLS itself.
    pub(super) tls: bool,
    /// Whether it asks clients for certificates then.
    pub(super) mutual: bool,
}

impl Listen {
    /// The issuer that needs no setting, or why there is none.
    pub(super) fn issuer(self) -> Result<String, String> {
        let ip = self.socket.ip();
        if !ip.is_loopback() {
            return Err(format!("must be set, because the server listens on {ip}, not on the loopback alone"));
        }
        if self.socket.port() == 0 {
            return Err("must be set, because port 0 leaves the port open".to_owned());
        }
        Ok(format!("http{}://{}", if self.tls { "s" } else { "" }, self.socket))
    }
}

/// Reads what Rocket will read.
pub(super) fn check(figment: &Figment) -> Result<Listen, Vec<ConfigError>> {
    let mut faults = Vec::new();
    let asked = figment.find_value("tls").is_ok_and(|tls| !matches!(tls, Value::Bool(_, false)));
    if asked && !cfg!(feature = "tls") {
        faults.push(ConfigError {
            name: "ROCKET_TLS".to_owned(),
            place: Place::Environment,
            problem: "this doorward was built without TLS: build one with `cargo build --release --features tls`, or end TLS in a proxy"
                .to_owned(),
            example: None,
        });
    }
    match rocket::Config::try_from(figment) {
        Ok(config) if faults.is_empty() => {
            let (tls, mutual) = (config.tls_enabled(), config.mtls_enabled());
            Ok(Listen { socket: SocketAddr::new(config.address, config.port), tls, mutual })
        }
        Ok(_) => Err(faults),
        Err(error) => {
            // Rocket stops at its first fault; these two are what people get wrong.
            let address = figment.extract_inner::<IpAddr>("address").err();
            let port = figment.extract_inner::<u16>("port").err();
            for fault in [address, port, Some(error)].into_iter().flatten().flatten().map(|error| fault(&error)) {
                if faults.iter().all(|known: &ConfigError| known.name != fault.name) {
                    faults.push(fault);
                }
            }
            Err(faults)
        }
    }
}

/// A fault that figment found, on one line.
pub(super) fn fault(error: &Error) -> ConfigError {
    let file = error.metadata.as_ref().and_then(|from| from.source.as_ref()).and_then(|source| source.file_path());
    let setting = error.path.join(".");
    let example = match setting.as_str() {
        "address" => Some(IpAddr::from([127, 0, 0, 1]).to_string()),
        "port" => Some("8000".to_owned()),
        _ => None,
    };
    let (name, place) = match (file, setting.as_str()) {
        (Some(file), "") => ("TOML".to_owned(), Place::File(file.to_owned())),
        (Some(file), name) => (name.to_owned(), Place::File(file.to_owned())),
        (None, "") => ("configuration".to_owned(), Place::Environment),
        (None, name) => (format!("ROCKET_{}", name.to_ascii_uppercase().replace('.', "_")), Place::Environment),
    };
    ConfigError { name, place, problem: without_source(&error.kind.to_string()), example }
}

/// The message without the lines of the file that a TOML error repeats: they may hold the secret.
fn without_source(message: &str) -> String {
    let repeats = |line: &&str| line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ').starts_with('|');
    let lines: Vec<&str> = message.lines().filter(|line| !repeats(line)).map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join(": ")
}
