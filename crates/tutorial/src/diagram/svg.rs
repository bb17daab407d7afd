//! Pieces of SVG.

use crate::text::escape;

/// A line of text at a place; `class` says what it is.
pub fn line(x: u32, y: u32, class: &str, text: &str) -> String {
    format!("<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{}</text>", escape(text))
}

/// The drawing around its pieces. `label` are the ids' common beginning; `links` says whether something in it can be followed: an image
/// hides what is inside it from assistive software.
pub fn frame(id: &str, size: (u32, u32), told: (&str, &str), links: bool, inside: &str) -> String {
    let ((width, height), (title, description)) = (size, told);
    let role = if links { "group" } else { "img" };
    // No size of its own, but a largest one: letters are not drawn larger than those of the text around.
    let size = match width {
        0..480 => "d-small",
        480..640 => "d-middle",
        _ => "d-large",
    };
    format!(
        "<svg class=\"d {size}\" viewBox=\"0 0 {width} {height}\" role=\"{role}\" aria-labelledby=\"{id}-title\" aria-describedby=\"{id}-desc\" \
         focusable=\"false\"><title id=\"{id}-title\">{}</title><desc id=\"{id}-desc\">{}</desc>{inside}</svg>",
        escape(title),
        escape(description)
    )
}
