//! Text on its way into markup.

/// Escapes what means something in HTML and SVG, in text and in attributes between double quotes.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#x27;"),
            // Line breaks would change how a line is drawn, and no control belongs into markup.
            c if c.is_control() => out.push(' '),
            // Explicit directions reorder what stands around them (Unicode UAX 9).
            '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => {}
            c => out.push(c),
        }
    }
    out
}

/// About how wide a text is drawn, in hundredths of the size of its letters: an ideograph is as wide as it is high.
pub fn width(text: &str) -> u32 {
    text.chars()
        .map(|c| {
            if c as u32 >= 0x2E80 {
                100
            } else if c.is_ascii_uppercase() || c == '_' || c == '→' {
                66
            } else {
                53
            }
        })
        .sum()
}

/// The beginning of a text that is too long to be drawn.
pub fn cut(text: &str, most: u32) -> String {
    if width(text) <= most {
        return text.to_owned();
    }
    let mut out = String::new();
    for c in text.chars() {
        if width(&out) + 100 >= most {
            break;
        }
        out.push(c);
    }
    out.push('…');
    out
}

#[cfg(test)]
mod tests {
    use super::{cut, escape, width};

    #[test]
    fn nothing_in_a_text_becomes_markup_or_reorders_it() {
        assert_eq!(escape("<b a=\"x\" c='y'>&\u{202E}\n"), "&lt;b a=&quot;x&quot; c=&#x27;y&#x27;&gt;&amp; ");
    }

    #[test]
    fn a_long_text_is_cut_to_what_fits() {
        let long = "授权码".repeat(5_000);
        assert!(width(&cut(&long, 2_000)) <= 2_000);
        assert_eq!(cut("short", 2_000), "short");
    }
}
