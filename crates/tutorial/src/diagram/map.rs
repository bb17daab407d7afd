//! A map: parts on a grid, and who calls whom.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::svg::{frame, line};
use super::{Verdict, arrow_heads, head_of};
use crate::text::{cut, escape, width};

/// A part of the map.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// What it is called.
    pub name: String,
    /// What it is, in small letters below: at most three lines.
    pub about: Vec<String>,
    /// Its column, from 0.
    pub column: u32,
    /// Its row, from 0.
    pub row: u32,
}

/// Who calls whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edge {
    /// The part that calls; parts are counted from 0.
    pub from: usize,
    /// The part that is called.
    pub to: usize,
    /// What is said on the way: each a line, at most three.
    pub lines: Vec<String>,
    /// How it went: drawn in its colour.
    pub verdict: Verdict,
    /// Whether it is a possibility rather than something that was seen: drawn dashed.
    pub dashed: bool,
}

/// A map of parts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Map {
    /// What is shown: its name for assistive software.
    pub title: String,
    /// The parts.
    pub parts: Vec<Part>,
    /// Who calls whom.
    pub edges: Vec<Edge>,
}

const BOX: (u32, u32) = (172, 76);
const ROW_GAP: u32 = 84;
const MARGIN: u32 = 8;
const MOST: u32 = 2_600;

fn pixels(text: &str) -> u32 {
    width(text) * 13 / 100
}

impl Map {
    /// As SVG. `id` begins the ids inside: unique on its page, a letter first.
    pub fn svg(&self, id: &str) -> String {
        let gap = self.column_gap();
        let last = self.parts.iter().map(|part| part.column).max().unwrap_or(0);
        let (left, right) = (self.beside(0, true), self.beside(last, false));
        let corner = |part: &Part| (MARGIN + left + part.column.min(8) * (BOX.0 + gap), MARGIN + part.row.min(8) * (BOX.1 + ROW_GAP));
        let (mut wide, mut high, mut parts, mut edges, mut words) = (0, 0, String::new(), arrow_heads(id), String::new());
        for part in &self.parts {
            let (x, y) = corner(part);
            (wide, high) = (wide.max(x + BOX.0 + MARGIN + right), high.max(y + BOX.1 + MARGIN));
            let _ = write!(parts, "<rect class=\"d-box\" x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"{}\" rx=\"10\"/>", BOX.0, BOX.1);
            let rows = u32::try_from(part.about.len().min(3)).unwrap_or(0);
            let mut row = y + BOX.1 / 2 + 5 - rows * 8;
            parts += &line(x + BOX.0 / 2, row, "d-name", &cut(&part.name, 1_000));
            for about in part.about.iter().take(3) {
                row += 16;
                parts += &line(x + BOX.0 / 2, row, "d-about", &cut(about, 1_250));
            }
        }
        for edge in &self.edges {
            let Some((a, b)) = self.parts.get(edge.from).zip(self.parts.get(edge.to)) else { continue };
            let both = self.edges.iter().any(|other| other.from == edge.to && other.to == edge.from);
            let (from, to) = ends(corner(a), corner(b), both);
            let dash = if edge.dashed { " d-answer" } else { "" };
            let _ = write!(
                edges,
                "<path class=\"d-arrow{dash}{}\" d=\"M{} {}L{} {}\" marker-end=\"url(#{id}-{})\"/>",
                edge.verdict.class(),
                from.0,
                from.1,
                to.0,
                to.1,
                head_of(edge.verdict)
            );
            words += &label(edge, from, to);
        }
        frame(id, (wide, high), (&self.title, &self.in_words()), false, &(edges + &parts + &words))
    }

    /// As wide as the longest label of an edge between columns asks.
    fn column_gap(&self) -> u32 {
        let across = |edge: &&Edge| self.parts.get(edge.from).zip(self.parts.get(edge.to)).is_some_and(|(a, b)| a.column != b.column);
        let lines = self.edges.iter().filter(across).flat_map(|edge| edge.lines.iter());
        lines.map(|text| pixels(&cut(text, MOST)) + 34).max().unwrap_or(0).max(90)
    }

