//! Dates, times of day and durations in words. Times are UTC: the server does not know the reader's zone.

use time::OffsetDateTime;

use super::i18n::Locale;

const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

/// A duration in its largest unit, rounded up: what is promised ("try again in 2 minutes") must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rounded {
    /// Message key of the unit.
    pub(crate) key: &'static str,
    /// How many of it, at least one.
    pub(crate) count: i64,
}

/// Seconds as a count of seconds, minutes, hours or days. A unit is used from two of it on, or where one is exact, so
/// that 90 minutes stay "90 minutes".
pub(crate) fn round(seconds: i64) -> Rounded {
    let seconds = seconds.max(1);
    for (key, size) in [("duration.days", 86_400), ("duration.hours", 3_600), ("duration.minutes", 60)] {
        if seconds % size == 0 || seconds > 2 * size {
            return Rounded { key, count: seconds / size + i64::from(seconds % size != 0) };
        }
    }
    Rounded { key: "duration.seconds", count: seconds }
}

/// `24 November 2026`, `2026年11月24日`. `None` when the number is no date (beyond the year 9999).
pub(crate) fn date(locale: Locale, at: i64) -> Option<String> {
    let at = OffsetDateTime::from_unix_timestamp(at).ok()?;
    let (year, month, day) = (at.year(), u8::from(at.month()), at.day());
    Some(match locale {
        Locale::En => format!("{day} {} {year}", MONTHS.get(usize::from(month) - 1)?),
        Locale::ZhCn => format!("{year}年{month}月{day}日"),
    })
}

/// The date with the time of day: `24 November 2026, 14:05 UTC`, `2026年11月24日 14:05（UTC）`.
pub(crate) fn moment(locale: Locale, at: i64) -> Option<String> {
    let day = date(locale, at)?;
    let at = OffsetDateTime::from_unix_timestamp(at).ok()?;
    let (hour, minute) = (at.hour(), at.minute());
    Some(match locale {
        Locale::En => format!("{day}, {hour:02}:{minute:02} UTC"),
        Locale::ZhCn => format!("{day} {hour:02}:{minute:02}（UTC）"),
    })
}

/// The machine's form, for `<time datetime>`: `2026-11-24T14:05Z`.
pub(crate) fn iso(at: i64) -> Option<String> {
    let at = OffsetDateTime::from_unix_timestamp(at).ok()?;
    let (year, month, day) = (at.year(), u8::from(at.month()), at.day());
    Some(format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}Z", at.hour(), at.minute()))
}

#[cfg(test)]
mod tests {
    use super::{Locale, Rounded, date, iso, moment, round};

    #[test]
    fn a_number_that_is_no_date_gives_none_instead_of_a_wrong_one() {
        for at in [i64::MAX, i64::MIN, 253_402_300_800] {
            assert_eq!(date(Locale::En, at), None);
            assert_eq!(moment(Locale::ZhCn, at), None);
            assert_eq!(iso(at), None);
        }
    }

    #[test]
    fn dates_read_as_each_language_writes_them() {
        let at = 1_795_529_100; // 2026-11-24T14:05:00Z
        assert_eq!(date(Locale::En, at).as_deref(), Some("24 November 2026"));
        assert_eq!(date(Locale::ZhCn, at).as_deref(), Some("2026年11月24日"));
        assert_eq!(moment(Locale::En, at).as_deref(), Some("24 November 2026, 14:05 UTC"));
        assert_eq!(moment(Locale::ZhCn, at).as_deref(), Some("2026年11月24日 14:05（UTC）"));
        assert_eq!(iso(at).as_deref(), Some("2026-11-24T14:05Z"));
    }

    #[test]
    fn a_duration_is_never_said_shorter_than_it_is() {
        for (seconds, key, count) in [
            (-5, "duration.seconds", 1),
            (0, "duration.seconds", 1),
            (59, "duration.seconds", 59),
            (60, "duration.minutes", 1),
            (61, "duration.seconds", 61),
            (121, "duration.minutes", 3),
            (600, "duration.minutes", 10),
            (5_400, "duration.minutes", 90),
            (3_600, "duration.hours", 1),
            (86_400, "duration.days", 1),
            (180 * 86_400, "duration.days", 180),
        ] {
            assert_eq!(round(seconds), Rounded { key, count }, "{seconds}");
        }
    }
}
