//! `doorward trust …`: who may call whom, in one file.

use doorward_protocol::exchange_rule::ExchangeRule;
use doorward_protocol::trust::{self, Change, Edge, Known, Plan, TrustFile, edges};
use doorward_protocol::values::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::super::input::read_input;
use super::super::output::CliError;
use super::super::trusted::{Trust as Command, TrustApply};
use super::{Desk, json as objects};
use crate::config::parse_duration;
use crate::store::{Conn, StoreError, apis, clients, definitions, seen};

pub(super) fn run(command: Command, desk: &mut Desk<'_>) -> Result<(), CliError> {
    match command {
        Command::Apply(asked) => apply(&asked, desk),
        Command::Show => show(desk),
    }
}

fn apply(asked: &TrustApply, desk: &mut Desk<'_>) -> Result<(), CliError> {
    let text = read_input(&asked.file)?;
    let file = read(&text, if asked.file == "-" { "standard input" } else { &asked.file })?;
    let issuer = desk.settings.policy.issuer.as_str();
    // Tokens for userinfo come from a person's own approval alone.
    let own =
        file.services.iter().find(|(_, service)| service.audience.as_ref().is_some_and(|uri| uri.as_str().trim_end_matches('/') == issuer));
    if let Some((name, _)) = own {
        return Err(CliError::new("invalid", format!("services.{name}.audience: {issuer} is this server itself")));
    }
    let (dry, now) = (asked.dry_run, desk.now);
    let store = if dry { desk.open()? } else { desk.open_or_make()? };
    let plan = if dry {
        store.read_blocking(move |conn| planned(conn, &file))?
    } else {
        store.write_blocking(move |conn| done(conn, &file, now))?
    };
    for remark in &plan.remarks {
        desk.output.note(remark);
    }
    if desk.output.is_json() {
        let changes: Vec<Value> = plan.changes.iter().map(Change::json).collect();
        return desk.output.show(&json!({"applied": !dry, "changes": changes}));
    }
    let mut lines: Vec<String> = plan.changes.iter().map(Change::shown).collect();
    match (plan.changes.is_empty(), dry) {
        (true, _) => lines.push("nothing to change".to_owned()),
        (false, true) => lines.push("nothing was changed: leave out --dry-run to do this".to_owned()),
        (false, false) => {}
    }
    desk.output.tell(&(lines.join("\n") + "\n"))
}

/// TOML, or JSON where it begins like an object. Spans are numbers of seconds, or texts with their unit.
pub(in crate::cli) fn read(text: &str, name: &str) -> Result<TrustFile, CliError> {
    let wrong = |why: String| CliError::new("input", format!("{name} {why}"));
    let mut object: Map<String, Value> = if text.trim_start().starts_with('{') {
        serde_json::from_str(text).map_err(|why| wrong(format!("is no JSON: {why}")))?
    } else {
        // Its message has several lines with the place drawn below it.
        toml::from_str(text).map_err(|why| wrong(format!("is no TOML: {}{}", line_of(text, why.span()), why.message())))?
    };
    spans(&mut object).map_err(|why| CliError::new("invalid", why))?;
    objects::read(object).map_err(|why| CliError::new("invalid", why))
}

fn line_of(text: &str, span: Option<std::ops::Range<usize>>) -> String {
    let before = span.and_then(|span| text.get(..span.start));
    before.map(|before| format!("line {}: ", before.matches('\n').count() + 1)).unwrap_or_default()
}

fn spans(object: &mut Map<String, Value>) -> Result<(), String> {
    let in_seconds = |owner: &mut Value, member: &str| {
        let Some(Value::String(text)) = owner.get(member) else { return Ok(()) };
        let seconds = parse_duration(text).map_err(|why| format!("{member}: {text:?} {why}; for example \"10m\""))?;
        owner[member] = seconds.0.into();
        Ok::<_, String>(())
    };
    for service in object.get_mut("services").and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut) {
        in_seconds(service, "token_lifetime")?;
    }
    for call in object.get_mut("calls").and_then(Value::as_array_mut).into_iter().flatten() {
        in_seconds(call, "lifetime")?;
    }
    Ok(())
}

fn planned(conn: &mut Conn, file: &TrustFile) -> Result<Plan, CliError> {
    let rules: Vec<ExchangeRule> = definitions::list(conn)?;
    let (apis, clients) = (apis::list(conn)?, clients::list(conn)?);
    trust::plan(file, Known { apis: &apis, rules: &rules, clients: &clients }).map_err(|faults| CliError::several("invalid", faults))
}

/// Makes everything what the file says, or nothing.
pub(in crate::cli) fn done(conn: &mut Conn, file: &TrustFile, now: Timestamp) -> Result<Plan, CliError> {
    let plan = planned(conn, file)?;
    plan.changes.iter().try_for_each(|change| write(conn, change, now))?;
    Ok(plan)
}

fn write(conn: &mut Conn, change: &Change, now: Timestamp) -> Result<(), CliError> {
    let done = match change {
        Change::AddApi(api) => apis::insert(conn, api, now)?,
        Change::ChangeApi(api) => apis::update(conn, api)?,
        Change::AddEdge(rule) => definitions::insert(conn, rule, now)?,
        Change::ChangeEdge(rule) => definitions::update(conn, rule)?,
        Change::RemoveEdge(rule) => definitions::delete::<ExchangeRule>(conn, &rule.name)?,
        Change::ChangeClient(id, metadata, _) => {
            clients::hold(conn, id)?;
            match clients::find(conn, id)? {
                Some(mut client) => {
                    client.metadata = (**metadata).clone();
                    clients::update(conn, &client)?
                }
                None => false,
            }
        }
    };
    if done { Ok(()) } else { Err(CliError::new("conflict", "somebody else changed this in the same moment: do it again")) }
}

/// An edge beside what was seen of it.
#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    edge: Edge,
    /// Tokens that it gave and that still stand in the database: those that haven't ended, and for a short while those that have.
    tokens: i64,
    /// When the last of them was given.
    last: Option<Value>,
}

fn show(desk: &mut Desk<'_>) -> Result<(), CliError> {
    let (edges, seen) = desk.open()?.read_blocking(|conn| {
        let rules: Vec<ExchangeRule> = definitions::list(conn)?;
        Ok::<_, StoreError>((edges(&clients::list(conn)?, &apis::list(conn)?, &rules), seen::by_edge(conn)?))
    })?;
    let rows: Vec<Shown> = edges
        .into_iter()
        .map(|edge| {
            let seen = seen.iter().filter(|seen| seen.client == edge.from && seen.audience == edge.to.as_str() && seen.by == edge.by);
            let (tokens, last) = seen.fold((0, None), |(count, last), seen| (count + seen.count, last.max(Some(seen.last))));
            Shown { edge, tokens, last: last.map(|at| desk.moment(at)) }
        })
        .collect();
    desk.output.list(&rows, &["from", "to", "by", "scopes", "tokens", "last"])
}
