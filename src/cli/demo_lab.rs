//! The lab of `serve --demo`: its two apps, its services, and who logs in there; new secrets at each start, in memory alone.

use super::demo_register::{self as register, failed, new_password};
use super::output::CliError;
use crate::flows::Ctx;
use crate::lab::Lab;
use crate::setup::Setup;
use crate::store::StoreError;
use doorward_demo::DemoConfig;
use doorward_demo::lab::sabotage::{self, App, Bench, Tools};
use doorward_protocol::api::Api;
use doorward_protocol::secret::{ClientSecret, Secret};
use doorward_protocol::values::ClientId;
use serde_json::json;

/// Who logs in where flows are broken, so that nobody's own consents are touched.
const USERNAME: &str = "lab";

/// Registers what the lab needs at `address`, and gives the server its bench.
///
/// # Errors
/// [`CliError`] when the database can't.
pub fn prepare(setup: &mut Setup, config: &DemoConfig, address: &str) -> Result<(), CliError> {
    let ctx = setup.ctx();
    let app = |id: &str| App { id: id.to_owned(), secret: Secret::<ClientSecret>::mint(&*ctx.rng).expose().to_owned() };
    let (own, other) = (app("lab-app"), app("lab-other"));
    let password = new_password(ctx);
    put(ctx, address, [(&own, "Lab app"), (&other, "Another lab app")], &password)?;
    let tools = Tools {
        issuer: config.issuer.clone(),
        lab: address.to_owned(),
        shop: config.shop_base.clone(),
        app: own,
        other,
        username: USERNAME.to_owned(),
        password,
    };
    let lab = Lab::new(Bench::new(tools), ClientId::new(config.client_id.as_str()), address.to_owned(), setup.traces().clone());
    setup.open_lab(lab);
    Ok(())
}

fn put(ctx: &Ctx, address: &str, apps: [(&App, &str); 2], password: &str) -> Result<(), CliError> {
    let now = ctx.now();
    let services: Vec<Api> = sabotage::apis(address).into_iter().map(serde_json::from_value).collect::<Result<_, _>>().map_err(failed)?;
    let client = |(app, name): (&App, &str)| register::client(ctx, &app.id, &app.secret, sabotage::app_metadata(address, name));
    let clients = apps.into_iter().map(client).collect::<Result<Vec<_>, _>>()?;
    let claims = json!({ "name": "Lin Shiyan", "name#zh-CN": "林试言" });
    let user = register::person(ctx, USERNAME, None, claims, password)?;
    ctx.store
        .write_blocking(move |conn| {
            register::put_person(conn, &user, now)?;
            register::put_apis(conn, &services, now)?;
            register::put_clients(conn, &clients)?;
            Ok::<_, StoreError>(())
        })
        .map_err(failed)
}
