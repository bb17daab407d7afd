//! What the program tells about itself: tracing to standard error, text on a terminal and JSON lines otherwise.
//!
//! Times are UTC (RFC 3339). Records of other crates' `log` (Rocket's above all) pass at warn and above.

use std::fmt;
use std::io::{self, IsTerminal};

use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry};

/// Why a text is no filter; it says what is right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterError(String);

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for FilterError {}

/// How a line is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// For people, coloured.
    Terminal,
    /// One JSON object a line, for programs.
    Json,
}

/// Starts logging to standard error. A second call changes nothing, nor does a call in a program that logs already.
///
/// # Errors
/// [`FilterError`] if `filter` is none.
pub fn init(filter: &str) -> Result<(), FilterError> {
    let filter = parse(filter)?;
    let form = if io::stderr().is_terminal() { Form::Terminal } else { Form::Json };
    if Registry::default().with(layer(filter, form, io::stderr)).try_init().is_ok() {
        bridge();
    }
    Ok(())
}

/// Hands records of the `log` crate on: target and message alone, not where in its source a library wrote them.
struct Bridge;

impl log::Log for Bridge {
    fn enabled(&self, meta: &log::Metadata<'_>) -> bool {
        // Rocket's launch lines are warnings that warn of nothing.
        meta.level() <= log::Level::Warn && !meta.target().starts_with("rocket::launch")
    }

    fn log(&self, record: &log::Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        let (from, message) = (record.target(), record.args());
        if record.level() == log::Level::Error {
            tracing::error!(target: "log", from, "{message}");
        } else {
            tracing::warn!(target: "log", from, "{message}");
        }
    }

    fn flush(&self) {}
}

fn bridge() {
    // Taken by a host program already: its records are then its own business.
    if log::set_logger(&Bridge).is_ok() {
        // Rocket writes four records a request at info; stopped here they cost nothing.
        log::set_max_level(log::LevelFilter::Warn);
    }
}

/// Whether a text is a filter.
///
/// # Errors
/// [`FilterError`] says what is wrong.
pub fn check(filter: &str) -> Result<(), FilterError> {
    parse(filter).map(drop)
}

/// Reads a filter. A bare word must be a level: `inof` would otherwise be a target, and silence everything else.
fn parse(text: &str) -> Result<EnvFilter, FilterError> {
    let shown = |part: &str| part.chars().take(40).flat_map(char::escape_debug).collect::<String>();
    if text.contains(char::is_whitespace) {
        return Err(FilterError("it contains a space: parts are separated by commas alone".to_owned()));
    }
    // Within brackets, commas separate fields.
    let parts = if text.contains('[') { Vec::new() } else { text.split(',').collect() };
    let level = |part: &str| ["off", "error", "warn", "info", "debug", "trace"].iter().any(|level| part.eq_ignore_ascii_case(level));
    if let Some(part) = parts.into_iter().find(|part| !part.contains('=') && !level(part)) {
        let what = "is no level (off, error, warn, info, debug, trace) and no target=level";
        return Err(FilterError(format!("\"{}\" {what}", shown(part))));
    }
    EnvFilter::builder().parse(text).map_err(|error| FilterError(error.to_string()))
}

fn layer<W>(filter: EnvFilter, form: Form, writer: W) -> Box<dyn Layer<Registry> + Send + Sync>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let lines = tracing_subscriber::fmt::layer().with_writer(writer);
    match form {
        Form::Terminal => lines.with_ansi(true).with_filter(filter).boxed(),
        Form::Json => {
            lines.json().flatten_event(true).with_ansi(false).with_current_span(true).with_span_list(false).with_filter(filter).boxed()
        }
    }
}

#[cfg(test)]
#[allow(clippy::expect_used)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Lines {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().expect("no panic while writing").clone()).expect("UTF-8")
        }
    }

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("no panic while writing").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl MakeWriter<'_> for Lines {
        type Writer = Self;

        fn make_writer(&self) -> Self {
            self.clone()
        }
    }

    fn logged(filter: &str, form: Form, work: impl FnOnce()) -> String {
        let lines = Lines::default();
        let layer = layer(parse(filter).expect("a filter"), form, lines.clone());
        tracing::subscriber::with_default(Registry::default().with(layer), work);
        lines.text()
    }

    #[test]
    fn what_is_no_filter_is_refused_by_name() {
        for bad in [
            "inof",
            "",
            ",",
            "info,",
            "doorward",
            "info,doorward::http",
            "5",
            "info doorward=debug",
            "doorward=loud",
            "info, doorward=debug",
            "[",
            "a=b=c",
        ] {
            assert!(check(bad).is_err(), "{bad:?}");
        }
        // Law: the refusal says what is known.
        assert!(check("inof").expect_err("a typing error").to_string().contains("off, error, warn, info, debug, trace"));
    }

    #[test]
    fn levels_and_targets_are_filters() {
        for good in ["info", "OFF", "warn,doorward=debug", "info,doorward::http=trace", "doorward[request]=debug"] {
            // Law: what the reference shows is accepted.
            assert_eq!(check(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn a_line_for_programs_is_one_json_object_in_utc() {
        let text = logged("info", Form::Json, || {
            tracing::info!(request_id = "r1", "line\nbreak");
            tracing::debug!("not asked for");
        });
        assert_eq!(text.lines().count(), 1, "{text}");
        let line: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!((line["message"].as_str(), line["request_id"].as_str()), (Some("line\nbreak"), Some("r1")));
        // Law: no time zone has to be guessed.
        assert!(line["timestamp"].as_str().expect("a time").ends_with('Z'));
    }

    #[test]
    fn a_value_from_outside_commands_no_terminal() {
        let hostile = "a\u{1b}[2J\u{9b}2J\u{7}";
        let text = logged("info", Form::Terminal, || tracing::info!(name = hostile, "{hostile}"));
        // Law: what came from outside is shown, never obeyed.
        assert!(!text.contains("\u{1b}[2J") && !text.contains(['\u{9b}', '\u{7}']), "{text:?}");
    }

    #[test]
    fn a_second_start_changes_nothing() {
        assert_eq!(init("off"), Ok(()));
        assert_eq!(init("debug"), Ok(()));
        // Law: a wrong filter is an error at any time.
        assert!(init("inof").is_err());
    }

    #[test]
    fn records_of_rocket_pass_from_warn_on() {
        assert_eq!(init("off"), Ok(()));
        log::set_max_level(log::LevelFilter::Trace);
        let text = logged("trace", Form::Json, || {
            log::info!(target: "rocket::server", "quiet");
            log::warn!(target: "rocket::launch", "launched");
            log::warn!(target: "rocket::server", "heard");
        });
        log::set_max_level(log::LevelFilter::Warn);
        // Law: trouble is heard, chatter is not.
        assert!(text.contains("heard") && !text.contains("quiet") && !text.contains("launched"), "{text}");
    }
}
