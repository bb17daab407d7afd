//! The one table of settings. Whatever is said of a setting elsewhere is taken from here.

use doorward_protocol::values::Seconds;

/// What holds when a setting is absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fallback {
    /// This text, read as if it had been written.
    Text(&'static str),
    /// Something worked out at start, said in words.
    Said(&'static str),
    /// Nothing: the feature is off.
    Nothing,
}

/// How the text of a setting is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text, taken as it is.
    Text,
    /// Text that may hold a secret: no message repeats it.
    Hidden,
    /// `true` or `false`.
    Flag,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Entries separated by commas; in a file also an array.
    List,
    /// A whole number within bounds, both included.
    Number {
        /// The least.
        min: u32,
        /// The most.
        max: u32,
    },
    /// A duration within bounds, both included.
    Span {
        /// The shortest.
        min: Seconds,
        /// The longest.
        max: Seconds,
    },
    /// A folder that exists.
    Folder,
}

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its name in a file; in capitals after `DOORWARD_` it is the variable.
    pub name: &'static str,
    /// What holds without it.
    pub fallback: Fallback,
    /// How it is read, and its bounds.
    pub kind: Kind,
    /// A value that is right.
    pub example: &'static str,
    /// What it does: Markdown, sentences.
    pub meaning: &'static str,
}

macro_rules! keys {
    ($($key:ident, $name:literal, $fallback:expr, $kind:expr, $example:literal, $meaning:literal;)+) => {
        /// A setting.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Key {
            $(#[doc = $meaning] $key,)+
        }

        impl Key {
            /// Every setting, in the order of the reference.
            pub const ALL: &'static [Self] = &[$(Self::$key),+];

            /// Its row.
            pub const fn row(self) -> &'static Row {
                match self {
                    $(Self::$key => const { &Row { name: $name, fallback: $fallback, kind: $kind, example: $example, meaning: $meaning } },)+
                }
            }
        }
    };
}

impl Key {
    /// The environment variable.
    pub fn variable(self) -> String {
        format!("DOORWARD_{}", self.row().name.to_ascii_uppercase())
    }

    /// The setting of that name in a file.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|key| key.row().name == name)
    }
}

impl Kind {
    /// Whether a message may repeat the value.
    pub const fn is_hidden(self) -> bool {
        matches!(self, Self::Hidden)
    }
}

const MINUTE: Seconds = Seconds::minutes(1);
const TOKEN: Kind = Kind::Span { min: Seconds(10), max: Seconds::days(1) };
const LONG: Kind = Kind::Span { min: MINUTE, max: Seconds::days(3650) };
const SESSION: Kind = Kind::Span { min: MINUTE, max: Seconds::days(365) };

