//! What `serve --demo` adds: a person, an app of a third party, and its service. None of it exists without `--demo`.

use super::checker;
use super::demo_lab;
use super::output::CliError;
use crate::config::Settings;
use crate::setup::Setup;
use crate::store::users::{self, User};
use crate::store::{StoreError, apis, clients};
use crate::{flows::Ctx, passwords};
use doorward_demo::{DemoConfig, Heard, lab};
use doorward_protocol::api::Api;
use doorward_protocol::client::{Client, Metadata};
use doorward_protocol::secret::{ClientSecret, Secret, random_id};
use doorward_protocol::tokens::claims::Person;
use doorward_protocol::values::{ClientId, Subject};
use rocket::{Build, Rocket};
use serde_json::{Value, json};

/// The demo's person.
const USERNAME: &str = "demo";
const EMAIL: &str = "demo@example.org";
const CLIENT: &str = "papercrane";
/// How far above the server's port the lab listens.
const LAB: u16 = 7;

pub(super) fn failed(why: impl std::fmt::Display) -> CliError {
    CliError::new("demo", why.to_string())
}

/// Registers person, app and service anew, and gives the server with what the demo adds, and the demo's programs, ready to be launched.
///
/// # Errors
/// [`CliError`] when the database can't.
pub fn prepare(setup: &mut Setup, settings: &Settings, told: &mut Value) -> Result<Vec<(&'static str, Rocket<Build>)>, CliError> {
    let ctx = setup.ctx();
    let port = settings.listen.port();
    let secret = Secret::<ClientSecret>::mint(&*ctx.rng);
    let mut config = DemoConfig::new(ctx.policy.issuer.as_str(), CLIENT, secret.expose());
    config.shop_port = port.checked_add(1).ok_or_else(|| failed("the demo needs the two ports above the server's"))?;
    config.photos_port = port.checked_add(2).ok_or_else(|| failed("the demo needs the two ports above the server's"))?;
    config.shop_base = format!("http://127.0.0.1:{}", config.shop_port);
    config.resource = format!("http://127.0.0.1:{}/", config.photos_port);
    let password = new_password(ctx);
    register(ctx, &config, &password)?;
    told["learn"] = json!(format!("{}/learn", ctx.policy.issuer.as_str().trim_end_matches('/')));
    told["app"] = json!(config.shop_base);
    told["services"] = json!([config.resource]);
    told["username"] = json!(USERNAME);
    told["password"] = json!(password);
    let lab_port = port.checked_add(LAB).ok_or_else(|| failed("the demo needs the seven ports above the server's"))?;
    told["lab"] = json!(lab::address(lab_port));
    let services = super::demo_services::prepare(ctx, port, told)?;
    let heard = Heard::default();
    let workshop = checker::workshop(ctx, &config, &told["lab"], heard.clone(), port)?;
    setup.open_workshop(workshop);
    demo_lab::prepare(setup, &config, &lab::address(lab_port))?;
    let mut apps = vec![
        ("the demo app", doorward_demo::print_shop(&config)),
        ("the photo service", doorward_demo::photo_service_heard(&config, heard)),
        ("the lab", lab::lab_issuer(lab_port, &config.issuer).map_err(failed)?),
    ];
    apps.extend(services);
    Ok(apps)
}

/// Easy to type, 80 bits, other at each start.
pub(super) fn new_password(ctx: &Ctx) -> String {
    let mut bytes = [0u8; 10];
    ctx.rng.fill(&mut bytes);
    let letters: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    letters.chunks(2).map(<[String]>::concat).collect::<Vec<_>>().join("-")
}

fn register(ctx: &Ctx, config: &DemoConfig, password: &str) -> Result<(), CliError> {
    let now = ctx.now();
    let api: Api = serde_json::from_value(doorward_demo::api(config)).map_err(failed)?;
    let mut metadata = doorward_demo::client_metadata(config);
    // The id and the secret stand beside the metadata, not in it.
    if let Some(members) = metadata.as_object_mut() {
        members.remove("client_id");
        members.remove("client_secret");
    }
    let secret = Secret::<ClientSecret>::shown(config.client_secret.as_str()).digest();
    let client = Client::new(ClientId::new(config.client_id.as_str()), Metadata::read(metadata).map_err(failed)?, Some(secret), now);
    let user = User {
        person: Person {
            subject: Subject::new(random_id(&*ctx.rng)),
            username: USERNAME.to_owned(),
            email: Some(EMAIL.to_owned()),
            email_verified: true,
            claims: profile(),
        },
        password: passwords::hash_blocking(password).map_err(failed)?,
        disabled: false,
        created_at: now,
    };
    ctx.store
        .write_blocking(move |conn| {
            match users::by_name(conn, USERNAME)? {
                Some(known) => {
                    users::set_password(conn, &known.person.subject, &user.password, now)?;
                    users::set_disabled(conn, &known.person.subject, false, now)?;
                }
                None => drop(users::insert(conn, &user)?),
            }
            // Another port is another address: what stood there before goes.
            for old in apis::list(conn)?.iter().filter(|old| old.resource != api.resource) {
                apis::delete(conn, old.resource.as_str())?;
            }
            if !apis::insert(conn, &api, now)? {
                apis::update(conn, &api)?;
            }
            if !clients::insert(conn, &client)? {
                clients::update(conn, &client)?;
            }
            Ok::<_, StoreError>(())
        })
        .map_err(failed)
}

fn profile() -> serde_json::Map<String, Value> {
    let claims = json!({
        "name": "Robin Lin",
        "name#zh-CN": "林知秋",
        "given_name": "Robin",
        "family_name": "Lin",
        "nickname": "Robin",
        "locale": "en",
        "zoneinfo": "Asia/Shanghai",
    });
    claims.as_object().cloned().unwrap_or_default()
}
