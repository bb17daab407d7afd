//! The tutorial's workshop.
//!
//! [`diagram`] draws sequences of messages and maps of parts as SVG, from typed descriptions; [`drawings`] are the tutorial's own, each in
//! both languages. `book` (a feature, used while the server is built) reads `docs/tutorial`, puts the code of `examples/` into it, and gives
//! HTML; whatever does not hold together is a fault that names file and line.

#[cfg(feature = "book")]
pub mod book;
pub mod diagram;
pub mod drawings;
mod text;

/// A language of the tutorial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Language {
    /// English.
    En,
    /// Simplified Chinese.
    ZhCn,
}

impl Language {
    /// Both, the source of identifiers first.
    pub const ALL: [Self; 2] = [Self::En, Self::ZhCn];

    /// The BCP 47 tag: also the name of its folder in `docs/tutorial`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::ZhCn => "zh-CN",
        }
    }
}
