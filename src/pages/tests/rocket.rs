//! The same pages through Rocket and its template fairing.

use rocket::figment::Figment;
use rocket::figment::providers::Serialized;
use rocket::http::ContentType;
use rocket::local::blocking::Client;
use rocket_dyn_templates::Template;
use tera::Tera;

use super::{renderer, site};
use crate::pages::{Consent, ErrorPage, Frame, Locale, Login, Page, Templates, attach, each_page, respond, template_root};

fn frame(site: &crate::pages::Site, locale: Locale) -> Frame<'_> {
    Frame::new(site, locale, "req-7f3a", |l| format!("/language?to={}", l.tag()))
}

#[rocket::get("/login")]
fn login() -> Template {
    respond(&frame(&site(), Locale::ZhCn), &Login::samples().remove(0).1)
}

fn figment() -> Figment {
    let quiet = rocket::Config { log_level: rocket::config::LogLevel::Off, ..rocket::Config::debug_default() };
    Figment::from(Serialized::defaults(quiet)).merge(("template_dir", template_root().expect("a program")))
}

#[test]
fn the_server_serves_what_the_renderer_renders_without_a_folder_of_templates() {
    let app = rocket::custom(figment()).attach(attach(Templates::load(None).expect("embedded"))).mount("/", rocket::routes![login]);
    let client = Client::untracked(app).expect("it starts although there is no folder `templates`");
    let answer = client.get("/login").dispatch();
    assert_eq!(answer.content_type(), Some(ContentType::HTML));
    let expected = renderer().render(&frame(&site(), Locale::ZhCn), &Login::samples().remove(0).1).expect("it renders");
    assert_eq!(answer.into_string().as_deref(), Some(expected.as_str()));
}

#[test]
fn every_sample_is_the_same_through_rocket_as_without_it() {
    let app = rocket::custom(figment()).attach(attach(Templates::load(None).expect("embedded")));
    let client = Client::untracked(app).expect("it starts");
    let (site, renderer) = (site(), renderer());
    macro_rules! compare {
        ($($page:ty),+) => { $(for (sample, page) in <$page>::samples() {
            let frame = frame(&site, Locale::En);
            let view = crate::pages::View { frame: &frame, page: &page };
            let served = Template::show(client.rocket(), <$page>::TEMPLATE, view);
            assert_eq!(served, renderer.render(&frame, &page).ok(), "{} {sample}", <$page>::TEMPLATE);
        })+ };
    }
    each_page!(compare);
}

#[test]
fn an_engine_that_does_not_escape_is_refused() {
    let mut tera = Tera::default();
    tera.autoescape_on(vec![]);
    assert!(Templates::load(None).expect("embedded").install(&mut tera).is_err());
    let mut tera = Tera::default();
    tera.set_escape_fn(str::to_owned);
    assert!(Templates::load(None).expect("embedded").install(&mut tera).is_err());
}

#[test]
fn template_names_end_in_html_or_tera_would_not_escape_them() {
    for name in [Consent::TEMPLATE, ErrorPage::TEMPLATE, Login::TEMPLATE] {
        assert!(std::path::Path::new(name).extension().is_some_and(|ending| ending == "html"), "{name}");
    }
}
