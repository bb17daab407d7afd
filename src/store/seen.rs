//! What the stored access tokens say of who got tokens for whom.

use super::schema::access_tokens;
use super::{Conn, StoreError};
use diesel::dsl::{count_star, max};
use diesel::prelude::*;
use doorward_protocol::trust::By;
use doorward_protocol::values::{ClientId, Timestamp};

/// Tokens that one client got for one API in one way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenEdge {
    /// Who got them.
    pub client: ClientId,
    /// For which API.
    pub audience: String,
    /// On whose behalf.
    pub by: By,
    /// How many of them are stored: those that have ended are swept away.
    pub count: i64,
    /// When the last was given.
    pub last: Timestamp,
}

type Row = (String, String, i64, Option<i64>);

fn seen(by: By, (client, audience, count, last): Row) -> SeenEdge {
    SeenEdge { client: ClientId::new(client), audience, by, count, last: Timestamp(last.unwrap_or_default()) }
}

/// Whether a token came from an exchange: then the column names who acts, first of all the client.
const CHAINED: &str = "%\"sub\":%";

/// All of them. Reads the whole table: for commands and the demo alone.
///
/// # Errors
/// [`StoreError`] when the database can't answer.
pub fn by_edge(conn: &mut Conn) -> Result<Vec<SeenEdge>, StoreError> {
    use access_tokens::{actor, audience, client_id, issued_at, sub, table};
    macro_rules! seen {
        ($by:expr, $which:expr) => {{
            let grouped = table.filter($which).group_by((client_id, audience)).order((client_id, audience));
            let rows: Vec<Row> = grouped.select((client_id, audience, count_star(), max(issued_at))).load(conn)?;
            rows.into_iter().map(|row| seen($by, row))
        }};
    }
    let mut all: Vec<SeenEdge> = seen!(By::AuthorizationCode, sub.is_not_null().and(actor.is_null().or(actor.not_like(CHAINED)))).collect();
    all.extend(seen!(By::Exchange, actor.is_not_null().and(actor.like(CHAINED))));
    all.extend(seen!(By::ClientCredentials, sub.is_null().and(actor.is_null().or(actor.not_like(CHAINED)))));
    Ok(all)
}
