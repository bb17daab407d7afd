//! The pages: templates and texts that are part of the program.

use doorward_client::web::Language;
use serde_json::json;

use super::trouble::Trouble;
use crate::pages::{Page, Pages};

const TEMPLATES: [(&str, &str); 5] = [
    ("base.html", include_str!("templates/base.html")),
    ("welcome.html", include_str!("templates/welcome.html")),
    ("photos.html", include_str!("templates/photos.html")),
    ("trouble.html", include_str!("templates/trouble.html")),
    ("goodbye.html", include_str!("templates/goodbye.html")),
];

pub(crate) fn pages() -> Pages {
    Pages::new("Papercrane Prints", TEMPLATES, include_str!("texts/en.json"), include_str!("texts/zh-CN.json"))
}

impl Pages {
    /// The page of a trouble; with the form's token when somebody is logged in, who may then log out.
    pub(crate) fn trouble(&self, lang: Language, trouble: &Trouble, csrf: Option<&str>) -> Page {
        let values = json!({ "key": trouble.key(), "detail": trouble.detail(), "csrf": csrf });
        self.render("trouble.html", lang, trouble.status(), values)
    }
}

#[cfg(test)]
mod tests {
    use rocket::http::Status;
    use serde_json::json;

    use super::{Language, TEMPLATES, pages};
    use crate::shop::trouble::Trouble;

    const HOSTILE: &str = "\"><script>alert(1)</script>'&";

    #[test]
    fn both_languages_have_the_same_texts_and_each_is_used() {
        let [english, chinese] = pages().names();
        assert_eq!(english, chinese);

        let source: String = TEMPLATES.iter().map(|(_, text)| *text).collect();
        for name in english.iter().filter(|name| !name.starts_with("t.trouble.") && !name.starts_with("t.goodbye.")) {
            assert!(source.contains(name.as_str()), "{name} is used by no page");
        }
    }

    #[test]
    fn every_trouble_has_a_page_in_both_languages_and_escapes_what_came_from_outside() {
        let pages = pages();
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
                assert_eq!(page.status(), trouble.status(), "{trouble:?} must render");
                assert!(!page.html().contains("<script"), "{trouble:?} must escape");
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
        let page = pages().render("photos.html", Language::English, Status::Ok, values);
        assert_eq!(page.status(), Status::Ok);
        assert!(!page.html().contains("<script"));
        let escaped = page.html().matches("&quot;&gt;&lt;script").count();
        assert_eq!(escaped, 8, "every value is shown, and none leaves its place");
    }
}
