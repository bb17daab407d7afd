//! `docs/tutorial`, read: chapters in two languages, their code from `examples/`, as HTML.
//!
//! A chapter is `docs/tutorial/{en,zh-CN}/NN-name.md`. Beside plain Markdown (no raw HTML, no pictures) it may hold:
//!
//! | in the source | means |
//! |---|---|
//! | ```` ```rust file=examples/3-login/src/main.rs#begin ```` | the region `begin` of that file (`// region: begin` … `// endregion: begin`), or the item of that name; without `#…` the whole file |
//! | ```` ```diff from=… to=… ```` | what differs between two files |
//! | ```` ```mermaid diagram=code ```` | a drawing of [`crate::drawings`] |
//! | `> [!IMPORTANT]`, with a link to `/learn/app#…` | a task; what stands behind `#` is its id, the link its button |
//! | `> [!NOTE]` · `> [!WARNING]` · `> [!TIP]` | where to look · what goes wrong · what helps |
//! | a link to `http://127.0.0.1:8000/learn/…` | a page of the very server that shows the chapter |
//!
//! What stands in such a block is written there by a test (`UPDATE_DOCS=1`), so that the files read by themselves.

mod blocks;
mod chapter;
mod colour;
mod diff;
mod links;
mod slug;

use std::path::{Path, PathBuf};
use std::{fmt, fs};

use crate::Language;

/// Where the tutorial lies in the repository.
pub const FOLDER: &str = "docs/tutorial";

/// Something that does not hold together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The file, from the root of the repository.
    pub file: String,
    /// The line, from 1; 0 for the file as a whole.
    pub line: usize,
    /// What is wrong, in a sentence.
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.what)
    }
}

/// A section of a chapter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Its id on the page: the same in both languages.
    pub id: String,
    /// Its heading.
    pub heading: String,
    /// 2 for a section, 3 for one within.
    pub level: u8,
}

/// A chapter in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Its heading.
    pub title: String,
    /// Its first paragraph, as plain text.
    pub summary: String,
    /// Minutes to read it, at a usual pace; at least one.
    pub minutes: usize,
    /// All below its heading.
    pub html: String,
    /// Its sections, in order.
    pub sections: Vec<Section>,
    /// The ids of its tasks, in order.
    pub tasks: Vec<String>,
    /// Its blocks with a directive, in order.
    pub directives: Vec<String>,
}

/// A chapter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chapter {
    /// Its name in addresses: that of the file without number and ending.
    pub name: String,
    /// Its file below the folder of a language.
    pub file: String,
    /// In each language, in the order of [`Language::ALL`].
    pub told: [Told; 2],
}

/// Text of a block that differs from where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stale {
    /// The file.
    pub file: PathBuf,
    /// The bytes of the text.
    pub range: std::ops::Range<usize>,
    /// What should be there.
    pub text: String,
}

/// The tutorial.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Book {
    /// The chapters in order.
    pub chapters: Vec<Chapter>,
    /// Files that were read.
    pub files: Vec<PathBuf>,
    /// Blocks that are out of date in the files; the HTML has what is right.
    pub stale: Vec<Stale>,
}

