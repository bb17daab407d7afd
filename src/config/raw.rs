//! What was written, and where: not yet what it means.

use std::collections::BTreeMap;
use std::path::PathBuf;

use doorward_protocol::values::Seconds;
use rocket::figment::value::Value;
use rocket::figment::{Figment, Metadata};

use super::duration::{parse_duration, print_duration};
use super::error::{ConfigError, ConfigErrors, Place, quoted};
use super::keys::{Fallback, Key, Kind};
use super::sources::ENV_NAME;
use super::suggest::suggestion;

/// The settings as they were written. Readers return `None` for what is absent or wrong; what is wrong is kept as a fault.
pub(super) struct RawSettings {
    given: BTreeMap<Key, (Value, Place)>,
    faults: Vec<ConfigError>,
}

impl RawSettings {
    /// Takes the section `doorward` of the selected profile.
    ///
    /// # Errors
    /// Only when a source can't be read at all; unknown keys are faults like others.
    pub(super) fn read(figment: &Figment) -> Result<Self, ConfigErrors> {
        let mut raw = Self { given: BTreeMap::new(), faults: Vec::new() };
        if figment.profiles().any(|profile| profile == "doorward") {
            raw.faults.push(ConfigError {
                name: "[doorward]".to_owned(),
                place: Place::File(PathBuf::from("Rocket.toml")),
                problem: "this section is never read: write [default.doorward]".to_owned(),
                example: None,
            });
        }
        let section = match figment.find_value("doorward") {
            Ok(section) => section,
            Err(error) if error.missing() => return Ok(raw),
            Err(error) => return Err(ConfigErrors::one(super::rocket_config::fault(&error))),
        };
        let Some(section) = section.as_dict() else {
            let place = place(figment.get_metadata(section.tag()));
            let problem = "must be a section: write [default.doorward] and the settings below it".to_owned();
            return Err(ConfigErrors::one(ConfigError { name: "doorward".to_owned(), place, problem, example: None }));
        };
        for (name, value) in section {
            let place = place(figment.get_metadata(value.tag()));
            match Key::named(name) {
                Some(key) => {
                    raw.given.insert(key, (value.clone(), place));
                }
                None => raw.faults.push(unknown(name, place)),
            }
        }
        Ok(raw)
    }

    /// Notes that a setting is wrong.
    pub(super) fn fault(&mut self, key: Key, problem: impl Into<String>) {
        let place = self.given.get(&key).map_or(Place::Environment, |(_, place)| place.clone());
        self.faults.push(ConfigError::of(key, place, problem));
    }

    /// Notes a fault that is not of a setting of ours.
    pub(super) fn other_faults(&mut self, faults: impl IntoIterator<Item = ConfigError>) {
        self.faults.extend(faults);
    }

    /// Every fault so far.
    pub(super) fn into_faults(self) -> Vec<ConfigError> {
        self.faults
    }

    /// Whether a setting was written.
    pub(super) fn has(&self, key: Key) -> bool {
        self.given.contains_key(&key)
    }

    /// A setting's text, or its fallback's.
    pub(super) fn text(&mut self, key: Key) -> Option<String> {
        let value = self.given.get(&key).map(|(value, _)| value.clone());
        let text = match value {
            None => {
                return match key.row().fallback {
                    Fallback::Text(text) => Some(text.to_owned()),
                    Fallback::Said(_) | Fallback::Nothing => None,
                };
            }
            Some(Value::String(_, text)) => text,
            Some(Value::Num(_, number)) => number
                .to_i128()
                .map(|number| number.to_string())
                .or_else(|| number.to_u128().map(|number| number.to_string()))
                .unwrap_or_else(|| "a fraction".to_owned()),
            Some(Value::Bool(_, flag)) => flag.to_string(),
            Some(Value::Array(..) | Value::Dict(..) | Value::Char(..) | Value::Empty(..)) => {
                self.fault(key, "is not a single text");
                return None;
            }
        };
        match text_fault(&text, key.row().kind) {
            Some(problem) => {
                self.fault(key, problem);
                None
            }
            None => Some(text),
        }
    }

    /// `true` or `false`.
    pub(super) fn flag(&mut self, key: Key) -> Option<bool> {
        let text = self.text(key)?;
        let flag = text.parse().ok();
        if flag.is_none() {
            self.fault(key, format!("is {}, neither true nor false", quoted(&text)));
        }
        flag
    }