    /// What the labels beside upright edges of a column need beyond its boxes: those that go down on the left, those that go up on the right.
    fn beside(&self, column: u32, down: bool) -> u32 {
        let upright = |edge: &&Edge| {
            let ends = self.parts.get(edge.from).zip(self.parts.get(edge.to));
            ends.is_some_and(|(a, b)| a.column == column && b.column == column && (a.row < b.row) == down)
        };
        let lines = self.edges.iter().filter(upright).flat_map(|edge| edge.lines.iter());
        lines.map(|text| (pixels(&cut(text, MOST)) + 44).saturating_sub(BOX.0 / 2)).max().unwrap_or(0)
    }

    /// All of it in one paragraph.
    pub fn in_words(&self) -> String {
        let name = |part: usize| self.parts.get(part).map_or("", |part| part.name.as_str());
        let part = |part: &Part| {
            if part.about.is_empty() { format!("{}.", part.name) } else { format!("{}: {}.", part.name, part.about.join(" ")) }
        };
        let edge = |edge: &Edge| format!("{} → {}: {}.", name(edge.from), name(edge.to), edge.lines.join(" "));
        self.parts.iter().map(part).chain(self.edges.iter().map(edge)).collect::<Vec<_>>().join(" ")
    }

    /// The same as a `flowchart` of Mermaid, which code hosts draw.
    pub fn mermaid(&self) -> String {
        let plain = |text: &str| text.replace(['"', '#', ';', '|'], ",").replace('<', "‹").replace('>', "›");
        let mut out = "flowchart LR\n".to_owned();
        for (number, part) in self.parts.iter().enumerate() {
            let about: String = part.about.iter().fold(String::new(), |all, line| all + "<br>" + &plain(line));
            let _ = writeln!(out, "    P{number}[\"{}{about}\"]", plain(&part.name));
        }
        for edge in &self.edges {
            let arrow = if edge.dashed { "-.->" } else { "-->" };
            let _ = writeln!(out, "    P{}{arrow}|\"{}\"|P{}", edge.from, plain(&edge.lines.join(" ")), edge.to);
        }
        out
    }
}

/// Where an edge leaves a box and reaches the other: at the sides that face each other. Of two that go there and back, each keeps to its side.
fn ends(a: (u32, u32), b: (u32, u32), both: bool) -> ((u32, u32), (u32, u32)) {
    let (half_w, half_h) = (BOX.0 / 2, BOX.1 / 2);
    if a.0 == b.0 {
        let x = if !both {
            a.0 + half_w
        } else if a.1 < b.1 {
            a.0 + half_w - 26
        } else {
            a.0 + half_w + 26
        };
        return if a.1 < b.1 {
            ((x, a.1 + BOX.1 + 2), (x, b.1.saturating_sub(3)))
        } else {
            ((x, a.1.saturating_sub(2)), (x, b.1 + BOX.1 + 3))
        };
    }
    let off = if !both {
        half_h
    } else if a.0 < b.0 {
        half_h - 16
    } else {
        half_h + 16
    };
    // One that comes from another row arrives beside one that comes from its own.
    let aside = if a.1 == b.1 { 0 } else { 20 };
    let (ya, yb) = (a.1 + off, if a.1 > b.1 { b.1 + off + aside } else { (b.1 + off).saturating_sub(aside) });
    if a.0 < b.0 { ((a.0 + BOX.0 + 2, ya), (b.0.saturating_sub(3), yb)) } else { ((a.0.saturating_sub(2), ya), (b.0 + BOX.0 + 3, yb)) }
}

fn label(edge: &Edge, from: (u32, u32), to: (u32, u32)) -> String {
    let lines: Vec<String> = edge.lines.iter().take(3).map(|text| cut(text, MOST)).collect();
    let (x, y) = (u32::midpoint(from.0, to.0), u32::midpoint(from.1, to.1));
    let rows = u32::try_from(lines.len()).unwrap_or(0);
    let upright = from.0 == to.0;
    let class = edge.verdict.class();
    let mut out = String::new();
    for (row, text) in (0_u32..).zip(&lines) {
        // Beside an upright edge, on a level one with its last line just above it.
        let at =
            if upright { (y + 5 + row * 16).saturating_sub((rows - 1) * 8) } else { (y + row * 16).saturating_sub(7 + (rows - 1) * 16) };
        let (x, side) = match (upright, from.1 < to.1) {
            (true, true) => (x.saturating_sub(10), " d-right"),
            (true, false) => (x + 10, " d-left"),
            (false, _) => (x, ""),
        };
        let _ = write!(out, "<text class=\"d-say{side}{class}\" x=\"{x}\" y=\"{at}\">{}</text>", escape(text));
    }
    out
}
