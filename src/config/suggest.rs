//! What somebody may have meant by a name that is unknown.

use super::keys::Key;

/// Names of Rocket's own settings, which people look for among ours.
const ROCKET: [&str; 12] = [
    "address",
    "port",
    "workers",
    "max_blocking",
    "ident",
    "ip_header",
    "limits",
    "tls",
    "temp_dir",
    "keep_alive",
    "shutdown",
    "log_level",
];

/// A way on from an unknown name, as a sentence's end; `None` when nothing is near. `show` writes a setting the way its place does.
pub(super) fn suggestion(name: &str, show: impl Fn(Key) -> String) -> Option<String> {
    let lower = name.to_ascii_lowercase().replace('-', "_");
    if ROCKET.contains(&lower.as_str()) {
        return Some(format!("it is a setting of Rocket: ROCKET_{}", lower.to_ascii_uppercase()));
    }
    Key::ALL
        .iter()
        .map(|key| (distance(&lower, key.row().name), *key))
        .min()
        .filter(|(distance, key)| *distance <= 3 && *distance < key.row().name.len())
        .map(|(_, key)| format!("did you mean {}?", show(key)))
}

/// How many letters must change, come or go (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let change = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suggested(name: &str) -> Option<String> {
        suggestion(name, Key::variable)
    }

    #[test]
    fn a_slip_of_the_pen_is_understood() {
        for (name, key) in [
            ("isuer", "DOORWARD_ISSUER"),
            ("ISSUER_", "DOORWARD_ISSUER"),
            ("database-url", "DOORWARD_DATABASE_URL"),
            ("sesion_idle", "DOORWARD_SESSION_IDLE"),
        ] {
            assert_eq!(suggested(name), Some(format!("did you mean {key}?")), "{name}");
        }
        // Law: Rocket's own settings are pointed to where they belong.
        assert_eq!(suggested("port").as_deref(), Some("it is a setting of Rocket: ROCKET_PORT"));
    }

    #[test]
    fn nothing_is_suggested_where_nothing_is_near() {
        for name in ["", "x", "colour", "smtp_password", "a_very_long_name_that_means_nothing_here"] {
            // Law: no suggestion is better than a wrong one.
            assert_eq!(suggested(name), None, "{name}");
        }
    }
}
