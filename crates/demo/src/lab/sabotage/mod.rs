//! Breaking a live flow: real requests to the running server, as an app and a browser make them, with one thing wrong.
//!
//! [`Bench::run`] plays one [`Act`] and gives a [`Report`]: every message, its answer, and what refused. It blocks; call it on a thread
//! that may. The server's own checks are not in the report: they are found by the request id of the step that was refused.

mod acts;
mod compare;
mod person;
mod report;
mod rows;
mod run;
mod said;
mod wire;

use serde_json::{Value, json};
use std::fmt;

use acts::{app, codes, requests, services};
use person::Person;
use report::Failure;
use run::Run;

pub use compare::{Line, Place, compare};
pub use report::{Came, Honest, Message, Refusal, Report, Step, Token};
pub use rows::{Act, Group, Stop, acts};

/// An app as it is registered.
#[derive(Clone)]
pub struct App {
    /// Its name at the server.
    pub id: String,
    /// Its secret there.
    pub secret: String,
}

/// What a bench needs to know. No `Debug`: it holds secrets.
pub struct Tools {
    /// The server's issuer.
    pub issuer: String,
    /// Where the lab is, without a slash at the end.
    pub lab: String,
    /// Where the demo app is, without a slash at the end.
    pub shop: String,
    /// The app that is played here.
    pub app: App,
    /// Another app, which wants what isn't its own.
    pub other: App,
    /// Who logs in.
    pub username: String,
    /// With which password.
    pub password: String,
}

/// Where flows are broken.
pub struct Bench {
    issuer: String,
    lab: String,
    shop: String,
    app: App,
    other: App,
    person: Person,
}

impl fmt::Debug for Bench {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bench({})", self.issuer)
    }
}

impl Bench {
    /// A bench with these tools.
    pub fn new(tools: Tools) -> Self {
        let person = Person { username: tools.username, password: tools.password };
        Self { issuer: tools.issuer, lab: tools.lab, shop: tools.shop, app: tools.app, other: tools.other, person }
    }

    /// Plays one act against the running server. It takes from some milliseconds to some seconds.
    pub fn run(&self, act: Act) -> Report {
        let played = Run::new(self).map(|mut run| {
            let outcome = play(&mut run, act);
            (run.report(), outcome.err())
        });
        match played {
            Ok((report, failure)) => Report { failure: failure.map(|why| why.0), ..report },
            Err(Failure(why)) => Report { failure: Some(why), ..Report::default() },
        }
    }

    /// Where the played app would be called back. Nobody listens there: the player stops at the door.
    fn callback(&self) -> String {
        callback(&self.lab)
    }

    fn notes(&self) -> String {
        notes(&self.lab)
    }

    fn moment(&self) -> String {
        moment(&self.lab)
    }
}

fn play(run: &mut Run<'_>, act: Act) -> Result<(), Failure> {
    match act {
        Act::CodeReplayed => codes::replayed(run),
        Act::VerifierDropped => codes::verifier_dropped(run),
        Act::VerifierWrong => codes::verifier_wrong(run),
        Act::RedirectAtToken => codes::redirect_at_token(run),
        Act::CodeOfAnother => codes::of_another(run),
        Act::SecretWrong => codes::secret_wrong(run),
        Act::CodeAsBearer => codes::as_bearer(run),
        Act::RefreshReplayed => codes::refresh_replayed(run),
        Act::ScopeWidened => codes::scope_widened(run),
        Act::TokenRevoked => codes::revoked(run),
        Act::TokenInAddress => codes::in_the_address(run),
        Act::TokenAtServer => codes::wrong_place(run),
        Act::RedirectChanged => requests::redirect_changed(run),
        Act::ChallengeMissing => requests::challenge_missing(run),
        Act::ChallengePlain => requests::challenge_plain(run),
        Act::ParameterRepeated => requests::parameter_repeated(run),
        Act::Implicit => requests::implicit(run),
        Act::ScopeUnregistered => requests::scope_unregistered(run),
        Act::TokenElsewhere => services::audience(run),
        Act::JwtEdited => services::edited(run),
        Act::AlgNone => services::alg_none(run),
        Act::Hs256 => services::hs256(run),
        Act::OwnKey => services::own_key(run),
        Act::IdTokenAtService => services::id_token(run),
        Act::ScopeMissing => services::scope(run),
        Act::TokenExpired => services::expired(run),
        Act::StateChanged => app::state_changed(run),
        Act::IssuerChanged => app::issuer_changed(run),
        Act::NonceRemoved => app::nonce_removed(run),
        Act::CodeInjected => app::code_injected(run),
    }
}

fn callback(lab: &str) -> String {
    format!("{lab}/app/callback")
}

/// The notes service, and its name.
pub(super) fn notes(lab: &str) -> String {
    format!("{lab}/notes")
}

/// The service whose tokens live for a second, and its name.
pub(super) fn moment(lab: &str) -> String {
    format!("{lab}/moment")
}

/// How the played app, or the other one, is registered at the server (RFC 7591 §2).
pub fn app_metadata(lab: &str, name: &str) -> Value {
    json!({
        "client_name": name,
        "redirect_uris": [callback(lab)],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "client_secret_basic",
        "id_token_signed_response_alg": "ES256",
        "scope": "openid profile notes:read notes:write moment:read",
    })
}

/// How the lab's two services are registered at the server.
pub fn apis(lab: &str) -> [Value; 2] {
    [
        json!({
            "resource": notes(lab),
            "name": "Lab notes",
            "signing_alg": "ES256",
            "scopes": {
                "notes:read": { "en": "Read your notes in the lab", "zh-CN": "读取你在实验室的笔记" },
                "notes:write": { "en": "Write notes in the lab", "zh-CN": "在实验室写笔记" },
            },
        }),
        json!({
            "resource": moment(lab),
            "name": "Lab moment",
            "signing_alg": "ES256",
            "token_lifetime": 1,
            "scopes": { "moment:read": { "en": "Ask the lab what time it is", "zh-CN": "向实验室询问时间" } },
        }),
    ]
}
