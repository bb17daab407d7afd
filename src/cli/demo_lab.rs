//! The lab of `serve --demo`: its two apps, its services, and who logs in there; new secrets at each start, in memory alone.

use super::demo::{failed, new_password};
use super::output::CliError;
use crate::flows::Ctx;
use crate::lab::Lab;
use crate::passwords;
use crate::setup::Setup;
use crate::store::users::{self, User};
use crate::store::{StoreError, apis, clients};
use doorward_demo::DemoConfig;
use doorward_demo::lab::sabotage::{self, App, Bench, Tools};
use doorward_protocol::api::Api;
use doorward_protocol::client::{Client, Metadata};
use doorward_protocol::secret::{ClientSecret, Secret, random_id};
use doorward_protocol::tokens::claims::Person;
use doorward_protocol::values::{ClientId, Subject};
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
    register(ctx, address, [(&own, "Lab app"), (&other, "Another lab app")], &password)?;
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

fn register(ctx: &Ctx, address: &str, apps: [(&App, &str); 2], password: &str) -> Result<(), CliError> {
    let now = ctx.now();
    let services: Vec<Api> = sabotage::apis(address).into_iter().map(serde_json::from_value).collect::<Result<_, _>>().map_err(failed)?;
    let client = |(app, name): (&App, &str)| -> Result<Client, CliError> {
        let metadata = Metadata::read(sabotage::app_metadata(address, name)).map_err(failed)?;
        Ok(Client::new(ClientId::new(app.id.as_str()), metadata, Some(Secret::<ClientSecret>::shown(app.secret.as_str()).digest()), now))
    };
    let clients_of_it = apps.into_iter().map(client).collect::<Result<Vec<_>, _>>()?;
    let user = person(ctx, password)?;
    ctx.store
        .write_blocking(move |conn| {
            match users::by_name(conn, USERNAME)? {
                Some(known) => {
                    users::set_password(conn, &known.person.subject, &user.password, now)?;
                    users::set_disabled(conn, &known.person.subject, false, now)?;
                }
                None => drop(users::insert(conn, &user)?),
            }
            for api in &services {
                if !apis::insert(conn, api, now)? {
                    apis::update(conn, api)?;
                }
            }
            for client in &clients_of_it {
                if !clients::insert(conn, client)? {
                    clients::update(conn, client)?;
                }
            }
            Ok::<_, StoreError>(())
        })
        .map_err(failed)
}

fn person(ctx: &Ctx, password: &str) -> Result<User, CliError> {
    let claims = json!({ "name": "Lin Shiyan", "name#zh-CN": "林试言" });
    Ok(User {
        person: Person {
            subject: Subject::new(random_id(&*ctx.rng)),
            username: USERNAME.to_owned(),
            email: None,
            email_verified: false,
            claims: claims.as_object().cloned().unwrap_or_default(),
        },
        password: passwords::hash_blocking(password).map_err(failed)?,
        disabled: false,
        created_at: ctx.now(),
    })
}
