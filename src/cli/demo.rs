//! What `serve --demo` adds: a person, an app of a third party, and its service. None of it exists without `--demo`.

use super::checker;
use super::demo_lab;
use super::demo_register::{self as register, failed, new_password};
use super::output::CliError;
use crate::config::Settings;
use crate::flows::Ctx;
use crate::setup::Setup;
use crate::store::{StoreError, apis};
use doorward_demo::{DemoConfig, Heard, lab};
use doorward_protocol::api::Api;
use doorward_protocol::secret::{ClientSecret, Secret};
use rocket::{Build, Rocket};
use serde_json::{Value, json};

/// The demo's person.
const USERNAME: &str = "demo";
const EMAIL: &str = "demo@example.org";
const CLIENT: &str = "papercrane";
/// How far above the server's port the lab listens, which is the last of the demo's programs.
pub(super) const LAB: u16 = 7;

/// Registers person, app and service anew, and gives the server with what the demo adds, and the demo's programs, ready to be launched.
///
/// # Errors
/// [`CliError`] when the database can't.
pub fn prepare(setup: &mut Setup, settings: &Settings, told: &mut Value) -> Result<Vec<(&'static str, Rocket<Build>)>, CliError> {
    let ctx = setup.ctx();
    let port = settings.listen.port();
    let secret = Secret::<ClientSecret>::mint(&*ctx.rng);
    let mut config = DemoConfig::new(ctx.policy.issuer.as_str(), CLIENT, secret.expose());
    let lab_port = port.checked_add(LAB).ok_or_else(|| failed("the demo needs the seven ports above the server's"))?;
    (config.shop_port, config.photos_port) = (port + 1, port + 2);
    config.shop_base = format!("http://127.0.0.1:{}", config.shop_port);
    config.resource = format!("http://127.0.0.1:{}/", config.photos_port);
    let password = new_password(ctx);
    put(ctx, &config, &password)?;
    told["learn"] = json!(format!("{}/learn", ctx.policy.issuer.as_str().trim_end_matches('/')));
    told["app"] = json!(config.shop_base);
    told["services"] = json!([config.resource]);
    told["username"] = json!(USERNAME);
    told["password"] = json!(password);
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

fn put(ctx: &Ctx, config: &DemoConfig, password: &str) -> Result<(), CliError> {
    let now = ctx.now();
    let api: Api = serde_json::from_value(doorward_demo::api(config)).map_err(failed)?;
    let mut metadata = doorward_demo::client_metadata(config);
    // The id and the secret stand beside the metadata, not in it.
    if let Some(members) = metadata.as_object_mut() {
        members.remove("client_id");
        members.remove("client_secret");
    }
    let client = register::client(ctx, &config.client_id, &config.client_secret, metadata)?;
    let user = register::person(ctx, USERNAME, Some(EMAIL), profile(), password)?;
    ctx.store
        .write_blocking(move |conn| {
            register::put_person(conn, &user, now)?;
            // Another port is another address: what stood there before goes.
            for old in apis::list(conn)?.iter().filter(|old| old.resource != api.resource) {
                apis::delete(conn, old.resource.as_str())?;
            }
            register::put_apis(conn, std::slice::from_ref(&api), now)?;
            register::put_clients(conn, std::slice::from_ref(&client))?;
            Ok::<_, StoreError>(())
        })
        .map_err(failed)
}

fn profile() -> Value {
    json!({
        "name": "Robin Lin",
        "name#zh-CN": "林知秋",
        "given_name": "Robin",
        "family_name": "Lin",
        "nickname": "Robin",
        "locale": "en",
        "zoneinfo": "Asia/Shanghai",
    })
}
