//! What may be shown once only: assertions, proofs of possession, signed requests. Shared by all nodes, kept until it has expired anyway.

use super::schema::replays;
use super::{Conn, StoreError, insert_or_conflict};
use diesel::prelude::*;
use doorward_protocol::values::Timestamp;

/// Whether `id` is shown for the first time: true for exactly one caller, under any race and on any node.
///
/// # Errors
/// [`StoreError`] when the database can't; then nothing may be accepted.
pub fn first_use(conn: &mut Conn, id: &str, until: Timestamp) -> Result<bool, StoreError> {
    let row = (replays::id.eq(id), replays::expires_at.eq(until.0));
    insert_or_conflict(conn, |conn| diesel::insert_into(replays::table).values(row).execute(conn))
}
