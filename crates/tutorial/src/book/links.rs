//! Where links of a chapter lead.

use std::path::Path;

use super::chapter::Outline;

/// The address by which the texts name the very server that shows them.
pub const SERVER: &str = "http://127.0.0.1:8000";

/// Loopback addresses that a learner opens by hand: the demo's app and services, the learner's own app.
const OWN: [&str; 8] = [
    "http://localhost:8080",
    "http://127.0.0.1:8001",
    "http://127.0.0.1:8002",
    "http://127.0.0.1:8003",
    "http://127.0.0.1:8004",
    "http://127.0.0.1:8005",
    "http://127.0.0.1:8006",
    "http://127.0.0.1:8007",
];

/// What links may lead to.
pub struct Shelf<'b> {
    /// The root of the repository.
    pub root: &'b Path,
    /// The chapters' files.
    pub names: &'b [String],
    /// Their headings in each language.
    pub outlines: &'b [[Outline; 2]],
}

/// What becomes of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A link to this address.
    Address(String),
    /// Its text alone: a file of the repository, which the server does not serve.
    File,
}

impl Shelf<'_> {
    /// Where a link of a chapter leads, seen from `/learn/tutorial/<name>`.
    ///
    /// # Errors
    /// When it leads nowhere.
    pub fn target(&self, chapter: usize, language: usize, file: &str, link: &str) -> Result<Target, String> {
        if link.starts_with("https://") {
            return Ok(Target::Address(link.to_owned()));
        }
        if let Some(path) = link.strip_prefix(SERVER).filter(|path| path.is_empty() || path.starts_with('/')) {
            let path = path.trim_start_matches('/');
            return Ok(Target::Address(match path.strip_prefix("learn/") {
                Some(part) => format!("../{part}"),
                None => format!("../../{path}"),
            }));
        }
        if OWN.iter().any(|own| link.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))) {
            return Ok(Target::Address(link.to_owned()));
        }
        if link.contains("://") || link.starts_with("mailto:") {
            return Err(format!("the link {link} is not https"));
        }
        let (path, anchor) = link.split_once('#').map_or((link, None), |(path, anchor)| (path, Some(anchor)));
        let named = |number: usize| super::chapter_name(&self.names[number]).to_owned();
        let (number, page) = match path {
            "" => (chapter, String::new()),
            "../README.md" => return Ok(Target::Address("../../learn".to_owned())),
            path => match self.names.iter().position(|name| name == path) {
                Some(number) => (number, named(number)),
                None => return self.file(file, path),
            },
        };
        let Some(anchor) = anchor else { return Ok(Target::Address(page)) };
        let id = self.id(number, language, anchor).ok_or_else(|| format!("{} has no heading #{anchor}", self.names[number]))?;
        Ok(Target::Address(format!("{page}#{id}")))
    }

    /// The id on the page of a heading that the source names by what a code host would call it.
    fn id(&self, chapter: usize, language: usize, anchor: &str) -> Option<&str> {
        let at = self.outlines[chapter][language].ids.iter().position(|id| id == anchor)?;
        self.outlines[chapter][0].ids.get(at).map(String::as_str)
    }

    fn file(&self, file: &str, path: &str) -> Result<Target, String> {
        let mut folder: Vec<&str> = file.split('/').collect();
        folder.pop();
        for piece in path.split('/') {
            match piece {
                ".." => drop(folder.pop()),
                "." => {}
                piece => folder.push(piece),
            }
        }
        if self.root.join(folder.join("/")).exists() { Ok(Target::File) } else { Err(format!("the link {path} leads to no file")) }
    }
}
