//! The tea shop of the demo over real HTTP: an order goes from hop to hop, and what must not work is refused by name.
#![cfg(feature = "demo")]
#![allow(clippy::expect_used, missing_docs)]

mod demo;

use std::process::Command;
use std::time::Duration;

use demo::Demo;
use doorward_demo::player::{Answer, Browser, Limits, Origin, Player, forms};
use serde_json::Value;
use url::Url;

impl Demo {
    fn player(&self) -> Player {
        let limits = Limits { wait: Duration::from_secs(60), whole: Duration::from_secs(300), ..Limits::default() };
        Player::new(&[self.text("issuer"), self.text("gateway")].map(|at| Origin::parse(&at).expect("an origin")), limits)
    }

    /// An operator's command beside the running demo.
    fn operate(&self, words: &[&str]) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_doorward"));
        command.args(words).current_dir(&self.folder).env_clear().env("DOORWARD_DATABASE_URL", "sqlite://doorward-demo.db");
        let output = command.env("DOORWARD_SECRET_FILE", self.secret_file()).output().expect("the program");
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn secret_file(&self) -> String {
        let files = std::fs::read_dir(&self.folder).expect("the folder").map(|entry| entry.expect("an entry").path());
        let key = files.into_iter().find(|path| path.extension().is_some_and(|ending| ending == "key")).expect("a key file");
        key.display().to_string()
    }
}

struct Person<'p> {
    browser: Browser<'p>,
    gateway: Url,
}

impl<'p> Person<'p> {
    /// Logs in at the gateway and agrees.
    fn log_in(demo: &Demo, player: &'p Player) -> Self {
        let gateway = Url::parse(&demo.text("gateway")).expect("a URL");
        let mut person = Self { browser: player.browser(), gateway };
        let page = person.open("/login");
        let form = forms(&page.body).into_iter().find(|form| form.has("username")).expect("a login form");
        let page = person.send(&page, &form.fill("username", &demo.text("username")).fill("password", &demo.text("password")));
        // The answer is remembered the second time.
        let form = forms(&page.body).into_iter().find_map(|form| form.press("decision", "allow"));
        let page = form.map_or(page.clone(), |form| person.send(&page, &form));
        assert_eq!((page.status, page.url.path()), (200, "/"), "{}", page.body);
        person
    }

    fn open(&mut self, path: &str) -> Answer {
        let first = self.browser.get(&self.gateway.join(path).expect("a URL")).expect("an answer");
        self.browser.follow(first, |_| false).expect("an end").last
    }

    fn send(&mut self, page: &Answer, form: &doorward_demo::player::Form) -> Answer {
        let first = self.browser.submit(page, form).expect("an answer");
        self.browser.follow(first, |_| false).expect("an end").last
    }

    /// Presses the button of a form that goes there.
    fn press(&mut self, page: &Answer, action: &str, fields: &[(&str, &str)]) -> Answer {
        let form = forms(&page.body).into_iter().find(|form| form.action == action).expect("the form");
        let form = fields.iter().fold(form, |form, (name, value)| form.fill(name, value));
        self.send(page, &form)
    }

    fn order(&mut self) -> Answer {
        let home = self.open("/");
        self.press(&home, "/orders", &[("tea", "puer"), ("quantity", "3")])
    }
}

/// The text of a page's claims: what stands between tags, references resolved.
fn plain(html: &str) -> String {
    let text = html.split('<').filter_map(|piece| piece.split_once('>')).map(|(_, text)| text).collect::<Vec<_>>().join(" ");
    text.replace("&quot;", "\"").replace("&#x2F;", "/").replace("&#x27;", "'").replace("&amp;", "&")
}

/// What a hop's section says.
fn hop(page: &str, number: usize) -> String {
    plain(page.split(&format!("id=\"hop-{number}\"")).nth(1).expect("a hop").split("</section>").next().expect("its end"))
}

