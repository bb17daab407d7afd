//! Every button of the lab, pressed in a running demo: each act is stopped by the check that is meant for it.
#![cfg(feature = "demo")]
#![allow(clippy::expect_used, missing_docs)]

mod demo;

use demo::Demo;
use doorward_demo::lab::sabotage::acts;
use std::thread;
use ureq::http::{Request, header};

/// Which check stops which act. An act without a row fails the test.
const STOPPED: [(&str, &str); 30] = [
    ("code-replayed", "CodeUnspent"),
    ("verifier-dropped", "PkceVerifierPresent"),
    ("verifier-wrong", "PkceVerifier"),
    ("redirect-at-token", "CodeRedirectUri"),
    ("code-of-another", "CodeOfClient"),
    ("secret-wrong", "ClientAuthentic"),
    ("code-as-bearer", "TokenActive"),
    ("refresh-replayed", "RefreshUnspent"),
    ("scope-widened", "ScopeNotWidened"),
    ("token-revoked", "TokenActive"),
    ("token-in-address", "BearerPresent"),
    ("token-at-server", "TokenAudience"),
    ("redirect-changed", "RedirectUriExact"),
    ("challenge-missing", "PkceChallengePresent"),
    ("challenge-plain", "PkceMethodS256"),
    ("parameter-repeated", "ParamNotRepeated"),
    ("implicit", "ResponseTypeCode"),
    ("scope-unregistered", "ScopeRegistered"),
    ("token-elsewhere", "Audience"),
    ("jwt-edited", "Signature"),
    ("alg-none", "Algorithm"),
    ("hs256", "Algorithm"),
    ("own-key", "UnknownKey"),
    ("id-token-at-service", "TokenType"),
    ("scope-missing", "Scope"),
    ("token-expired", "Expired"),
    ("state-changed", "unknown_state"),
    ("issuer-changed", "other_issuer"),
    ("nonce-removed", "bad_id_token"),
    ("code-injected", "PkceVerifier"),
];

/// A browser without more than one cookie and one form.
#[derive(Clone)]
struct Hand {
    agent: ureq::Agent,
    issuer: String,
    cookie: String,
    csrf: String,
}

struct Seen {
    status: u16,
    to: String,
    body: String,
}

impl Hand {
    fn of(issuer: &str) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).max_redirects_will_error(false);
        let issuer = issuer.trim_end_matches('/').to_owned();
        let mut hand = Self { agent: config.build().into(), issuer, cookie: String::new(), csrf: String::new() };
        let answer = hand.agent.get(hand.at("/learn/lab")).call().expect("an answer");
        let set = answer.headers().get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
        hand.cookie = set.filter_map(|cookie| cookie.split(';').next()).collect::<Vec<_>>().join("; ");
        let body = answer.into_body().read_to_string().expect("text");
        let (_, rest) = body.split_once("name=\"csrf\" value=\"").expect("a form");
        rest.split('"').next().expect("a token").clone_into(&mut hand.csrf);
        hand
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.issuer)
    }

    fn seen(&self, request: Request<String>) -> Seen {
        let (head, mut body) = self.agent.run(request).expect("an answer").into_parts();
        let to = head.headers.get(header::LOCATION).and_then(|to| to.to_str().ok()).unwrap_or_default().to_owned();
        Seen { status: head.status.as_u16(), to, body: body.read_to_string().expect("text") }
    }

    fn get(&self, path: &str, language: &str) -> Seen {
        let request = Request::get(self.at(path)).header(header::COOKIE, &self.cookie).header(header::ACCEPT_LANGUAGE, language);
        self.seen(request.body(String::new()).expect("a request"))
    }

    fn press(&self, act: &str, csrf: &str) -> Seen {
        let request = Request::post(self.at(&format!("/learn/lab/{act}")))
            .header(header::COOKIE, &self.cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ORIGIN, &self.issuer);
        self.seen(request.body(format!("csrf={csrf}")).expect("a request"))
    }

    fn run(&self, act: &str) -> Seen {
        let pressed = self.press(act, &self.csrf);
        assert_eq!(pressed.status, 303, "{act}: {}", pressed.body);
        pressed
    }
}

