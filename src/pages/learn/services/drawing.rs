//! Where the parts of the map stand. A party stands one column to the right of whoever calls it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{CallRow, Way};

const WIDTH: i64 = 156;
const HEIGHT: i64 = 44;
const COLUMN: i64 = 288;
const ROW: i64 = 104;
const MARGIN: i64 = 12;
/// How far below the row a refused call dips.
const DIP: i64 = 62;
/// No chain of calls is drawn longer: declared calls may go in circles.
const LONGEST: usize = 8;

/// A party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Node {
    /// Its name, shortened where it is an address.
    pub name: String,
    /// Its left edge.
    pub x: i64,
    /// Its upper edge.
    pub y: i64,
}

/// A call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Arrow {
    /// Its line, as SVG has it.
    pub path: String,
    /// Its head.
    pub head: String,
    /// Where its words stand: from the left.
    pub x: i64,
    /// And from above.
    pub y: i64,
    /// How the call is come by.
    pub way: Way,
    /// How often it was seen.
    pub count: i64,
}

/// All of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Drawing {
    /// How wide.
    pub width: i64,
    /// How high.
    pub height: i64,
    /// A box's width.
    pub box_width: i64,
    /// A box's height.
    pub box_height: i64,
    /// The parties.
    pub nodes: Vec<Node>,
    /// The calls.
    pub arrows: Vec<Arrow>,
}

impl Drawing {
    /// Draws these calls.
    pub fn of(rows: &[CallRow]) -> Self {
        if rows.is_empty() {
            return Self::default();
        }
        let places = places(rows);
        let at = |name: &str| places.get(name).map_or((0, 0), |(column, row)| (MARGIN + column * COLUMN, MARGIN + row * ROW));
        let nodes = places.keys().map(|name| {
            let (x, y) = at(name);
            Node { name: short(name), x, y }
        });
        let nodes: Vec<Node> = nodes.collect();
        let mut between: BTreeMap<(&str, &str), i64> = BTreeMap::new();
        let mut arrows = Vec::new();
        for row in rows {
            let nth = between.entry((&row.from, &row.to)).or_default();
            arrows.push(arrow(row, at(&row.from), at(&row.to), *nth));
            *nth += 1;
        }
        let most = |value: fn(&(i64, i64)) -> i64| places.values().map(value).max().unwrap_or_default();
        let (columns, lines) = (most(|place| place.0), most(|place| place.1));
        let dip = if rows.iter().any(|row| row.way == Way::Undeclared) { DIP / 2 } else { 0 };
        Self {
            width: 2 * MARGIN + columns * COLUMN + WIDTH,
            height: 2 * MARGIN + lines * ROW + HEIGHT + dip,
            box_width: WIDTH,
            box_height: HEIGHT,
            nodes,
            arrows,
        }
    }
}

/// The column and the row of each party.
fn places(rows: &[CallRow]) -> BTreeMap<&str, (i64, i64)> {
    let declared = || rows.iter().filter(|row| row.way != Way::Undeclared);
    let mut columns: BTreeMap<&str, i64> = rows.iter().flat_map(|row| [(row.from.as_str(), 0), (row.to.as_str(), 0)]).collect();
    for _ in 0..LONGEST {
        for row in declared() {
            let next = columns.get(row.from.as_str()).map_or(1, |column| column + 1);
            if let Some(column) = columns.get_mut(row.to.as_str()) {
                *column = (*column).max(next).min(i64::try_from(LONGEST).unwrap_or(8));
            }
        }
    }
    // One row for each chain: a party stands in the row of the first that calls it, or in a new one where that place is taken.
    let mut places: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    let mut names: Vec<&str> = columns.keys().copied().collect();
    names.sort_by_key(|name| columns.get(name).copied().unwrap_or_default());
    for name in names {
        let column = columns.get(name).copied().unwrap_or_default();
        let caller = declared().find(|row| row.to == name).and_then(|row| places.get(row.from.as_str()));
        let mut row = caller.map_or(0, |(_, row)| *row);
        while places.values().any(|place| *place == (column, row)) {
            row += 1;
        }
        places.insert(name, (column, row));
    }
    places
}

fn arrow(row: &CallRow, (from_x, from_y): (i64, i64), (to_x, to_y): (i64, i64), nth: i64) -> Arrow {
    let undeclared = row.way == Way::Undeclared;
    if undeclared || to_x <= from_x {
        // Below everything between them.
        let (x1, y1, x2, y2) = (from_x + WIDTH / 2, from_y + HEIGHT, to_x + WIDTH / 2, to_y + HEIGHT);
        let below = y1.max(y2) + DIP;
        let path = format!("M{x1} {y1}C{x1} {below} {x2} {below} {x2} {}", y2 + 8);
        let head = format!("M{x2} {y2}l-5 9h10z");
        return Arrow { path, head, x: i64::midpoint(x1, x2), y: below - 24, way: row.way, count: row.count };
    }
    let shift = nth * 26 - 8;
    let (x1, y1, x2, y2) = (from_x + WIDTH, from_y + HEIGHT / 2 + shift, to_x, to_y + HEIGHT / 2 + shift);
    let path = format!("M{x1} {y1}L{} {y2}", x2 - 8);
    let head = format!("M{x2} {y2}l-9 -5v10z");
    Arrow {
        path,
        head,
        x: i64::midpoint(x1, x2),
        y: i64::midpoint(y1, y2) - 7 + if nth > 0 { 22 } else { 0 },
        way: row.way,
        count: row.count,
    }
}

/// An address without its scheme, and no name longer than its box.
fn short(name: &str) -> String {
    let bare = name.split_once("://").map_or(name, |(_, rest)| rest).trim_end_matches('/');
    if bare.chars().count() <= 18 { bare.to_owned() } else { bare.chars().take(17).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use super::{Drawing, LONGEST};
    use crate::pages::learn::services::{CallRow, Way};

    fn row(from: &str, to: &str, way: Way) -> CallRow {
        CallRow { from: from.to_owned(), to: to.to_owned(), way, scopes: String::new(), count: 1, last: None }
    }

    #[test]
    fn a_chain_stands_in_a_row_and_nothing_covers_anything() {
        let rows = [
            row("gateway", "orders", Way::Consent),
            row("orders", "stock", Way::Exchange),
            row("stock", "shipping", Way::Exchange),
            row("shop", "photos", Way::Consent),
            row("gateway", "shipping", Way::Undeclared),
        ];
        let drawing = Drawing::of(&rows);
        let x = |name: &str| drawing.nodes.iter().find(|node| node.name == name).map(|node| (node.x, node.y));
        assert!(x("gateway") < x("orders") && x("orders") < x("stock") && x("stock") < x("shipping"));
        assert_eq!(drawing.arrows.len(), rows.len());
        let mut places: Vec<(i64, i64)> = drawing.nodes.iter().map(|node| (node.x, node.y)).collect();
        places.sort_unstable();
        places.dedup();
        assert_eq!(places.len(), 6);
        // Law: all of it is inside.
        assert!(
            drawing.nodes.iter().all(|node| node.x + drawing.box_width <= drawing.width && node.y + drawing.box_height <= drawing.height)
        );
    }

    #[test]
    fn calls_that_go_in_circles_come_to_an_end() {
        let drawing = Drawing::of(&[row("a", "b", Way::Exchange), row("b", "a", Way::Exchange), row("a", "a", Way::Machine)]);
        assert_eq!(drawing.nodes.len(), 2);
        assert!(drawing.width < 300 * i64::try_from(LONGEST + 2).unwrap_or_default());
        assert_eq!(Drawing::of(&[]), Drawing::default());
    }
}
