//! The configuration reference, written from the table.

use std::fmt::Write as _;

use super::duration::print_duration;
use super::keys::{Fallback, Key, Kind};

const HEAD: &str = "\
# Configuration

Generated from the table of settings in `src/config/keys.rs`; after a change there, `UPDATE_DOCS=1 cargo test --lib config` writes this file
anew.

Nothing needs to be configured: without any setting Doorward serves `http://127.0.0.1:8000` from `doorward.db` in the working folder.

A setting is an environment variable `DOORWARD_…`, or a key in the section `[default.doorward]` of `Rocket.toml` (another profile's section,
such as `[release.doorward]`, goes above `default`; `ROCKET_PROFILE` selects it). The environment goes above the file.

```toml
[default.doorward]
issuer = \"https://login.example\"
session_idle = \"8h\"
trusted_proxies = [\"10.0.0.0/24\"]
```

```sh
DOORWARD_ISSUER=https://login.example DOORWARD_SESSION_IDLE=8h DOORWARD_TRUSTED_PROXIES=10.0.0.0/24 doorward
```

- Values from the environment are read as text; lists are separated by commas.
- A duration is a whole number with its unit: `60s`, `10m`, `12h`, `30d`.
- An unknown or wrong setting is an error at start. All of them are told at once, each with what is wrong and an example of what is right;
  `doorward check-config` tells them without serving.
- Relative paths begin in the working folder.

## Settings
";

const ROCKET: &str = "
## Rocket's own settings

`ROCKET_ADDRESS`, `ROCKET_PORT`, `ROCKET_TLS` and the others work as in any Rocket app, also as keys in `[default]`; `ROCKET_CONFIG` names
another file than `Rocket.toml`. Where Doorward's defaults differ from Rocket's: it listens on `127.0.0.1` in every profile, `log_level` is
`critical`, `ident` is off (answers don't name the server software), `ip_header` is off (see `TRUSTED_PROXIES`), forms are limited to 64 KiB and
JSON to 256 KiB, and a shutdown waits 3 seconds for running requests and 3 more for their connections. `ROCKET_TLS` needs a binary with TLS:
`cargo build --release --features tls`.

## The demo

`doorward serve --demo` keeps to the loopback and uses `doorward-demo.db` and `doorward-demo.key` in the working folder, whatever
`DATABASE_URL`, `SECRET` and `SECRET_FILE` say.
";

/// The text of `docs/configuration.md`.
pub fn reference() -> String {
    let mut text = HEAD.to_owned();
    for key in Key::ALL {
        let row = key.row();
        let default = match row.fallback {
            Fallback::Text(text) => format!("`{text}`"),
            Fallback::Said(words) => words.to_owned(),
            Fallback::Nothing => "none".to_owned(),
        };
        let takes = takes(row.kind);
        let _ = write!(
            text,
            "\n### `{}`\n\n{}\n\n- In `Rocket.toml`: `{}`\n- Default: {default}\n- Takes: {takes}\n- Example: `{}`\n",
            key.variable(),
            row.meaning,
            row.name,
            row.example
        );
    }
    text.push_str(ROCKET);
    text
}

fn takes(kind: Kind) -> String {
    match kind {
        Kind::Text => "text".to_owned(),
        Kind::Hidden => "text; never repeated in a message or a log".to_owned(),
        Kind::Flag => "`true` or `false`".to_owned(),
        Kind::Word(words) => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "),
        Kind::List => "a list".to_owned(),
        Kind::Number { min, max } => format!("a whole number from {min} to {max}"),
        Kind::Span { min, max } => format!("a duration from `{}` to `{}`", print_duration(min), print_duration(max)),
        Kind::Folder => "a folder that exists".to_owned(),
    }
}

#[cfg(test)]
#[allow(clippy::expect_used)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_reference_is_the_generated_one() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/configuration.md");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(file, reference()).expect("the reference to be writable");
        }
        let committed = std::fs::read_to_string(file).expect("docs/configuration.md");
        // Law: the documentation can't say another thing than the program; UPDATE_DOCS=1 writes it anew.
        assert!(committed == reference(), "docs/configuration.md is not up to date: run UPDATE_DOCS=1 cargo test --lib config");
    }

    #[test]
    fn every_setting_is_named_once_and_explained() {
        let text = reference();
        for key in Key::ALL {
            assert_eq!(text.matches(&format!("### `{}`\n", key.variable())).count(), 1, "{key:?}");
            assert!(key.row().meaning.ends_with('.') && !key.row().example.is_empty(), "{key:?}");
            assert_eq!(Key::named(key.row().name), Some(*key));
        }
        // Law: names are of one form.
        assert!(Key::ALL.iter().all(|key| key.row().name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')));
    }
}
