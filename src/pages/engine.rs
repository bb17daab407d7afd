//! The template engine: embedded templates, an operator's own in their place, and the hook into Rocket.

use std::error::Error as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, fmt, io};

use rocket::fairing::Fairing;
use rocket_dyn_templates::Template;
use tera::{Context, Tera};

use super::frame::{Frame, LanguageLink, Site, View};
use super::i18n::Locale;
use super::messages::Messages;
use super::overrides::{FileTemplate, TemplateError, read_folder};
use super::{Page, each_page, functions};

/// Before every template name, so that a host application's own templates keep theirs.
const PREFIX: &str = "doorward/";

macro_rules! embed {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../../templates/", $name, ".tera")))),+]
    };
}

/// Names end in `.html`: Tera decides by the ending whether it escapes.
pub(super) const EMBEDDED: &[(&str, &str)] = embed![
    "base.html",
    "parts.html",
    "login.html",
    "consent.html",
    "select_account.html",
    "device.html",
    "device_consent.html",
    "device_done.html",
    "logout.html",
    "logged_out.html",
    "home.html",
    "account.html",
    "error.html",
    "explained.html",
    "form_post.html",
    "hand_over.html",
    "learn/base.html",
    "learn/app.html",
    "learn/contents.html",
    "learn/chapter.html",
    "learn/services.html",
    "learn/trace.html",
    "learn/trace_flow.html",
    "learn/trace_parts.html",
    "learn/lab.html",
    "learn/lab_run.html",
];

/// A page could not be rendered: always a fault of a template, never of a request.
#[derive(Debug)]
pub struct RenderError(tera::Error);

impl fmt::Display for RenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&explain(&self.0))
    }
}

impl std::error::Error for RenderError {}

/// All templates and messages of the server, read and checked.
#[derive(Debug, Clone)]
pub struct Templates {
    own: Vec<FileTemplate>,
    messages: Arc<Messages>,
}

impl Templates {
    /// Takes the embedded templates and, over them, the `*.html.tera` files of a folder.
    ///
    /// # Errors
    /// Names the file that can't be read or parsed, or that fails to render one of the samples.
    pub fn load(folder: Option<&Path>) -> Result<Self, TemplateError> {
        let embedded = |reason: String| TemplateError { file: PathBuf::from("(embedded)"), reason };
        let messages = Arc::new(Messages::embedded().map_err(|e| embedded(e.to_string()))?);
        let own = folder.map(read_folder).transpose()?.unwrap_or_default();
        let templates = Self { own, messages };
        if let Some(folder) = folder {
            templates.check(folder)?;
        }
        Ok(templates)
    }

    /// Puts templates and functions into an engine; used by [`attach`], and by a host application that has a template
    /// engine of its own (in its `Template::custom`).
    ///
    /// # Errors
    /// When a template does not parse, or when the engine's escaping is switched off.
    pub fn install(&self, tera: &mut Tera) -> Result<(), TemplateError> {
        functions::register(tera, &self.messages);
        let own = self.own.iter().map(|own| (format!("{PREFIX}{}", own.name), own.text.as_str()));
        let embedded = EMBEDDED.iter().map(|(name, text)| (format!("{PREFIX}{name}"), *text));
        let probe = (format!("{PREFIX}probe.html"), "{{ probe }}");
        tera.add_raw_templates(embedded.chain(own).chain([probe.clone()])).map_err(|e| self.blame(&e))?;
        let mut context = Context::new();
        context.insert("probe", "<");
        match tera.render(&probe.0, &context).as_deref() {
            Ok("&lt;") => Ok(()),
            Ok(_) | Err(_) => Err(TemplateError {
                file: PathBuf::from(probe.0),
                reason: "this Tera does not escape `.html` templates; leave `autoescape_on` and the escape function as they are".to_owned(),
            }),
        }
    }

