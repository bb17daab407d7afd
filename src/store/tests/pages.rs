//! Stored requests: one browser, one answer.

use super::*;
use crate::store::interactions::{self, Interaction};
use doorward_protocol::authorize::response::ResponseMode;
use doorward_protocol::authorize::{Progress, Prompts, Request, Target};
use doorward_protocol::logout::LogoutRequest;
use doorward_protocol::secret::Browser;
use doorward_protocol::values::InteractionId;

fn stored(conn: &mut Conn, id: &str, browser: Digest<Browser>) -> InteractionId {
    let uri = client("app").metadata.redirect_uris.first().cloned().expect("a redirect URI");
    let request = Request {
        client_id: app(),
        target: Target { uri, mode: ResponseMode::Query, state: Some("a & b=\u{1F6AA}".to_owned()) },
        redirect_uri_sent: true,
        scopes: scopes("openid"),
        resources: Vec::new(),
        challenge: None,
        nonce: None,
        prompts: Prompts::default(),
        max_age: None,
        login_hint: None,
        ui_locales: None,
        acr_values: vec!["a".to_owned()],
        claims: ClaimsRequest::default(),
        details: Details::default(),
        dpop_jkt: Some("jkt".to_owned()),
        hinted: None,
    };
    let id = InteractionId::new(id);
    let interaction =
        Interaction { id: id.clone(), browser, request, progress: Progress::default(), locale: None, done: false, expires_at: LATER };
    interactions::insert(conn, &interaction).expect("to insert");
    let found = interactions::find(conn, &id).expect("to find").expect("a request");
    assert_eq!(format!("{found:?}"), format!("{interaction:?}"));
    id
}

fn browser_of(conn: &mut Conn, id: &InteractionId) -> Digest<Browser> {
    interactions::find(conn, id).expect("to find").expect("a request").browser
}

#[test]
fn a_request_is_finished_once() {
    on_each(|conn| {
        let id = stored(conn, "id", digest("browser"));
        let finished: Vec<bool> = (0..3).map(|_| interactions::finish(conn, &id).expect("to finish")).collect();
        assert_eq!(finished, [true, false, false]);
        assert!(interactions::find(conn, &id).expect("to find").is_some_and(|found| found.done));
        // Law: a form sent twice gives one code, and an unknown one none.
        assert!(!interactions::finish(conn, &InteractionId::new("other")).expect("to finish"));
    });
}

#[test]
fn an_unbound_request_belongs_to_the_first_browser_that_looks() {
    on_each(|conn| {
        let id = stored(conn, "id", interactions::unbound());
        assert!(interactions::is_unbound(conn, &id).expect("to ask"));
        interactions::claim(conn, &id, &digest("first")).expect("to claim");
        interactions::claim(conn, &id, &digest("second")).expect("to claim");
        assert!(!interactions::is_unbound(conn, &id).expect("to ask"));
        // Law: claimed once.
        assert_eq!(browser_of(conn, &id), digest("first"));
    });
}

#[test]
fn a_bound_request_is_nobody_else_s() {
    on_each(|conn| {
        let id = stored(conn, "id", digest("browser"));
        interactions::claim(conn, &id, &digest("other")).expect("to claim");
        // Law: no look changes whose it is.
        assert_eq!(browser_of(conn, &id), digest("browser"));
        assert!(!interactions::is_unbound(conn, &InteractionId::new("none")).expect("to ask"));
    });
}

#[test]
fn what_happened_on_its_pages_changes_nothing_else_of_a_request() {
    on_each(|conn| {
        let (id, other) = (stored(conn, "id", digest("browser")), stored(conn, "other", digest("browser")));
        let progress = Progress { logged_in: Some(SessionId::new("session")), chosen: None };
        interactions::advance(conn, &id, &progress).expect("to advance");
        interactions::set_locale(conn, &id, "zh-CN").expect("to set");
        let found = interactions::find(conn, &id).expect("to find").expect("a request");
        assert_eq!((found.progress, found.locale.as_deref(), found.done), (progress, Some("zh-CN"), false));
        // Law: two tabs don't mix.
        let untouched = interactions::find(conn, &other).expect("to find").expect("a request");
        assert_eq!((untouched.progress, untouched.locale), (Progress::default(), None));
    });
}

#[test]
fn a_logout_request_is_seen_by_its_browser_until_its_end() {
    on_each(|conn| {
        let (id, request) = (InteractionId::new("out"), LogoutRequest { state: Some("s".to_owned()), ..LogoutRequest::default() });
        interactions::insert_logout(conn, &id, &interactions::unbound(), &request, LATER).expect("to insert");
        let mut seen = |browser: &str, now| interactions::find_logout(conn, &id, &digest(browser), now).expect("to find");
        assert_eq!(seen("mine", NOW), None);
        interactions::claim(conn, &id, &digest("mine")).expect("to claim");
        let mut seen = |browser: &str, now| interactions::find_logout(conn, &id, &digest(browser), now).expect("to find");
        assert_eq!((seen("mine", NOW), seen("other", NOW)), (Some(request), None));
        // Law: nor afterwards.
        assert_eq!(seen("mine", LATER), None);
    });
}
