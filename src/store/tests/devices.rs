//! What devices wait for.

use super::*;
use crate::store::device_codes::{self, Asked, Entry};
use crate::store::{sweep, users};
use doorward_protocol::device::DeviceRequest;
use doorward_protocol::grants::device_code::DeviceState;
use doorward_protocol::secret::{Browser, DeviceCode};
use doorward_protocol::values::InteractionId;

fn asked() -> Asked {
    let request = DeviceRequest { scopes: scopes("openid"), resources: Vec::new(), details: Details::default(), challenge: None };
    let origin = Origin { user_agent: "a television".to_owned(), address: "192.0.2.1".to_owned() };
    Asked { client_id: ClientId::new("app"), request, origin, at: NOW, valid_until: LATER }
}

fn entry(browser: &str) -> Entry {
    Entry { page: InteractionId::new(format!("page of {browser}")), browser: digest::<Browser>(browser), sealed_code: "sealed".to_owned() }
}

fn code(text: &str) -> Digest<DeviceCode> {
    digest(text)
}

#[test]
fn a_code_that_is_taken_is_not_given_twice() {
    on_each(|conn| {
        ada_at_app(conn);
        assert!(device_codes::insert(conn, &code("one"), "user code", &asked()).expect("to insert"));
        assert!(!device_codes::insert(conn, &code("two"), "user code", &asked()).expect("to try"));
        assert!(!device_codes::insert(conn, &code("one"), "another", &asked()).expect("to try"));
        // Law: and the transaction goes on with a free one.
        assert!(device_codes::insert(conn, &code("two"), "another", &asked()).expect("to insert"));
    });
}

#[test]
fn a_code_is_the_first_browsers_as_long_as_it_lives() {
    on_each(|conn| {
        ada_at_app(conn);
        device_codes::insert(conn, &code("one"), "user code", &asked()).expect("to insert");
        let mut enter = |browser: &str, at| device_codes::enter(conn, "user code", &entry(browser), at).expect("to enter");
        assert_eq!(enter("late", LATER), None);
        let page = enter("mine", NOW).expect("a page");
        assert_eq!(enter("other", NOW), None);
        assert_eq!(enter("mine", NOW), Some(page.clone()));
        assert_eq!(enter("mine", LATER), None);
        let entered = device_codes::on_page(conn, &page).expect("to find").expect("a code");
        // Law: a page is its browser's.
        assert_eq!((entered.browser, entered.at, entered.allowed), (digest::<Browser>("mine"), NOW, None));
    });
}

#[test]
fn an_answer_is_given_once_and_goes_with_its_person() {
    on_each(|conn| {
        ada_at_app(conn);
        for (secret, browser) in [("yes", "a"), ("no", "b")] {
            device_codes::insert(conn, &code(secret), secret, &asked()).expect("to insert");
            device_codes::enter(conn, secret, &entry(browser), NOW).expect("to enter");
        }
        let (yes, no) = (entry("a").page, entry("b").page);
        assert!(!device_codes::spend(conn, &code("yes"), NOW).expect("to try"), "nothing was allowed yet");
        let grant = family(conn, "grant", "openid");
        assert!(device_codes::hold(conn, &yes, NOW).expect("to hold"));
        device_codes::allow(conn, &yes, &grant.id, LATER).expect("to allow");
        device_codes::deny(conn, &no, NOW).expect("to deny");
        for page in [&yes, &no] {
            assert!(!device_codes::hold(conn, page, NOW).expect("to try"), "an answer stands");
        }
        assert!(!device_codes::spend(conn, &code("no"), NOW).expect("to try"));
        assert!(device_codes::spend(conn, &code("yes"), NOW).expect("to spend"));
        assert!(!device_codes::spend(conn, &code("yes"), NOW).expect("to try"));
        let state = |conn: &mut Conn, secret| device_codes::find(conn, &code(secret), NOW).expect("to find").map(|found| found.state);
        assert_eq!((state(conn, "yes"), state(conn, "no")), (Some(DeviceState::Spent), Some(DeviceState::Denied)));
        assert!(users::delete(conn, &ada(), NOW).expect("to delete"));
        // Law: nothing speaks for somebody who is gone.
        assert_eq!(state(conn, "yes"), None);
    });
}

#[test]
fn the_pace_is_one_for_all_who_poll() {
    on_each(|conn| {
        ada_at_app(conn);
        device_codes::insert(conn, &code("one"), "user code", &asked()).expect("to insert");
        assert!(device_codes::polled(conn, &code("one"), Timestamp(0), NOW).expect("to note"));
        assert!(!device_codes::polled(conn, &code("one"), Timestamp(0), NOW).expect("to try"));
        device_codes::slow_down(conn, &code("one"), LATER).expect("to slow down");
        device_codes::slow_down(conn, &code("one"), LATER).expect("to slow down");
        let found = device_codes::find(conn, &code("one"), NOW).expect("to find").expect("a code");
        assert_eq!((found.interval, found.polled_at), (Seconds(15), LATER));
        assert_eq!(sweep::sweep(conn, LATER.plus(HOUR)).expect("to sweep"), 0);
        // Law: what ended is remembered for an hour, and then forgotten.
        assert_eq!(sweep::sweep(conn, LATER.plus(HOUR).plus(Seconds(1))).expect("to sweep"), 1);
    });
}