keys! {
    Issuer, "issuer", Fallback::Said("the loopback address it serves"), Kind::Text, "https://login.example",
        "The base of every URL, and what tokens name as their issuer. Must be set when the server listens elsewhere than on the loopback; \
         https unless its host is the loopback. `Secure` and `__Host-` of cookies derive from it alone; no forwarded header ever changes \
         it. A page asked for under another name of the loopback is redirected to it.";
    DatabaseUrl, "database_url", Fallback::Text("sqlite://doorward.db"), Kind::Hidden, "sqlite:///var/lib/doorward/doorward.db",
        "`sqlite://relative`, `sqlite:///absolute` or `postgres://user:password@host/name`. A binary built without PostgreSQL says so and \
         how to get one.";
    Secret, "secret", Fallback::Said("with SQLite a file `doorward.key` beside the database"), Kind::Hidden,
        "…48 random bytes as base64…",
        "Encrypts private keys at rest: at least 32 characters, made by `openssl rand -base64 48`. With SQLite and neither `SECRET` nor \
         `SECRET_FILE`, a file of mode 0600 is made beside the database at the first start. Required with PostgreSQL.";
    SecretFile, "secret_file", Fallback::Nothing, Kind::Text, "/run/secrets/doorward",
        "A file that holds the secret; one trailing newline is stripped. `SECRET` and `SECRET_FILE` together are an error.";
    Registration, "registration", Fallback::Text("closed"), Kind::Word(&["closed", "token", "open"]), "closed",
        "Who may register clients by request (RFC 7591): `closed`, nobody; `token`, who has a token made by `doorward registration-token \
         add`; `open`, everybody, within limits. People are always asked for consent by such clients.";
    RegistrationRequirePkce, "registration_require_pkce", Fallback::Text("true"), Kind::Flag, "true",
        "`false` lets dynamically registered confidential clients go without PKCE; no other client is affected.";
    RegistrationScopes, "registration_scopes", Fallback::Said("the OpenID scopes"), Kind::List, "openid, profile, email, photos:read",
        "What a client that registers itself may ask of people. `*` is every scope of every API: list those of the APIs that strangers' \
         apps may reach instead.";
    RegistrationGrants, "registration_grants", Fallback::Said("authorization_code, refresh_token"), Kind::List,
        "authorization_code, refresh_token, client_credentials",
        "Which `grant_types` a client that registers itself may have. Grants of machines and devices belong to clients that somebody \
         vouches for: list them only where `REGISTRATION` is `token`.";
    RegistrationUnused, "registration_unused", Fallback::Text("30d"), Kind::Span { min: Seconds::hours(1), max: Seconds::days(3650) }, "30d",
        "A client that registered itself and has got no token within so long is removed.";
    ClientIdMetadataDocuments, "client_id_metadata_documents", Fallback::Text("true"), Kind::Flag, "false",
        "`true`: an app may use the https address of its own metadata as its `client_id` (draft-ietf-oauth-client-id-metadata-document), \
         without being registered. The document is fetched with care, the app gets what `REGISTRATION_SCOPES` and `REGISTRATION_GRANTS` \
         give, and people are always asked.";
    ClientIdMetadataHosts, "client_id_metadata_hosts", Fallback::Said("every host"), Kind::List, "app.example, vscode.dev",
        "The hosts whose documents are read; a name stands for itself alone, not for what is below it.";
    FetchAllow, "fetch_allow", Fallback::Nothing, Kind::List, "jwks.internal.example, 10.1.0.0/16",
        "Hosts or networks that outgoing requests may reach although they are private or loopback; in the demo the loopback is among them.";
    FetchCaFile, "fetch_ca_file", Fallback::Nothing, Kind::Text, "/etc/doorward/company-ca.pem",
        "A PEM file of certificate authorities that outgoing requests trust beside the system's.";
    TrustedProxies, "trusted_proxies", Fallback::Nothing, Kind::List, "127.0.0.1, 10.0.0.0/24",
        "Addresses or networks of proxies whose `X-Forwarded-For` and client-certificate header are believed.";
    ForwardAuth, "forward_auth", Fallback::Said("nobody; in development, where the issuer is on the loopback, the loopback"), Kind::List,
        "127.0.0.1, 10.0.0.0/24",
        "Addresses or networks of proxies that may ask `/forward-auth` about tokens for the services behind them; to others it isn't there. \
         Where the server's own public proxy comes from one of these addresses, that proxy must not pass `/forward-auth` on.";
    ClientCertHeader, "client_cert_header", Fallback::Nothing, Kind::Text, "Client-Cert",
        "Name of the header in which a trusted proxy hands over the client's certificate (RFC 9440 form or URL-encoded PEM).";
    ClientCertVerifiedHeader, "client_cert_verified_header", Fallback::Nothing, Kind::Text, "Client-Cert-Verified",
        "Name of the header in which that proxy says that it has verified the certificate against an authority: `SUCCESS`, as nginx's \
         `$ssl_client_verify`; anything else is no. Without it no certificate in `CLIENT_CERT_HEADER` counts as verified, and \
         `tls_client_auth` isn't offered.";
    CodeLifetime, "code_lifetime", Fallback::Text("60s"), Kind::Span { min: Seconds(10), max: Seconds::minutes(10) }, "60s",
        "How long an authorization code may be redeemed.";
    DeviceCodeLifetime, "device_code_lifetime", Fallback::Text("10m"), Kind::Span { min: MINUTE, max: Seconds::minutes(30) }, "10m",
        "How long the code that a device shows may be entered, and the device may poll for the answer.";
    PushedRequestLifetime, "pushed_request_lifetime", Fallback::Text("60s"), Kind::Span { min: Seconds(10), max: Seconds::minutes(10) },
        "60s",
        "How long the `request_uri` of a pushed authorization request (RFC 9126) may be used.";
    AccessTokenLifetime, "access_token_lifetime", Fallback::Text("10m"), TOKEN, "10m",
        "How long an access token is accepted, unless its API says otherwise.";
    IdTokenLifetime, "id_token_lifetime", Fallback::Text("1h"), TOKEN, "1h",
        "How long an ID token is accepted.";
    RefreshIdle, "refresh_idle", Fallback::Text("30d"), LONG, "30d",
        "A refresh token unused for so long is dead. At most `REFRESH_ABSOLUTE`.";
    RefreshAbsolute, "refresh_absolute", Fallback::Text("90d"), LONG, "90d",
        "A family of refresh tokens ends after so long, used or not.";
    SessionIdle, "session_idle", Fallback::Text("12h"), SESSION, "12h",
        "A login unused for so long has ended. At most `SESSION_ABSOLUTE`.";
    SessionAbsolute, "session_absolute", Fallback::Text("7d"), SESSION, "7d",
        "A login ends after so long, used or not.";
    ConsentLifetime, "consent_lifetime", Fallback::Text("180d"), LONG, "180d",
        "A consent is remembered for so long.";
    RequirePushedRequests, "require_pushed_requests", Fallback::Text("false"), Kind::Flag, "true",
        "`true`: every client must push its authorization requests (RFC 9126). Single clients are held to it by their metadata \
         `require_pushed_authorization_requests`, those of the profile `fapi2` always.";
    RequireDpopNonce, "require_dpop_nonce", Fallback::Text("false"), Kind::Flag, "true",
        "`true`: DPoP proofs must carry a nonce that this server gave a short while ago, so that none can be made ahead of time. Clients \
         then need a second try now and then, as RFC 9449 section 8 describes.";
    PasswordMinLength, "password_min_length", Fallback::Text("15"), Kind::Number { min: 8, max: 64 }, "15",
        "The shortest new password, in characters (NIST SP 800-63B-4 asks for 15 where a password stands alone).";
    HashingThreads, "hashing_threads", Fallback::Said("number of cores"), Kind::Number { min: 1, max: 1024 }, "2",
        "At most so many passwords are hashed at once; further ones wait in a bounded, fair queue. Each takes 19 MiB while it lasts.";
    TemplatesDir, "templates_dir", Fallback::Nothing, Kind::Folder, "/etc/doorward/templates",
        "A folder whose `*.html.tera` files replace the embedded pages of the same name.";
    StaticDir, "static_dir", Fallback::Nothing, Kind::Folder, "/etc/doorward/static",
        "A folder whose files replace the embedded static files of the same name.";
    Log, "log", Fallback::Text("info"), Kind::Text, "info,doorward::http=debug",
        "What is logged to standard error: a level (`off`, `error`, `warn`, `info`, `debug`, `trace`), and by comma `target=level` for \
         single parts of the program. Text on a terminal, JSON lines otherwise; times are UTC.";
}
