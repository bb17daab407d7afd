//! The tutorial as `build.rs` made it from `docs/tutorial`.

use serde::Serialize;

use crate::pages::Locale;

include!(concat!(env!("OUT_DIR"), "/tutorial.rs"));

/// A section of a chapter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Section {
    /// Its id on the page: the same in both languages.
    pub id: &'static str,
    /// Its heading.
    pub heading: &'static str,
}

/// A chapter in one language.
#[derive(Debug, Clone, Copy)]
pub struct Told {
    /// Its heading.
    pub title: &'static str,
    /// Its first paragraph, as plain text.
    pub summary: &'static str,
    /// Minutes to read it.
    pub minutes: usize,
    /// All below its heading.
    pub html: &'static str,
    /// Its sections of the second level.
    pub sections: &'static [Section],
    /// The ids of its tasks; `#task-<id>` is where one stands.
    pub tasks: &'static [&'static str],
}

/// A chapter.
#[derive(Debug, Clone, Copy)]
pub struct Chapter {
    /// Its name in addresses.
    pub name: &'static str,
    en: Told,
    zh_cn: Told,
}

impl Chapter {
    /// Every chapter in order.
    pub const fn all() -> &'static [Self] {
        &CHAPTERS
    }

    /// In a language.
    pub const fn told(&self, locale: Locale) -> &Told {
        match locale {
            Locale::En => &self.en,
            Locale::ZhCn => &self.zh_cn,
        }
    }

    /// Where a task stands, below the path of the server.
    pub fn task(id: &str) -> Option<String> {
        let chapter = Self::all().iter().find(|chapter| chapter.en.tasks.contains(&id))?;
        Some(format!("/learn/tutorial/{}#task-{id}", chapter.name))
    }
}