    /// One of the words of the table; the word as the table has it.
    pub(super) fn word(&mut self, key: Key) -> Option<&'static str> {
        let text = self.text(key)?;
        let Kind::Word(words) = key.row().kind else { return self.misread(key) };
        let word = words.iter().copied().find(|word| *word == text);
        if word.is_none() {
            self.fault(key, format!("is {}, which is none of {}", quoted(&text), words.join(", ")));
        }
        word
    }

    /// A whole number within the bounds of the table.
    pub(super) fn number(&mut self, key: Key) -> Option<u32> {
        let text = self.text(key)?;
        let Kind::Number { min, max } = key.row().kind else { return self.misread(key) };
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse().ok().filter(|number| digits && (min..=max).contains(number));
        if number.is_none() {
            self.fault(key, format!("is {}, not a whole number from {min} to {max}", quoted(&text)));
        }
        number
    }

    /// A duration within the bounds of the table.
    pub(super) fn span(&mut self, key: Key) -> Option<Seconds> {
        let text = self.text(key)?;
        let Kind::Span { min, max } = key.row().kind else { return self.misread(key) };
        let problem = match parse_duration(&text) {
            Ok(span) if span < min => format!("is {}, shorter than {}", quoted(&text), print_duration(min)),
            Ok(span) if span > max => format!("is {}, longer than {}", quoted(&text), print_duration(max)),
            Ok(span) => return Some(span),
            Err(error) => format!("is {}, which {error}", quoted(&text)),
        };
        self.fault(key, problem);
        None
    }

    /// A folder that exists.
    pub(super) fn folder(&mut self, key: Key) -> Option<PathBuf> {
        let text = self.text(key)?;
        let folder = PathBuf::from(&text);
        if folder.is_dir() {
            return Some(folder);
        }
        self.fault(key, format!("is {}, which is no folder", quoted(&text)));
        None
    }

    /// The entries of a list, spaces around them taken off; none if it is absent or empty.
    pub(super) fn list(&mut self, key: Key) -> Option<Vec<String>> {
        let entries = match self.given.get(&key) {
            Some((Value::Array(_, entries), _)) => {
                entries.iter().map(|entry| entry.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>()
            }
            Some((Value::String(_, text), _)) if text.trim().is_empty() => Some(Vec::new()),
            Some((Value::String(_, text), _)) => Some(text.split(',').map(|entry| entry.trim().to_owned()).collect()),
            Some(_) => None,
            None => return Some(Vec::new()),
        };
        let problem = match entries {
            None => "is not a list of texts",
            Some(entries) if entries.iter().any(String::is_empty) => "has an empty entry: a comma too many?",
            entries => return entries,
        };
        self.fault(key, problem);
        None
    }

    fn misread<T>(&mut self, key: Key) -> Option<T> {
        self.fault(key, "is read as another kind than the table says: a defect of this program");
        None
    }
}

/// What is wrong with a text before its meaning is asked.
fn text_fault(text: &str, kind: Kind) -> Option<&'static str> {
    if text.is_empty() {
        Some("is empty: give a value, or leave it out")
    } else if text.contains('\u{fffd}') {
        Some("is not UTF-8")
    } else if text.contains(char::is_control) {
        Some("contains a line break or another control character")
    } else if !kind.is_hidden() && text.trim() != text {
        Some("begins or ends with a space")
    } else {
        None
    }
}

fn unknown(name: &str, place: Place) -> ConfigError {
    let environment = place == Place::Environment;
    let way_on = suggestion(name, |key| if environment { key.variable() } else { key.row().name.to_owned() });
    let shown: String = name.chars().take(60).flat_map(char::escape_debug).collect();
    ConfigError {
        name: if environment { format!("DOORWARD_{}", shown.to_ascii_uppercase()) } else { shown },
        place,
        problem: format!("is not a setting; {}", way_on.as_deref().unwrap_or("docs/configuration.md lists them")),
        example: None,
    }
}

/// Where a value was written, by what its source says of itself.
fn place(metadata: Option<&Metadata>) -> Place {
    match metadata {
        Some(from) if from.name == ENV_NAME => Place::Environment,
        Some(from) => {
            from.source.as_ref().and_then(|source| source.file_path()).map_or(Place::Program, |path| Place::File(path.to_owned()))
        }
        None => Place::Program,
    }
}
