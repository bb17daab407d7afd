//! Pages of the demo's web apps: templates and texts that are part of the program.

use std::io::Cursor;

use doorward_client::web::Language;
use rocket::http::{ContentType, Header, Status};
use rocket::request::Request;
use rocket::response::{self, Responder, Response};
use serde_json::Value;
use tera::{Context, Tera};

pub(crate) struct Page {
    status: Status,
    html: String,
}

impl Page {
    #[cfg(test)]
    pub(crate) fn status(&self) -> Status {
        self.status
    }

    #[cfg(test)]
    pub(crate) fn html(&self) -> &str {
        &self.html
    }
}

/// What one app shows: its templates, and its words in two languages.
pub(crate) struct Pages {
    name: &'static str,
    tera: Tera,
    english: Value,
    chinese: Value,
}

impl Pages {
    /// Those of the app of that name. Templates' names end in `.html`, so that Tera escapes every value; texts are JSON.
    #[expect(clippy::expect_used, reason = "templates and texts are compiled in, and the tests read them all")]
    pub(crate) fn new<const N: usize>(
        name: &'static str,
        templates: [(&'static str, &'static str); N],
        english: &str,
        chinese: &str,
    ) -> Self {
        let mut tera = Tera::default();
        tera.add_raw_templates(templates).expect("templates parse");
        Self {
            name,
            tera,
            english: serde_json::from_str(english).expect("English texts parse"),
            chinese: serde_json::from_str(chinese).expect("Chinese texts parse"),
        }
    }

    pub(crate) fn render(&self, template: &str, lang: Language, status: Status, values: Value) -> Page {
        let texts = if lang == Language::Chinese { &self.chinese } else { &self.english };
        let html = Context::from_value(values).and_then(|mut context| {
            context.insert("t", texts);
            context.insert("lang", lang.tag());
            self.tera.render(template, &context)
        });
        match html {
            Ok(html) => Page { status, html },
            Err(_) => Page {
                status: Status::InternalServerError,
                html: format!("<!doctype html><title>{}</title><p>This page is torn. Please try again.", self.name),
            },
        }
    }

    /// The names of the texts in both languages.
    #[cfg(test)]
    pub(crate) fn names(&self) -> [std::collections::BTreeSet<String>; 2] {
        fn below(texts: &Value, under: &str, into: &mut std::collections::BTreeSet<String>) {
            match texts.as_object() {
                Some(members) => members.iter().for_each(|(name, text)| below(text, &format!("{under}.{name}"), into)),
                None => drop(into.insert(under.to_owned())),
            }
        }
        [&self.english, &self.chinese].map(|texts| {
            let mut names = std::collections::BTreeSet::new();
            below(texts, "t", &mut names);
            names
        })
    }
}

impl<'r> Responder<'r, 'static> for Page {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        let body = Cursor::new(self.html.into_bytes());
        Response::build().status(self.status).header(ContentType::HTML).sized_body(None, body).ok()
    }
}

/// A redirect that always turns into a GET (RFC 9700 §4.12).
#[derive(Responder)]
#[response(status = 303)]
pub(crate) struct SeeOther((), Header<'static>);

impl SeeOther {
    pub(crate) fn to(url: impl Into<String>) -> Self {
        Self((), Header::new("Location", url.into()))
    }
}
