//! What the migrations make, held against `schema.rs` and the one database against the other.

use std::collections::BTreeSet;

use diesel::Connection as _;
use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use diesel_migrations::MigrationHarness;

use super::*;
use crate::store::sweep;

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

fn lines(conn: &mut Conn, sqlite: &str, postgres: &str) -> BTreeSet<String> {
    let sql = if matches!(conn, Conn::Sqlite(_)) { sqlite } else { postgres };
    let lines: Vec<Line> = sql_query(sql).load(conn).expect("to read the catalog");
    lines.into_iter().map(|row| row.line).collect()
}

const OURS: &str = "m.type = 'table' AND m.name NOT LIKE 'sqlite%' AND m.name NOT LIKE '\\_\\_diesel%' ESCAPE '\\'";

/// `table.column Type`, with `?` when it may be NULL.
fn columns(conn: &mut Conn) -> BTreeSet<String> {
    let sqlite = format!(
        "SELECT m.name || '.' || c.name || ' ' || CASE c.type WHEN 'TEXT' THEN 'Text' WHEN 'BIGINT' THEN 'BigInt' WHEN 'BOOLEAN' THEN 'Bool'
             ELSE c.type END || CASE WHEN c.\"notnull\" THEN '' ELSE '?' END AS line
         FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE {OURS}"
    );
    let postgres = "SELECT table_name || '.' || column_name || ' ' || CASE data_type WHEN 'text' THEN 'Text' WHEN 'bigint' THEN 'BigInt'
             WHEN 'boolean' THEN 'Bool' ELSE data_type END || CASE is_nullable WHEN 'NO' THEN '' ELSE '?' END AS line
         FROM information_schema.columns WHERE table_schema = current_schema() AND table_name NOT LIKE '\\_\\_diesel%'";
    lines(conn, &sqlite, postgres)
}

/// `table kind (columns)` for the primary key and each index; the names of those that were given one.
fn keys_and_indexes(conn: &mut Conn) -> BTreeSet<String> {
    let sqlite = format!(
        "SELECT m.name || ' ' || CASE i.origin WHEN 'pk' THEN 'key' WHEN 'u' THEN 'unique' ELSE 'index ' || i.name END || ' (' ||
             (SELECT group_concat(name, ',') FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno)) || ')' AS line
         FROM sqlite_master m JOIN pragma_index_list(m.name) i WHERE {OURS}"
    );
    let postgres =
        "SELECT t.relname || ' ' || CASE WHEN i.indisprimary THEN 'key' WHEN i.indisunique THEN 'unique' ELSE 'index ' || c.relname END
             || ' (' || array_to_string(ARRAY(SELECT a.attname FROM unnest(i.indkey::int2[]) WITH ORDINALITY k (att, ord)
                 JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.att ORDER BY k.ord), ',') || ')' AS line
         FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
         JOIN pg_namespace n ON n.oid = t.relnamespace WHERE n.nspname = current_schema() AND t.relname NOT LIKE '\\_\\_diesel%'";
    lines(conn, &sqlite, postgres)
}

/// `table.column -> table`, with what becomes of the row when the other goes.
fn references(conn: &mut Conn) -> BTreeSet<String> {
    let sqlite = format!(
        "SELECT m.name || '.' || f.\"from\" || ' -> ' || f.\"table\" || ' ' || f.on_delete AS line
         FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f WHERE {OURS}"
    );
    let postgres =
        "SELECT t.relname || '.' || a.attname || ' -> ' || r.relname || ' ' || CASE f.confdeltype WHEN 'c' THEN 'CASCADE' ELSE 'other' END
             AS line
         FROM pg_constraint f JOIN pg_class t ON t.oid = f.conrelid JOIN pg_class r ON r.oid = f.confrelid
         JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = f.conkey[1] JOIN pg_namespace n ON n.oid = t.relnamespace
         WHERE f.contype = 'f' AND n.nspname = current_schema()";
    lines(conn, &sqlite, postgres)
}

/// Columns and keys as `schema.rs` writes them down.
fn written() -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut columns, mut keys) = (BTreeSet::new(), BTreeSet::new());
    let mut table = "";
    for line in include_str!("../schema.rs").lines().map(str::trim) {
        if let Some((name, rest)) = line.split_once(" (")
            && let Some(key) = rest.strip_suffix(") {")
        {
            table = name;
            keys.insert(format!("{table} key ({})", key.replace(", ", ",")));
        } else if let Some((column, kind)) = line.trim_end_matches(',').split_once(" -> ") {
            let plain = kind.trim_start_matches("Nullable<").trim_end_matches('>');
            columns.insert(format!("{table}.{column} {plain}{}", if plain == kind { "" } else { "?" }));
        }
    }
    (columns, keys)
}

