//! An operator's own templates and static files.

use std::fs;
use std::path::PathBuf;

use super::site;
use crate::pages::{Frame, Home, Locale, Page, Renderer, Statics, Templates};

/// A folder of its own per test, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let path = std::env::temp_dir().join(format!("doorward-pages-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).expect("a folder");
        for (file, text) in files {
            fs::write(path.join(file), text).expect("a file");
        }
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

fn home(templates: &Templates) -> String {
    let (site, (_, page)) = (site(), Home::samples().remove(0));
    let frame = Frame { site: &site, locale: Locale::En, request_id: "r", languages: Vec::new() };
    Renderer::new(templates).expect("it parses").render(&frame, &page).expect("it renders")
}

#[test]
fn a_template_that_cannot_be_used_is_named_at_start() {
    for (name, file, text) in [
        ("syntax", "home.html.tera", "{% if %}"),
        ("function", "login.html.tera", "{{ no_such_function() }}"),
        ("field", "consent.html.tera", "{{ page.no_such_field }}"),
        ("key", "error.html.tera", "{{ t(locale=locale, key=\"no.such.key\") }}"),
        ("parent", "home.html.tera", "{% extends \"doorward/nobody.html\" %}"),
        ("unescaped", "home.tera", "{{ page.sign_in }}"),
    ] {
        let folder = Folder::new(name, &[(file, text), ("README.txt", "not a template")]);
        let error = Templates::load(Some(&folder.0)).expect_err("it can't be used");
        assert!(error.file.ends_with(file), "{name}: {error}");
    }
}

#[test]
fn a_folder_that_is_not_there_is_an_error() {
    let nowhere = std::env::temp_dir().join("doorward-no-such-folder");
    assert!(Templates::load(Some(&nowhere)).is_err());
    assert!(Statics::load(Some(&nowhere)).is_err());
}

#[test]
fn a_template_of_the_same_name_replaces_the_embedded_one_and_is_escaped() {
    let folder = Folder::new(
        "replace",
        &[
            (
                "home.html.tera",
                "{% extends \"doorward/base.html\" %}{% block main %}Ours: {% include \"doorward/own.html\" %}{% endblock main %}",
            ),
            ("own.html.tera", "{{ page.sign_in }}"),
        ],
    );
    let html = home(&Templates::load(Some(&folder.0)).expect("it can be used"));
    assert!(html.contains("Ours: &#x2F;login"), "{html}");
}

#[test]
fn a_static_file_of_the_same_name_replaces_the_embedded_one_under_another_hash() {
    let folder = Folder::new("static", &[("doorward.css", "body{}"), ("other.txt", "never served")]);
    let (own, embedded) = (Statics::load(Some(&folder.0)).expect("loads"), Statics::load(None).expect("loads"));
    assert_ne!(own.site("").styles, embedded.site("").styles);
    assert_eq!(own.site("").icon, embedded.site("").icon);
    for file in own.files() {
        assert!(own.get(&file.hash, file.name).is_some());
        assert_eq!(own.get("stale", file.name), None);
    }
    assert_eq!(own.get("", "other.txt"), None);
    assert_eq!(own.site("/auth/").styles, format!("/auth/static/{}/doorward.css", own.files()[0].hash));
}
