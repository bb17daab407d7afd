#![allow(clippy::expect_used)]

use super::*;
use crate::claims_request::Names;
use crate::client::Metadata;
use crate::client_auth::{Presented, authenticate};
use crate::secret::Entropy;
use crate::values::{ClientId, Issuer, SessionId, Subject};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const PHOTOS: &str = "https://photos.example";
const MAIL: &str = "https://mail.example";
const BARE: &str = "https://bare.example";
const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";

fn apis() -> Apis {
    let read = |json| serde_json::from_value(json).expect("an API");
    let all = [
        json!({"resource": PHOTOS, "scopes": {"photos:read": {"required": true}, "photos:write": {}}}),
        json!({"resource": MAIL, "scopes": {"mail:read": {}}}),
        json!({"resource": BARE}),
    ];
    Apis::new(all.into_iter().map(read).collect())
}

fn policy() -> Policy {
    Policy::for_issuer(Issuer::parse("https://login.example").expect("an issuer"))
}

/// A public television, with some members changed.
fn television(changes: Value) -> Authenticated {
    let mut all = json!({
        "grant_types": [DEVICE, "refresh_token"],
        "token_endpoint_auth_method": "none",
        "scope": "openid profile offline_access photos:read photos:write",
    });
    for (name, value) in changes.as_object().expect("an object") {
        all[name] = value.clone();
    }
    let metadata = Metadata::read(all).expect("metadata");
    let client = Arc::new(Client::new(ClientId::new("tv"), metadata, None, Timestamp(0)));
    authenticate(&Presented::Public("tv".to_owned()), Some(client), &mut Checks::silent()).expect("a public client")
}

fn read(query: &str, by: &Authenticated) -> Result<DeviceRequest, Check> {
    let params = Params::parse(query.as_bytes(), crate::grants::MAY_REPEAT).expect("parameters");
    DeviceRequest::read(&params, by, &apis(), &policy(), &mut Checks::silent()).map_err(|refusal| refusal.check)
}

fn scopes(text: &str) -> Scopes {
    Scopes::parse(text).expect("scopes")
}

/// Chance from a seed.
struct Seeded(AtomicU64);

impl Entropy for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            let x = self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
            let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            *byte = (x ^ (x >> 27)).to_le_bytes()[7];
        }
    }
}

#[test]
fn rfc_8628_6_1_a_code_is_eight_of_the_twenty_letters_and_each_comes_as_often() {
    let rng = Seeded(AtomicU64::new(1));
    let mut seen = [0u32; 26];
    for _ in 0..5_000 {
        let code = mint(&rng);
        let text = code.expose();
        assert_eq!(text.len(), 8);
        assert_eq!(typed(&shown(&code)).expect("a code").expose(), text);
        text.bytes().for_each(|b| seen[usize::from(b - b'A')] += 1);
    }
    for (at, count) in (b'A'..).zip(seen) {
        let expected = if b"BCDFGHJKLMNPQRSTVWXZ".contains(&at) { 1_800..2_200 } else { 0..1 };
        assert!(expected.contains(&count), "{}: {count}", char::from(at));
    }
}

#[test]
fn rfc_8628_6_1_however_it_is_typed_it_is_the_same_code() {
    for text in [
        "WDJB-MJHT",
        "wdjbmjht",
        " wdjb mjht ",
        "w d j b . m j h t",
        "WDJB\u{2013}MJHT",
        "WDJB\u{2014}MJHT",
        "WDJB\u{FF0D}MJHT",
        "ＷＤＪＢ－ＭＪＨＴ",
        "ｗｄｊｂ\u{3000}ｍｊｈｔ",
        "\tWDJB-MJHT\r\n",
        "WDJB-МJНТ",
        "WDJ8-MJHT",
    ] {
        assert_eq!(typed(text).map(|code| code.expose().to_owned()).as_deref(), Some("WDJBMJHT"), "{text:?}");
    }
    assert_eq!(typed("5268-UUUU").map(|code| code.expose().to_owned()).as_deref(), Some("SZGBVVVV"));
}

#[test]
fn what_can_be_no_code_is_none() {
    let long = format!("WDJB{}MJHT", "-".repeat(40));
    for text in ["", "-", "WDJB", "WDJB-MJH", "WDJB-MJHTX", "WDJB-MJHA", "WDJB-MJH0", "WDJB-MJHß", "WDJB-MJHﬀ", "打印打印打印打印", &long]
    {
        assert!(typed(text).is_none(), "{text:?}");
    }
}

