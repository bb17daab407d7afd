//! A browser without JavaScript: cookies, forms, redirects within the site.

use crate::jar::Jar;
use crate::send::{NEAR, Outgoing, send};
use crate::{AuthRequest, Form, PASSWORD, Page, World};
use rocket::http::Method;
use std::net::SocketAddr;

/// A person's browser.
#[derive(Clone)]
pub struct Browser<'w> {
    world: &'w World,
    /// Its cookies.
    pub jar: Jar,
    /// What it sends as `Accept-Language`, if anything.
    pub language: Option<String>,
    /// Where it is.
    pub from: SocketAddr,
    /// Headers it sends besides, with every request.
    pub extra: Vec<(String, String)>,
}

/// What came back to an app through a browser.
#[derive(Clone, Debug)]
pub struct Landing {
    /// The address the browser ended at: with its query, or a form's action.
    pub address: String,
    /// The parameters.
    pub params: Vec<(String, String)>,
}

impl Landing {
    /// A parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut all = self.params.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let first = all.next();
        assert!(all.next().is_none(), "{name} came twice: {}", self.address);
        first
    }

    /// The code.
    pub fn code(&self) -> String {
        self.get("code").unwrap_or_else(|| panic!("no code but {:?}", self.params)).to_owned()
    }

    /// The error.
    pub fn error(&self) -> &str {
        self.get("error").unwrap_or_else(|| panic!("no error but {:?}", self.params))
    }
}

impl Page {
    /// Reads what a redirect out of the site, or a form for the app, brings to the app.
    pub fn landing(&self) -> Landing {
        if self.status == 200 {
            let form = self.form("/cb");
            return Landing { address: form.action, params: form.fields };
        }
        assert_eq!(self.status, 303, "no redirect at {}: {}", self.path, self.title());
        let address = self.location().to_owned();
        let query = address.split_once('?').map_or("", |(_, query)| query);
        Landing { params: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(), address }
    }

    /// Whether the browser was sent out of the site.
    pub fn left(&self) -> bool {
        self.status == 303
    }
}

impl<'w> Browser<'w> {
    pub(crate) fn new(world: &'w World) -> Self {
        Self { world, jar: Jar::default(), language: None, from: NEAR, extra: Vec::new() }
    }

    /// Asks for a page and follows redirects within the site.
    pub async fn get(&mut self, path: &str) -> Page {
        let page = self.look(path).await;
        self.follow(page).await
    }

    /// Asks for a page and follows nothing.
    pub async fn look(&mut self, path: &str) -> Page {
        self.request(Method::Get, path, Vec::new(), &[], true).await
    }

    /// Sends a form and follows redirects within the site.
    pub async fn submit(&mut self, form: Form) -> Page {
        let page = self.submit_once(form).await;
        self.follow(page).await
    }

    /// Sends a form and follows nothing.
    pub async fn submit_once(&mut self, form: Form) -> Page {
        let origin = self.world.issuer.origin();
        self.post(&form.action.clone(), &form.body(), &[("Origin", &origin), ("Sec-Fetch-Site", "same-origin")]).await
    }

    /// Sends a body as a form of this site, with these headers.
    pub async fn post(&mut self, path: &str, body: &str, headers: &[(&str, &str)]) -> Page {
        let mut all = vec![("Content-Type", "application/x-www-form-urlencoded")];
        all.extend(headers);
        self.request(Method::Post, path, body.as_bytes().to_vec(), &all, true).await
    }

    /// Sends a form that stands on another site: no cookie goes with it (`SameSite=Lax`). Redirects are followed, and they carry cookies.
    pub async fn post_from(&mut self, origin: &str, path: &str, body: &str) -> Page {
        let headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Origin", origin), ("Sec-Fetch-Site", "cross-site")];
        let page = self.request(Method::Post, path, body.as_bytes().to_vec(), &headers, false).await;
        self.follow(page).await
    }

    /// Sends a request; cookies that come back are kept.
    pub async fn request(&mut self, method: Method, path: &str, body: Vec<u8>, headers: &[(&str, &str)], cookies: bool) -> Page {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let mut all: Vec<(String, String)> = headers.iter().map(own).collect();
        let mut add = |name: &str, value: &str| {
            if !all.iter().any(|(known, _)| known.eq_ignore_ascii_case(name)) {
                all.push((name.to_owned(), value.to_owned()));
            }
        };
        add("Host", &self.world.issuer.authority());
        add("Accept", "text/html,application/xhtml+xml,*/*;q=0.8");
        if let Some(language) = &self.language {
            add("Accept-Language", language);
        }
        if let Some(cookie) = self.jar.header().filter(|_| cookies) {
            add("Cookie", &cookie);
        }
        all.extend(self.extra.iter().cloned());
        let page = send(&self.world.local, Outgoing { method, path: path.to_owned(), headers: all, body, from: self.from }).await;
        for cookie in page.all("Set-Cookie") {
            self.jar.take(cookie);
        }
        page
    }

    /// Follows redirects as long as they stay within the site.
    pub async fn follow(&mut self, mut page: Page) -> Page {
        for _ in 0..10 {
            let Some(location) = page.header("Location") else { return page };
            assert!(matches!(page.status, 302 | 303), "a browser would send the form on: {}", page.status);
            let origin = self.world.issuer.origin();
            let within = location.strip_prefix(&origin).filter(|rest| rest.starts_with('/'));
            let Some(path) = within.or_else(|| Some(location).filter(|path| path.starts_with('/') && !path.starts_with("//"))) else {
                return page;
            };
            // A fragment is the browser's own affair (RFC 9110 §10.2.2).
            let path = path.split('#').next().unwrap_or(path).to_owned();
            page = self.look(&path).await;
        }
        panic!("redirects without end at {}", page.path)
    }

    /// Opens an authorization request.
    pub async fn open(&mut self, request: &AuthRequest) -> Page {
        self.get(&request.path()).await
    }

    /// Fills in the login form of a page.
    pub async fn log_in_at(&mut self, page: &Page, name: &str, password: &str) -> Page {
        self.submit(page.form("/login").with("username", name).with("password", password)).await
    }

    /// Logs in for the account.
    pub async fn log_in(&mut self, name: &str) -> Page {
        let page = self.get(&self.world.path("/login")).await;
        let page = self.log_in_at(&page, name, PASSWORD).await;
        assert!(page.path.ends_with("/account"), "no login: {}", page.title());
        page
    }

    /// Goes with `ada` through whatever pages come, allowing everything that is ticked, until the app is reached.
    pub async fn allow(&mut self, request: &AuthRequest) -> Landing {
        let page = self.open(request).await;
        self.go_on(page).await
    }

    /// The same from a page on.
    pub async fn go_on(&mut self, mut page: Page) -> Landing {
        for _ in 0..4 {
            if page.left() || page.has_form("/cb") {
                return page.landing();
            }
            page = if page.has_form("/login") {
                self.log_in_at(&page, "ada", PASSWORD).await
            } else if page.has_form("/keep") {
                self.submit(page.form("/keep")).await
            } else {
                self.submit(page.form("/consent").press("decision", "allow")).await
            };
        }
        panic!("no way to the app: {}", page.title())
    }
}
