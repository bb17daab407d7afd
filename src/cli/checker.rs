//! The person as whom "check me" logs in, and the workshop that it works in. Neither exists without `--demo`.

use super::demo::{failed, new_password};
use super::output::CliError;
use crate::flows::Ctx;
use crate::flows::learner::{Demo, Workshop};
use crate::passwords;
use crate::store::StoreError;
use crate::store::users::{self, User};
use doorward_demo::{DemoConfig, Heard};
use doorward_protocol::secret::random_id;
use doorward_protocol::tokens::claims::Person;
use doorward_protocol::values::Subject;
use serde_json::{Value, json};

const USERNAME: &str = "checker";
const EMAIL: &str = "checker@example.org";
const NAME: &str = "Alex Probe";
/// Ports above the server's that belong to the demo.
const PORTS: u16 = 7;

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
        taken: (port..=port.saturating_add(PORTS)).collect(),
    }))
}

fn person(ctx: &Ctx, password: &str) -> Result<Subject, CliError> {
    let now = ctx.now();
    let claims = json!({ "name": NAME, "given_name": "Alex", "family_name": "Probe", "locale": "en" });
    let user = User {
        person: Person {
            subject: Subject::new(random_id(&*ctx.rng)),
            username: USERNAME.to_owned(),
            email: Some(EMAIL.to_owned()),
            email_verified: true,
            claims: claims.as_object().cloned().unwrap_or_default(),
        },
        password: passwords::hash_blocking(password).map_err(failed)?,
        disabled: false,
        created_at: now,
    };
    let made = move |conn: &mut crate::store::Conn| {
        let Some(known) = users::by_name(conn, USERNAME)? else {
            users::insert(conn, &user)?;
            return Ok(user.person.subject.clone());
        };
        users::set_password(conn, &known.person.subject, &user.password, now)?;
        users::set_disabled(conn, &known.person.subject, false, now)?;
        Ok::<_, StoreError>(known.person.subject)
    };
    ctx.store.write_blocking(made).map_err(failed)
}
