//! As much of a browser as the tests need: cookies, redirects, forms.

use std::collections::HashMap;

use ureq::Agent;
use ureq::http::{HeaderMap, Request};
use url::{Url, form_urlencoded};

use super::Doorward;

/// A person's browser. A clone is the same browser a moment later.
#[derive(Clone)]
pub struct Browser {
    agent: Agent,
    /// By host: cookies know nothing of ports.
    pub cookies: HashMap<String, HashMap<String, String>>,
}

/// What came back.
#[derive(Clone)]
pub struct Page {
    pub url: Url,
    pub status: u16,
    pub headers: HeaderMap,
    /// Where a redirect leads.
    pub location: Option<Url>,
    pub text: String,
}

impl Browser {
    pub fn new() -> Self {
        let config = Agent::config_builder().http_status_as_error(false).max_redirects(0).max_redirects_will_error(false).proxy(None);
        Self { agent: config.build().into(), cookies: HashMap::new() }
    }

    /// Puts a cookie there, as somebody could who stands near.
    pub fn plant(&mut self, host: &str, name: &str, value: &str) {
        self.cookies.entry(host.to_owned()).or_default().insert(name.to_owned(), value.to_owned());
    }

    /// Opens an address and follows where it leads.
    pub fn open(&mut self, url: &str) -> Page {
        let page = self.get(url);
        self.follow(page)
    }

    /// Opens an address and stays there.
    pub fn get(&mut self, url: &str) -> Page {
        self.send(Url::parse(url).expect("an address"), None)
    }

    /// Posts a form that stands on no page.
    pub fn post(&mut self, url: &str, fields: &[(&str, &str)]) -> Page {
        self.send(Url::parse(url).expect("an address"), Some(fields))
    }

    /// Fills in the form that has this field, presses its button, and follows where it leads.
    pub fn submit(&mut self, page: &Page, field: &str, more: &[(&str, &str)]) -> Page {
        let page = self.press(page, field, more);
        self.follow(page)
    }

    /// The same, without following.
    pub fn press(&mut self, page: &Page, field: &str, more: &[(&str, &str)]) -> Page {
        let (action, mut fields) = page.form(field);
        fields.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.send(action, Some(&fields))
    }

    /// Presses "log in" in the app and stays there: gives the question that the app sends to Doorward.
    pub fn ask(&mut self, login: &str) -> Url {
        let page = self.get(login);
        page.location.unwrap_or_else(|| panic!("the login leads nowhere: {}", page.text))
    }

    /// Brings the question to Doorward, logs in there and allows what is asked; stays before the callback, where Doorward sends the browser.
    pub fn answer(&mut self, question: &Url, doorward: &Doorward) -> Url {
        self.decide(question, doorward, |browser, page| browser.press(page, "decision", &[("decision", "allow")]))
    }

    /// The same, with a will of one's own when it is asked what to allow.
    pub fn decide(&mut self, question: &Url, doorward: &Doorward, decision: impl Fn(&mut Self, &Page) -> Page) -> Url {
        let mut page = self.get(question.as_str());
        for _ in 0..10 {
            page = match page.location.clone() {
                Some(next) if next.path() == "/callback" => return next,
                Some(next) => self.get(next.as_str()),
                None if page.text.contains("name=\"password\"") => {
                    self.press(&page, "password", &[("username", &doorward.username), ("password", &doorward.password)])
                }
                None => decision(self, &page),
            };
        }
        panic!("never came back, but stopped at {}: {}", page.url, page.text);
    }

    /// The question and the answer to it.
    pub fn come_back(&mut self, login: &str, doorward: &Doorward) -> Url {
        let question = self.ask(login);
        self.answer(&question, doorward)
    }

    /// All of it: from the login button to the page that the app shows then.
    pub fn log_in(&mut self, login: &str, doorward: &Doorward) -> Page {
        let callback = self.come_back(login, doorward);
        self.open(callback.as_str())
    }

    fn follow(&mut self, mut page: Page) -> Page {
        for _ in 0..10 {
            let Some(next) = &page.location else { return page };
            page = self.get(next.as_str());
        }
        panic!("redirected in circles: {}", page.url);
    }

    fn send(&mut self, url: Url, form: Option<&[(&str, &str)]>) -> Page {
        let jar = self.cookies.entry(url.host_str().unwrap_or_default().to_owned()).or_default();
        let cookies: Vec<_> = jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = Request::builder().method(if form.is_some() { "POST" } else { "GET" }).uri(url.as_str());
        let request = request.header("Cookie", cookies.join("; ")).header("Content-Type", "application/x-www-form-urlencoded");
        let body = form.map(|fields| form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()).unwrap_or_default();
        let mut answer = self.agent.run(request.body(body).expect("a request")).expect("an answer");
        for cookie in answer.headers().get_all("Set-Cookie") {
            let (pair, rules) = cookie.to_str().expect("text").split_once(';').unwrap_or_default();
            let (name, value) = pair.split_once('=').unwrap_or_default();
            if rules.contains("Max-Age=0") {
                jar.remove(name);
            } else {
                jar.insert(name.to_owned(), value.to_owned());
            }
        }
        let location = answer.headers().get("Location").map(|next| url.join(next.to_str().expect("text")).expect("an address"));
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Page { url, status, headers, location, text: answer.body_mut().read_to_string().expect("text") }
    }
}

impl Page {
    /// What an answer says about itself.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Whether a reader sees these words.
    pub fn says(&self, words: &str) -> bool {
        plain(&self.text).contains(words)
    }

    /// What a field of a form on this page holds.
    pub fn field(&self, name: &str) -> String {
        let (_, fields) = self.form(name);
        fields.into_iter().find(|(field, _)| field == name).map(|(_, value)| value).unwrap_or_default()
    }

    /// Where the form with this field goes, and what it already holds.
    fn form(&self, field: &str) -> (Url, Vec<(String, String)>) {
        let named = format!("name=\"{field}\"");
        let form = self.text.split("<form").skip(1).find(|form| form.contains(&named));
        let form = form.unwrap_or_else(|| panic!("no form with {field} at {} ({}): {}", self.url, self.status, self.text));
        let form = form.split("</form>").next().unwrap_or_default();
        let value = |tag: &str, name: &str| {
            let rest = tag.split(&format!(" {name}=\"")).nth(1)?;
            rest.split('"').next().map(plain)
        };
        let inputs = form.split("<input").skip(1).filter_map(|rest| rest.split('>').next());
        let filled = inputs.filter(|tag| tag.contains("type=\"hidden\"") || tag.contains(" checked"));
        let fields = filled.filter_map(|tag| Some((value(tag, "name")?, value(tag, "value")?))).collect();
        let action = value(form.split('>').next().unwrap_or_default(), "action").unwrap_or_default();
        (self.url.join(&action).expect("an address"), fields)
    }
}

/// Text as it was before it was escaped for HTML.
fn plain(text: &str) -> String {
    let escapes = [("&#x2F;", "/"), ("&#x27;", "'"), ("&quot;", "\""), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")];
    escapes.iter().fold(text.to_owned(), |text, (escape, sign)| text.replace(escape, sign))
}

/// An address with one parameter changed, or without it.
pub fn with(url: &Url, name: &str, value: Option<&str>) -> Url {
    let mut changed = url.clone();
    let kept = url.query_pairs().filter(|(other, _)| other != name);
    changed.query_pairs_mut().clear().extend_pairs(kept).extend_pairs(value.map(|value| (name, value)));
    changed
}

/// A parameter of an address.
pub fn parameter(url: &Url, name: &str) -> String {
    url.query_pairs().find(|(other, _)| other == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
}