    /// Finds the file that keeps the whole set from parsing: the first that fails beside the embedded ones alone.
    fn blame(&self, error: &tera::Error) -> TemplateError {
        for own in &self.own {
            let one = Self { own: vec![own.clone()], messages: Arc::clone(&self.messages) };
            let mut tera = Tera::default();
            let embedded = EMBEDDED.iter().map(|(name, text)| (format!("{PREFIX}{name}"), *text));
            let all = embedded.chain(one.own.iter().map(|o| (format!("{PREFIX}{}", o.name), o.text.as_str())));
            if let Err(error) = tera.add_raw_templates(all) {
                return TemplateError { file: own.file.clone(), reason: explain(&error) };
            }
        }
        TemplateError { file: PathBuf::from("(all)"), reason: explain(error) }
    }

    /// Renders every sample in every language once.
    fn check(&self, folder: &Path) -> Result<(), TemplateError> {
        let renderer = Renderer::new(self)?;
        let site = Site::default();
        for locale in Locale::ALL {
            let frame = Frame { site: &site, locale, request_id: "sample", languages: Vec::new() };
            macro_rules! try_pages {
                ($($page:ty),+) => { $(for (_, page) in <$page>::samples() {
                    renderer.render(&frame, &page).map_err(|e| self.blame_name(folder, <$page>::TEMPLATE, &e))?;
                })+ };
            }
            each_page!(try_pages);
        }
        Ok(())
    }

    /// The operator's file behind a template name, or the folder when the failing template is an embedded one that
    /// includes a file of the operator's.
    fn blame_name(&self, folder: &Path, template: &str, error: &RenderError) -> TemplateError {
        let named = self.own.iter().find(|own| template.strip_prefix(PREFIX) == Some(own.name.as_str()));
        TemplateError { file: named.map_or_else(|| folder.to_owned(), |own| own.file.clone()), reason: error.to_string() }
    }
}

/// The fairing that fills `rocket_dyn_templates` with the templates. Start it with the setting `template_dir` =
/// [`template_root`].
pub fn attach(templates: Templates) -> impl Fairing {
    Template::try_custom(move |engines| Ok(templates.install(&mut engines.tera)?))
}

/// What the setting `template_dir` must be. `rocket_dyn_templates` refuses to start when that path does not exist, and
/// loads every `.tera` file below it; the program's own file exists wherever the server starts and holds none.
///
/// # Errors
/// When the system can't tell where the running program lies.
pub fn template_root() -> io::Result<PathBuf> {
    env::current_exe()
}

/// Renders pages without a server: for tests, and for looking at the samples.
#[derive(Debug)]
pub struct Renderer {
    tera: Tera,
}

impl Renderer {
    /// An engine of its own with these templates.
    ///
    /// # Errors
    /// As [`Templates::install`].
    pub fn new(templates: &Templates) -> Result<Self, TemplateError> {
        let mut tera = Tera::default();
        templates.install(&mut tera)?;
        Ok(Self { tera })
    }

    /// One page as HTML.
    ///
    /// # Errors
    /// When the template asks for something the page or the language file does not have.
    pub fn render<P: Page>(&self, frame: &Frame<'_>, page: &P) -> Result<String, RenderError> {
        let context = Context::from_serialize(View { frame, page }).map_err(RenderError)?;
        self.tera.render(P::TEMPLATE, &context).map_err(RenderError)
    }

    /// As [`Renderer::render`], from a context that is already a value.
    #[cfg(test)]
    pub(super) fn render_value(&self, template: &str, value: serde_json::Value) -> Result<String, RenderError> {
        let context = Context::from_value(value).map_err(RenderError)?;
        self.tera.render(template, &context).map_err(RenderError)
    }
}

/// Links to the page itself in each language.
pub(super) fn language_links(current: Locale, href: impl Fn(Locale) -> String) -> Vec<LanguageLink> {
    Locale::ALL
        .iter()
        .map(|&locale| LanguageLink { tag: locale, name: locale.name(), href: href(locale), current: locale == current })
        .collect()
}

/// An error of Tera with its causes: the outer ones only name the template.
fn explain(error: &tera::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
