//! Diagrams: text from anywhere stays text, and each drawing of the tutorial is whole in both languages.
#![allow(clippy::expect_used, missing_docs)]

use doorward_tutorial::Language;
use doorward_tutorial::diagram::{Edge, Lane, Map, Part, Sequence, Step, Verdict};
use doorward_tutorial::drawings::{ALL, Drawn, named};

fn sequence(text: &str) -> Sequence {
    let message = |to, answer, link: Option<&str>| Step::Message {
        from: 0,
        to,
        lines: vec![text.to_owned(), text.to_owned()],
        answer,
        verdict: Verdict::Bad,
        link: link.map(str::to_owned),
    };
    Sequence {
        title: text.to_owned(),
        lanes: vec![Lane { name: text.to_owned(), about: text.to_owned() }, Lane { name: text.to_owned(), about: String::new() }],
        steps: vec![
            message(1, false, Some(text)),
            message(0, true, None),
            Step::Note { over: 1, lines: vec![text.to_owned()], verdict: Verdict::Good },
        ],
    }
}

fn map(text: &str) -> Map {
    let part = |column, row| Part { name: text.to_owned(), about: vec![text.to_owned()], column, row };
    let edge = |from, to| Edge { from, to, lines: vec![text.to_owned()], verdict: Verdict::Plain, dashed: true };
    Map {
        title: text.to_owned(),
        parts: vec![part(0, 0), part(1, 0), part(0, 1)],
        edges: vec![edge(0, 1), edge(1, 0), edge(0, 2), edge(2, 1)],
    }
}

/// Names of tags and attributes, without values.
fn skeleton(svg: &str) -> Vec<String> {
    let mut all = Vec::new();
    for tag in svg.split('<').skip(1) {
        let (tag, _) = tag.split_once('>').expect("a tag that ends");
        let mut pieces = tag.split('"');
        let mut words = String::new();
        while let Some(outside) = pieces.next() {
            words.push_str(outside.trim());
            pieces.next();
        }
        all.push(words);
    }
    all
}

#[test]
fn no_text_changes_the_markup_of_a_drawing() {
    let long = "长".repeat(10_000);
    for hostile in [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "' onload='x",
        "a\0\r\n\t<x>",
        "&lt;b&gt;",
        "a\u{202E}b",
        "",
        &long,
    ] {
        // Law: whatever a text is, the tags and attributes are those of a harmless one.
        assert_eq!(skeleton(&sequence(hostile).svg("d")), skeleton(&sequence("x").svg("d")), "{hostile:.20}");
        assert_eq!(skeleton(&map(hostile).svg("d")), skeleton(&map("x").svg("d")), "{hostile:.20}");
        assert!(!sequence(hostile).svg("d").contains(['\u{202E}', '\0', '\n']));
    }
}

#[test]
fn a_step_or_an_edge_to_nobody_is_left_out() {
    let nobody = Step::Message { from: 0, to: 7, lines: vec!["x".to_owned()], answer: false, verdict: Verdict::Plain, link: None };
    let mut broken = sequence("x");
    broken.steps.push(nobody);
    broken.steps.push(Step::Note { over: 9, lines: vec!["x".to_owned()], verdict: Verdict::Plain });
    assert_eq!(skeleton(&broken.svg("d")), skeleton(&sequence("x").svg("d")));
    let mut broken = map("x");
    broken.edges.push(Edge { from: 0, to: 8, lines: Vec::new(), verdict: Verdict::Plain, dashed: false });
    assert_eq!(skeleton(&broken.svg("d")), skeleton(&map("x").svg("d")));
    // Law: nothing that was described from outside brings a page down.
    assert!(Sequence::default().svg("d").ends_with("</svg>") && Map::default().svg("d").ends_with("</svg>"));
}

#[test]
fn every_drawing_is_told_in_both_languages_and_says_it_in_words() {
    for drawing in ALL {
        let [en, zh] = Language::ALL.map(|language| drawing.told(language));
        assert_eq!(skeleton(&en.svg("d")).len(), skeleton(&zh.svg("d")).len(), "{}", drawing.name);
        assert_ne!(en.title(), zh.title(), "{}", drawing.name);
        assert!(!en.mermaid().chars().any(|c| c as u32 >= 0x2E80), "{}: Chinese in English", drawing.name);
        assert!(!en.svg("d").contains('…') || drawing.name == "api", "{}: a line is cut", drawing.name);
        let words = match &zh {
            Drawn::Sequence(sequence) => sequence.in_words(),
            Drawn::Map(map) => map.in_words(),
        };
        assert!(zh.svg("d").contains("<desc") && words.len() > 60, "{}", drawing.name);
        assert_eq!(ALL.iter().filter(|other| other.name == drawing.name).count(), 1, "{}: a name twice", drawing.name);
        assert!(named(drawing.name).is_some());
    }
}

#[test]
fn a_drawing_has_no_size_of_its_own_and_no_colour() {
    for drawing in ALL {
        let svg = drawing.told(Language::En).svg("d");
        let root = svg.split('>').next().expect("a tag");
        assert!(root.contains("viewBox") && !root.contains(" width=") && !root.contains(" height="), "{}", drawing.name);
        // Law: the page around it decides, in the light and in the dark.
        assert!(!svg.contains(" style=") && !svg.contains(" fill=") && !svg.contains("stroke="), "{}", drawing.name);
    }
}
