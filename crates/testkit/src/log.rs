//! What a test's process logs.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, OnceLock};
use tracing_subscriber::fmt::MakeWriter;

/// Everything this process logs, from trace on and from all threads: a test that asks for it tells its lines from others' by request ids,
/// for which it seeds its world differently.
#[derive(Clone)]
pub struct Captured(Lines);

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

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

impl Captured {
    /// Begins to listen, if nobody did before.
    pub fn everything() -> Self {
        static LINES: OnceLock<Lines> = OnceLock::new();
        let listen = || {
            let lines = Lines::default();
            let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false).with_writer(lines.clone());
            tracing::subscriber::set_global_default(subscriber.finish()).expect("nobody else to listen");
            lines
        };
        Self(LINES.get_or_init(listen).clone())
    }

    /// What was logged so far.
    pub fn text(&self) -> String {
        String::from_utf8(self.0.0.lock().expect("no panic while writing").clone()).expect("UTF-8")
    }

    /// The lines so far that hold `part`.
    pub fn lines_with(&self, part: &str) -> Vec<String> {
        self.text().lines().filter(|line| line.contains(part)).map(str::to_owned).collect()
    }
}

/// Takes the place of Rocket's own log, which would print every request of every test.
pub fn quiet() {
    struct Quiet;
    impl ::log::Log for Quiet {
        fn enabled(&self, _: &::log::Metadata<'_>) -> bool {
            false
        }

        fn log(&self, _: &::log::Record<'_>) {}

        fn flush(&self) {}
    }
    // Whoever was first keeps it.
    let _ = ::log::set_logger(&Quiet);
}
