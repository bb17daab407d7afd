//! The tutorial's own drawings: each once, with its words in both languages.

mod login;
mod logout;
mod parts;
mod services;
mod tokens;

use crate::Language;
use crate::diagram::{Edge, Lane, Map, Part, Sequence, Step, Verdict};

/// English, Chinese.
#[derive(Clone, Copy, Debug)]
pub struct Words(pub &'static str, pub &'static str);

impl Words {
    /// What is said in a language.
    pub const fn told(self, language: Language) -> &'static str {
        match language {
            Language::En => self.0,
            Language::ZhCn => self.1,
        }
    }
}

/// The same in both languages: names of endpoints, parameters, headers.
const fn same(text: &'static str) -> Words {
    Words(text, text)
}

/// A beat of a sequence.
#[derive(Clone, Copy, Debug)]
enum Beat {
    /// A call: from, to, what it says.
    Call(usize, usize, &'static [Words]),
    /// The answer to one.
    Answer(usize, usize, &'static [Words]),
    /// What a party does by itself.
    Does(usize, &'static [Words]),
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    /// Lanes (name, what it is) and what happens.
    Sequence(&'static [(Words, Words)], &'static [Beat]),
    /// Parts (name, what it is, column, row) and edges (from, to, words, dashed).
    Map(&'static [(Words, &'static [Words], u32, u32)], &'static [(usize, usize, &'static [Words], bool)]),
}

/// A drawing of the tutorial.
#[derive(Clone, Copy, Debug)]
pub struct Drawing {
    /// Its name in `docs/tutorial` and in addresses.
    pub name: &'static str,
    title: Words,
    kind: Kind,
}

/// Every drawing.
pub const ALL: &[Drawing] = &[
    parts::COMPONENTS,
    login::PASSWORD,
    login::CODE,
    tokens::REFRESH,
    tokens::API,
    logout::LOGOUT,
    services::EXCHANGE,
    services::FORWARD_AUTH,
    services::NODES,
];

/// The drawing of a name.
pub fn named(name: &str) -> Option<&'static Drawing> {
    ALL.iter().find(|drawing| drawing.name == name)
}

/// A drawing in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Drawn {
    /// Messages between parties.
    Sequence(Sequence),
    /// Parts and who calls whom.
    Map(Map),
}

impl Drawn {
    /// As SVG; see [`Sequence::svg`].
    pub fn svg(&self, id: &str) -> String {
        match self {
            Self::Sequence(sequence) => sequence.svg(id),
            Self::Map(map) => map.svg(id),
        }
    }

    /// For code hosts.
    pub fn mermaid(&self) -> String {
        match self {
            Self::Sequence(sequence) => sequence.mermaid(),
            Self::Map(map) => map.mermaid(),
        }
    }

    /// What is shown.
    pub fn title(&self) -> &str {
        match self {
            Self::Sequence(sequence) => &sequence.title,
            Self::Map(map) => &map.title,
        }
    }
}

impl Drawing {
    /// In a language.
    pub fn told(&self, language: Language) -> Drawn {
        let say = |words: Words| words.told(language).to_owned();
        let all = |lines: &[Words]| lines.iter().copied().map(say).collect::<Vec<_>>();
        let title = say(self.title);
        match self.kind {
            Kind::Sequence(parties, beats) => Drawn::Sequence(Sequence {
                title,
                lanes: parties.iter().map(|(name, about)| Lane { name: say(*name), about: say(*about) }).collect(),
                steps: beats
                    .iter()
                    .map(|beat| {
                        let message =
                            |from, to, lines, answer| Step::Message { from, to, lines, answer, verdict: Verdict::Plain, link: None };
                        match *beat {
                            Beat::Call(from, to, lines) => message(from, to, all(lines), false),
                            Beat::Answer(from, to, lines) => message(from, to, all(lines), true),
                            Beat::Does(over, lines) => Step::Note { over, lines: all(lines), verdict: Verdict::Plain },
                        }
                    })
                    .collect(),
            }),
            Kind::Map(parts, edges) => Drawn::Map(Map {
                title,
                parts: parts
                    .iter()
                    .map(|(name, about, column, row)| Part { name: say(*name), about: all(about), column: *column, row: *row })
                    .collect(),
                edges: edges
                    .iter()
                    .map(|(from, to, lines, dashed)| Edge {
                        from: *from,
                        to: *to,
                        lines: all(lines),
                        verdict: Verdict::Plain,
                        dashed: *dashed,
                    })
                    .collect(),
            }),
        }
    }
}
