//! Templates of an operator's own, which replace embedded ones of the same name.

use std::path::{Path, PathBuf};
use std::{fmt, fs};

/// An operator's template, or the set of all templates, can't be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateError {
    /// The file (or the folder, when no single file is to blame).
    pub file: PathBuf,
    /// What is wrong with it, with the line where Tera knows it.
    pub reason: String,
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "template {}: {}", self.file.display(), self.reason)
    }
}

impl std::error::Error for TemplateError {}

/// A template that came from a file.
#[derive(Debug, Clone)]
pub(super) struct FileTemplate {
    /// Where it came from, for messages.
    pub(super) file: PathBuf,
    /// Its name without folder and `.tera`: `login.html`.
    pub(super) name: String,
    /// Its text.
    pub(super) text: String,
}

/// Reads every `*.html.tera` of a folder (not of folders below it), sorted by name. Other files are left alone; a name
/// that replaces nothing is a template that others of the folder can include.
pub(super) fn read_folder(folder: &Path) -> Result<Vec<FileTemplate>, TemplateError> {
    let failed = |file: &Path, reason: String| TemplateError { file: file.to_owned(), reason };
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(|e| failed(folder, e.to_string()))? {
        let file = entry.map_err(|e| failed(folder, e.to_string()))?.path();
        let Some(name) = file.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(".tera")) else {
            continue;
        };
        if Path::new(name).extension().is_none_or(|ending| ending != "html") {
            return Err(failed(&file, "the name must end in `.html.tera`, or its values would not be escaped".to_owned()));
        }
        let (name, text) = (name.to_owned(), fs::read_to_string(&file).map_err(|e| failed(&file, e.to_string()))?);
        found.push(FileTemplate { file, name, text });
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}
