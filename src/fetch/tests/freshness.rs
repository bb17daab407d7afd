//! How long an answer may be kept.

use super::super::freshness::{Freshness, LEAST, MOST, UNSAID, of};
use super::NOW;
use doorward_protocol::values::Seconds;
use hyper::HeaderMap;
use hyper::header::{HeaderName, HeaderValue};

fn headers(lines: &[&str]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in lines {
        let (name, value) = line.split_once(": ").expect("a header");
        headers.append(name.parse::<HeaderName>().expect("a name"), HeaderValue::from_str(value).expect("a value"));
    }
    headers
}

#[test]
fn what_the_answer_says_counts_between_floor_and_ceiling() {
    let kept = |seconds| Freshness::For(Seconds(seconds));
    for (lines, expected) in [
        (&[][..], Freshness::For(UNSAID)),
        (&["cache-control: public"], Freshness::For(UNSAID)),
        (&["cache-control: max-age=600"], kept(600)),
        (&["cache-control: public, MAX-AGE=\"600\" , must-revalidate"], kept(600)),
        (&["cache-control: max-age=600, max-age=700"], kept(600)),
        (&["cache-control: public", "cache-control: max-age=600"], kept(600)),
        (&["cache-control: max-age=600", "age: 100"], kept(500)),
        (&["cache-control: max-age=600", "age: nonsense"], kept(600)),
        (&["cache-control: max-age=600", "expires: Sun, 06 Nov 1994 08:49:37 GMT"], kept(600)),
        (&["cache-control: max-age=0"], Freshness::For(LEAST)),
        (&["cache-control: max-age=-5"], Freshness::For(LEAST)),
        (&["cache-control: max-age=soon"], Freshness::For(LEAST)),
        (&["cache-control: max-age=600, no-cache"], Freshness::For(LEAST)),
        (&["cache-control: max-age=600", "age: 9999999999999999999999"], Freshness::For(LEAST)),
        (&["cache-control: max-age=999999999999999999999999"], Freshness::For(MOST)),
        (&["cache-control: max-age=31536000"], Freshness::For(MOST)),
        (&["cache-control: no-store"], Freshness::NotStored),
        (&["cache-control: max-age=600", "cache-control: private, No-Store"], Freshness::NotStored),
        (&["date: Sun, 06 Nov 1994 08:49:37 GMT", "expires: Sun, 06 Nov 1994 09:49:37 GMT"], kept(3600)),
        (&["date: Sun, 06 Nov 1994 08:49:37 GMT", "expires: Sun, 06 Nov 1994 08:49:37 GMT"], Freshness::For(LEAST)),
        (&["expires: Fri, 15 Jan 2027 08:10:00 GMT"], kept(600)),
        (&["expires: Sun, 06 Nov 1994 08:49:37 GMT"], Freshness::For(LEAST)),
        (&["expires: 0"], Freshness::For(LEAST)),
    ] {
        // Law: RFC 9111, and never shorter than we bear or longer than is safe.
        assert_eq!(of(&headers(lines), NOW), expected, "{lines:?}");
    }
}
