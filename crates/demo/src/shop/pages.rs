//! The pages: templates and texts that are part of the program.

use std::io::Cursor;

use rocket::http::{ContentType, Status};
use rocket::request::Request;
use rocket::response::{self, Responder, Response};
use serde_json::{Value, json};
use tera::{Context, Tera};

use super::language::Language;
use super::trouble::Trouble;

/// Names end in `.html`, so that Tera escapes every value.
const TEMPLATES: [(&str, &str); 5] = [
    ("base.html", include_str!("templates/base.html")),
    ("welcome.html", include_str!("templates/welcome.html")),
    ("photos.html", include_str!("templates/photos.html")),
    ("trouble.html", include_str!("templates/trouble.html")),
    ("goodbye.html", include_str!("templates/goodbye.html")),
];

pub(crate) struct Page {
    status: Status,
    html: String,
}

pub(crate) struct Pages {
    tera: Tera,
    english: Value,
    chinese: Value,
}

impl Pages {
    #[expect(clippy::expect_used, reason = "templates and texts are compiled in, and the tests read them all")]
    pub(crate) fn new() -> Self {
        let mut tera = Tera::default();
        tera.add_raw_templates(TEMPLATES).expect("templates parse");
        Self {
            tera,
            english: serde_json::from_str(include_str!("texts/en.json")).expect("English texts parse"),
            chinese: serde_json::from_str(include_str!("texts/zh-CN.json")).expect("Chinese texts parse"),
        }
    }

    pub(crate) fn render(&self, template: &str, lang: Language, status: Status, values: Value) -> Page {
        let texts = match lang {
            Language::English => &self.english,
            Language::Chinese => &self.chinese,
        };
        let html = Context::from_value(values).and_then(|mut context| {
            context.insert("t", texts);
            context.insert("lang", lang.tag());
            self.tera.render(template, &context)
        });
        match html {
            Ok(html) => Page { status, html },
            Err(_) => Page {
                status: Status::InternalServerError,
                html: "<!doctype html><title>Papercrane Prints</title><p>This page is torn. Please try again.".to_owned(),
            },
        }
    }

    /// The page of a trouble; with the form's token when somebody is logged in, who may then log out.
    pub(crate) fn trouble(&self, lang: Language, trouble: &Trouble, csrf: Option<&str>) -> Page {
        let values = json!({ "key": trouble.key(), "detail": trouble.detail(), "csrf": csrf });
        self.render("trouble.html", lang, trouble.status(), values)
    }
}

impl<'r> Responder<'r, 'static> for Page {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        let body = Cursor::new(self.html.into_bytes());
        Response::build().status(self.status).header(ContentType::HTML).sized_body(None, body).ok()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rocket::http::Status;
    use serde_json::{Value, json};

    use super::{Language, Pages, TEMPLATES};
    use crate::shop::trouble::Trouble;

    const HOSTILE: &str = "\"><script>alert(1)</script>'&";

    fn names(texts: &Value, under: &str, into: &mut BTreeSet<String>) {
        match texts.as_object() {
            Some(members) => members.iter().for_each(|(name, text)| names(text, &format!("{under}.{name}"), into)),
            None => drop(into.insert(under.to_owned())),
        }
    }

    #[test]
    fn both_languages_have_the_same_texts_and_each_is_used() {
        let pages = Pages::new();
        let (mut english, mut chinese) = (BTreeSet::new(), BTreeSet::new());
        names(&pages.english, "t", &mut english);
        names(&pages.chinese, "t", &mut chinese);
        assert_eq!(english, chinese);

        let source: String = TEMPLATES.iter().map(|(_, text)| *text).collect();
        for name in english.iter().filter(|name| !name.starts_with("t.trouble.") && !name.starts_with("t.goodbye.")) {
            assert!(source.contains(name.as_str()), "{name} is used by no page");
        }
    }

    #[test]
    fn every_trouble_has_a_page_in_both_languages_and_escapes_what_came_from_outside() {
        let pages = Pages::new();
        let all = [
            Trouble::Denied,
            Trouble::server_said(HOSTILE, Some(HOSTILE)),
            Trouble::UnknownState,
            Trouble::OtherIssuer,
            Trouble::BadAnswer,
            Trouble::BadIdToken(doorward_client::error::Check::TokenNonce),
            Trouble::ServerAway,
            Trouble::PhotosAway,
            Trouble::PhotosRefused(401, HOSTILE.to_owned()),
            Trouble::PermissionEnded,
            Trouble::NoSuchPage,
            Trouble::Ours,
        ];
        for trouble in &all {
            for lang in [Language::English, Language::Chinese] {
                let page = pages.trouble(lang, trouble, None);
                assert_eq!(page.status, trouble.status(), "{trouble:?} must render");
                assert!(!page.html.contains("<script"), "{trouble:?} must escape");
            }
        }
    }

    #[test]
    fn the_wall_escapes_names_and_titles() {
        let wall = json!({
            "photos": [{ "id": HOSTILE, "title": HOSTILE }],
            "albums": { "allowed": true, "list": [{ "title": HOSTILE, "count": 1 }] },
        });
        let values = json!({
            "person": { "sub": HOSTILE, "name": HOSTILE, "email": HOSTILE }, "scopes": [HOSTILE], "csrf": HOSTILE, "wall": wall,
        });
        let page = Pages::new().render("photos.html", Language::English, Status::Ok, values);
        assert_eq!(page.status, Status::Ok);
        assert!(!page.html.contains("<script"));
        let escaped = page.html.matches("&quot;&gt;&lt;script").count();
        assert_eq!(escaped, 8, "every value is shown, and none leaves its place");
    }
}
