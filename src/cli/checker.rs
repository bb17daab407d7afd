//! The person as whom "check me" logs in, and the workshop that it works in. Neither exists without `--demo`.

use super::demo::LAB;
use super::demo_register::{self as register, failed, new_password};
use super::output::CliError;
use crate::flows::Ctx;
use crate::flows::learner::{Demo, Workshop};
use doorward_demo::{DemoConfig, Heard};
use doorward_protocol::values::Subject;
use serde_json::{Value, json};

const USERNAME: &str = "checker";
const EMAIL: &str = "checker@example.org";
const NAME: &str = "Alex Probe";

/// Opens the workshop: its person gets a new password, which is in memory alone.
///
/// # Errors
/// [`CliError`] when the database can't.
pub fn workshop(ctx: &Ctx, config: &DemoConfig, lab: &Value, heard: Heard, port: u16) -> Result<Workshop, CliError> {
    let password = new_password(ctx);
    let subject = person(ctx, &password)?;
    Ok(Workshop::new(Demo {
        username: USERNAME.to_owned(),
        password,
        known_as: vec![NAME.to_owned(), subject.as_str().to_owned(), EMAIL.to_owned(), USERNAME.to_owned()],
        photos: config.resource.clone(),
        heard,
        lab: lab.as_str().unwrap_or_default().to_owned(),
        taken: (port..=port.saturating_add(LAB)).collect(),
    }))
}

fn person(ctx: &Ctx, password: &str) -> Result<Subject, CliError> {
    let now = ctx.now();
    let claims = json!({ "name": NAME, "given_name": "Alex", "family_name": "Probe", "locale": "en" });
    let user = register::person(ctx, USERNAME, Some(EMAIL), claims, password)?;
    ctx.store.write_blocking(move |conn| register::put_person(conn, &user, now)).map_err(failed)
}
