//! Authorization and logout requests while a person looks at our pages. Each is bound to the browser that brought it.

use super::schema::{interactions, logouts};
use super::{Conn, StoreError, codec};
use diesel::prelude::*;
use doorward_protocol::authorize::{Progress, Request};
use doorward_protocol::logout::LogoutRequest;
use doorward_protocol::secret::{Browser, Digest, Secret};
use doorward_protocol::values::{InteractionId, Timestamp};

/// A stored authorization request.
#[derive(Clone, Debug)]
pub struct Interaction {
    /// Its name in addresses.
    pub id: InteractionId,
    /// The browser that may go on with it.
    pub browser: Digest<Browser>,
    /// What was asked: fixed at the start.
    pub request: Request,
    /// What has happened since.
    pub progress: Progress,
    /// The language chosen on its pages, over the request's wish.
    pub locale: Option<String>,
    /// It was answered.
    pub done: bool,
    /// It can't be gone on with from then on.
    pub expires_at: Timestamp,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = interactions)]
struct Row {
    id: String,
    browser_digest: String,
    request: String,
    progress: String,
    locale: Option<String>,
    done: bool,
    expires_at: i64,
}

/// Stores a request.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn insert(conn: &mut Conn, interaction: &Interaction) -> Result<(), StoreError> {
    let row = Row {
        id: interaction.id.as_str().to_owned(),
        browser_digest: interaction.browser.to_text(),
        request: codec::to_json(&interaction.request)?,
        progress: codec::to_json(&interaction.progress)?,
        locale: interaction.locale.clone(),
        done: interaction.done,
        expires_at: interaction.expires_at.0,
    };
    diesel::insert_into(interactions::table).values(&row).execute(conn)?;
    Ok(())
}

/// The request of that name, answered or expired ones included: their page says so.
///
/// # Errors
/// [`StoreError`] when the database can't answer.
pub fn find(conn: &mut Conn, id: &InteractionId) -> Result<Option<Interaction>, StoreError> {
    let row: Option<Row> = interactions::table.find(id.as_str()).select(Row::as_select()).first(conn).optional()?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Interaction {
        id: InteractionId::new(row.id),
        browser: Digest::from_text(&row.browser_digest).ok_or_else(|| codec::corrupt("interactions.browser_digest"))?,
        request: codec::from_json(&row.request)?,
        progress: codec::from_json(&row.progress)?,
        locale: row.locale,
        done: row.done,
        expires_at: Timestamp(row.expires_at),
    }))
}

/// What stands for the browser of a request that another site posted: the browser's cookies don't come with such a POST, so it is bound at
/// the first look at its page.
pub fn unbound() -> Digest<Browser> {
    Secret::shown("").digest()
}

/// Binds an unbound authorization or logout request to a browser: the first that looks.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn claim(conn: &mut Conn, id: &InteractionId, browser: &Digest<Browser>) -> Result<(), StoreError> {
    let (nobody, browser) = (unbound().to_text(), browser.to_text());
    let free = interactions::table.find(id.as_str()).filter(interactions::browser_digest.eq(&nobody));
    diesel::update(free).set(interactions::browser_digest.eq(&browser)).execute(conn)?;
    let free = logouts::table.find(id.as_str()).filter(logouts::browser_digest.eq(&nobody));
    diesel::update(free).set(logouts::browser_digest.eq(&browser)).execute(conn)?;
    Ok(())
}

/// Whether a request waits to be bound.
///
/// # Errors
/// [`StoreError`] when the database can't answer.
pub fn is_unbound(conn: &mut Conn, id: &InteractionId) -> Result<bool, StoreError> {
    let nobody = unbound().to_text();
    let here = interactions::table.find(id.as_str()).filter(interactions::browser_digest.eq(&nobody)).count().get_result::<i64>(conn)?;
    let there = logouts::table.find(id.as_str()).filter(logouts::browser_digest.eq(&nobody)).count().get_result::<i64>(conn)?;
    Ok(here + there > 0)
}

/// Notes what happened on a request's pages.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn advance(conn: &mut Conn, id: &InteractionId, progress: &Progress) -> Result<(), StoreError> {
    diesel::update(interactions::table.find(id.as_str())).set(interactions::progress.eq(codec::to_json(progress)?)).execute(conn)?;
    Ok(())
}

/// Notes the language chosen on a request's pages.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn set_locale(conn: &mut Conn, id: &InteractionId, locale: &str) -> Result<(), StoreError> {
    diesel::update(interactions::table.find(id.as_str())).set(interactions::locale.eq(locale)).execute(conn)?;
    Ok(())
}

/// Marks a request answered: true for exactly one caller (a form sent twice gives one code).
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn finish(conn: &mut Conn, id: &InteractionId) -> Result<bool, StoreError> {
    let open = interactions::table.find(id.as_str()).filter(interactions::done.eq(false));
    Ok(diesel::update(open).set(interactions::done.eq(true)).execute(conn)? == 1)
}

/// Stores a logout request.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn insert_logout(
    conn: &mut Conn,
    id: &InteractionId,
    browser: &Digest<Browser>,
    request: &LogoutRequest,
    until: Timestamp,
) -> Result<(), StoreError> {
    let row = (
        logouts::id.eq(id.as_str()),
        logouts::browser_digest.eq(browser.to_text()),
        logouts::request.eq(codec::to_json(request)?),
        logouts::expires_at.eq(until.0),
    );
    diesel::insert_into(logouts::table).values(row).execute(conn)?;
    Ok(())
}

/// The living logout request of that name and browser.
///
/// # Errors
/// [`StoreError`] when the database can't answer.
pub fn find_logout(
    conn: &mut Conn,
    id: &InteractionId,
    browser: &Digest<Browser>,
    now: Timestamp,
) -> Result<Option<LogoutRequest>, StoreError> {
    let text: Option<String> = logouts::table
        .find(id.as_str())
        .filter(logouts::browser_digest.eq(browser.to_text()))
        .filter(logouts::expires_at.gt(now.0))
        .select(logouts::request)
        .first(conn)
        .optional()?;
    text.map(|text| codec::from_json(&text)).transpose()
}