impl Book {
    /// Reads the tutorial below the root of the repository.
    ///
    /// # Errors
    /// Every fault, in order.
    pub fn read(root: &Path) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let names = names(root, &mut faults);
        let sources = read_all(root, &names, &mut faults);
        if !faults.is_empty() {
            return Err(faults);
        }
        let outlines: Vec<[chapter::Outline; 2]> = sources.iter().map(|both| [0, 1].map(|n| chapter::outline(&both[n].1))).collect();
        let shelf = links::Shelf { root, names: &names, outlines: &outlines };
        let mut book = Self::default();
        for (number, both) in sources.iter().enumerate() {
            let told = [0, 1].map(|n| {
                let (file, text) = &both[n];
                let read = chapter::read(&shelf, number, n, file, text);
                faults.extend(read.faults);
                book.files.extend(read.files);
                book.files.push(root.join(file));
                book.stale.extend(read.stale.into_iter().map(|(range, text)| Stale { file: root.join(file), range, text }));
                read.told
            });
            faults.extend(differences(&both[1].0, &told));
            let file = names[number].clone();
            book.chapters.push(Chapter { name: chapter_name(&file).to_owned(), file, told });
        }
        let all = book.chapters.iter().flat_map(|chapter| chapter.told[0].tasks.iter()).collect::<Vec<_>>();
        for (at, task) in all.iter().enumerate() {
            if all[..at].contains(task) {
                faults.push(Fault { file: FOLDER.to_owned(), line: 0, what: format!("two tasks have the id {task}") });
            }
        }
        if faults.is_empty() { Ok(book) } else { Err(faults) }
    }

    /// Writes what is stale anew.
    ///
    /// # Errors
    /// When a file can't be read or written.
    pub fn refresh(&self) -> std::io::Result<()> {
        // From the end of a file to its beginning, so that the places before stay where they are.
        for stale in self.stale.iter().rev() {
            let mut text = fs::read_to_string(&stale.file)?;
            text.replace_range(stale.range.clone(), &stale.text);
            fs::write(&stale.file, text)?;
        }
        Ok(())
    }
}

/// A file's name without its number and ending.
fn chapter_name(file: &str) -> &str {
    let stem = file.strip_suffix(".md").unwrap_or(file);
    stem.split_once('-').map_or(stem, |(_, name)| name)
}

/// The chapters' files: the same in both folders.
fn names(root: &Path, faults: &mut Vec<Fault>) -> Vec<String> {
    let list = |language: Language| -> Vec<String> {
        let folder = root.join(FOLDER).join(language.tag());
        let entries = fs::read_dir(folder).map(|all| all.filter_map(Result::ok).collect::<Vec<_>>()).unwrap_or_default();
        let mut names: Vec<String> = entries.iter().filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        names
    };
    let [en, zh] = Language::ALL.map(list);
    let mut fault = |file: String, what: &str| faults.push(Fault { file, line: 0, what: what.to_owned() });
    if en.is_empty() {
        fault(FOLDER.to_owned(), "has no chapter");
    }
    for (names, others, tag) in [(&en, &zh, "zh-CN"), (&zh, &en, "en")] {
        for name in names.iter().filter(|name| !others.contains(name)) {
            fault(format!("{FOLDER}/{tag}/{name}"), "is missing: both languages have the same files");
        }
    }
    for name in &en {
        let numbered = name.len() > 6 && name.as_bytes()[..2].iter().all(u8::is_ascii_digit) && name.as_bytes()[2] == b'-';
        if !numbered || name.strip_suffix(".md").is_none() {
            fault(format!("{FOLDER}/en/{name}"), "is no chapter: its name is not NN-name.md");
        }
    }
    en
}

type Source = (String, String);

fn read_all(root: &Path, names: &[String], faults: &mut Vec<Fault>) -> Vec<[Source; 2]> {
    let mut read = |language: Language, name: &String| {
        let file = format!("{FOLDER}/{}/{name}", language.tag());
        let text = fs::read_to_string(root.join(&file)).unwrap_or_else(|why| {
            faults.push(Fault { file: file.clone(), line: 0, what: format!("can't be read: {why}") });
            String::new()
        });
        (file, text)
    };
    names.iter().map(|name| Language::ALL.map(|language| read(language, name))).collect()
}

/// Both languages are one text: the same sections, blocks and tasks in the same order.
fn differences(file: &str, told: &[Told; 2]) -> Vec<Fault> {
    let [en, zh] = told;
    let fault = |what: String| Fault { file: file.to_owned(), line: 0, what };
    let levels = |told: &Told| told.sections.iter().map(|section| section.level).collect::<Vec<_>>();
    let mut faults = Vec::new();
    if levels(en) != levels(zh) {
        faults.push(fault(format!(
            "has {} sections of levels {:?}, in English {} of {:?}",
            zh.sections.len(),
            levels(zh),
            en.sections.len(),
            levels(en)
        )));
    }
    for (what, ours, theirs) in [("blocks", &zh.directives, &en.directives), ("tasks", &zh.tasks, &en.tasks)] {
        if ours != theirs {
            faults.push(fault(format!("has the {what} {ours:?}, in English {theirs:?}")));
        }
    }
    faults
}
