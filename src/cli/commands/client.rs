//! `doorward client …`: apps that people log in to, and machines.

use doorward_protocol::api::{Api, Apis};
use doorward_protocol::client::{Client, Metadata, Origin};
use doorward_protocol::secret::{ClientSecret, Secret};
use doorward_protocol::values::{ClientId, Issuer, Subject, Timestamp};
use serde::Serialize;
use serde_json::Value;
use std::io::IsTerminal as _;

use super::super::args::{Client as Command, ClientAdd, ClientUpdate};
use super::super::output::CliError;
use super::client_members::{certificate_remark, changed, logout_remarks, new_client, remarks};
use super::{Desk, api, client_trace, json};
use crate::client_secrets;
use crate::flows::sector;
use crate::setup::{open_fetch, open_seal};
use crate::store::{Conn, Store, StoreError, apis, clients, deliveries, users};

pub(super) fn run(command: Command, desk: &mut Desk<'_>) -> Result<(), CliError> {
    match command {
        Command::Add(asked) => add(&asked, desk),
        Command::List => list(desk),
        Command::Show(asked) => {
            let (client, told) = desk.open()?.read_blocking(|conn| {
                let client = found(conn, &asked.id)?;
                let told = deliveries::standing(conn, &client.id)?;
                Ok::<_, CliError>((client, told))
            })?;
            desk.output.show(&shown(&client, None, desk))?;
            for remark in logout_remarks(&told, |at| desk.moment(at)) {
                desk.output.note(&remark);
            }
            Ok(())
        }
        Command::Update(asked) => update(asked, desk),
        Command::RotateSecret(asked) => rotate_secret(asked.id, desk),
        Command::Delete(asked) => delete(asked.id, desk),
        Command::Trace(asked) => client_trace::run(&asked, desk),
    }
}

fn add(asked: &ClientAdd, desk: &mut Desk<'_>) -> Result<(), CliError> {
    if asked.file == "-" && std::io::stdin().is_terminal() {
        desk.output.note("type the metadata as JSON, then Ctrl+D; or give a file by --file");
    }
    let (client, secret) = new_client(json::read_object(&asked.file)?, &desk.rng, desk.now)?;
    known_to_its_sector(&client.metadata, desk)?;
    let (issuer, now) = (desk.settings.policy.issuer.clone(), desk.now);
    let store = desk.open_or_make()?;
    let client = match &secret {
        Some(secret) if client_secrets::is_kept(client.metadata.token_endpoint_auth_method) => {
            Client { sealed_secret: Some(sealed(client.id.as_str(), secret, &store, desk)?), ..client }
        }
        Some(_) | None => client,
    };
    let (client, notes) = store.write_blocking(move |conn| {
        let mut client = client.clone();
        let notes = settle(conn, &mut client, &issuer, now)?;
        insert(conn, &client)?;
        Ok::<_, CliError>((client, notes))
    })?;
    answer(&client, secret.as_ref(), &notes, desk)
}

/// Asks the document behind `sector_identifier_uri`, where one is named, before the client is stored.
fn known_to_its_sector(metadata: &Metadata, desk: &Desk<'_>) -> Result<(), CliError> {
    if metadata.sector_identifier_uri.is_none() {
        return Ok(());
    }
    let broken = |why: std::io::Error| CliError::new("internal", format!("no way to make a request: {why}"));
    let runtime = rocket::tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(broken)?;
    let asked = runtime.block_on(sector::verify(&open_fetch(desk.settings), metadata, desk.now));
    asked.map_err(|why| CliError::new(why.code.as_str(), why.text))
}

/// A secret encrypted under the server's, before the transaction that finds out whether the client's method asks for it.
fn sealed(id: &str, secret: &Secret<ClientSecret>, store: &Store, desk: &Desk<'_>) -> Result<String, CliError> {
    let seal = open_seal(desk.settings, store).map_err(|why| CliError::new("secret", why.0))?;
    Ok(client_secrets::sealed(&ClientId::new(id), secret, &seal, &desk.rng))
}

