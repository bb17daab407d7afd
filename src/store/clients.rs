//! Registered clients.

use super::schema::clients;
use super::{Conn, StoreError, codec, insert_or_conflict, versions};
use diesel::prelude::*;
use doorward_protocol::client::{Client, Metadata, Origin};
use doorward_protocol::secret::{ClientSecret, Digest};
use doorward_protocol::values::{ClientId, Timestamp};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = clients)]
struct Row {
    id: String,
    metadata: String,
    secret_digest: Option<String>,
    created_at: i64,
    sealed_secret: Option<String>,
    origin: Option<String>,
    registration_digest: Option<String>,
    fixed: Option<String>,
}

/// Who registered a client, as the column has it.
pub(super) fn origin_text(origin: Origin) -> Option<&'static str> {
    match origin {
        Origin::Operator => None,
        Origin::Dynamic => Some("dynamic"),
        Origin::Document => Some("document"),
    }
}

impl Row {
    fn of(client: &Client) -> Result<Self, StoreError> {
        Ok(Self {
            id: client.id.as_str().to_owned(),
            metadata: codec::to_json(&client.metadata)?,
            secret_digest: client.secret.as_ref().map(Digest::to_text),
            created_at: client.created_at.0,
            sealed_secret: client.sealed_secret.clone(),
            origin: origin_text(client.origin).map(str::to_owned),
            registration_digest: client.registration.as_ref().map(Digest::to_text),
            fixed: if client.fixed.is_empty() { None } else { Some(codec::to_json(&client.fixed)?) },
        })
    }

    fn client(self) -> Result<Client, StoreError> {
        let digest = |text: &String| Digest::<ClientSecret>::from_text(text).ok_or_else(|| codec::corrupt("clients.secret_digest"));
        let secret = self.secret_digest.as_ref().map(digest).transpose()?;
        let digest = |text: &String| Digest::from_text(text).ok_or_else(|| codec::corrupt("clients.registration_digest"));
        let registration = self.registration_digest.as_ref().map(digest).transpose()?;
        let origin = match self.origin.as_deref() {
            None => Origin::Operator,
            Some("dynamic") => Origin::Dynamic,
            Some("document") => Origin::Document,
            Some(_) => return Err(codec::corrupt("clients.origin")),
        };
        let metadata: Metadata = codec::from_json(&self.metadata)?;
        let fixed = codec::json_or_default(self.fixed.as_deref())?;
        let client = Client::new(ClientId::new(self.id), metadata, secret, Timestamp(self.created_at));
        Ok(Client { sealed_secret: self.sealed_secret, origin, registration, fixed, ..client })
    }
}

/// Adds a client; false when its id is taken.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn insert(conn: &mut Conn, client: &Client) -> Result<bool, StoreError> {
    let row = Row::of(client)?;
    let added = insert_or_conflict(conn, |conn| diesel::insert_into(clients::table).values(&row).execute(conn))?;
    if added {
        versions::catalog_changed(conn)?;
    }
    Ok(added)
}

/// Writes a client's metadata and secret; false when there is none of that id.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn update(conn: &mut Conn, client: &Client) -> Result<bool, StoreError> {
    let row = Row::of(client)?;
    let changed = diesel::update(clients::table.find(&row.id))
        .set((
            clients::metadata.eq(&row.metadata),
            clients::secret_digest.eq(&row.secret_digest),
            clients::sealed_secret.eq(&row.sealed_secret),
            clients::registration_digest.eq(&row.registration_digest),
            clients::fixed.eq(&row.fixed),
        ))
        .execute(conn)?;
    versions::catalog_changed(conn)?;
    Ok(changed == 1)
}

/// Removes a client with everything that was given to it; false when there is none of that id.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn delete(conn: &mut Conn, id: &ClientId) -> Result<bool, StoreError> {
    let gone = diesel::delete(clients::table.find(id.as_str())).execute(conn)?;
    versions::catalog_changed(conn)?;
    Ok(gone == 1)
}

/// Whether there is a client of that id; then nobody else changes or removes it until the commit. To be called before it is read to be changed.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn hold(conn: &mut Conn, id: &ClientId) -> Result<bool, StoreError> {
    // Read alone it could change before the commit (PostgreSQL): written, whoever changes it waits.
    Ok(diesel::update(clients::table.find(id.as_str())).set(clients::created_at.eq(clients::created_at)).execute(conn)? == 1)
}

/// The client of that id.
///
/// # Errors
/// [`StoreError`] when the database can't answer.
pub fn find(conn: &mut Conn, id: &ClientId) -> Result<Option<Client>, StoreError> {
    clients::table.find(id.as_str()).select(Row::as_select()).first(conn).optional()?.map(Row::client).transpose()
}

/// All clients, oldest first.
///
/// # Errors
/// [`StoreError`] when the database can't answer.
pub fn list(conn: &mut Conn) -> Result<Vec<Client>, StoreError> {
    let rows: Vec<Row> = clients::table.order((clients::created_at, clients::id)).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(Row::client).collect()
}
