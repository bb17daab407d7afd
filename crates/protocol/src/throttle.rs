//! How password guessing is slowed without locking the owner out for ever (NIST SP 800-63B-4 §3.2.2, OWASP ASVS 5.0 6.3.1).
//!
//! Each key (an account, a browser known to the account, an address) has a count of failures that decays. From a free allowance on, each
//! further failure asks for a longer pause, up to a bound. Attempts are counted before the password is looked at, so that parallel guesses
//! don't slip through; a success gives the count back.

use crate::values::{Seconds, Timestamp};
use std::net::IpAddr;

/// What is known of the failures of one key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Failures {
    /// How many, after decay.
    pub count: i64,
    /// When the last attempt was counted.
    pub last: Timestamp,
}

/// How strict a kind of key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// So many failures cost nothing.
    pub free: i64,
    /// The first pause; each further failure doubles it.
    pub pause: Seconds,
    /// The longest pause.
    pub longest: Seconds,
    /// One failure is forgotten each time so long has passed.
    pub forget: Seconds,
}

/// For an account name as strangers type it.
pub const ACCOUNT: Allowance = Allowance { free: 5, pause: Seconds(2), longest: Seconds::minutes(5), forget: Seconds::minutes(10) };
/// For a browser in which the account's owner has logged in before: what strangers do doesn't count against it.
pub const KNOWN_BROWSER: Allowance = ACCOUNT;
/// For a network address, behind which many people may sit.
pub const ADDRESS: Allowance = Allowance { free: 50, pause: Seconds(1), longest: Seconds::minutes(5), forget: Seconds::minutes(1) };
/// For codes that a browser, or somebody logged in, enters for a device (RFC 8628 §5.1): what is right is taken back, so only wrong ones count.
pub const CODES: Allowance = ACCOUNT;
/// The same for a network.
pub const CODES_OF_NETWORK: Allowance =
    Allowance { free: 20, pause: Seconds(1), longest: Seconds::minutes(5), forget: Seconds::minutes(1) };
/// For device codes that a network asks for in the name of public clients (RFC 10027 §6.1.11): each that waits is one more to be guessed.
pub const DEVICE_REQUESTS: Allowance = Allowance { free: 60, pause: Seconds(1), longest: Seconds::minutes(1), forget: Seconds(5) };

/// What counts as one network: an IPv4 address; of IPv6 the 64 bits that one subscriber has at least.
pub fn network(address: &str) -> String {
    let Ok(IpAddr::V6(v6)) = address.parse() else { return address.to_owned() };
    if let Some(v4) = v6.to_ipv4_mapped() {
        return v4.to_string();
    }
    let [a, b, c, d, ..] = v6.segments();
    format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
}

/// For clients that register themselves from one network.
pub const REGISTRATIONS: Allowance =
    Allowance { free: 30, pause: Seconds::minutes(1), longest: Seconds::hours(1), forget: Seconds::minutes(2) };
/// For all that do: what many networks together may fill the database with.
pub const ALL_REGISTRATIONS: Allowance = Allowance { free: 3_000, pause: Seconds(1), longest: Seconds(10), forget: Seconds(10) };
/// For clients that are new by their documents, of one host.
pub const NEW_DOCUMENTS: Allowance = Allowance { free: 30, pause: Seconds(10), longest: Seconds::minutes(10), forget: Seconds::minutes(1) };
/// For all that are: counted beside [`ALL_REGISTRATIONS`], so that neither way in closes the other.
pub const ALL_NEW_DOCUMENTS: Allowance = ALL_REGISTRATIONS;
/// For metadata documents of one host that turn out to be none.
pub const DOCUMENTS: Allowance = Allowance { free: 20, pause: Seconds(10), longest: Seconds::minutes(10), forget: Seconds::minutes(1) };
/// For the changes of one registration.
pub const REGISTRATION_UPDATES: Allowance =
    Allowance { free: 30, pause: Seconds(10), longest: Seconds::minutes(10), forget: Seconds::minutes(1) };

/// Failures beyond the free ones that are remembered: more would only make forgetting slow.
const MOST_BEYOND: i64 = 12;

