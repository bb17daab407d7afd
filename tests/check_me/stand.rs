//! A learner's browser at `/learn/app`.

use std::time::Duration;

use doorward_demo::player::{Answer, Browser, Limits, Origin, Player, forms};
use url::Url;

use crate::demo::Demo;
use crate::provider::Provider;

impl Demo {
    /// A browser that goes to the demo and nowhere else, and has patience.
    pub fn player(&self) -> Player {
        let limits = Limits { wait: Duration::from_secs(150), whole: Duration::from_secs(3_000), requests: 10_000, ..Limits::default() };
        Player::new(&[Origin::parse(&self.issuer).expect("an origin")], limits)
    }
}

/// A learner at the page.
pub struct Learner<'p> {
    browser: Browser<'p>,
    page: Url,
}

impl<'p> Learner<'p> {
    pub fn new(demo: &Demo, player: &'p Player) -> Self {
        Self { browser: player.browser(), page: Url::parse(&format!("{}/learn/app", demo.issuer)).expect("a URL") }
    }

    fn send(&mut self, ending: &str, name: &str, value: &str) -> Answer {
        let page = self.browser.get(&self.page).expect("the page");
        let form = forms(&page.body).into_iter().find(|form| form.action.ends_with(ending)).expect("the form");
        let mut form = form.fill(name, value);
        if !form.has(name) {
            form.fields.push((name.to_owned(), value.to_owned()));
        }
        let answer = self.browser.submit(&page, &form).expect("an answer");
        self.browser.follow(answer, |_| false).expect("the page").last
    }

    /// Registers an app; gives what it has to know.
    pub fn register(&mut self, demo: &Demo, origin: &str) -> Provider {
        let page = self.send("/learn/app", "origin", origin);
        let text = |id: &str| element(&page.body, id).unwrap_or_else(|| panic!("no {id}: {}", page.status));
        Provider {
            issuer: demo.issuer.clone(),
            client_id: text("client-id"),
            secret: text("client-secret"),
            photos: demo.told["services"][0].as_str().expect("a text").to_owned(),
        }
    }

    /// The page in a language.
    pub fn look(&mut self, language: &str) -> Page {
        let mut url = self.page.clone();
        url.set_query(Some(&format!("ui_locales={language}")));
        Page(self.browser.get(&url).expect("the page").body)
    }

    /// Presses a button; gives what the page says.
    pub fn check(&mut self, through: &str) -> Page {
        Page(self.send("/learn/app/check", "through", through).body)
    }
}

fn element(page: &str, id: &str) -> Option<String> {
    let rest = page.split_once(&format!("id=\"{id}\"><bdi>"))?.1;
    Some(rest.split_once("</bdi>")?.0.replace("&#x2F;", "/"))
}

/// The page after a check.
pub struct Page(pub String);

impl Page {
    fn data(&self, name: &str) -> Option<&str> {
        self.0.split_once(&format!("data-{name}=\""))?.1.split_once('"').map(|(value, _)| value)
    }

    /// Which of the four it is.
    pub fn outcome(&self) -> &str {
        self.data("outcome").unwrap_or("nothing")
    }

    /// The row of the table.
    pub fn mistake(&self) -> Option<&str> {
        self.data("mistake")
    }

    /// The hint, as it stands in the page.
    pub fn hint(&self) -> Option<String> {
        element(&self.0, "hint")
    }

    /// What stands there in short, for messages.
    pub fn told(&self) -> String {
        let section = self.0.split_once("id=\"outcome\"").map_or("", |(_, rest)| rest);
        let section = section.split_once("</section>").map_or(section, |(text, _)| text);
        let words = section.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| text.trim());
        words.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" | ")
    }
}
