//! Where the four programs are, and what the server has to be told about them.

use serde_json::{Value, json};

/// Who may call whom, as it is shipped.
const TRUST: &str = include_str!("trust.toml");
/// The port of the first program in it.
const FIRST: u16 = 8003;

/// One of the programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Program {
    /// The web app that people open.
    Gateway,
    /// Takes orders.
    Orders,
    /// Sets goods aside.
    Stock,
    /// Sends parcels.
    Shipping,
}

impl Program {
    /// All of them, in the order in which an order passes through.
    pub const ALL: [Self; 4] = [Self::Gateway, Self::Orders, Self::Stock, Self::Shipping];

    /// Its `client_id` at the server.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Gateway => "gateway",
            Self::Orders => "orders",
            Self::Stock => "stock",
            Self::Shipping => "shipping",
        }
    }

    const fn place(self) -> u16 {
        match self {
            Self::Gateway => 0,
            Self::Orders => 1,
            Self::Stock => 2,
            Self::Shipping => 3,
        }
    }
}

/// Settings of the services. No `Debug`, since they hold secrets.
#[derive(Clone)]
pub struct ServicesConfig {
    pub(super) issuer: String,
    first_port: u16,
    secrets: [String; 4],
}

impl ServicesConfig {
    /// The gateway on `first_port`, the services on the three ports above it, all on 127.0.0.1. None where there are no such ports.
    pub fn new(issuer: &str, first_port: u16, mut secret: impl FnMut() -> String) -> Option<Self> {
        first_port.checked_add(3)?;
        Some(Self { issuer: issuer.to_owned(), first_port, secrets: [secret(), secret(), secret(), secret()] })
    }

    /// The port of a program.
    pub fn port(&self, program: Program) -> u16 {
        self.first_port.saturating_add(program.place())
    }

    /// Its address, without a slash at the end.
    pub fn address(&self, program: Program) -> String {
        format!("http://127.0.0.1:{}", self.port(program))
    }

    /// The audience of tokens for it: its address with a slash.
    pub fn audience(&self, program: Program) -> String {
        format!("{}/", self.address(program))
    }

    /// Its secret at the server.
    pub fn secret(&self, program: Program) -> &str {
        &self.secrets[usize::from(program.place())]
    }

    /// How a program is registered at the server: client metadata of RFC 7591 §2. What it may call says [`trust`](Self::trust).
    pub fn registration(&self, program: Program) -> Value {
        let mut metadata = json!({
            "client_name": format!("Lantern Tea: {}", program.id()),
            "grant_types": ["urn:ietf:params:oauth:grant-type:token-exchange"],
            "response_types": [],
            "token_endpoint_auth_method": "client_secret_basic",
            "scope": "",
        });
        if program == Program::Gateway {
            let base = self.address(program);
            metadata["client_name"] = json!("Lantern Tea");
            metadata["client_uri"] = json!(base);
            metadata["redirect_uris"] = json!([format!("{base}/callback")]);
            metadata["post_logout_redirect_uris"] = json!([format!("{base}/")]);
            metadata["backchannel_logout_uri"] = json!(format!("{base}/backchannel-logout"));
            metadata["response_types"] = json!(["code"]);
            metadata["id_token_signed_response_alg"] = json!("ES256");
            metadata["scope"] = json!("openid profile");
            // It may exchange, so that what stops it is the edge that isn't there.
            metadata["grant_types"] = json!(["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:token-exchange"]);
        }
        metadata
    }

    /// Who may call whom: the file beside this one, with the ports of these programs.
    pub fn trust(&self) -> String {
        // Through names, since one's new port may be another's old one.
        let named = Program::ALL.iter().fold(TRUST.to_owned(), |text, program| {
            text.replace(&format!("\"http://127.0.0.1:{}/\"", FIRST + program.place()), &format!("<{}>", program.id()))
        });
        Program::ALL
            .iter()
            .fold(named, |text, program| text.replace(&format!("<{}>", program.id()), &format!("\"{}\"", self.audience(*program))))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used)]

    use super::{Program, ServicesConfig};

    #[test]
    fn the_trust_file_follows_the_ports() {
        let config = |first| ServicesConfig::new("http://127.0.0.1:1", first, String::new).expect("ports");
        assert_eq!(config(8003).trust(), super::TRUST);
        let moved = config(8004).trust();
        for (program, port) in [(Program::Orders, 8005), (Program::Stock, 8006), (Program::Shipping, 8007)] {
            assert_eq!(config(8004).audience(program), format!("http://127.0.0.1:{port}/"));
            // Law: one audience each, and no old one.
            assert_eq!(moved.matches(&format!("audience = \"http://127.0.0.1:{port}/\"")).count(), 1, "{moved}");
        }
        assert!(ServicesConfig::new("http://127.0.0.1:1", 65_533, String::new).is_none());
    }
}
