//! `doorward keys …`: signing keys. Private parts never leave the store.

use std::collections::BTreeSet;

use doorward_protocol::jose::Alg;
use doorward_protocol::values::{Seconds, Timestamp};
use serde::Serialize;
use serde_json::Value;

use super::super::args::{Keys as Command, KeysRotate};
use super::super::output::CliError;
use super::Desk;
use crate::keys::{self as ring, KEPT_AFTER_USE, PUBLISHED_BEFORE_USE};
use crate::setup::open_seal;
use crate::store::keys::{self, KeyRow};
use crate::store::{Conn, StoreError};

const COLUMNS: [&str; 6] = ["kid", "alg", "state", "created_at", "signs_from", "retired_at"];

pub(super) fn run(command: Command, desk: &mut Desk<'_>) -> Result<(), CliError> {
    match command {
        Command::List => {
            let rows = desk.open()?.read_blocking(keys::list)?;
            show(&rows, desk)
        }
        Command::Rotate(asked) => rotate(&asked, desk),
    }
}

fn rotate(asked: &KeysRotate, desk: &mut Desk<'_>) -> Result<(), CliError> {
    let store = desk.open()?;
    let seal = open_seal(desk.settings, &store).map_err(|why| CliError::new("secret", why.0))?;
    let algs = asked.alg.map_or_else(|| Alg::ALL.to_vec(), |alg| vec![alg]);
    let made = ring::generate(&algs)?;
    let seal = |key| ring::sealed(key, &seal, &desk.rng, desk.now, desk.now);
    let sealed: Vec<KeyRow> = made.iter().map(seal).collect::<Result<_, _>>()?;
    let now = desk.now;
    let rows = store.write_blocking(move |conn| replace(conn, &sealed, now))?;
    if rows.iter().any(|row| row.signs_from > now.0) {
        let (Seconds(before), Seconds(after)) = (PUBLISHED_BEFORE_USE, KEPT_AFTER_USE);
        let (before, after) = (before / 60, after / 86_400);
        desk.output.note(&format!("new keys sign in {before} minutes; those they replace stay published for {after} days more"));
    }
    show(&rows, desk)
}

/// Stores new keys beside the old ones of their algorithms. A key with none before it signs at once: nobody has kept an older key set.
fn replace(conn: &mut Conn, made: &[KeyRow], now: Timestamp) -> Result<Vec<KeyRow>, StoreError> {
    let before: BTreeSet<String> = keys::list(conn)?.into_iter().map(|row| row.alg).collect();
    let mut stored = Vec::new();
    for row in made {
        let from = if before.contains(&row.alg) { now.plus(PUBLISHED_BEFORE_USE) } else { now };
        let row = KeyRow { signs_from: from.0, ..row.clone() };
        keys::insert(conn, &row)?;
        keys::retire_others(conn, &row.alg, &row.kid, from)?;
        stored.push(row);
    }
    Ok(stored)
}

/// What is told of a key.
#[derive(Serialize)]
struct Shown {
    kid: String,
    alg: String,
    state: &'static str,
    created_at: Value,
    signs_from: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    retired_at: Option<Value>,
}

fn show(rows: &[KeyRow], desk: &mut Desk<'_>) -> Result<(), CliError> {
    let shown = |row: &KeyRow| Shown {
        kid: row.kid.clone(),
        alg: row.alg.clone(),
        state: state(row, desk.now),
        created_at: desk.moment(Timestamp(row.created_at)),
        signs_from: desk.moment(Timestamp(row.signs_from)),
        retired_at: row.retired_at.map(|at| desk.moment(Timestamp(at))),
    };
    let rows: Vec<Shown> = rows.iter().map(shown).collect();
    desk.output.list(&rows, &COLUMNS)
}

/// Every key is published; this says what else it does.
fn state(row: &KeyRow, now: Timestamp) -> &'static str {
    if row.retired_at.is_some_and(|at| at <= now.0) {
        "retired"
    } else if row.signs_from <= now.0 {
        "signing"
    } else {
        "published"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replaced_key_signs_until_its_successor_does() {
        let row = |signs_from, retired_at| KeyRow {
            kid: String::new(),
            alg: "ES256".to_owned(),
            sealed: String::new(),
            created_at: 0,
            signs_from,
            retired_at,
        };
        let now = Timestamp(100);
        assert_eq!(state(&row(101, None), now), "published");
        assert_eq!(state(&row(100, None), now), "signing");
        assert_eq!(state(&row(0, Some(101)), now), "signing");
        assert_eq!(state(&row(0, Some(100)), now), "retired");
        // Law: of two rotations in a row, the key that never signs is not said to.
        assert_eq!(state(&row(100, Some(100)), now), "retired");
    }
}
