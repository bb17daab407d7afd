//! `doorward client trace …`: a client's flows, kept for a time, redacted, for its owner to look at.

use doorward_protocol::values::{ClientId, Seconds};
use serde_json::{Value, json};

use super::super::args::ClientTrace;
use super::super::output::CliError;
use super::Desk;
use super::client::found;
use crate::store::client_traces;

/// The longest time a client is traced.
const LONGEST: Seconds = Seconds::hours(24);

pub(super) fn run(asked: &ClientTrace, desk: &mut Desk<'_>) -> Result<(), CliError> {
    if asked.span > LONGEST {
        return Err(CliError::new("invalid", "--for: a client is traced for at most 24h"));
    }
    let (id, off, until) = (asked.id.clone(), asked.off, desk.now.plus(asked.span));
    let client = desk.open()?.write_blocking(move |conn| {
        let client = found(conn, &id)?;
        if off {
            client_traces::end(conn, &client.id)?;
        } else {
            client_traces::put(conn, &client.id, until)?;
        }
        Ok::<_, CliError>(client)
    })?;
    let until = if off { Value::Null } else { desk.moment(until) };
    desk.output.show(&json!({"client_id": client.id.as_str(), "traced_until": until}))?;
    tell(&client.id, client.metadata.owner.as_deref(), off, desk);
    Ok(())
}

fn tell(id: &ClientId, owner: Option<&str>, off: bool, desk: &mut Desk<'_>) {
    if off {
        desk.output.note("each server forgets what it kept within two seconds");
        return;
    }
    let at = desk.settings.policy.issuer.at("/learn/trace");
    match owner {
        Some(owner) => desk.output.note(&format!("from two seconds on {owner} sees the flows of {id}, redacted, at {at}")),
        None => desk
            .output
            .note(&format!("nobody sees them: {id} has no owner; name a user in its member \"owner\" by `doorward client update {id}`")),
    }
}