fn tables() -> BTreeSet<String> {
    written().1.iter().filter_map(|key| key.split(' ').next()).map(str::to_owned).collect()
}

#[test]
fn each_database_has_the_columns_and_keys_that_queries_are_checked_against() {
    let (expected, expected_keys) = written();
    assert!(expected.len() > 50 && expected.contains("codes.spent_at BigInt?"), "{expected:?}");
    on_each(|conn| {
        assert_eq!(columns(conn), expected);
        let keys: BTreeSet<String> = keys_and_indexes(conn).into_iter().filter(|line| line.contains(" key (")).collect();
        // Law: schema.rs is the whole truth on each database.
        assert_eq!(keys, expected_keys);
    });
}

#[test]
fn both_databases_have_the_same_indexes_and_references() {
    let shapes: Vec<_> = places()
        .iter()
        .map(|place| {
            let mut conn = migrated(place);
            (keys_and_indexes(&mut conn), references(&mut conn))
        })
        .collect();
    for (indexes, references) in &shapes {
        for wished in ["sessions unique (key_digest)", "users unique (name_folded)", "grants index grants_by_user (sub,client_id)"] {
            assert!(indexes.contains(wished), "{wished} is not in {indexes:?}");
        }
        assert_eq!(references.len(), 19, "{references:?}");
        assert!(references.iter().all(|line| line.ends_with(" CASCADE")), "{references:?}");
    }
    // Law: one portable schema.
    assert!(shapes.windows(2).all(|pair| pair[0] == pair[1]), "{shapes:?}");
}

#[test]
fn whatever_is_swept_or_cascaded_by_has_an_index() {
    on_each(|conn| {
        let indexes = keys_and_indexes(conn);
        let led_by = |table: &str, column: &str| {
            indexes.iter().any(|line| {
                line.starts_with(&format!("{table} ")) && (line.contains(&format!("({column},")) || line.contains(&format!("({column})")))
            })
        };
        for table in sweep::TABLES {
            assert!(led_by(table, "expires_at"), "{table}.expires_at");
        }
        for reference in references(conn) {
            let (table, column) = reference.split(" ->").next().and_then(|from| from.split_once('.')).expect("table.column");
            // Law: neither a sweep nor a deletion reads a whole table.
            assert!(led_by(table, column), "{table}.{column}");
        }
    });
}

#[test]
fn every_row_has_an_end_unless_it_stands_for_something_that_has_none() {
    let lasting: BTreeSet<String> = ["versions", "users", "clients", "apis", "signing_keys", "definitions"].map(str::to_owned).into();
    let ending: BTreeSet<String> =
        written().0.iter().filter_map(|line| line.strip_suffix(".expires_at BigInt")).map(str::to_owned).collect();
    let swept: BTreeSet<String> = sweep::TABLES.iter().map(ToString::to_string).collect();
    assert_eq!(swept, ending);
    // Law: nothing can grow for ever by itself.
    assert_eq!(&tables() - &swept, lasting);
}

#[test]
fn the_way_back_is_whole_and_can_be_gone_again() {
    on_each(|conn| {
        let before = (columns(conn), keys_and_indexes(conn), references(conn));
        ada_at_app(conn);
        let grant = family(conn, "grant", "openid");
        crate::store::codes::insert(conn, &digest("code"), &code(&grant)).expect("a row that refers to others");
        conn.revert_all_migrations(migrate::MIGRATIONS).expect("the way back");
        assert_eq!(columns(conn), BTreeSet::new());
        migrate::apply(conn, &migrate::MIGRATIONS, 1).expect("the way up again");
        // Law: down undoes all of up, even with rows, and up works after it.
        assert_eq!((columns(conn), keys_and_indexes(conn), references(conn)), before);
    });
}

#[test]
fn a_row_without_its_owner_is_refused() {
    on_each(|conn| {
        ada_at_app(conn);
        for (sub, client) in [("sub-nobody", "app"), ("sub-ada", "nothing")] {
            let grant = Grant { subject: Subject::new(sub), client_id: ClientId::new(client), ..grant("grant", "openid") };
            let refused = conn.transaction(|conn| grants::insert(conn, &grant, NOW));
            assert!(refused.is_err(), "{sub} {client}");
        }
        // Law: no token without a person and a client that exist.
        assert!(conn.transaction(|conn| crate::store::codes::insert(conn, &digest("code"), &code(&grant("none", "openid")))).is_err());
    });
}
