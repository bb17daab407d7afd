//! Durations as people write them: a whole number and its unit.

use std::fmt;

use doorward_protocol::values::Seconds;

/// Units and their length in seconds, the longest first.
const UNITS: [(char, i64); 4] = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

/// Why a text is no duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DurationError {
    /// There is nothing.
    Empty,
    /// A number stands alone: `60` could be anything.
    NoUnit,
    /// The letter after the number is none of `s`, `m`, `h`, `d`.
    UnknownUnit,
    /// What stands before the unit is no whole number without sign.
    NotANumber,
    /// It is longer than this program can count.
    TooLong,
}

impl fmt::Display for DurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "is empty",
            Self::NoUnit => "has no unit: write s, m, h or d behind the number",
            Self::UnknownUnit => "has an unknown unit: known are s, m, h and d",
            Self::NotANumber => "is not one whole number with one unit",
            Self::TooLong => "is too long",
        })
    }
}

impl std::error::Error for DurationError {}

/// Reads `60s`, `10m`, `12h` or `30d`: digits and one unit, nothing else.
///
/// # Errors
/// [`DurationError`] says what is wrong.
pub fn parse_duration(text: &str) -> Result<Seconds, DurationError> {
    let unit = text.chars().next_back().ok_or(DurationError::Empty)?;
    if unit.is_ascii_digit() {
        return Err(if digits(text) { DurationError::NoUnit } else { DurationError::NotANumber });
    }
    let number = &text[..text.len() - unit.len_utf8()];
    let Some((_, length)) = UNITS.iter().find(|(letter, _)| *letter == unit) else {
        return Err(if digits(number) { DurationError::UnknownUnit } else { DurationError::NotANumber });
    };
    if !digits(number) {
        return Err(DurationError::NotANumber);
    }
    let number: i64 = number.parse().map_err(|_| DurationError::TooLong)?;
    number.checked_mul(*length).map(Seconds).ok_or(DurationError::TooLong)
}

/// Writes a duration in the longest unit that holds it exactly: 3600 seconds are `1h`, 90 are `90s`.
pub fn print_duration(span: Seconds) -> String {
    let (unit, length) = UNITS.into_iter().find(|(_, length)| span.0 != 0 && span.0 % length == 0).unwrap_or(('s', 1));
    format!("{}{unit}", span.0 / length)
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_with_a_unit_is_a_duration() {
        for (text, seconds) in [("60s", 60), ("10m", 600), ("12h", 43_200), ("30d", 2_592_000), ("0s", 0)] {
            // Law: a unit means what it says.
            assert_eq!(parse_duration(text), Ok(Seconds(seconds)), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused_by_name() {
        for (text, why) in [
            ("", DurationError::Empty),
            ("60", DurationError::NoUnit),
            ("10w", DurationError::UnknownUnit),
            ("10M", DurationError::UnknownUnit),
            ("10分", DurationError::UnknownUnit),
            ("m", DurationError::NotANumber),
            ("-5m", DurationError::NotANumber),
            ("+5m", DurationError::NotANumber),
            ("1.5h", DurationError::NotANumber),
            ("1h30m", DurationError::NotANumber),
            ("10 m", DurationError::NotANumber),
            (" 10m", DurationError::NotANumber),
            ("10min", DurationError::NotANumber),
            ("1e3", DurationError::NotANumber),
            ("١٠m", DurationError::NotANumber),
            ("99999999999999999999s", DurationError::TooLong),
            ("9223372036854775807d", DurationError::TooLong),
        ] {
            // Law: no duration is guessed.
            assert_eq!(parse_duration(text), Err(why), "{text:?}");
        }
    }

    #[test]
    fn what_is_printed_reads_back_the_same() {
        for seconds in [0, 1, 59, 60, 61, 90, 3_599, 3_600, 5_400, 86_400, 90_000, 15_552_000, i64::MAX] {
            // Law: parse(print(x)) == x.
            assert_eq!(parse_duration(&print_duration(Seconds(seconds))), Ok(Seconds(seconds)));
        }
        assert_eq!(print_duration(Seconds::days(180)), "180d");
    }
}
