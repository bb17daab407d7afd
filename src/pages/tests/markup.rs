//! What every page must have and must not have.

use std::collections::HashSet;

use super::{all, html};

#[test]
fn no_page_needs_inline_style_or_script() {
    for page in all() {
        for tag in html::tags(&page.html) {
            assert_ne!(tag.name, "style", "{}", page.name);
            assert!(tag.name != "script" || tag.get("src").is_some(), "{}", page.name);
            for (name, value) in &tag.attributes {
                assert!(name != "style" && !name.starts_with("on"), "{}: {name}", page.name);
                assert!(!value.trim_start().starts_with("javascript:"), "{}: {value}", page.name);
            }
        }
        let script = ["doorward/form_post.html", "doorward/learn/trace.html", "doorward/learn/trace_flow.html"].contains(&page.template);
        assert_eq!(page.html.contains("<script"), script, "{}: only form_post and the glass box have a script", page.name);
    }
}

#[test]
fn every_input_has_a_label_and_every_reference_an_element() {
    for page in all() {
        let tags = html::tags(&page.html);
        let mut ids = HashSet::new();
        for id in tags.iter().filter_map(|tag| tag.get("id")) {
            assert!(ids.insert(id), "{}: id {id} twice", page.name);
        }
        let labels: HashSet<&str> = tags.iter().filter(|t| t.name == "label").filter_map(|t| t.get("for")).collect();
        for tag in &tags {
            let hidden = tag.get("type") == Some("hidden");
            if tag.name == "input" && !hidden {
                assert!(tag.get("id").is_some_and(|id| labels.contains(id)), "{}: {tag:?}", page.name);
            }
            let references = ["aria-describedby", "aria-labelledby", "for"].iter().filter_map(|name| tag.get(name));
            for reference in references.flat_map(str::split_whitespace) {
                assert!(ids.contains(reference), "{}: nothing is {reference}", page.name);
            }
        }
    }
}

#[test]
fn every_page_has_one_heading_one_main_and_a_title() {
    for page in all() {
        // A drawing has a title of its own.
        let (head, body) = page.html.split_once("</head>").expect("a page has a head");
        let outside = body.split("<svg").map(|part| part.split_once("</svg>").map_or(part, |(_, rest)| rest)).collect::<String>();
        let tags = html::tags(&format!("{head}{outside}"));
        let count = |name: &str| tags.iter().filter(|tag| tag.name == name).count();
        for name in ["h1", "main", "title", "header", "footer"] {
            assert_eq!(count(name), 1, "{}: {name}", page.name);
        }
        assert!(!page.html.contains("<title> ·"), "{}: an empty title", page.name);
    }
}

#[test]
fn every_form_of_ours_is_a_post_with_a_csrf_field() {
    for page in all().iter().filter(|page| page.template != "doorward/form_post.html") {
        for form in page.html.split("<form").skip(1) {
            let form = form.split("</form>").next().expect("split gives one");
            assert!(form.contains("method=\"post\""), "{}", page.name);
            assert_eq!(form.matches("name=\"csrf\"").count(), 1, "{}", page.name);
        }
    }
}

#[test]
fn scripts_find_the_login_form_by_its_fixed_names() {
    for page in all().iter().filter(|page| page.template == "doorward/login.html") {
        let tags = html::tags(&page.html);
        let inputs = |name| tags.iter().filter(|t| t.name == "input" && t.get("name") == Some(name)).count();
        assert_eq!((inputs("username"), inputs("password")), (1, 1), "{}", page.name);
        let submits = tags.iter().filter(|t| t.name == "button" && t.get("type") == Some("submit")).count();
        assert_eq!(submits, 1, "{}: one button[type=submit] on the whole page", page.name);
    }
}

#[test]
fn allow_and_deny_look_alike_and_required_scopes_have_no_tick_box() {
    for page in all().iter().filter(|page| page.template == "doorward/consent.html") {
        let tags = html::tags(&page.html);
        let decision = |value| {
            let mut found = tags.iter().filter(|t| t.get("name") == Some("decision") && t.get("value") == Some(value));
            let button = found.next().expect("the button");
            assert!(found.next().is_none(), "{}", page.name);
            (button.name.clone(), button.get("class").map(str::to_owned))
        };
        assert_eq!(decision("allow"), decision("deny"), "{}", page.name);
        let scopes = page.context["page"]["scopes"].as_array().expect("a list");
        let free = scopes.iter().filter(|scope| scope["required"] == false).count();
        assert_eq!(tags.iter().filter(|t| t.get("name") == Some("scope")).count(), free, "{}", page.name);
        assert!(page.html.contains("class=\"host\""), "{}: the redirect host is always shown", page.name);
    }
}

#[test]
fn a_login_error_is_announced_and_tied_to_the_fields() {
    for page in all().iter().filter(|page| page.template == "doorward/login.html") {
        let failed = !page.context["page"]["problem"].is_null();
        let tied = html::tags(&page.html).iter().filter(|t| t.get("aria-describedby") == Some("problem")).count();
        assert_eq!(page.html.contains("role=\"alert\""), failed, "{}", page.name);
        assert_eq!(tied, if failed { 2 } else { 0 }, "{}", page.name);
    }
}

#[test]
fn a_page_with_its_stylesheet_is_light() {
    let styles = include_str!("../../../static/doorward.css").len();
    assert!(styles < 15 * 1024, "the stylesheet has {styles} bytes");
    let learn = include_str!("../../../static/learn.css").len();
    assert!(learn < 15 * 1024, "the tutorial's stylesheet has {learn} bytes");
    for page in all() {
        // A chapter is a text to be read, not a form to be passed through.
        let (styles, most) = match page.template {
            learning if learning.starts_with("doorward/learn/") => (styles + learn, 150_000),
            // The list of codes, for who builds an app.
            "doorward/explained.html" => (styles + learn, 45_000),
            _ => (styles, 30_000),
        };
        assert!(page.html.len() + styles < most, "{}: {} bytes", page.name, page.html.len());
    }
}
