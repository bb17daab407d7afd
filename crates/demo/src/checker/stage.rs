//! What every step works with: the browser's moves of a login, and who is logged in.

use serde::Deserialize;
use url::Url;

use super::manifest::Manifest;
use super::mistakes::Mistake;
use super::report::{Fault, Obstacle, Report};
use super::trials::{Step, Trial};
use super::{Bench, Refusal};
use crate::player::{Answer, Arrival, Browser, Cookie, Origin, Player, Trouble, forms, links, parameter, text};

/// Why a check ends before its end.
pub(super) enum Stop {
    /// The app has a fault.
    Fault(Box<Fault>),
    /// The app has nothing for this step yet.
    Next(Step),
    /// Something else went wrong.
    Obstacle(Obstacle),
}

impl From<Box<Fault>> for Stop {
    fn from(fault: Box<Fault>) -> Self {
        Self::Fault(fault)
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(Box::new(fault))
    }
}

/// What is read of the discovery document.
#[derive(Deserialize)]
pub(super) struct Endpoints {
    pub(super) authorization_endpoint: Url,
    pub(super) end_session_endpoint: Url,
}

/// Who the account page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    /// Nobody: a refusal or a redirect.
    Nobody,
    /// The person of the check.
    Person,
    /// A page that says neither.
    Unclear,
}

/// One run.
pub(super) struct Stage<'a> {
    pub(super) bench: &'a Bench<'a>,
    pub(super) player: &'a Player,
    pub(super) app: Origin,
    pub(super) server: Origin,
    pub(super) endpoints: Endpoints,
    pub(super) paths: Option<Manifest>,
    pub(super) report: Report,
    /// Cookies of a browser that is logged in at Doorward: the next one needs no password.
    pub(super) known: Vec<Cookie>,
}

/// A login on its way: what the app asks of the server.
pub(super) struct Asked {
    pub(super) url: Url,
}

impl Asked {
    pub(super) fn get(&self, name: &str) -> Option<String> {
        parameter(&self.url, name)
    }
}

impl<'a> Stage<'a> {
    /// Notes that a trial passed.
    pub(super) fn passed(&mut self, trial: Trial) {
        self.report.passed.push(trial);
    }

    /// A page of the manifest, once there is one.
    pub(super) fn page(&self, of: impl Fn(&Manifest) -> Option<&Url>, step: Step) -> Result<Url, Stop> {
        self.paths.as_ref().and_then(of).cloned().ok_or(Stop::Next(step))
    }

    /// An answer of the app, or the fault that there is none.
    pub(super) fn of_app<T>(result: Result<T, Trouble>, otherwise: Mistake) -> Result<T, Stop> {
        result.map_err(|why| {
            let mistake = match why {
                Trouble::NobodyThere(_) | Trouble::TooSlow(_) => Mistake::AppSilent,
                Trouble::Elsewhere(_) | Trouble::TooLarge(_) | Trouble::TooMany | Trouble::Broken(_) => otherwise,
            };
            Stop::from(Fault::of(mistake).got(why.to_string()))
        })
    }

    /// An answer of the server; without one there is nothing to check.
    pub(super) fn of_server<T>(result: Result<T, Trouble>) -> Result<T, Stop> {
        result.map_err(|why| Stop::Obstacle(Obstacle::Server(why.to_string())))
    }

