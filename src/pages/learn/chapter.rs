//! A chapter of the tutorial, and the contents of all.

use serde::Serialize;

use super::Part;
use super::book::{Chapter, Section};
use crate::pages::{Locale, Page};

/// A chapter in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Its path.
    pub href: String,
    /// Its heading.
    pub title: &'static str,
    /// Its first paragraph.
    pub summary: &'static str,
    /// Minutes to read it.
    pub minutes: usize,
}

/// The table of contents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Contents {
    part: Part,
    chapters: Vec<Entry>,
}

impl Contents {
    /// Of the tutorial, for a server at the path `base`.
    pub fn new(base: &str, locale: Locale) -> Self {
        Self { part: Part::Tutorial, chapters: Chapter::all().iter().map(|chapter| entry(base, chapter, locale)).collect() }
    }
}

impl Page for Contents {
    const TEMPLATE: &'static str = "doorward/learn/contents.html";

    fn samples() -> Vec<(&'static str, Self)> {
        vec![("contents", Self::new("", Locale::En)), ("contents in Chinese", Self::new("", Locale::ZhCn))]
    }
}

/// A chapter as a page; its text is given by the function `chapter` of the engine, since it is markup of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChapterPage {
    part: Part,
    /// Counted from 0.
    number: usize,
    title: &'static str,
    minutes: usize,
    /// How many chapters there are.
    of: usize,
    sections: &'static [Section],
    before: Option<Entry>,
    after: Option<Entry>,
}

impl ChapterPage {
    /// The chapter of a name.
    pub fn named(base: &str, name: &str, locale: Locale) -> Option<Self> {
        let all = Chapter::all();
        let number = all.iter().position(|chapter| chapter.name == name)?;
        let told = all[number].told(locale);
        let beside = |at: Option<usize>| Some(entry(base, all.get(at?)?, locale));
        Some(Self {
            part: Part::Tutorial,
            number,
            title: told.title,
            minutes: told.minutes,
            of: all.len(),
            sections: told.sections,
            before: beside(number.checked_sub(1)),
            after: beside(Some(number + 1)),
        })
    }
}

impl Page for ChapterPage {
    const TEMPLATE: &'static str = "doorward/learn/chapter.html";

    fn samples() -> Vec<(&'static str, Self)> {
        Chapter::all().iter().filter_map(|chapter| Some((chapter.name, Self::named("", chapter.name, Locale::En)?))).collect()
    }
}

fn entry(base: &str, chapter: &Chapter, locale: Locale) -> Entry {
    let told = chapter.told(locale);
    Entry { href: format!("{base}/learn/tutorial/{}", chapter.name), title: told.title, summary: told.summary, minutes: told.minutes }
}