#[test]
fn an_order_goes_from_hop_to_hop_for_the_person_and_what_must_not_work_is_refused_by_name() {
    let demo = Demo::start();
    let player = demo.player();
    let mut person = Person::log_in(&demo, &player);
    let ordered = person.order();
    assert!(ordered.ok() && ordered.url.path().starts_with("/orders/"), "{} {}", ordered.url, ordered.body);
    let page = person.open(&format!("{}/hops", ordered.url.path()));

    let sub = |text: &str| text.split(" sub ").nth(1).expect("sub").split_whitespace().next().expect("a value").to_owned();
    let (one, two, machine, last) = (hop(&page.body, 1), hop(&page.body, 2), hop(&page.body, 3), hop(&page.body, 4));
    let services: Vec<&str> = demo.told["services"].as_array().expect("a list").iter().skip(1).filter_map(Value::as_str).collect();
    for (text, aud, scope) in [
        (&one, services[0], "orders:place"),
        (&two, services[1], "stock:reserve"),
        (&machine, services[2], "shipping:rates"),
        (&last, services[2], "shipping:book"),
    ] {
        assert!(text.contains(aud) && text.contains(scope), "{text}");
        assert!(services.iter().all(|other| *other == aud || !text.contains(other)), "{text}");
    }
    assert!(!one.contains("\"sub\":") && two.contains(r#"{"sub":"orders"}"#), "{two}");
    // RFC 8693 §4.1: the present actor outside, those before it inside.
    let last_act: Value = serde_json::from_str(&last[last.find('{').expect("act")..=last.rfind('}').expect("its end")]).expect("JSON");
    assert_eq!(last_act, serde_json::json!({"sub": "stock", "act": {"sub": "orders"}}));
    assert_eq!((sub(&one), sub(&one)), (sub(&two), sub(&last)));
    assert_eq!(sub(&machine), "stock");
    assert!(!page.body.contains("eyJ"), "claims are shown, no token");

    for (what, says) in [
        ("stock", vec!["Refused by stock", "Audience", "401", "invalid_token"]),
        ("edge", vec!["Refused by Doorward", "invalid_target", "Missing: gateway, showing a token for", services[2]]),
        ("wider", vec!["Refused by Doorward", "invalid_scope"]),
        ("changed", vec!["Refused by orders", "Signature"]),
        ("bare", vec!["Refused by orders", "NoToken", "401"]),
    ] {
        let tried = person.press(&page, &format!("/tries/{what}"), &[]);
        let text = plain(&tried.body);
        assert!(tried.ok() && says.iter().all(|word| text.contains(word)), "{what}: {text}");
    }

    let map = Url::parse(&format!("{}/learn/services", demo.text("issuer"))).expect("a URL");
    let map = plain(&person.browser.get(&map).expect("the map").body);
    // Law: what was seen and what was refused stands beside what is declared.
    assert!(map.contains("1 token") && map.contains("undeclared") && map.contains("refused once"), "{map}");
}

#[test]
fn nothing_is_ordered_for_a_person_who_was_disabled_or_has_logged_out_meanwhile() {
    let demo = Demo::start();
    let player = demo.player();
    let mut person = Person::log_in(&demo, &player);
    demo.operate(&["user", "disable", "demo"]);
    // Either the gateway has been told already, or the exchange is refused on the way.
    let home = person.open("/");
    if forms(&home.body).iter().any(|form| form.action == "/orders") {
        let answer = person.press(&home, "/orders", &[("tea", "puer"), ("quantity", "3")]);
        assert!(!answer.url.path().starts_with("/orders/"), "{}", answer.body);
    }
    demo.operate(&["user", "enable", "demo"]);
    let mut person = Person::log_in(&demo, &player);
    let home = person.open("/");
    let goodbye = person.press(&home, "/logout", &[]);
    assert!(goodbye.ok(), "{}", goodbye.body);
    let stranger = person.open("/orders/1");
    // Law: who has left sees no order, and is asked to log in.
    assert!(!stranger.body.contains("parcel"), "{}", stranger.body);
}
