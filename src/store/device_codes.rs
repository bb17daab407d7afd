//! What devices without a browser wait for, by digest.

use super::schema::device_codes;
use super::sessions::Origin;
use super::{Conn, StoreError, codec, grants, insert_or_conflict};
use diesel::prelude::*;
use doorward_protocol::device::DeviceRequest;
use doorward_protocol::grants::device_code::{DeviceRecord, DeviceState, INTERVAL, SLOWER_BY};
use doorward_protocol::secret::{Browser, DeviceCode, Digest};
use doorward_protocol::values::{ClientId, GrantId, InteractionId, Seconds, Timestamp};

/// An ended code is kept so long, so that a device that polls late hears what became of it.
const REMEMBERED: Seconds = Seconds::hours(1);

/// What a device asked, from where.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Whose device.
    pub client_id: ClientId,
    /// What it asks.
    pub request: DeviceRequest,
    /// Where it is, and what it calls itself.
    pub origin: Origin,
    /// When it asked.
    pub at: Timestamp,
    /// Until when its code may be entered and polled with.
    pub valid_until: Timestamp,
}

/// A code on its page in the browser that entered it.
#[derive(Clone, Debug)]
pub struct Entered {
    /// What was asked.
    pub asked: Asked,
    /// The browser that may answer.
    pub browser: Digest<Browser>,
    /// The code, encrypted.
    pub sealed_code: String,
    /// When it was entered.
    pub at: Timestamp,
    /// Whether the person allowed it, once they have answered.
    pub allowed: Option<bool>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = device_codes)]
struct Row {
    client_id: String,
    request: String,
    user_agent: String,
    address: String,
    created_at: i64,
    pause: i64,
    polled_at: i64,
    browser_digest: Option<String>,
    sealed_code: Option<String>,
    entered_at: Option<i64>,
    denied_at: Option<i64>,
    grant_id: Option<String>,
    spent_at: Option<i64>,
    valid_until: i64,
}

/// Stores a code; false when one of the two is taken.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn insert(conn: &mut Conn, digest: &Digest<DeviceCode>, user_code: &str, asked: &Asked) -> Result<bool, StoreError> {
    let row = (
        device_codes::digest.eq(digest.to_text()),
        device_codes::user_code.eq(user_code),
        device_codes::client_id.eq(asked.client_id.as_str()),
        device_codes::request.eq(codec::to_json(&asked.request)?),
        device_codes::user_agent.eq(&asked.origin.user_agent),
        device_codes::address.eq(&asked.origin.address),
        device_codes::created_at.eq(asked.at.0),
        device_codes::pause.eq(INTERVAL.0),
        device_codes::polled_at.eq(0),
        device_codes::valid_until.eq(asked.valid_until.0),
        device_codes::expires_at.eq(asked.valid_until.plus(REMEMBERED).0),
    );
    insert_or_conflict(conn, |conn| diesel::insert_into(device_codes::table).values(row).execute(conn))
}

/// The code of that digest, with the grant it was answered by.
///
/// # Errors
/// [`StoreError`] when the database can't answer.
pub fn find(conn: &mut Conn, digest: &Digest<DeviceCode>, now: Timestamp) -> Result<Option<DeviceRecord>, StoreError> {
    let row: Option<Row> = device_codes::table.find(digest.to_text()).select(Row::as_select()).first(conn).optional()?;
    let Some(row) = row else { return Ok(None) };
    let state = match (row.spent_at, row.denied_at, &row.grant_id) {
        (Some(_), _, _) => DeviceState::Spent,
        (None, Some(_), _) => DeviceState::Denied,
        (None, None, Some(id)) => {
            let grant = grants::find(conn, id, now)?.ok_or_else(|| codec::corrupt("device_codes.grant_id"))?;
            DeviceState::Allowed(Box::new(grant))
        }
        (None, None, None) => DeviceState::Pending,
    };
    let request: DeviceRequest = codec::from_json(&row.request)?;
    Ok(Some(DeviceRecord {
        client_id: ClientId::new(row.client_id),
        state,
        challenge: request.challenge,
        interval: Seconds(row.pause),
        polled_at: Timestamp(row.polled_at),
        expires_at: Timestamp(row.valid_until),
    }))
}

/// Notes a poll; false when another came since the one at `before`.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn polled(conn: &mut Conn, digest: &Digest<DeviceCode>, before: Timestamp, now: Timestamp) -> Result<bool, StoreError> {
    let unpolled = device_codes::table.find(digest.to_text()).filter(device_codes::polled_at.eq(before.0));
    Ok(diesel::update(unpolled).set(device_codes::polled_at.eq(now.0)).execute(conn)? == 1)
}

