//! Pushed authorization requests (RFC 9126), by digest of their reference.

use super::schema::pushed_requests;
use super::{Conn, StoreError, codec};
use diesel::prelude::*;
use doorward_protocol::authorize::Request;
use doorward_protocol::secret::{Digest, PushedRequest};
use doorward_protocol::values::{InteractionId, Timestamp};

/// A pushed request whose time has not run out.
#[derive(Clone, Debug)]
pub struct Pushed {
    /// What was asked: fixed when it was pushed.
    pub request: Request,
    /// A browser brought it before.
    pub taken: bool,
    /// The stored request whose pages it led to.
    pub interaction: Option<InteractionId>,
}

/// Stores a request until `until`.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn insert(conn: &mut Conn, digest: &Digest<PushedRequest>, request: &Request, until: Timestamp) -> Result<(), StoreError> {
    let row = (
        pushed_requests::digest.eq(digest.to_text()),
        pushed_requests::client_id.eq(request.client_id.as_str()),
        pushed_requests::request.eq(codec::to_json(request)?),
        pushed_requests::taken.eq(false),
        pushed_requests::expires_at.eq(until.0),
    );
    diesel::insert_into(pushed_requests::table).values(row).execute(conn)?;
    Ok(())
}

/// The request of that digest, if it may still be used or is being answered.
///
/// # Errors
/// [`StoreError`] when the database can't answer.
pub fn find(conn: &mut Conn, digest: &Digest<PushedRequest>, now: Timestamp) -> Result<Option<Pushed>, StoreError> {
    let row: Option<(String, bool, Option<String>)> = pushed_requests::table
        .find(digest.to_text())
        .filter(pushed_requests::expires_at.gt(now.0))
        .select((pushed_requests::request, pushed_requests::taken, pushed_requests::interaction_id))
        .first(conn)
        .optional()?;
    let Some((request, taken, interaction)) = row else { return Ok(None) };
    Ok(Some(Pushed { request: codec::from_json(&request)?, taken, interaction: interaction.map(InteractionId::new) }))
}

/// Takes a request for the pages of a stored one, or for its answer: true for exactly one caller, under any race.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn take(conn: &mut Conn, digest: &Digest<PushedRequest>, by: Option<&InteractionId>, now: Timestamp) -> Result<bool, StoreError> {
    let free = pushed_requests::table
        .find(digest.to_text())
        .filter(pushed_requests::taken.eq(false))
        .filter(pushed_requests::expires_at.gt(now.0));
    let taken = (pushed_requests::taken.eq(true), pushed_requests::interaction_id.eq(by.map(InteractionId::as_str)));
    Ok(diesel::update(free).set(taken).execute(conn)? == 1)
}
