//! Authorization codes, by digest.

use super::schema::codes;
use super::{Conn, StoreError, codec, grants};
use diesel::prelude::*;
use doorward_protocol::grants::authorization_code::CodeRecord;
use doorward_protocol::pkce::Challenge;
use doorward_protocol::secret::{Code, Digest};
use doorward_protocol::values::{Seconds, Timestamp};

/// A spent or expired code is kept so long, so that its replay is still recognised and ends what it gave.
const REMEMBERED: Seconds = Seconds::days(1);

/// Stores a code of a grant that is stored.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn insert(conn: &mut Conn, digest: &Digest<Code>, code: &CodeRecord) -> Result<(), StoreError> {
    let row = (
        codes::digest.eq(digest.to_text()),
        codes::grant_id.eq(code.grant.id.as_str()),
        codes::redirect_uri.eq(code.redirect_uri.as_deref()),
        codes::challenge.eq(code.challenge.as_ref().map(Challenge::as_str)),
        codes::valid_until.eq(code.expires_at.0),
        codes::expires_at.eq(code.expires_at.plus(REMEMBERED).0),
        codes::dpop_jkt.eq(code.dpop_jkt.as_deref()),
    );
    diesel::insert_into(codes::table).values(row).execute(conn)?;
    Ok(())
}

/// The code of that digest with its grant.
///
/// # Errors
/// [`StoreError`] when the database can't answer.
pub fn find(conn: &mut Conn, digest: &Digest<Code>, now: Timestamp) -> Result<Option<CodeRecord>, StoreError> {
    type Row = (String, Option<String>, Option<String>, i64, Option<i64>, Option<String>);
    let row: Option<Row> = codes::table
        .find(digest.to_text())
        .select((codes::grant_id, codes::redirect_uri, codes::challenge, codes::valid_until, codes::spent_at, codes::dpop_jkt))
        .first(conn)
        .optional()?;
    let Some((grant_id, redirect_uri, challenge, valid_until, spent_at, dpop_jkt)) = row else { return Ok(None) };
    let grant = grants::find(conn, &grant_id, now)?.ok_or_else(|| codec::corrupt("codes.grant_id"))?;
    let challenge = match challenge {
        Some(text) => Some(Challenge::parse(&text).ok_or_else(|| codec::corrupt("codes.challenge"))?),
        None => None,
    };
    Ok(Some(CodeRecord { grant, redirect_uri, challenge, dpop_jkt, expires_at: Timestamp(valid_until), spent: spent_at.is_some() }))
}

/// Spends a code: true for exactly one caller, under any race.
///
/// # Errors
/// [`StoreError`] when the database can't.
pub fn spend(conn: &mut Conn, digest: &Digest<Code>, now: Timestamp) -> Result<bool, StoreError> {
    let unspent = codes::table.find(digest.to_text()).filter(codes::spent_at.is_null());
    Ok(diesel::update(unspent).set(codes::spent_at.eq(now.0)).execute(conn)? == 1)
}
