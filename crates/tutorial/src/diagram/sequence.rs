//! A sequence of messages, from top to bottom.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::svg::{frame, line};
use super::{Verdict, arrow_heads, head_of};
use crate::text::{cut, escape, width};

/// Who takes part: a lane of the drawing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lane {
    /// What it is called.
    pub name: String,
    /// What it is, in small letters below; may be empty.
    pub about: String,
}

/// What happens next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Step {
    /// A message.
    Message {
        /// The lane it leaves; lanes are counted from 0.
        from: usize,
        /// The lane it reaches; may be the same one.
        to: usize,
        /// What it says: each a line, at most three.
        lines: Vec<String>,
        /// Whether it answers: drawn dashed.
        answer: bool,
        /// How it went.
        verdict: Verdict,
        /// Where a click on it leads.
        link: Option<String>,
    },
    /// Something that a party does by itself, or that is worth saying.
    Note {
        /// The lane it stands on.
        over: usize,
        /// What it says: each a line.
        lines: Vec<String>,
        /// How it went.
        verdict: Verdict,
    },
}

/// A sequence of messages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sequence {
    /// What is shown: its name for assistive software.
    pub title: String,
    /// The parties, from left to right.
    pub lanes: Vec<Lane>,
    /// What happens, from top to bottom.
    pub steps: Vec<Step>,
}

/// Size of the letters of a message, and a row of them.
const LETTER: u32 = 13;
const ROW: u32 = 17;
/// Most that a line may say, in hundredths of a letter's size.
const MOST: u32 = 3_000;
const HEAD: u32 = 62;
const MARGIN: u32 = 12;

fn pixels(text: &str) -> u32 {
    width(text) * LETTER / 100
}

fn longest(lines: &[String]) -> u32 {
    lines.iter().map(|text| pixels(&cut(text, MOST))).max().unwrap_or(0)
}

impl Sequence {
    /// As SVG. `id` begins the ids inside: unique on its page, a letter first.
    pub fn svg(&self, id: &str) -> String {
        let at = self.places();
        let last = at.last().copied().unwrap_or(MARGIN);
        let wide = last + self.half(self.lanes.len().saturating_sub(1)) + MARGIN;
        let (mut inside, mut y, mut number) = (arrow_heads(id), HEAD + 10, 0);
        for step in &self.steps {
            match step {
                Step::Message { from, to, lines, answer, verdict, link } => {
                    let Some((a, b)) = at.get(*from).zip(at.get(*to)).map(|(a, b)| (*a, *b)) else { continue };
                    number += 1;
                    let drawn = message(id, (a, b), &mut y, lines, (*answer, *verdict), number);
                    let (open, close) =
                        link.as_ref().map_or((String::new(), ""), |link| (format!("<a href=\"{}\">", escape(link)), "</a>"));
                    inside.extend([open.as_str(), drawn.as_str(), close]);
                }
                Step::Note { over, lines, verdict } => {
                    if let Some(x) = at.get(*over) {
                        inside += &note(*x, &mut y, wide, lines, *verdict);
                    }
                }
            }
        }
        let high = y + 10;
        let mut lanes = String::new();
        for (number, (lane, x)) in self.lanes.iter().zip(&at).enumerate() {
            let _ = write!(lanes, "<path class=\"d-lane\" d=\"M{x} {HEAD}V{high}\"/>");
            let half = self.half(number) - 2;
            let _ = write!(
                lanes,
                "<rect class=\"d-box\" x=\"{}\" y=\"6\" width=\"{}\" height=\"{}\" rx=\"8\"/>",
                x - half.min(*x),
                half * 2,
                HEAD - 12
            );
            let middle = if lane.about.is_empty() { 36 } else { 27 };
            lanes += &line(*x, middle, "d-name", &cut(&lane.name, MOST));
            lanes += &line(*x, 45, "d-about", &cut(&lane.about, MOST));
        }
        let links = self.steps.iter().any(|step| matches!(step, Step::Message { link: Some(_), .. }));
        frame(id, (wide, high + 6), (&self.title, &self.in_words()), links, &(lanes + &inside))
    }

    /// Half the width that a lane's head needs.
    fn half(&self, lane: usize) -> u32 {
        self.lanes.get(lane).map_or(14, |lane| (width(&cut(&lane.name, MOST)) * 17 / 200).max(pixels(&cut(&lane.about, MOST)) / 2) + 14)
    }

