//! One browser: it asks, keeps cookies, follows redirects one by one, and fills forms.

use ureq::http::{HeaderMap, Request, header};
use url::Url;
use url::form_urlencoded::Serializer;

use super::cookies::Going;
use super::{Cookie, Form, Jar, Origin, Player, Trouble, date};

/// An answer, and what was asked for.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Whether it answers a form that posts.
    pub posted: bool,
    /// What was asked for.
    pub url: Url,
    /// Its status.
    pub status: u16,
    /// Where it leads, as written.
    pub location: Option<String>,
    /// The cookies it sets or takes away.
    pub cookies: Vec<Cookie>,
    /// Its `Content-Type`, in small letters.
    pub kind: String,
    /// When the other side thinks it is, Unix seconds.
    pub date: Option<i64>,
    /// `X-Request-Id`, by which the server's trace is found.
    pub request_id: Option<String>,
    /// The body as text; what isn't UTF-8 is replaced.
    pub body: String,
    /// The host of the page that began this journey; redirects hand it on.
    from: Option<String>,
}

impl Answer {
    /// Where a redirect leads; `None` when the answer isn't one, or leads to something that is no URL.
    pub fn target(&self) -> Option<Url> {
        let to = self.location.as_deref().filter(|_| (300..400).contains(&self.status))?;
        self.url.join(to).ok()
    }

    /// Whether it is a page that worked.
    pub fn ok(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// A parameter of the query that was asked for.
    pub fn asked(&self, name: &str) -> Option<String> {
        parameter(&self.url, name)
    }
}

/// A parameter of the query of a URL.
pub(crate) fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

/// Where a journey ended.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// Every answer on the way, the first one first.
    pub trail: Vec<Answer>,
    /// The last answer.
    pub last: Answer,
    /// Where the last answer leads, when the player stopped there: it was told to, or may not go there.
    pub stopped: Option<Url>,
}

/// A browser of a [`Player`].
pub struct Browser<'p> {
    player: &'p Player,
    /// Its cookies.
    pub jar: Jar,
}

impl<'p> Browser<'p> {
    pub(super) fn new(player: &'p Player) -> Self {
        Self { player, jar: Jar::default() }
    }

    /// Asks for an address as a person who types it. A redirect is not followed.
    ///
    /// # Errors
    /// [`Trouble`] when there is no answer, or the address may not be called.
    pub fn get(&mut self, url: &Url) -> Result<Answer, Trouble> {
        self.send(url, None, None)
    }

    /// Asks for an address as one who clicks a link on a page of the host `from`.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub fn click(&mut self, url: &Url, from: &Origin) -> Result<Answer, Trouble> {
        self.send(url, None, Some(from.host().to_owned()))
    }

    /// Sends a form of a page.
    ///
    /// # Errors
    /// As [`Self::get`]; [`Trouble::Elsewhere`] when the form goes to something that is no URL.
    pub fn submit(&mut self, page: &Answer, form: &Form) -> Result<Answer, Trouble> {
        let mut url = page.url.join(&form.action).map_err(|_| Trouble::Elsewhere(form.action.clone()))?;
        let body = Serializer::new(String::new()).extend_pairs(&form.fields).finish();
        let from = page.url.host_str().map(str::to_owned);
        if form.posts {
            return self.send(&url, Some((body, Some(page.url.origin().ascii_serialization()))), from);
        }
        url.set_query(Some(&body));
        self.send(&url, None, from)
    }

    /// Posts fields from nowhere: what a page of another site, or a program, would send.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub fn post(&mut self, url: &Url, fields: &[(&str, &str)]) -> Result<Answer, Trouble> {
        let body = Serializer::new(String::new()).extend_pairs(fields).finish();
        self.send(url, Some((body, None)), Some("elsewhere.example".to_owned()))
    }

    /// Takes the next step of a redirect. `None` when the answer isn't one.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub fn step(&mut self, answer: &Answer) -> Option<Result<Answer, Trouble>> {
        let next = answer.target()?;
        // 307 and 308 would post again; no server of ours may say so, and an app that does gets a GET.
        Some(self.send(&next, None, answer.from.clone()))
    }

    /// Follows redirects until a page, a place where `stop` says so, or a place that may not be called.
    ///
    /// # Errors
    /// As [`Self::get`]; [`Trouble::TooMany`] when it goes in circles.
    pub fn follow(&mut self, first: Answer, stop: impl Fn(&Url) -> bool) -> Result<Arrival, Trouble> {
        let mut trail = vec![first.clone()];
        let mut last = first;
        while let Some(next) = last.target() {
            if stop(&next) || !self.player.may(&next) {
                return Ok(Arrival { trail, last, stopped: Some(next) });
            }
            if trail.len() > self.player.limits.hops {
                return Err(Trouble::TooMany);
            }
            last = self.send(&next, None, last.from.clone())?;
            trail.push(last.clone());
        }
        Ok(Arrival { trail, last, stopped: None })
    }

    fn send(&mut self, url: &Url, body: Option<(String, Option<String>)>, from: Option<String>) -> Result<Answer, Trouble> {
        self.player.count(url)?;
        let broken = || Trouble::Broken(url.to_string());
        let mut target = url.clone();
        target.set_fragment(None);
        let posted = body.is_some();
        let going = Going { url, posts: posted, from: from.as_deref() };
        let site = match from.as_deref() {
            None => "none",
            Some(from) if Some(from) == url.host_str() => "same-origin",
            Some(_) => "cross-site",
        };
        let mut request = Request::builder()
            .method(if posted { "POST" } else { "GET" })
            .uri(target.as_str())
            .header(header::ACCEPT, "text/html,application/json;q=0.9,*/*;q=0.8")
            .header(header::ACCEPT_LANGUAGE, "en")
            .header("Sec-Fetch-Site", site)
            .header("Sec-Fetch-Mode", "navigate");
        if let Some(cookies) = self.jar.header(going) {
            request = request.header(header::COOKIE, cookies);
        }
        let body = body.map(|(text, origin)| {
            let headers = request.headers_mut();
            if let Some(headers) = headers {
                headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/x-www-form-urlencoded"));
                if let Some(origin) = origin.and_then(|origin| header::HeaderValue::try_from(origin).ok()) {
                    headers.insert(header::ORIGIN, origin);
                }
            }
            text
        });
        let request = request.body(body.unwrap_or_default()).map_err(|_| broken())?;
        let sent = if posted { self.player.agent.run(request) } else { self.player.agent.run(request.map(|_| ())) };
        let (head, mut body) = sent.map_err(|why| Player::trouble(url, &why))?.into_parts();
        let bytes = body.with_config().limit(self.player.limits.body).read_to_vec().map_err(|why| Player::trouble(url, &why))?;
        let date = text(&head.headers, "date").as_deref().and_then(date::parse);
        let lines = head.headers.get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
        let cookies: Vec<Cookie> = lines.filter_map(|line| Cookie::parse(line, url, date)).collect();
        cookies.iter().cloned().for_each(|cookie| self.jar.take(cookie));
        Ok(Answer {
            posted,
            url: url.clone(),
            status: head.status.as_u16(),
            location: text(&head.headers, "location"),
            cookies,
            kind: text(&head.headers, "content-type").unwrap_or_default().to_ascii_lowercase(),
            date,
            request_id: text(&head.headers, "x-request-id"),
            body: String::from_utf8_lossy(&bytes).into_owned(),
            from,
        })
    }
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}