/// Notes a poll that came too early: the device has to wait longer from now on.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn slow_down(conn: &mut Conn, digest: &Digest<DeviceCode>, now: Timestamp) -> Result<(), StoreError> {
    let slower = (device_codes::pause.eq(device_codes::pause + SLOWER_BY.0), device_codes::polled_at.eq(now.0));
    diesel::update(device_codes::table.find(digest.to_text())).set(slower).execute(conn)?;
    Ok(())
}

/// Spends an allowed code: true for exactly one caller, under any race.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn spend(conn: &mut Conn, digest: &Digest<DeviceCode>, now: Timestamp) -> Result<bool, StoreError> {
    let unspent = device_codes::table
        .find(digest.to_text())
        .filter(device_codes::spent_at.is_null())
        .filter(device_codes::denied_at.is_null())
        .filter(device_codes::grant_id.is_not_null());
    Ok(diesel::update(unspent).set(device_codes::spent_at.eq(now.0)).execute(conn)? == 1)
}

/// What a browser that enters a code brings.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The name its page gets.
    pub page: InteractionId,
    /// The browser.
    pub browser: Digest<Browser>,
    /// The code, encrypted.
    pub sealed_code: String,
}

/// Gives a living code to the first browser that enters it: the page it goes on at. The same browser may enter it again; to any other it
/// is as good as unknown.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn enter(conn: &mut Conn, user_code: &str, entry: &Entry, now: Timestamp) -> Result<Option<InteractionId>, StoreError> {
    let living = device_codes::table.filter(device_codes::user_code.eq(user_code)).filter(device_codes::valid_until.gt(now.0));
    let mine = (
        device_codes::page.eq(entry.page.as_str()),
        device_codes::browser_digest.eq(entry.browser.to_text()),
        device_codes::sealed_code.eq(&entry.sealed_code),
        device_codes::entered_at.eq(now.0),
    );
    if diesel::update(living.filter(device_codes::page.is_null())).set(mine).execute(conn)? == 1 {
        return Ok(Some(entry.page.clone()));
    }
    let again: Option<Option<String>> =
        living.filter(device_codes::browser_digest.eq(entry.browser.to_text())).select(device_codes::page).first(conn).optional()?;
    Ok(again.flatten().map(InteractionId::new))
}

/// The code on that page, an answered or expired one included.
///
/// # Errors
/// [`StoreError`] when the database can't answer.
pub fn on_page(conn: &mut Conn, page: &InteractionId) -> Result<Option<Entered>, StoreError> {
    let row: Option<Row> =
        device_codes::table.filter(device_codes::page.eq(page.as_str())).select(Row::as_select()).first(conn).optional()?;
    let Some(row) = row else { return Ok(None) };
    let corrupt = || codec::corrupt("device_codes.page");
    Ok(Some(Entered {
        asked: Asked {
            client_id: ClientId::new(row.client_id),
            request: codec::from_json(&row.request)?,
            origin: Origin { user_agent: row.user_agent, address: row.address },
            at: Timestamp(row.created_at),
            valid_until: Timestamp(row.valid_until),
        },
        browser: row.browser_digest.as_deref().and_then(Digest::from_text).ok_or_else(corrupt)?,
        sealed_code: row.sealed_code.ok_or_else(corrupt)?,
        at: Timestamp(row.entered_at.ok_or_else(corrupt)?),
        allowed: if row.denied_at.is_some() { Some(false) } else { row.grant_id.map(|_| true) },
    }))
}

/// Whether the code of a page waits for its answer; then nobody else gives one until the commit.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn hold(conn: &mut Conn, page: &InteractionId, now: Timestamp) -> Result<bool, StoreError> {
    let open = device_codes::table
        .filter(device_codes::page.eq(page.as_str()))
        .filter(device_codes::denied_at.is_null())
        .filter(device_codes::grant_id.is_null())
        .filter(device_codes::valid_until.gt(now.0));
    Ok(diesel::update(open).set(device_codes::pause.eq(device_codes::pause)).execute(conn)? == 1)
}

/// The person allows: the code, held before, stands for a stored grant, and may be fetched until then.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn allow(conn: &mut Conn, page: &InteractionId, grant: &GrantId, until: Timestamp) -> Result<(), StoreError> {
    let given = (
        device_codes::grant_id.eq(grant.as_str()),
        device_codes::valid_until.eq(until.0),
        device_codes::expires_at.eq(until.plus(REMEMBERED).0),
    );
    diesel::update(device_codes::table.filter(device_codes::page.eq(page.as_str()))).set(given).execute(conn)?;
    Ok(())
}

/// The person refuses: the code, held before, gives nothing.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn deny(conn: &mut Conn, page: &InteractionId, now: Timestamp) -> Result<(), StoreError> {
    let held = device_codes::table.filter(device_codes::page.eq(page.as_str()));
    diesel::update(held).set(device_codes::denied_at.eq(now.0)).execute(conn)?;
    Ok(())
}
