//! Maps in memory that have a bound.

use std::collections::HashMap;
use std::hash::Hash;

/// Makes room where `most` are kept: what is `over` goes; if nothing or too little was, the `batch` that rank lowest do. A batch costs one
/// look at everything, so a flood of names costs little each where it is large.
pub(crate) fn make_room<K: Eq + Hash, V, R: Ord + Copy>(
    all: &mut HashMap<K, V>,
    most: usize,
    batch: usize,
    over: impl Fn(&V) -> bool,
    rank: impl Fn(&V) -> R,
) {
    if all.len() < most {
        return;
    }
    all.retain(|_, value| !over(value));
    if all.len() + batch <= most {
        return;
    }
    let mut ranks: Vec<R> = all.values().map(&rank).collect();
    let Some(last) = batch.min(ranks.len()).checked_sub(1) else { return };
    let limit = *ranks.select_nth_unstable(last).1;
    let mut equal = last + 1 - ranks.iter().filter(|rank| **rank < limit).count();
    all.retain(|_, value| {
        let rank = rank(value);
        let goes = rank < limit || rank == limit && equal > 0;
        if goes && rank == limit {
            equal -= 1;
        }
        !goes
    });
}

#[cfg(test)]
mod tests {
    use super::make_room;
    use std::collections::{BTreeSet, HashMap};

    fn left(ends: &[i64], most: usize, batch: usize) -> BTreeSet<i64> {
        let mut all: HashMap<usize, i64> = ends.iter().copied().enumerate().collect();
        make_room(&mut all, most, batch, |end| *end <= 0, |end| *end);
        all.into_values().collect()
    }

    #[test]
    fn what_is_over_goes_first_and_then_what_ends_first() {
        assert_eq!(left(&[5, 0, 7], 4, 1), [0, 5, 7].into(), "there is room");
        assert_eq!(left(&[5, 0, 7], 3, 1), [5, 7].into());
        assert_eq!(left(&[5, 6, 7], 3, 1), [6, 7].into());
        assert_eq!(left(&[5, 8, 6, 7], 4, 2), [7, 8].into());
        assert_eq!(left(&[], 0, 1), BTreeSet::new());
        // Law: of equals no more go than must.
        let mut same: HashMap<u8, i64> = (0..8).map(|key| (key, if key == 3 { 1 } else { 2 })).collect();
        make_room(&mut same, 8, 3, |_| false, |end| *end);
        assert_eq!((same.len(), same.contains_key(&3)), (5, false));
    }
}
