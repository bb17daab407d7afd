//! Checks over all pages, samples and languages.
#![allow(clippy::expect_used, reason = "a test says what it expected")]

mod hostile;
mod html;
mod language_files;
mod markup;
mod overrides;
mod rocket;
mod stylesheet;

use serde_json::Value;

use super::{Frame, Locale, Page, Renderer, Site, Statics, Templates, View, each_page};

/// One rendered sample.
pub(super) struct Rendered {
    /// Template, sample and language, for messages.
    pub(super) name: String,
    /// Template name.
    pub(super) template: &'static str,
    /// The whole context, for rendering it again with other values.
    pub(super) context: Value,
    /// The page.
    pub(super) html: String,
}

/// The paths of a server below `/auth`.
pub(super) fn site() -> Site {
    Statics::load(None).expect("embedded files").site("/auth")
}

/// An engine with the embedded templates.
pub(super) fn renderer() -> Renderer {
    Renderer::new(&Templates::load(None).expect("embedded templates")).expect("embedded templates parse")
}

/// Every sample of every page in every language.
pub(super) fn all() -> Vec<Rendered> {
    let (site, renderer, mut all) = (site(), renderer(), Vec::new());
    for locale in Locale::ALL {
        let frame = Frame::new(&site, locale, "req-7f3a", |l| format!("/auth/language?to={}", l.tag()));
        macro_rules! render {
            ($($page:ty),+) => { $(for (sample, page) in <$page>::samples() {
                let name = format!("{} {sample} {}", <$page>::TEMPLATE, locale.tag());
                let html = renderer.render(&frame, &page).unwrap_or_else(|e| panic!("{name}: {e}"));
                let context = serde_json::to_value(View { frame: &frame, page: &page }).expect("contexts are JSON");
                all.push(Rendered { name, template: <$page>::TEMPLATE, context, html });
            })+ };
        }
        each_page!(render);
    }
    all
}

#[test]
fn every_sample_renders_in_every_language_with_its_frame() {
    let all = all();
    assert!(all.len() > 60, "only {} samples", all.len());
    for page in &all {
        let locale = page.context["locale"].as_str().expect("a language");
        assert!(page.html.contains(&format!("<html lang=\"{locale}\">")), "{}", page.name);
        assert!(page.html.contains("href=\"&#x2F;auth&#x2F;static&#x2F;"), "{}", page.name);
        assert!(page.html.trim_end().ends_with("</html>"), "{}", page.name);
    }
}

#[test]
fn only_error_pages_show_the_request_id() {
    for page in all() {
        assert_eq!(page.html.contains("req-7f3a"), page.template == "doorward/error.html", "{}", page.name);
    }
}

#[test]
fn sample_names_are_unique_and_every_template_has_a_page() {
    let all = all();
    let mut names: Vec<&str> = all.iter().map(|page| page.name.as_str()).collect();
    names.sort_unstable();
    let before = names.len();
    names.dedup();
    assert_eq!(names.len(), before);
    for (name, _) in super::engine::EMBEDDED {
        let partial = matches!(*name, "base.html" | "parts.html" | "learn/base.html" | "learn/trace_parts.html");
        assert!(partial || all.iter().any(|page| page.template == format!("doorward/{name}")), "{name} is no page");
    }
}
