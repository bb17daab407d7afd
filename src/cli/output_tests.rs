//! Answers for people and for scripts.

#![allow(clippy::expect_used)]

use std::cell::RefCell;
use std::rc::Rc;

use super::*;

#[derive(Clone, Default)]
struct Kept(Rc<RefCell<Vec<u8>>>);

impl Kept {
    fn text(&self) -> String {
        String::from_utf8(self.0.borrow().clone()).expect("UTF-8")
    }
}

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Broken(ErrorKind);

impl Write for Broken {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Err(self.0.into())
    }
}

fn output(json: bool) -> (Output, Kept, Kept) {
    let (out, err) = (Kept::default(), Kept::default());
    (Output::to(json, Box::new(out.clone()), Box::new(err.clone())), out, err)
}

#[test]
fn scripts_get_one_line_of_json_on_standard_output() {
    let (mut output, out, err) = output(true);
    output.show(&json!({"client_id": "a", "n": null})).expect("an answer");
    output.list(&[json!({"id": 1, "more": 2})], &["id"]).expect("an answer");
    output.list::<Value>(&[], &["id"]).expect("an answer");
    output.deleted("a\n").expect("an answer");
    assert_eq!(out.text(), "{\"client_id\":\"a\",\"n\":null}\n[{\"id\":1,\"more\":2}]\n[]\n{\"deleted\":\"a\\n\"}\n");
    // Law: an answer is never mixed with remarks.
    assert_eq!(err.text(), "");
}

#[test]
fn people_get_text() {
    let (mut output, out, _) = output(false);
    output.show(&json!({"client_id": "a"})).expect("an answer");
    output.list(&[json!({"id": 1})], &["id"]).expect("an answer");
    output.deleted("a\u{1b}[2J").expect("an answer");
    // Law: nothing that was stored commands the terminal.
    assert_eq!(out.text(), "client_id  a\nID\n1\ndeleted a\\u{1b}[2J\n");
}

#[test]
fn a_failure_goes_to_standard_error_and_into_the_exit_code() {
    let (mut output, out, err) = output(true);
    let error = CliError::new("not_found", "there is no user \"bob\"\nat all");
    assert_eq!(output.failure(&error), ExitCode::from(1));
    assert_eq!(output.failure(&CliError::usage("no such command")), ExitCode::from(2));
    for line in err.text().lines() {
        let object: Value = serde_json::from_str(line).expect("JSON");
        assert!(object["error"].is_string() && object["message"].is_string());
    }
    // Law: one failure is one line, and standard output stays empty.
    assert_eq!((err.text().lines().count(), out.text().as_str()), (2, ""));
}

#[test]
fn people_get_a_line_for_each_fault() {
    let (mut output, _, err) = output(false);
    output.failure(&CliError { code: "config", lines: vec!["A: is wrong".into(), "B: is\nwrong".into()] });
    // Law: faults are told together, each on its own line.
    assert_eq!(err.text(), "error: A: is wrong\nerror: B: is\\nwrong\n");
}

#[test]
fn a_reader_that_has_gone_is_no_failure_but_a_full_disk_is() {
    let to = |kind| Output::to(true, Box::new(Broken(kind)), Box::new(Broken(kind)));
    assert_eq!(to(ErrorKind::BrokenPipe).deleted("a"), Ok(()));
    to(ErrorKind::BrokenPipe).note("heard by nobody");
    assert_eq!(to(ErrorKind::BrokenPipe).failure(&CliError::usage("x")), ExitCode::from(2));
    // Law: an answer that was lost is never success.
    assert_eq!(to(ErrorKind::StorageFull).deleted("a").map_err(|error| error.code()), Err("output"));
}
