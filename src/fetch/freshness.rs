//! How long an answer may be kept (RFC 9111 §4.2), between a floor and a ceiling of our own.

use doorward_protocol::values::{Seconds, Timestamp};
use hyper::HeaderMap;
use hyper::header::{AGE, CACHE_CONTROL, DATE, EXPIRES};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

/// Kept so long when nothing is said.
pub(super) const UNSAID: Seconds = Seconds::minutes(5);
/// Kept so long at least, unless it must not be stored: a client's host shall not be asked at each request.
pub(super) const LEAST: Seconds = Seconds(10);
/// Kept so long at most: a key taken back is out of use after that.
pub(super) const MOST: Seconds = Seconds::days(1);

/// How long an answer may be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Freshness {
    /// Not at all.
    NotStored,
    /// For so long.
    For(Seconds),
}

/// Reads the headers of an answer that came at `now`.
pub(super) fn of(headers: &HeaderMap, now: Timestamp) -> Freshness {
    let mut max_age = None;
    let mut no_cache = false;
    for directive in texts(headers, CACHE_CONTROL).flat_map(|text| text.split(',')) {
        let (name, value) = directive.split_once('=').map_or((directive, ""), |(name, value)| (name, value));
        match name.trim().to_ascii_lowercase().as_str() {
            "no-store" => return Freshness::NotStored,
            "no-cache" => no_cache = true,
            // RFC 9111 section 4.2.1: of several, the first; one that is no number is stale.
            "max-age" if max_age.is_none() => max_age = Some(seconds(value.trim().trim_matches('"')).unwrap_or(0)),
            _ => {}
        }
    }
    let said = if no_cache { Some(0) } else { max_age.or_else(|| expires(headers, now)) };
    let Some(said) = said else { return Freshness::For(UNSAID) };
    let age = texts(headers, AGE).next().and_then(|text| seconds(text.trim())).unwrap_or(0);
    Freshness::For(Seconds(said.saturating_sub(age).clamp(LEAST.0, MOST.0)))
}

/// Measured by the sender's own clock where it says what time that shows. A date that can't be read has passed (RFC 9111 §5.3).
fn expires(headers: &HeaderMap, now: Timestamp) -> Option<i64> {
    let ends = texts(headers, EXPIRES).next()?;
    let Some(ends) = date(ends) else { return Some(0) };
    let sent = texts(headers, DATE).next().and_then(date).unwrap_or(now.0);
    Some(ends.saturating_sub(sent))
}

fn texts(headers: &HeaderMap, name: hyper::header::HeaderName) -> impl Iterator<Item = &str> {
    headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok())
}

/// RFC 9111 §1.2.2: a number too large to be held is taken as a very large one.
fn seconds(text: &str) -> Option<i64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(i64::from(i32::MAX)))
}

fn date(text: &str) -> Option<i64> {
    OffsetDateTime::parse(text.trim(), &Rfc2822).ok().map(OffsetDateTime::unix_timestamp)
}
