//! The operator's lists beside clients and APIs: one implementation for all; what is special of a list is its [`Listed`].

use serde_json::{Map, Value};

use super::super::declared::{Declared, DeclaredAdd, DeclaredUpdate};
use super::super::output::CliError;
use super::{Desk, json as objects};
use crate::config::{Settings, parse_duration};
use crate::store::definitions::{self, Definition};
use crate::store::{Conn, StoreError};

/// A kind of declaration that has commands of its own: `doorward KIND add …`.
pub(super) trait Listed: Definition + Clone + Send + Sync + 'static {
    /// What one is called, in a sentence.
    const NOUN: &'static str;
    /// The member that is its name.
    const NAME: &'static str;
    /// The members that are numbers of seconds, or texts with a unit.
    const DURATIONS: &'static [&'static str] = &[];
    /// The members that `list` shows to people.
    const COLUMNS: &'static [&'static str];

    /// What is wrong with it as it stands.
    ///
    /// # Errors
    /// One sentence that names the member.
    fn validate(&self, settings: &Settings) -> Result<(), String>;

    /// What is wrong with it beside the others, itself among them.
    ///
    /// # Errors
    /// One sentence that names the member.
    fn beside(&self, others: &[Self]) -> Result<(), String> {
        let _ = others;
        Ok(())
    }

    /// What the operator should know, though it is no fault: it names something that isn't there (yet).
    ///
    /// # Errors
    /// [`StoreError`] when the database can't answer.
    fn remarks(&self, conn: &mut Conn) -> Result<Vec<String>, StoreError> {
        let _ = conn;
        Ok(Vec::new())
    }
}

pub(super) fn run<D: Listed>(command: Declared, desk: &mut Desk<'_>) -> Result<(), CliError> {
    match command {
        Declared::Add(asked) => add::<D>(&asked, desk),
        Declared::List => {
            let all: Vec<D> = desk.open()?.read_blocking(definitions::list)?;
            desk.output.list(&all, D::COLUMNS)
        }
        Declared::Show(asked) => {
            let one: D = desk.open()?.read_blocking(|conn| found(conn, &asked.name))?;
            desk.output.show(&one)
        }
        Declared::Update(asked) => update::<D>(asked, desk),
        Declared::Delete(asked) => {
            let name = asked.name.clone();
            let gone = desk.open()?.write_blocking(move |conn| definitions::delete::<D>(conn, &name))?;
            if gone { desk.output.deleted(&asked.name) } else { Err(unknown::<D>(&asked.name)) }
        }
    }
}

fn add<D: Listed>(asked: &DeclaredAdd, desk: &mut Desk<'_>) -> Result<(), CliError> {
    let one: D = read(objects::without_nulls(objects::read_object(&asked.file)?), desk.settings)?;
    let (row, now) = (one.clone(), desk.now);
    let remarks = desk.open_or_make()?.write_blocking(move |conn| {
        if !definitions::insert(conn, &row, now)? {
            let what = format!("there is {} {:?} already: change it by `doorward {} update`", D::NOUN, row.name(), D::KIND);
            return Err(CliError::new("conflict", what));
        }
        settle(conn, &row)
    })?;
    answer(&one, &remarks, desk)
}

fn update<D: Listed>(asked: DeclaredUpdate, desk: &mut Desk<'_>) -> Result<(), CliError> {
    let patch = objects::read_object(&asked.file)?;
    let settings = desk.settings.clone();
    let (one, remarks) = desk.open()?.write_blocking(move |conn| {
        let one: D = changed(&found(conn, &asked.name)?, patch.clone(), &settings)?;
        definitions::update(conn, &one)?;
        let remarks = settle(conn, &one)?;
        Ok::<_, CliError>((one, remarks))
    })?;
    answer(&one, &remarks, desk)
}

/// Holds it against its neighbours. Asked after writing: what was written holds the row of versions, so that of two commands at
/// once the second sees the first.
fn settle<D: Listed>(conn: &mut Conn, one: &D) -> Result<Vec<String>, CliError> {
    let all = definitions::list::<D>(conn)?;
    one.beside(&all).map_err(|text| CliError::new("conflict", text))?;
    Ok(one.remarks(conn)?)
}

fn answer<D: Listed>(one: &D, remarks: &[String], desk: &mut Desk<'_>) -> Result<(), CliError> {
    for remark in remarks {
        desk.output.note(remark);
    }
    desk.output.show(one)
}

fn found<D: Listed>(conn: &mut Conn, name: &str) -> Result<D, CliError> {
    definitions::find(conn, name)?.ok_or_else(|| unknown::<D>(name))
}

fn unknown<D: Listed>(name: &str) -> CliError {
    CliError::new("not_found", format!("there is no such {} as {name:?}; `doorward {} list` shows all", bare(D::NOUN), D::KIND))
}

/// A noun without its article.
fn bare(noun: &str) -> &str {
    noun.split_once(' ').map_or(noun, |(_, noun)| noun)
}

/// A declaration after a change (RFC 7396).
fn changed<D: Listed>(old: &D, patch: Map<String, Value>, settings: &Settings) -> Result<D, CliError> {
    let Ok(Value::Object(mut object)) = serde_json::to_value(old) else {
        return Err(CliError::new("database", "what is stored is no JSON object"));
    };
    objects::merge(&mut object, patch);
    let new: D = read(object, settings)?;
    if new.name() == old.name() {
        return Ok(new);
    }
    Err(CliError::new("invalid", format!("{}: it can't change; leave it out, or add another and delete this one", D::NAME)))
}

/// Reads and checks the JSON form. Spans are numbers of seconds, or texts with their unit.
fn read<D: Listed>(mut object: Map<String, Value>, settings: &Settings) -> Result<D, CliError> {
    let wrong = |text: String| CliError::new("invalid", text);
    for member in D::DURATIONS {
        if let Some(Value::String(text)) = object.get(*member) {
            let seconds = parse_duration(text).map_err(|why| wrong(format!("{member}: {text:?} {why}; for example \"10m\"")))?;
            object.insert((*member).to_owned(), seconds.0.into());
        }
    }
    let one: D = objects::read(object).map_err(wrong)?;
    one.validate(settings).map_err(wrong)?;
    Ok(one)
}