#[test]
fn every_button_works_and_every_act_is_stopped_by_the_check_that_is_meant_for_it() {
    let demo = Demo::start();
    let hand = Hand::of(&demo.issuer);
    for act in acts() {
        let (_, check) = STOPPED.into_iter().find(|(key, _)| *key == act.key()).unwrap_or_else(|| panic!("{} has no row", act.key()));
        let to = hand.run(act.key()).to;
        for (language, title) in [("en", act.title().en), ("zh-CN", act.title().zh)] {
            let page = hand.get(&to, language);
            let told = page.body.replace("&#x27;", "'");
            // Law: it is stopped, by the check of its row, and the page says so in both languages.
            assert_eq!(page.status, 200);
            let stopped = told.contains("<div class=\"note good\" role=\"status\">");
            let named = told.contains(&format!("<code><bdi>{check}</bdi></code>"));
            let words: Vec<&str> = told.split("<code><bdi>").skip(1).take(2).filter_map(|rest| rest.split('<').next()).collect();
            assert!(told.contains(title) && named && stopped, "{} {language}: {words:?}", act.key());
        }
        // Beside it stands what an honest flow has there.
        let page = hand.get(&to, "en").body;
        assert!(page.contains("class=\"honest\"") || page.contains("Every byte was right before"), "{}", act.key());
        assert!(page.contains("learn/trace/") || page.contains("learn&#x2F;trace&#x2F;"), "{} has no trace", act.key());
    }
    let all = hand.get("/learn/lab", "en").body;
    // Law: every act has its button, and what came of it beside it.
    assert_eq!((all.matches("<button").count(), all.matches("class=\"tag good\"").count()), (acts().len(), acts().len()));
    hostile(&demo, &hand);
    a_key_of_the_lab_opens_nothing(&demo, &hand);
}

fn hostile(demo: &Demo, hand: &Hand) {
    assert_eq!(hand.press("no-such-act", &hand.csrf).status, 404);
    assert_eq!(hand.press("alg-none", "").status, 403);
    assert_eq!(hand.press("alg-none", "AAAA").status, 403);
    let other = Hand::of(&demo.issuer);
    assert_eq!(hand.press("alg-none", &other.csrf).status, 403);
    // Twice at once: one run, or a word that one is under way; never two.
    let twin = hand.clone();
    let second = thread::spawn(move || twin.press("verifier-dropped", &twin.csrf).to);
    let (one, two) = (hand.press("verifier-dropped", &hand.csrf).to, second.join().expect("an answer"));
    assert!(!one.is_empty() && !two.is_empty());
    // Law: what one browser played is none of another's.
    assert_eq!((hand.get(&one, "en").status, other.get(&one, "en").status), (200, 404));
}

fn a_key_of_the_lab_opens_nothing(demo: &Demo, hand: &Hand) {
    let form = [("audience", demo.issuer.as_str()), ("scope", "openid")];
    let answer = ureq::post(format!("{}/correct/access-token", demo.lab)).send_form(form).expect("a token");
    let answer: serde_json::Value = serde_json::from_str(&answer.into_body().read_to_string().expect("text")).expect("JSON");
    let token = answer["access_token"].as_str().expect("a token");
    let request = Request::get(hand.at("/userinfo")).header(header::AUTHORIZATION, format!("Bearer {token}"));
    // Law: a token of the lab is nobody's at the server, and no document of the demo leads to the lab.
    assert_eq!(hand.seen(request.body(String::new()).expect("a request")).status, 401);
    for path in ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/jwks.json"] {
        assert!(!hand.get(path, "en").body.contains(&demo.lab), "{path}");
    }
}
