//! Dates of HTTP (RFC 9110 §5.6.7): the one form that is still written.

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// `Sun, 06 Nov 1994 08:49:37 GMT` as Unix seconds; also with dashes, as old cookies write it.
pub(super) fn parse(text: &str) -> Option<i64> {
    let rest = text.split_once(", ")?.1.replace('-', " ");
    let mut words = rest.split(' ');
    let day: i64 = words.next()?.parse().ok().filter(|day| (1..=31).contains(day))?;
    let named = words.next()?;
    let month = MONTHS.iter().position(|month| *month == named)?;
    let year: i64 = words.next()?.parse().ok().filter(|year| (1601..=9999).contains(year))?;
    let mut clock = words.next()?.split(':').map(|part| part.parse::<i64>().ok().filter(|part| (0..=60).contains(part)));
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    let seconds = hour * 3600 + minute * 60 + second;
    Some(days(year, i64::try_from(month).ok()? + 1, day) * 86_400 + seconds)
}

/// Days since 1970-01-01 in the Gregorian calendar; the year begins in March, so that the leap day is its last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn dates_are_read() {
        assert_eq!(parse("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777));
        assert_eq!(parse("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        assert_eq!(parse("Thu, 29-Feb-2024 00:00:00 GMT"), Some(1_709_164_800));
        assert_eq!(parse("Wed, 31 Dec 2025 23:59:59 GMT"), Some(1_767_225_599));
        for bad in ["", "now", "Sun, 06 Now 1994 08:49:37 GMT", "Sun, 99 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49 GMT", "784111777"]
        {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
