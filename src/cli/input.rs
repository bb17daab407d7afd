//! What commands read: JSON from a file or standard input, passwords from a terminal or standard input.

use std::fs::File;
use std::io::{self, IsTerminal, Read};

use zeroize::Zeroizing;

use super::output::CliError;

/// The most that is read of a file, in bytes.
const INPUT_MAX: u64 = 1024 * 1024;

/// The most that is read as a password, in bytes.
const PASSWORD_MAX: usize = 4096;

/// Reads a file, or standard input for `-`: UTF-8 text of at most 1 MiB.
///
/// # Errors
/// `input`, naming the file and what is wrong.
pub fn read_input(file: &str) -> Result<String, CliError> {
    if file == "-" {
        return read_text(io::stdin().lock(), "standard input");
    }
    let opened = File::open(file).map_err(|error| CliError::new("input", format!("{file} can't be read: {error}")))?;
    read_text(opened, file)
}

/// Reads a password: from standard input with `stdin`, else asked for on the terminal without echo, twice with `confirm`.
///
/// Exactly one trailing newline (`\n` or `\r\n`) is stripped.
///
/// # Errors
/// `password` when there is no terminal to ask on, the two entries differ, or what was read is no text.
pub fn read_password(stdin: bool, confirm: bool) -> Result<Zeroizing<String>, CliError> {
    if stdin {
        return password_from(io::stdin().lock());
    }
    if !io::stdin().is_terminal() {
        return Err(refused("there is no terminal to ask for the password on: give it by --password-stdin"));
    }
    ask(confirm, |prompt| rpassword::prompt_password(prompt).map(Zeroizing::new))
}

fn ask(confirm: bool, mut prompt: impl FnMut(&str) -> io::Result<Zeroizing<String>>) -> Result<Zeroizing<String>, CliError> {
    let mut asked = |text: &str| prompt(text).map_err(|error| refused(format!("the password can't be read: {error}")));
    let password = asked("Password: ")?;
    if confirm && *asked("Once more: ")? != *password {
        return Err(refused("the two entries differ"));
    }
    if password.is_empty() {
        return Err(refused("no password was entered"));
    }
    Ok(password)
}

fn password_from(reader: impl Read) -> Result<Zeroizing<String>, CliError> {
    // Room enough from the start: growing would leave copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(PASSWORD_MAX + 64));
    reader
        .take(PASSWORD_MAX as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| refused(format!("the password can't be read: {error}")))?;
    if bytes.len() > PASSWORD_MAX {
        return Err(refused(format!("the password is longer than {PASSWORD_MAX} bytes")));
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| refused("the password on standard input is not UTF-8"))?;
    let password = text.strip_suffix('\n').map_or(text, |line| line.strip_suffix('\r').unwrap_or(line));
    if password.is_empty() {
        return Err(refused("there is no password on standard input"));
    }
    Ok(Zeroizing::new(password.to_owned()))
}

fn read_text(reader: impl Read, name: &str) -> Result<String, CliError> {
    let wrong = |what: &str| CliError::new("input", format!("{name} {what}"));
    let mut bytes = Vec::new();
    reader.take(INPUT_MAX + 1).read_to_end(&mut bytes).map_err(|error| wrong(&format!("can't be read: {error}")))?;
    if bytes.len() as u64 > INPUT_MAX {
        return Err(wrong("is longer than 1 MiB"));
    }
    String::from_utf8(bytes).map_err(|_| wrong("is not UTF-8"))
}

fn refused(why: impl Into<String>) -> CliError {
    CliError::new("password", why)
}

#[cfg(test)]
#[allow(clippy::expect_used)]
mod tests {
    use super::*;

    fn password(bytes: &[u8]) -> Result<String, String> {
        password_from(bytes).map(|password| password.to_string()).map_err(|error| error.message())
    }

    #[test]
    fn exactly_one_trailing_newline_is_stripped() {
        for (given, kept) in [
            ("correct horse", "correct horse"),
            ("correct horse\n", "correct horse"),
            ("correct horse\r\n", "correct horse"),
            ("correct horse\n\n", "correct horse\n"),
            ("correct horse\r", "correct horse\r"),
            (" correct horse ", " correct horse "),
        ] {
            // Law: a password is what was given, but for the newline that the shell added.
            assert_eq!(password(given.as_bytes()).as_deref(), Ok(kept), "{given:?}");
        }
    }

    #[test]
    fn what_is_no_password_is_refused_and_not_repeated() {
        assert!(password(b"").is_err() && password(b"\n").is_err() && password(b"\r\n").is_err());
        assert!(password(&[b'x'; 4097]).is_err());
        assert!(password(&[b'x'; 4096]).is_ok());
        // Law: no message holds a piece of a password.
        assert!(!password(b"hunter2\xff").expect_err("not UTF-8").contains("hunter2"));
    }

    #[test]
    fn two_entries_that_differ_are_refused() {
        let answers = |words: [&'static str; 2]| {
            let mut words = words.into_iter();
            move |_: &str| words.next().map(|word| Zeroizing::new(word.to_owned())).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
        };
        assert_eq!(ask(true, answers(["one", "two"])).map_err(|error| error.code()), Err("password"));
        assert_eq!(ask(false, answers(["", ""])).map_err(|error| error.code()), Err("password"));
        assert!(ask(true, |_| Err(io::ErrorKind::UnexpectedEof.into())).is_err());
        assert_eq!(ask(true, answers(["same", "same"])).expect("equal entries").as_str(), "same");
        // Law: only a new password is asked for twice.
        assert_eq!(ask(false, answers(["one", "two"])).expect("one entry").as_str(), "one");
    }

    #[test]
    fn a_file_that_is_too_long_or_no_text_is_refused_by_its_name() {
        assert!(read_text(vec![b' '; 1024 * 1024].as_slice(), "a.json").is_ok());
        for (bytes, says) in [(vec![b' '; 1024 * 1024 + 1], "longer"), (vec![0xff], "UTF-8")] {
            let message = read_text(bytes.as_slice(), "a.json").expect_err("to be refused").message();
            assert!(message.contains("a.json") && message.contains(says), "{message}");
        }
        // Law: a missing file is named.
        assert!(read_input("/nowhere/a.json").expect_err("no such file").message().contains("/nowhere/a.json"));
        assert!(read_input("/").is_err());
    }
}
