//! The tea shop of the demo: a gateway and three services, and who of them may call whom.

use super::commands::trust;
use super::demo_register::{self as register, failed};
use super::output::CliError;
use crate::flows::Ctx;
use doorward_demo::services::{self, Program, ServicesConfig};
use doorward_protocol::secret::{ClientSecret, Secret};
use rocket::{Build, Rocket};
use serde_json::{Value, json};

/// How far above the server's port the gateway listens; the services are on the ports above it.
const GATEWAY: u16 = 3;

/// Registers the four programs anew, applies their trust file, and gives them ready to be launched.
///
/// # Errors
/// [`CliError`] when the database can't, or the ports don't exist.
pub fn prepare(ctx: &Ctx, port: u16, told: &mut Value) -> Result<Vec<(&'static str, Rocket<Build>)>, CliError> {
    let secret = || Secret::<ClientSecret>::mint(&*ctx.rng).expose().to_owned();
    let config = port.checked_add(GATEWAY).and_then(|first| ServicesConfig::new(ctx.policy.issuer.as_str(), first, secret));
    let config = config.ok_or_else(|| failed("the demo needs the seven ports above the server's"))?;
    put(ctx, &config)?;
    told["gateway"] = json!(config.address(Program::Gateway));
    if let Some(addresses) = told["services"].as_array_mut() {
        addresses.extend([Program::Orders, Program::Stock, Program::Shipping].map(|program| json!(config.audience(program))));
    }
    let apps = services::services(&config).map_err(failed)?;
    Ok(apps.into_iter().map(|(program, app)| (program.id(), app)).collect())
}

fn put(ctx: &Ctx, config: &ServicesConfig) -> Result<(), CliError> {
    let now = ctx.now();
    let client = |program: Program| register::client(ctx, program.id(), config.secret(program), config.registration(program));
    let clients = Program::ALL.into_iter().map(client).collect::<Result<Vec<_>, _>>()?;
    let file = trust::read(&config.trust(), "trust.toml")?;
    ctx.store.write_blocking(move |conn| register::put_clients(conn, &clients)).map_err(failed)?;
    ctx.store.write_blocking(move |conn| trust::done(conn, &file, now)).map(drop)
}