    /// A browser that is logged in at Doorward, as far as one was before, and unknown to the app.
    pub(super) fn browser(&self) -> Browser<'a> {
        let mut browser = self.player.browser();
        browser.jar.plant(&self.known);
        browser
    }

    /// Opens the login at `url`: where the app sends the browser.
    pub(super) fn begin_at(&self, browser: &mut Browser<'_>, url: &Url) -> Result<Asked, Stop> {
        let mut answer = Self::of_app(browser.get(url), Mistake::LoginStays)?;
        // A redirect within the app, say from /login to /login/, is its own affair.
        for _ in 0..3 {
            let Some(next) = answer.target().filter(|next| self.app.holds(next)) else { break };
            answer = Self::of_app(browser.get(&next), Mistake::LoginStays)?;
        }
        match answer.target() {
            Some(url) => Ok(Asked { url }),
            None => Err(Fault::of(Mistake::LoginStays)
                .instead_of(self.endpoints.authorization_endpoint.as_str())
                .got(format!("{} {}", answer.status, answer.url))
                .into()),
        }
    }

    /// Opens the login.
    pub(super) fn begin(&self, browser: &mut Browser<'_>) -> Result<Asked, Stop> {
        let login = self.page(|paths| paths.login.as_ref(), Step::LogIn)?;
        self.begin_at(browser, &login)
    }

    fn is_callback(&self, url: &Url) -> bool {
        let mut bare = url.clone();
        bare.set_query(None);
        bare.set_fragment(None);
        bare.as_str() == self.bench.redirect_uri
    }

    /// Goes through Doorward's pages as the person of the check: logs in where asked, allows, and gives the address to come back to,
    /// without calling it.
    pub(super) fn at_server(&mut self, browser: &mut Browser<'_>, asked: &Asked) -> Result<Url, Stop> {
        let mark = (self.bench.mark)();
        let mut answer = Self::of_server(browser.click(&asked.url, &self.app))?;
        for _ in 0..16 {
            if let Some(next) = answer.target() {
                if self.is_callback(&next) {
                    self.remember(browser);
                    return self.answered(next, mark);
                }
                match browser.step(&answer) {
                    Some(Ok(next)) => answer = next,
                    Some(Err(why)) => return Err(Stop::Obstacle(Obstacle::Server(why.to_string()))),
                    None => break,
                }
                continue;
            }
            // Where no form may lead, the page hands over by a link.
            let onward = links(&answer.body).iter().find_map(|to| answer.url.join(to).ok().filter(|to| self.is_callback(to)));
            if let Some(next) = onward {
                self.remember(browser);
                return self.answered(next, mark);
            }
            let page = forms(&answer.body);
            // The app may have led to a page of its own that looks like it.
            let ours = self.server.holds(&answer.url);
            let login = page.iter().find(|form| ours && form.has("username") && form.passwords.iter().any(|name| name == "password"));
            let allow = page.iter().find_map(|form| form.clone().press("decision", "allow"));
            let filled = match (login, allow) {
                (Some(form), _) => form.clone().fill("username", self.bench.username).fill("password", self.bench.password),
                (None, Some(form)) => form,
                (None, None) => return Err(self.refused(Mistake::RequestRefused, mark, &answer)),
            };
            answer = Self::of_server(browser.submit(&answer, &filled))?;
        }
        Err(Stop::Obstacle(Obstacle::Server(format!("{} {}", answer.status, answer.url.path()))))
    }

    fn remember(&mut self, browser: &Browser<'_>) {
        let ours = |cookie: &&Cookie| cookie.name.trim_start_matches("__Host-").starts_with("doorward_");
        self.known = browser.jar.of(self.server.host()).into_iter().filter(ours).cloned().collect();
    }

    /// The answer that the server gave by way of the browser, when it is a code.
    fn answered(&self, callback: Url, mark: u64) -> Result<Url, Stop> {
        let Some(error) = parameter(&callback, "error") else { return Ok(callback) };
        let mistake = if error == "invalid_scope" { Mistake::ScopeTooWide } else { Mistake::RequestRefused };
        let said = parameter(&callback, "error_description").map_or_else(|| error.clone(), |text| format!("{error}: {text}"));
        let refusal = self.refusals(mark).into_iter().next();
        Err(Fault { ..Self::with(Fault::of(mistake).got(said), refusal) }.into())
    }

    /// What the server refused, told as the rule that did.
    fn refused(&self, mistake: Mistake, mark: u64, answer: &Answer) -> Stop {
        let refusal = self.refusals(mark).into_iter().next();
        let fault =
            Fault { request_id: answer.request_id.clone(), ..Fault::of(mistake).got(format!("{} {}", answer.status, answer.url.path())) };
        Self::with(fault, refusal).into()
    }

    /// A fault with what the server says of it.
    pub(super) fn with(fault: Fault, refusal: Option<Refusal>) -> Fault {
        let Some(refusal) = refusal else { return fault };
        let told = match (&refusal.expected, &refusal.received) {
            (Some(expected), Some(received)) => fault.differs(expected, received),
            _ => fault,
        };
        Fault { check: Some(refusal.check), request_id: Some(refusal.request_id), ..told }
    }

    /// What the server refused this app since a mark.
    pub(super) fn refusals(&self, mark: u64) -> Vec<Refusal> {
        (self.bench.refusals)(mark)
    }

    /// Brings an answer back to the app, as the browser would from Doorward's page.
    pub(super) fn back(&self, browser: &mut Browser<'_>, callback: &Url) -> Result<Arrival, Trouble> {
        let answer = browser.click(callback, &self.server)?;
        browser.follow(answer, |next| !self.app.holds(next))
    }

    /// A whole login in this browser: where it came back to, and where the app went from there.
    pub(super) fn log_in(&mut self, browser: &mut Browser<'_>) -> Result<(Url, Result<Arrival, Trouble>), Stop> {
        let asked = self.begin(browser)?;
        let callback = self.at_server(browser, &asked)?;
        let arrival = self.back(browser, &callback);
        Ok((callback, arrival))
    }

    /// Who is logged in in this browser.
    pub(super) fn who(&self, browser: &mut Browser<'_>) -> Result<Who, Stop> {
        let account = self.page(|paths| paths.account.as_ref(), Step::LogIn)?;
        let answer = Self::of_app(browser.get(&account), Mistake::AccountEmpty)?;
        if !answer.ok() {
            return Ok(Who::Nobody);
        }
        let page = text(&answer.body);
        let known = self.bench.known_as.iter().any(|name| !name.is_empty() && page.contains(name.as_str()));
        Ok(if known { Who::Person } else { Who::Unclear })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used)]

    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;
    use std::sync::mpsc::channel;

    use super::*;
    use crate::photos::Heard;
    use crate::player::Limits;

    #[test]
    fn an_app_that_shows_a_login_form_of_its_own_is_not_told_the_password() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let app = Origin::parse(&format!("http://{}", listener.local_addr().expect("an address"))).expect("an origin");
        let (tell, heard) = channel();
        std::thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                let mut bytes = [0; 8192];
                let read = stream.read(&mut bytes).unwrap_or(0);
                let form = "<form method=post action=/login><input name=username><input type=password name=password></form>";
                let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{form}", form.len());
                drop(stream.write_all(answer.as_bytes()));
                drop(tell.send(String::from_utf8_lossy(&bytes[..read]).into_owned()));
            }
        });
        let server = Origin::parse("http://127.0.0.1:1").expect("an origin");
        let player = Player::new(&[app.clone(), server.clone()], Limits::default());
        let at = |origin: &Origin, path: &str| origin.at(path).expect("a path");
        let bench = Bench {
            issuer: "http://127.0.0.1:1",
            client_id: "app",
            redirect_uri: &format!("{app}/callback"),
            after_logout: &format!("{app}/"),
            username: "checker",
            password: "the-password",
            known_as: &[],
            photos: "",
            heard: &Heard::default(),
            lab: "",
            now: &|| 0,
            mark: &|| 0,
            refusals: &|_| Vec::new(),
        };
        let endpoints = Endpoints { authorization_endpoint: at(&server, "/authorize"), end_session_endpoint: at(&server, "/logout") };
        let (report, asked) = (Report::new(Step::LogIn), Asked { url: at(&app, "/looks-like-the-server") });
        let mut stage = Stage { bench: &bench, player: &player, app, server, endpoints, paths: None, report, known: Vec::new() };
        assert!(stage.at_server(&mut player.browser(), &asked).is_err());
        assert!(heard.recv().expect("a request").starts_with("GET /looks-like-the-server "));
        // Law: the person's password is typed at the server and nowhere else.
        assert!(heard.try_recv().is_err());
    }
}
