//! What differs between two texts, line by line.

/// Lines around a difference that are shown with it.
const AROUND: usize = 2;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Same,
    Gone,
    New,
}

/// What to take away and what to add; parts that stay are left out, with an ellipsis in their place.
pub fn diff(old: &str, new: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let lines = compared(&old, &new);
    let near = |at: usize| lines[at.saturating_sub(AROUND)..(at + AROUND + 1).min(lines.len())].iter().any(|(kind, _)| *kind != Kind::Same);
    let (mut out, mut left_out) = (String::new(), false);
    for (at, (kind, line)) in lines.iter().enumerate() {
        if !near(at) {
            left_out = true;
            continue;
        }
        if left_out {
            out.push_str(" …\n");
            left_out = false;
        }
        let sign = match kind {
            Kind::Same => ' ',
            Kind::Gone => '-',
            Kind::New => '+',
        };
        out.push(sign);
        out.push_str(line);
        out.truncate(out.trim_end().len());
        out.push('\n');
    }
    if left_out {
        out.push_str(" …\n");
    }
    out
}

/// By the longest common subsequence.
fn compared<'t>(old: &[&'t str], new: &[&'t str]) -> Vec<(Kind, &'t str)> {
    let width = new.len() + 1;
    let mut longest = vec![0_u32; (old.len() + 1) * width];
    for a in (0..old.len()).rev() {
        for b in (0..new.len()).rev() {
            longest[a * width + b] = if old[a] == new[b] {
                longest[(a + 1) * width + b + 1] + 1
            } else {
                longest[(a + 1) * width + b].max(longest[a * width + b + 1])
            };
        }
    }
    let (mut a, mut b, mut out) = (0, 0, Vec::new());
    while a < old.len() || b < new.len() {
        if a < old.len() && b < new.len() && old[a] == new[b] {
            out.push((Kind::Same, old[a]));
            (a, b) = (a + 1, b + 1);
        } else if a < old.len() && (b == new.len() || longest[(a + 1) * width + b] >= longest[a * width + b + 1]) {
            out.push((Kind::Gone, old[a]));
            a += 1;
        } else {
            out.push((Kind::New, new[b]));
            b += 1;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::diff;

    #[test]
    fn what_goes_and_what_comes_is_shown_with_a_little_around_it() {
        let (old, new) = ("a\nb\nc\nd\ne\nf\ng\n", "a\nb\nc\nd\nE\nf\ng\nh\n");
        assert_eq!(diff(old, new), " …\n c\n d\n-e\n+E\n f\n g\n+h\n");
        assert_eq!(diff(old, old), " …\n");
    }
}