    /// Where each lane stands: as far from its neighbour as the longest message between them asks.
    fn places(&self) -> Vec<u32> {
        let mut gaps: Vec<u32> = (1..self.lanes.len()).map(|lane| (self.half(lane - 1) + self.half(lane) + 16).max(110)).collect();
        let mut before = self.half(0) + MARGIN;
        for step in &self.steps {
            let (from, to, needed) = match step {
                Step::Message { from, to, lines, .. } if from != to => (*from.min(to), *from.max(to), longest(lines) + 40),
                Step::Message { from, lines, .. } => (*from, from + 1, longest(lines) + 50),
                Step::Note { over, lines, .. } => {
                    let half = longest(lines) / 2 + 16;
                    if *over == 0 {
                        before = before.max(half + MARGIN);
                    }
                    for gap in [over.checked_sub(1), Some(*over)].into_iter().flatten() {
                        if let Some(gap) = gaps.get_mut(gap) {
                            *gap = (*gap).max(half + 12);
                        }
                    }
                    continue;
                }
            };
            let Some(between) = gaps.get_mut(from..to) else { continue };
            let (there, count) = (between.iter().sum::<u32>(), u32::try_from(between.len()).unwrap_or(1).max(1));
            if needed > there {
                for gap in between {
                    *gap += (needed - there).div_ceil(count);
                }
            }
        }
        let mut places = vec![before];
        for gap in gaps {
            places.push(places.last().copied().unwrap_or(0) + gap);
        }
        places.truncate(self.lanes.len());
        places
    }

    /// All of it in one paragraph; messages have the numbers that they have in the drawing.
    pub fn in_words(&self) -> String {
        let name = |lane: usize| self.lanes.get(lane).map_or("", |lane| lane.name.as_str());
        let mut number = 0;
        let mut said = |step: &Step| match step {
            Step::Message { from, to, lines, .. } => {
                number += 1;
                format!("{number}. {} → {}: {}.", name(*from), name(*to), lines.join(" "))
            }
            Step::Note { over, lines, .. } => format!("{}: {}.", name(*over), lines.join(" ")),
        };
        self.steps.iter().map(&mut said).collect::<Vec<_>>().join(" ")
    }

    /// The same as a `sequenceDiagram` of Mermaid, which code hosts draw.
    pub fn mermaid(&self) -> String {
        let plain = |text: &str| text.replace([';', '#'], ",").replace('<', "‹").replace('>', "›");
        let mut out = "sequenceDiagram\n".to_owned();
        for (number, lane) in self.lanes.iter().enumerate() {
            let about = if lane.about.is_empty() { String::new() } else { format!("<br>{}", plain(&lane.about)) };
            let _ = writeln!(out, "    participant L{number} as {}{about}", plain(&lane.name));
        }
        for step in &self.steps {
            let _ = match step {
                Step::Message { from, to, lines, answer, .. } => {
                    let arrow = if *answer { "-->>" } else { "->>" };
                    writeln!(out, "    L{from}{arrow}L{to}: {}", plain(&lines.join(" ")))
                }
                Step::Note { over, lines, .. } => writeln!(out, "    Note over L{over}: {}", plain(&lines.join(" "))),
            };
        }
        out
    }
}

/// A message's lines stand above its arrow.
fn message(id: &str, between: (u32, u32), y: &mut u32, lines: &[String], kind: (bool, Verdict), number: usize) -> String {
    let ((a, b), (answer, verdict)) = (between, kind);
    let mut out = String::new();
    let class = format!("d-say{}", verdict.class());
    let own = a == b;
    for (row, text) in lines.iter().take(3).enumerate() {
        *y += ROW;
        let (x, side) = if own { (a + 34, " d-left") } else { (u32::midpoint(a, b), "") };
        let count = if row == 0 { format!("<tspan class=\"d-count\">{number}\u{2002}</tspan>") } else { String::new() };
        let _ = write!(out, "<text class=\"{class}{side}\" x=\"{x}\" y=\"{}\">{count}{}</text>", *y, escape(&cut(text, MOST)));
    }
    *y += 8;
    let dash = if answer { " d-answer" } else { "" };
    let path = if own {
        *y += 12;
        format!("M{a} {}h26v20h-22", *y - 16)
    } else if a < b {
        format!("M{} {}H{}", a + 2, *y, b - 3)
    } else {
        format!("M{} {}H{}", a - 2, *y, b + 3)
    };
    let head = head_of(verdict);
    let _ = write!(out, "<path class=\"d-arrow{dash}{}\" d=\"{path}\" marker-end=\"url(#{id}-{head})\"/>", verdict.class());
    *y += 8;
    out
}

fn note(x: u32, y: &mut u32, wide: u32, lines: &[String], verdict: Verdict) -> String {
    let lines: Vec<String> = lines.iter().take(4).map(|text| cut(text, MOST)).collect();
    let half = longest(&lines) / 2 + 14;
    let rows = u32::try_from(lines.len()).unwrap_or(0);
    let left = x.saturating_sub(half).max(2).min(wide.saturating_sub(half * 2 + 2));
    *y += 8;
    let class = verdict.class();
    let mut out =
        format!("<rect class=\"d-note{class}\" x=\"{left}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"6\"/>", *y, half * 2, rows * ROW + 10);
    for text in &lines {
        *y += ROW;
        out += &line(left + half, *y + 1, &format!("d-said{class}"), text);
    }
    *y += 16;
    out
}