#[test]
fn rfc_8628_3_1_a_request_is_held_to_the_rules_of_the_authorization_endpoint() {
    let tv = television(json!({}));
    for (query, expected) in [
        ("scope=openid+photos%3Aread", "openid photos:read"),
        ("scope=openid+unknown", "openid"),
        ("scope=profile+photos%3Aread", "photos:read"),
        ("", "photos:read photos:write"),
        ("scope=openid+offline_access", "offline_access openid"),
        ("scope=photos%3Aread&resource=https%3A%2F%2Fphotos.example", "photos:read"),
        ("scope=openid&user_code=WDJBMJHT&redirect_uri=x&response_type=code", "openid"),
    ] {
        assert_eq!(read(query, &tv).map(|request| request.scopes), Ok(scopes(expected)), "{query}");
    }
    for (query, check) in [
        ("scope=openid&scope=openid", Check::ParamNotRepeated),
        ("scope=op%22enid", Check::ScopeWellFormed),
        ("scope=mail%3Aread", Check::ScopeRegistered),
        ("scope=unknown", Check::ScopePresent),
        ("scope=photos%3Aread&resource=https%3A%2F%2Fmail.example", Check::ResourceKnown),
        ("scope=photos%3Aread&resource=https%3A%2F%2Fbare.example", Check::ScopeOfNamedResource),
        ("scope=openid&resource=https%3A%2F%2Fnobody.example", Check::ResourceKnown),
        ("scope=openid&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", Check::PkceMethodS256),
        ("scope=openid&code_challenge_method=S256", Check::PkceChallengePresent),
        ("scope=openid&code_challenge=short&code_challenge_method=S256", Check::PkceChallengeWellFormed),
    ] {
        assert_eq!(read(query, &tv), Err(check), "{query}");
    }
}

#[test]
fn a_client_without_the_grant_is_refused_whatever_it_asks() {
    let app = television(json!({"grant_types": ["authorization_code"], "redirect_uris": ["https://a.example/"]}));
    assert_eq!(read("scope=openid", &app), Err(Check::DeviceGrantRegistered));
}

#[test]
fn offline_access_means_nothing_where_no_refresh_token_can_be_given() {
    let tv = television(json!({"grant_types": [DEVICE]}));
    assert_eq!(read("scope=openid+offline_access", &tv).map(|request| request.scopes), Ok(scopes("openid")));
    assert_eq!(read("scope=offline_access", &tv), Err(Check::ScopePresent));
}

#[test]
fn rfc_10027_the_question_is_asked_in_full_also_of_a_first_party() {
    let request = read("scope=openid+profile+photos%3Aread+photos%3Awrite", &television(json!({}))).expect("a request");
    for changes in [json!({}), json!({"require_consent": false})] {
        let ask = request.ask(television(changes).client(), &apis());
        assert_eq!(ask.asked, request.scopes);
        assert_eq!(ask.required, scopes("openid photos:read"));
        // Law: nothing is granted that was not asked just now, and nothing is remembered.
        assert!(ask.already.is_empty() && !ask.remembered);
    }
    let narrowed = television(json!({"scope": "openid"}));
    assert_eq!(request.ask(narrowed.client(), &apis()).asked, scopes("openid"));
}

#[test]
fn nothing_left_to_grant_is_a_refusal_and_an_api_without_scopes_is_none() {
    let tv = television(json!({}));
    let granted = |request: &DeviceRequest, answer| {
        request.granted(&request.ask(tv.client(), &apis()), &answer, &mut Checks::silent()).map_err(|refusal| refusal.check)
    };
    let request = read("scope=photos%3Awrite", &tv).expect("a request");
    assert_eq!(granted(&request, Answer::Deny), Err(Check::DeviceAllowed));
    assert_eq!(granted(&request, Answer::Allow(Scopes::default(), Names::default())), Err(Check::DeviceAllowed));
    assert_eq!(granted(&request, Answer::Allow(scopes("photos:write mail:read"), Names::default())), Ok(scopes("photos:write")));
    let bare = DeviceRequest { scopes: Scopes::default(), resources: vec![ResourceUri::parse(BARE).expect("a URI")], ..request };
    assert_eq!(granted(&bare, Answer::Allow(Scopes::default(), Names::default())), Ok(Scopes::default()));
    assert_eq!(granted(&bare, Answer::Deny), Err(Check::DeviceAllowed));
}

#[test]
fn a_login_from_before_has_to_be_proven_again() {
    let session = |at| Session { id: SessionId::new("s"), subject: Subject::new("ada"), auth_time: Timestamp(at) };
    for (auth_time, fresh) in [(1_000, true), (400, true), (399, false), (0, false), (2_000, true)] {
        assert_eq!(is_fresh(&session(auth_time), Timestamp(1_000)), fresh, "{auth_time}");
    }
}

proptest! {
    #[test]
    fn an_answer_never_grants_more_than_was_asked(
        asked in prop::collection::btree_set(prop::sample::select(vec!["openid", "profile", "photos:read", "photos:write"]), 1..4),
        ticked in prop::collection::btree_set(prop::sample::select(vec!["openid", "photos:write", "mail:read", "admin"]), 0..4),
    ) {
        let request = DeviceRequest { scopes: asked.into_iter().collect(), resources: Vec::new(), details: Details::default(), challenge: None };
        let ask = request.ask(television(json!({})).client(), &apis());
        let granted = request.granted(&ask, &Answer::Allow(ticked.into_iter().collect(), Names::default()), &mut Checks::silent());
        if let Ok(granted) = granted {
            prop_assert!(granted.within(&request.scopes) && ask.required.within(&granted));
        }
    }

    #[test]
    fn no_text_makes_reading_a_code_panic_or_gives_letters_that_are_none(text in "\\PC{0,40}") {
        if let Some(code) = typed(&text) {
            prop_assert!(code.expose().len() == 8 && code.expose().bytes().all(|b| b"BCDFGHJKLMNPQRSTVWXZ".contains(&b)));
        }
    }
}
