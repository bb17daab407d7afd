//! What is around every page: language, address of the stylesheet, request id.

use rocket_dyn_templates::Template;
use serde::Serialize;

use super::Page;
use super::engine::language_links;
use super::i18n::Locale;

/// Paths that are the same for every page of a running server.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Site {
    /// Path of the issuer without a trailing slash: empty, or `/auth`.
    pub base: String,
    /// Path of the stylesheet, with its content hash.
    pub styles: String,
    /// Path of the stylesheet that the pages of the tutorial have on top.
    pub learn_styles: String,
    /// Path of the icon.
    pub icon: String,
    /// Path of the script that sends the `form_post` page off.
    pub form_post_script: String,
    /// Path of the script that follows the glass box live.
    pub trace_script: String,
}

/// A link to the same page in another language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LanguageLink {
    /// The language.
    pub tag: Locale,
    /// What it calls itself.
    pub name: &'static str,
    /// Where the link goes.
    pub href: String,
    /// Whether the page is in it already.
    pub current: bool,
}

/// What is around the page of one request.
#[derive(Debug, Clone, Serialize)]
pub struct Frame<'a> {
    /// Paths of the server.
    pub site: &'a Site,
    /// Language of the page.
    pub locale: Locale,
    /// Id of the request, which a person can quote; error pages show it.
    pub request_id: &'a str,
    /// The language switch; empty where a page can't be asked for again.
    pub languages: Vec<LanguageLink>,
}

impl<'a> Frame<'a> {
    /// A frame whose language switch goes to `href(language)`.
    pub fn new(site: &'a Site, locale: Locale, request_id: &'a str, href: impl Fn(Locale) -> String) -> Self {
        Self { site, locale, request_id, languages: language_links(locale, href) }
    }
}

/// A page in its frame: the context every template gets (`locale`, `site`, `languages`, `request_id`, `page`).
#[derive(Debug, Serialize)]
pub struct View<'a, P> {
    /// The frame.
    #[serde(flatten)]
    pub frame: &'a Frame<'a>,
    /// The page.
    pub page: &'a P,
}

/// The page as a Rocket response body; needs the fairing of [`super::attach`].
pub fn respond<P: Page>(frame: &Frame<'_>, page: &P) -> Template {
    Template::render(P::TEMPLATE, View { frame, page })
}
