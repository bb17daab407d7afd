//! Removes what has ended, in batches small enough that nobody waits for them.

use super::schema::{
    access_tokens, client_documents, client_traces, codes, consents, device_codes, failures, grants, interactions, known_browsers,
    logout_deliveries, logouts, participants, pushed_requests, refresh_tokens, registration_tokens, replays, sessions,
};
use super::{Conn, StoreError, leases};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use doorward_protocol::values::Timestamp;

/// Rows removed from a table at a time.
const BATCH: i64 = 200;

macro_rules! tables {
    ($($table:ident . $key:ident $(if $only:expr)?),+ ; $($other:ident by $sweep:path),+ $(,)?) => {
        /// Every table whose rows end by themselves; a test holds this against the schema.
        pub const TABLES: &[&str] = &[$(stringify!($table),)+ $(stringify!($other)),+];

        /// Removes a batch of ended rows from each table; returns how many in all. Less than a batch of each: nothing is left.
        ///
        /// # Errors
        /// [`StoreError`] when the database can't.
        pub fn sweep(conn: &mut Conn, now: Timestamp) -> Result<usize, StoreError> {
            let mut gone = 0;
            $({
                let ended = $table::table.filter($table::expires_at.lt(now.0))$(.filter($only))?;
                let ended: Vec<String> = ended.select($table::$key).limit(BATCH).load(conn)?;
                if !ended.is_empty() {
                    let rows = $table::table.filter($table::$key.eq_any(ended)).filter($table::expires_at.lt(now.0));
                    gone += diesel::delete(rows).execute(conn)?;
                }
            })+
            $(gone += $sweep(conn, now, BATCH)?;)+
            Ok(gone)
        }
    };
}

// Children before parents, and no parent before its last child: a batch stays a batch, and no token goes before its own end.
tables!(
    access_tokens.id,
    refresh_tokens.digest,
    codes.digest,
    device_codes.digest,
    grants.id if not(exists(access_tokens::table.filter(access_tokens::grant_id.eq(grants::id.nullable()))))
        .and(not(exists(refresh_tokens::table.filter(refresh_tokens::grant_id.eq(grants::id)))))
        .and(not(exists(codes::table.filter(codes::grant_id.eq(grants::id))))),
    interactions.id,
    pushed_requests.digest,
    logouts.id,
    failures.subject,
    replays.id,
    known_browsers.digest,
    consents.sub,
    logout_deliveries.session_id,
    participants.session_id,
    sessions.id,
    registration_tokens.id,
    client_documents.client_id,
    client_traces.client_id;
    // What ends with a lease is the client.
    client_leases by leases::sweep,
);
