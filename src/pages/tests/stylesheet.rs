//! The stylesheet's tokens keep the contrast WCAG 2.2 asks for: 4.5 for text (1.4.3), 3 for controls and focus (1.4.11).

use std::collections::{BTreeMap, HashSet};

use super::{all, html};

const CSS: &str = include_str!("../../../static/doorward.css");

const LEARN: &str = include_str!("../../../static/learn.css");

type Tokens = BTreeMap<String, String>;

/// The custom properties of a block.
fn tokens(block: &str) -> Tokens {
    block
        .split(';')
        .filter_map(|declaration| declaration.split_once(':'))
        .filter_map(|(name, value)| Some((name.rsplit_once("--")?.1.trim().to_owned(), value.trim().to_owned())))
        .filter(|(_, value)| value.starts_with('#'))
        .collect()
}

fn root(css: &str) -> &str {
    css.split_once(":root {").and_then(|(_, block)| block.split_once('}')).expect("a :root block").0
}

fn schemes() -> [(&'static str, Tokens); 2] {
    let dark = CSS.split_once("prefers-color-scheme: dark").expect("a dark scheme").1;
    [("light", tokens(root(CSS))), ("dark", tokens(root(dark)))]
}

/// Relative luminance, WCAG 2.2.
fn luminance(colour: &str) -> f64 {
    let channel = |at: usize| {
        let value = u8::from_str_radix(colour.get(at..at + 2).expect("six digits"), 16).expect("hexadecimal");
        let value = f64::from(value) / 255.0;
        if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

fn contrast(a: &str, b: &str) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn both_schemes_define_the_same_colours() {
    let [(_, light), (_, dark)] = schemes();
    assert_eq!(light.keys().collect::<Vec<_>>(), dark.keys().collect::<Vec<_>>());
}

#[test]
fn text_can_be_read_and_controls_can_be_seen_in_both_schemes() {
    for (scheme, tokens) in schemes() {
        let colour = |name: &str| tokens.get(name).unwrap_or_else(|| panic!("no --{name}"));
        let mut pairs: Vec<(String, String, f64)> = Vec::new();
        for ground in ["paper", "glow", "card", "sunk"] {
            for text in ["ink", "soft", "accent", "accent-deep"] {
                pairs.push((text.into(), ground.into(), 4.5));
            }
            for control in ["edge", "focus"] {
                pairs.push((control.into(), ground.into(), 3.0));
            }
        }
        for kind in ["bad", "warn", "good"] {
            pairs.push((kind.into(), format!("{kind}-paper"), 4.5));
        }
        pairs.push(("bad".into(), "card".into(), 4.5));
        for accent in ["accent", "accent-deep"] {
            pairs.push(("on-accent".into(), accent.into(), 4.5));
        }
        pairs.push(("focus".into(), "card".into(), 3.0));
        pairs.extend((0..6).map(|tint| (format!("tint-{tint}-ink"), format!("tint-{tint}"), 4.5)));
        for (front, back, least) in pairs {
            let ratio = contrast(colour(&front), colour(&back));
            assert!(ratio >= least, "{scheme}: --{front} on --{back} has {ratio:.2}, needs {least}");
        }
    }
}

#[test]
fn contrast_is_computed_as_wcag_does() {
    assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 0.001);
    assert!((contrast("#777777", "#ffffff") - 4.48).abs() < 0.01);
}

#[test]
fn nothing_is_fetched_and_every_token_exists() {
    for outside in ["url(", "@import", "@font-face", "http:", "https:"] {
        assert!(!CSS.contains(outside) && !LEARN.contains(outside), "{outside}");
    }
    for rest in CSS.split("var(--").skip(1).chain(LEARN.split("var(--").skip(1)) {
        let name = rest.split(')').next().expect("split gives one");
        assert!(CSS.contains(&format!("--{name}:")), "--{name} is not defined");
    }
}

#[test]
fn every_class_on_a_page_is_styled_and_every_styled_class_is_on_a_page() {
    let pages = all();
    let used: HashSet<String> = pages
        .iter()
        .flat_map(|page| html::tags(&page.html))
        .filter_map(|tag| tag.get("class").map(str::to_owned))
        .flat_map(|classes| classes.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let styled: HashSet<String> = CSS
        .split('}')
        .chain(LEARN.split('}'))
        .filter_map(|rule| rule.rsplit_once('{').map(|(selector, _)| selector))
        .flat_map(|selector| selector.split('.').skip(1).collect::<Vec<_>>())
        .map(|rest| rest.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect::<String>())
        .filter(|class| class.starts_with(|c: char| c.is_alphabetic()))
        .collect();
    let unused: Vec<_> = styled.iter().filter(|class| !used.contains(*class) && !class.starts_with("tint-")).collect();
    let unstyled: Vec<_> = used.iter().filter(|class| !styled.contains(*class)).collect();
    assert!(unused.is_empty() && unstyled.is_empty(), "styled, not used: {unused:?}; used, not styled: {unstyled:?}");
}