fn insert(conn: &mut Conn, client: &Client) -> Result<(), CliError> {
    let id = client.id.as_str();
    let conflict = |what: &str| CliError::new("conflict", format!("the client_id {id:?} is {what}"));
    // A `sub` names one party: a client's token has the client's id as its `sub` (RFC 9068 section 5).
    if users::find(conn, &Subject::new(id))?.is_some() {
        return Err(conflict("the sub of a user: choose another"));
    }
    let added = clients::insert(conn, client)?;
    if added { Ok(()) } else { Err(conflict("taken: choose another, or change that client by `doorward client update`")) }
}

fn list(desk: &mut Desk<'_>) -> Result<(), CliError> {
    let all = desk.open()?.read_blocking(clients::list)?;
    let rows: Vec<Shown<'_>> = all.iter().map(|client| shown(client, None, desk)).collect();
    desk.output.list(&rows, &["client_id", "client_name", "registered_by", "token_endpoint_auth_method", "grant_types", "scope"])?;
    for client in all.iter().filter(|client| !client.requires_pkce()) {
        desk.output.note(&format!(
            "the client {} goes without PKCE (require_pkce is false): codes stolen from it can be used; set it to true if the app can",
            client.id
        ));
    }
    Ok(())
}

fn update(asked: ClientUpdate, desk: &mut Desk<'_>) -> Result<(), CliError> {
    let patch = json::read_object(&asked.file)?;
    let (issuer, now) = (desk.settings.policy.issuer.clone(), desk.now);
    let store = desk.open()?;
    let given = patch.get("client_secret").and_then(Value::as_str).map(Secret::shown);
    let sealed = given.map(|secret| sealed(&asked.id, &secret, &store, desk));
    let (id, preview) = (asked.id.clone(), patch.clone());
    let next = store.read_blocking(move |conn| changed(&found(conn, &id)?, preview.clone()))?;
    known_to_its_sector(&next.metadata, desk)?;
    let (client, notes) = store.write_blocking(move |conn| {
        let old = held(conn, &asked.id)?;
        let mut client = changed(&old, patch.clone())?;
        if client_secrets::is_kept(client.metadata.token_endpoint_auth_method) && sealed.is_some() {
            client.sealed_secret = sealed.clone().transpose()?;
        }
        let mut notes = settle(conn, &mut client, &issuer, now)?;
        clients::update(conn, &client)?;
        if old.secret.is_some() && client.secret.is_none() {
            notes.push(format!("its secret is gone: {} needs none", client.metadata.token_endpoint_auth_method.as_str()));
        }
        Ok::<_, CliError>((client, notes))
    })?;
    answer(&client, None, &notes, desk)
}

fn rotate_secret(id: String, desk: &mut Desk<'_>) -> Result<(), CliError> {
    let secret = Secret::<ClientSecret>::mint(&desk.rng);
    let digest = secret.digest();
    let store = desk.open()?;
    let sealed = sealed(&id, &secret, &store, desk);
    let client = store.write_blocking(move |conn| {
        let old = held(conn, &id)?;
        let method = old.metadata.token_endpoint_auth_method;
        if !method.has_secret() {
            let what = format!("has no secret, since its token_endpoint_auth_method is {:?}: change that first", method.as_str());
            return Err(CliError::new("invalid_client_metadata", format!("the client {id} {what}")));
        }
        let sealed_secret = if client_secrets::is_kept(method) { Some(sealed.clone()?) } else { None };
        let client = Client { secret: Some(digest.clone()), sealed_secret, ..old };
        clients::update(conn, &client)?;
        Ok(client)
    })?;
    answer(&client, Some(&secret), &[], desk)
}