/// The verdict over one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may be made; these are the failures to store should it turn out wrong.
    Go(Failures),
    /// It may not; the next one may after so long.
    Wait(Seconds),
}

/// Decides over an attempt at `now` and counts it.
pub fn attempt(known: Failures, allowance: Allowance, now: Timestamp) -> Verdict {
    // A clock that was set back revives nothing and sticks at nothing: time never counts as negative.
    let passed = now.since(known.last).0.max(0);
    let count = (known.count - passed / allowance.forget.0.max(1)).max(0);
    let wait = pause(count, allowance).0 - passed;
    if wait > 0 {
        Verdict::Wait(Seconds(wait))
    } else {
        Verdict::Go(Failures { count: (count + 1).min(allowance.free + MOST_BEYOND), last: now })
    }
}

fn pause(count: i64, allowance: Allowance) -> Seconds {
    if count < allowance.free {
        return Seconds(0);
    }
    let doublings = u32::try_from((count - allowance.free).min(20)).unwrap_or(20);
    Seconds(allowance.pause.0.saturating_mul(1 << doublings).min(allowance.longest.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// How many of the attempts made once a second over `span` are let through.
    fn let_through(span: i64, allowance: Allowance) -> i64 {
        let mut failures = Failures::default();
        let mut made = 0;
        for second in 1..=span {
            if let Verdict::Go(next) = attempt(failures, allowance, Timestamp(second)) {
                failures = next;
                made += 1;
            }
        }
        made
    }

    #[test]
    fn an_attacker_gets_few_hundred_guesses_a_day() {
        assert!(let_through(86_400, ACCOUNT) < 400, "{}", let_through(86_400, ACCOUNT));
    }

    #[test]
    fn rfc_8628_5_1_while_a_code_lives_few_guesses_are_let_through() {
        let (browser, network) = (let_through(600, CODES), let_through(600, CODES_OF_NETWORK));
        // The figures of the arithmetic above `device::mint`.
        assert_eq!((browser, network), (13, 34));
    }

    #[test]
    fn a_network_is_an_address_or_what_one_subscriber_has() {
        for (address, expected) in [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2::", "2001:db8:1:2::/64"),
            ("", ""),
        ] {
            assert_eq!(network(address), expected, "{address}");
        }
    }

    #[test]
    fn ten_networks_that_register_all_they_can_hold_nobody_else_up() {
        for (one, all) in [(REGISTRATIONS, ALL_REGISTRATIONS), (NEW_DOCUMENTS, ALL_NEW_DOCUMENTS)] {
            assert!(let_through(3_600, one) * 10 < all.free, "{}", let_through(3_600, one));
            // Law: and when a hundred do, everybody else waits for seconds.
            assert!(all.free >= 100 * one.free && all.longest <= Seconds(10));
        }
    }

    #[test]
    fn a_person_may_mistype_five_times_without_waiting() {
        assert_eq!(let_through(5, ACCOUNT), 5);
        assert_eq!(attempt(Failures { count: 5, last: Timestamp(10) }, ACCOUNT, Timestamp(10)), Verdict::Wait(Seconds(2)));
    }

    #[test]
    fn nobody_waits_longer_than_the_bound_and_all_is_forgotten_in_the_end() {
        let worst = Failures { count: 1_000, last: Timestamp(0) };
        assert_eq!(attempt(worst, ACCOUNT, Timestamp(0)), Verdict::Wait(ACCOUNT.longest));
        assert!(matches!(attempt(worst, ACCOUNT, Timestamp(300)), Verdict::Go(_)));
        assert_eq!(
            attempt(Failures { count: 9, last: Timestamp(0) }, ACCOUNT, Timestamp(86_400)),
            Verdict::Go(Failures { count: 1, last: Timestamp(86_400) })
        );
    }

    proptest! {
        #[test]
        fn a_clock_that_jumps_back_never_locks_out_for_longer_than_the_bound(count in 0i64..100, last in 0i64..1_000_000, now in 0i64..1_000_000) {
            if let Verdict::Wait(Seconds(wait)) = attempt(Failures { count, last: Timestamp(last) }, ACCOUNT, Timestamp(now)) {
                prop_assert!(wait <= ACCOUNT.longest.0);
            }
        }
    }
}
