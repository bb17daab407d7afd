//! When a logout that couldn't be told is told again.

use crate::values::{Seconds, Timestamp};

/// Pauses after the first, second … failure: an app that restarts is reached in seconds, one that is down for the night the next day.
const PAUSES: [Seconds; 7] =
    [Seconds(5), Seconds(15), Seconds::minutes(1), Seconds::minutes(5), Seconds::minutes(30), Seconds::hours(4), Seconds::hours(18)];

/// So often it is tried in all.
pub const TRIES: i64 = 8;

/// When to try again after so many tries; none when that was the last. `chance` spreads what failed together over another quarter of the
/// pause.
pub fn next(tries: i64, now: Timestamp, chance: u8) -> Option<Timestamp> {
    let pause = usize::try_from(tries - 1).ok().and_then(|at| PAUSES.get(at))?;
    Some(now.plus(Seconds(pause.0 + pause.0 * i64::from(chance) / 1020)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pauses_grow_to_a_day_and_then_it_is_given_up() {
        let pauses: Vec<i64> = (1..).map_while(|tries| next(tries, Timestamp(100), 0)).map(|at| at.0 - 100).collect();
        assert_eq!(pauses, [5, 15, 60, 300, 1800, 14_400, 64_800]);
        assert_eq!(i64::try_from(pauses.len()), Ok(TRIES - 1));
        assert!((80_000..90_000).contains(&pauses.iter().sum::<i64>()));
        // Law: nothing is tried for ever.
        assert_eq!((next(TRIES, Timestamp(100), 255), next(0, Timestamp(100), 0), next(i64::MAX, Timestamp(0), 0)), (None, None, None));
    }

    #[test]
    fn chance_adds_at_most_a_quarter_and_never_takes_any_away() {
        for tries in 1..TRIES {
            let (least, most) = (next(tries, Timestamp(0), 0), next(tries, Timestamp(0), 255));
            let (least, most) = least.zip(most).expect("another try");
            // Law: a crowd that failed together doesn't come back together.
            assert!(least < most && most.0 <= least.0 * 5 / 4, "{tries}: {least:?} {most:?}");
        }
    }
}