fn delete(id: String, desk: &mut Desk<'_>) -> Result<(), CliError> {
    let gone = ClientId::new(id.as_str());
    let deleted = desk.open()?.write_blocking(move |conn| clients::delete(conn, &gone))?;
    if deleted { desk.output.deleted(&id) } else { Err(unknown(&id)) }
}

pub(super) fn found(conn: &mut Conn, id: &str) -> Result<Client, CliError> {
    clients::find(conn, &ClientId::new(id))?.ok_or_else(|| unknown(id))
}

/// The same to be changed: as it stays until the commit.
fn held(conn: &mut Conn, id: &str) -> Result<Client, CliError> {
    clients::hold(conn, &ClientId::new(id))?;
    found(conn, id)
}

fn unknown(id: &str) -> CliError {
    CliError::new("not_found", format!("there is no client {id:?}; `doorward client list` shows all"))
}

/// Ties a client to the rest: its owner must exist, the APIs that it is are registered. Gives what the operator should know.
fn settle(conn: &mut Conn, client: &mut Client, issuer: &Issuer, now: Timestamp) -> Result<Vec<String>, CliError> {
    let wrong = |text: String| CliError::new("invalid_client_metadata", text);
    if let Some(owner) = &client.metadata.owner {
        let user = users::by_name(conn, owner)?;
        let user = user.ok_or_else(|| wrong(format!("owner: there is no user {owner:?}; add them by `doorward user add` first")))?;
        client.metadata.owner = Some(user.person.username);
    }
    for resource in &client.metadata.resource {
        api::refuse_issuer(resource, issuer).map_err(wrong)?;
    }
    let mut notes = register(conn, &client.metadata, now)?;
    notes.extend(remarks(client, &Apis::new(apis::list(conn)?)));
    Ok(notes)
}

/// Registers the APIs of `resource` that aren't known, without scopes.
fn register(conn: &mut Conn, metadata: &Metadata, now: Timestamp) -> Result<Vec<String>, StoreError> {
    let known = Apis::new(apis::list(conn)?);
    let mut notes = Vec::new();
    for resource in metadata.resource.iter().filter(|resource| known.get(resource.as_str()).is_none()) {
        if apis::insert(conn, &Api::bare(resource.clone()), now)? {
            notes.push(format!("registered the API {resource} without scopes; give it some by `doorward api update`"));
        }
    }
    Ok(notes)
}

/// A client in the form of RFC 7591 section 3.2.1.
#[derive(Serialize)]
struct Shown<'c> {
    client_id: &'c str,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<&'c str>,
    /// 0: never.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret_expires_at: Option<u8>,
    client_id_issued_at: Value,
    /// Who, where it wasn't the operator.
    #[serde(skip_serializing_if = "Option::is_none")]
    registered_by: Option<&'static str>,
    #[serde(flatten)]
    metadata: &'c Metadata,
}

fn shown<'c>(client: &'c Client, secret: Option<&'c Secret<ClientSecret>>, desk: &Desk<'_>) -> Shown<'c> {
    Shown {
        client_id: client.id.as_str(),
        client_secret: secret.map(Secret::expose),
        client_secret_expires_at: secret.map(|_| 0),
        client_id_issued_at: desk.moment(client.created_at),
        registered_by: match client.origin {
            Origin::Operator => None,
            Origin::Dynamic => Some("itself"),
            Origin::Document => Some("its metadata document"),
        },
        metadata: &client.metadata,
    }
}

fn answer(client: &Client, secret: Option<&Secret<ClientSecret>>, notes: &[String], desk: &mut Desk<'_>) -> Result<(), CliError> {
    desk.output.show(&shown(client, secret, desk))?;
    if secret.is_some() {
        desk.output.note("the secret is shown this once: keep it where the app finds it");
    }
    for note in notes.iter().chain(&certificate_remark(client, desk.settings.policy.mutual_tls)) {
        desk.output.note(note);
    }
    Ok(())
}
