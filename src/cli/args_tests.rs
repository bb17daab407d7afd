//! What may be typed, and what may not.

#![allow(clippy::expect_used)]

use super::*;

fn command(line: &str) -> Command {
    match parse(words(line)) {
        Ok(cli) => cli.into_command(),
        Err(stop) => panic!("{line}: {stop:?}"),
    }
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    std::iter::once("doorward").chain(line.split_whitespace())
}

fn wrong(line: &str) -> (String, bool) {
    match parse(words(line)) {
        Err(Stop::Wrong { error, json }) => {
            assert_eq!((error.code(), error.exit_code()), ("usage", 2), "{line}");
            (error.message(), json)
        }
        other => panic!("{line}: {other:?}"),
    }
}

fn told(line: &str) -> String {
    match parse(words(line)) {
        Err(Stop::Told(text)) => text,
        other => panic!("{line}: {other:?}"),
    }
}

#[test]
fn the_grammar_is_sound() {
    // Law: no two options collide.
    grammar().debug_assert();
}

#[test]
fn without_a_command_it_serves() {
    assert!(matches!(command(""), Command::Serve(Serve { demo: false })));
    assert!(matches!(command("--json"), Command::Serve(Serve { demo: false })));
    assert!(matches!(command("serve"), Command::Serve(Serve { demo: false })));
    // Law: the demo is only ever asked for by name.
    assert!(matches!(command("serve --demo"), Command::Serve(Serve { demo: true })));
}

#[test]
fn every_command_of_the_outer_interface_is_understood() {
    for line in [
        "user add ada --email a@example.com",
        "user add ada --email a@example.com --password-stdin --claims -",
        "user list",
        "user show ada",
        "user set-password ada",
        "user set-password ada --password-stdin",
        "user disable ada",
        "user enable ada",
        "user delete ada",
        "client add",
        "client add --file app.json",
        "client add --file -",
        "client list",
        "client show app",
        "client update app --file -",
        "client rotate-secret app",
        "client trace app --for 30m",
        "client trace app --off",
        "client delete app",
        "api add --file api.json",
        "api list",
        "api show https://a.example",
        "api update https://a.example --file -",
        "api delete https://a.example",
        "issuer add --file issuer.json",
        "issuer list",
        "issuer show https://ci.example",
        "issuer update https://ci.example --file -",
        "issuer delete https://ci.example",
        "exchange add --file edge.json",
        "exchange list",
        "exchange show orders-to-stock",
        "exchange update orders-to-stock --file -",
        "exchange delete orders-to-stock",
        "registration-token add",
        "registration-token add --uses 5 --expires 7d --note print",
        "registration-token list",
        "registration-token delete abc",
        "keys list",
        "keys rotate",
        "keys rotate --alg EdDSA",
        "migrate",
        "check-config",
    ] {
        assert!(parse(words(line)).is_ok(), "{line}");
        // Law: --json may stand anywhere.
        for line in [format!("--json {line}"), format!("{line} --json")] {
            assert!(parse(words(&line)).is_ok_and(|cli| cli.json), "{line}");
        }
    }
}

#[test]
fn wrong_usage_is_one_line_and_names_the_usage() {
    for (line, says) in [
        ("user", "add"),
        ("client", "rotate-secret"),
        ("keys", "rotate"),
        ("user add ada", "--email"),
        ("user add --email a@example.com", "NAME"),
        ("user add ada --email a@example.com --password hunter2", "--password"),
        ("user show", "NAME|SUB"),
        ("client update app", "--file"),
        ("client show", "ID"),
        ("client add app.json", "app.json"),
        ("api add", "--file"),
        ("api update --file -", "RESOURCE"),
        ("issuer", "add"),
        ("issuer add", "--file"),
        ("issuer show", "ISSUER"),
        ("exchange update --file -", "NAME"),
        ("exchange update orders-to-stock", "--file"),
        ("registration-token", "add"),
        ("registration-token delete", "ID"),
        ("keys rotate --alg HS256", "ES256"),
        ("keys rotate --alg none", "ES256"),
        ("keys rotate --alg es256", "ES256"),
        ("serve --demo=yes", "--demo"),
        ("serve 8000", "8000"),
        ("--demo", "--demo"),
        ("usr list", "user"),
        ("migrate now", "now"),
        ("check_config", "check-config"),
    ] {
        let (message, json) = wrong(line);
        assert!(message.contains(says), "{line}: {message}");
        assert!(!json);
        let way_on = message.contains("usage: doorward") || message.contains("[possible values: ");
        // Law: one clear line, with a way on.
        assert!(!message.contains('\n') && !message.starts_with("error") && way_on, "{line}: {message}");
    }
}

#[test]
fn a_value_out_of_bounds_is_one_line_and_names_the_bounds() {
    for (line, says) in [
        ("registration-token add --uses 0", "1..=100000"),
        ("registration-token add --uses many", "many"),
        ("registration-token add --expires 7", "no unit"),
        ("registration-token add --expires 2s", "1m to 365d"),
    ] {
        let (message, _) = wrong(line);
        // Law: one clear line.
        assert!(message.contains(says) && !message.contains('\n'), "{line}: {message}");
    }
}

#[test]
fn wrong_usage_is_told_in_json_when_json_was_asked_for() {
    assert!(wrong("user add --json").1);
    assert!(wrong("--json usr").1);
    // Law: after `--` it is a name, no option.
    assert!(!wrong("migrate -- --json").1);
}

#[test]
fn every_command_has_help_with_an_example() {
    fn walk(path: &str, command: &clap::Command) {
        let help = told(&format!("{path} --help"));
        // Law: help shows how, not only what.
        assert!(help.contains("Example:\n") && help.contains("doorward"), "{path}: {help}");
        for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
            walk(&format!("{path} {}", below.get_name()), below);
        }
    }
    walk("", &grammar());
}

#[test]
fn the_version_is_told() {
    // Law: asking is no error.
    assert_eq!(told("--version").trim(), format!("doorward {}", env!("CARGO_PKG_VERSION")));
}
