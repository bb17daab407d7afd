//! The last flows, in memory, bounded in number and size.

use super::exchange::Exchange;
use super::lineage::Link;
use doorward_protocol::values::{ClientId, Seconds, Timestamp};
use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

/// So many flows are kept.
pub const MOST_FLOWS: usize = 50;
/// So many messages of one flow: what polls or refreshes for hours loses its middle.
pub const MOST_EXCHANGES: usize = 120;
/// So many bytes of all flows, about.
const MOST_BYTES: usize = 16 * 1024 * 1024;
/// So long, at most.
pub const KEPT: Seconds = Seconds::hours(24);

/// One flow: the messages of which each follows from another.
#[derive(Clone, Debug)]
pub struct Flow {
    /// Its name: that of its first message.
    pub id: String,
    /// Its messages in order, each with its place among all that passed.
    pub exchanges: Vec<(Mark, Arc<Exchange>)>,
    /// Whether some were dropped between the first and the last.
    pub shortened: bool,
}

/// A place in the order of all messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark(pub u64);

impl Flow {
    /// The client it is of: the first one that was found out.
    pub fn client(&self) -> Option<&ClientId> {
        self.exchanges.iter().find_map(|(_, exchange)| exchange.client.as_ref())
    }

    /// Whether all of it is of this client or of nobody that was found out.
    pub fn is_of(&self, client: &ClientId) -> bool {
        self.client() == Some(client)
    }

    /// When it began.
    pub fn began(&self) -> Timestamp {
        self.exchanges.first().map_or(Timestamp(0), |(_, exchange)| exchange.at)
    }

    /// When its last message came.
    pub fn last(&self) -> Timestamp {
        self.exchanges.last().map_or(Timestamp(0), |(_, exchange)| exchange.at)
    }

    /// The place of its last message.
    pub fn mark(&self) -> Mark {
        self.exchanges.last().map_or(Mark(0), |(mark, _)| *mark)
    }
}

#[derive(Default)]
struct Entry {
    flow: Option<Flow>,
    links: HashSet<Link>,
    bytes: usize,
}

#[derive(Default)]
pub(super) struct Shelf {
    /// The one that moved last is at the end.
    entries: VecDeque<Entry>,
    bytes: usize,
    next: u64,
}

impl Shelf {
    /// Puts a message where it belongs. With `apart`, messages of different clients never share a flow.
    pub(super) fn put(&mut self, exchange: Exchange, links: Vec<Link>, apart: bool) {
        self.next += 1;
        let mark = Mark(self.next);
        self.end_before(exchange.at.minus(KEPT));
        let weight = exchange.weight() + links.len() * 40;
        let belongs = |entry: &Entry| {
            let flow = entry.flow.as_ref();
            let same = !apart || flow.is_some_and(|flow| flow.client() == exchange.client.as_ref());
            same && links.iter().any(|link| entry.links.contains(link))
        };
        // The latest wins: whoever shows what two flows lead to goes on with the one that moved last.
        let found = self.entries.iter().rposition(belongs);
        let mut entry = found.and_then(|at| self.entries.remove(at)).unwrap_or_default();
        let flow = entry.flow.get_or_insert_with(|| Flow { id: exchange.request_id.clone(), exchanges: Vec::new(), shortened: false });
        if flow.exchanges.len() >= MOST_EXCHANGES {
            let middle = flow.exchanges.remove(MOST_EXCHANGES / 2);
            flow.shortened = true;
            let gone = middle.1.weight();
            entry.bytes = entry.bytes.saturating_sub(gone);
            self.bytes = self.bytes.saturating_sub(gone);
        }
        flow.exchanges.push((mark, Arc::new(exchange)));
        if entry.links.len() < MOST_EXCHANGES * 8 {
            entry.links.extend(links);
        }
        entry.bytes += weight;
        self.bytes += weight;
        self.entries.push_back(entry);
        while self.entries.len() > MOST_FLOWS || (self.bytes > MOST_BYTES && self.entries.len() > 1) {
            if let Some(gone) = self.entries.pop_front() {
                self.bytes = self.bytes.saturating_sub(gone.bytes);
            }
        }
    }

    /// Drops flows whose last message is older.
    pub(super) fn end_before(&mut self, then: Timestamp) {
        while self.entries.front().is_some_and(|entry| entry.flow.as_ref().is_none_or(|flow| flow.last() < then)) {
            if let Some(gone) = self.entries.pop_front() {
                self.bytes = self.bytes.saturating_sub(gone.bytes);
            }
        }
    }

    /// Drops the flows of clients of which this isn't so.
    pub(super) fn keep_only(&mut self, stays: impl Fn(Option<&ClientId>) -> bool) {
        self.entries.retain(|entry| stays(entry.flow.as_ref().and_then(Flow::client)));
        self.bytes = self.entries.iter().map(|entry| entry.bytes).sum();
    }

    /// The flows, the one that moved last first.
    pub(super) fn flows(&self) -> impl Iterator<Item = &Flow> {
        self.entries.iter().rev().filter_map(|entry| entry.flow.as_ref())
    }

    pub(super) fn mark(&self) -> Mark {
        Mark(self.next)
    }

    pub(super) fn clear(&mut self) {
        self.entries.clear();
        self.bytes = 0;
    }
}
