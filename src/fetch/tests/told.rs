//! What the log is told.

use super::server::answer;
use super::*;
use std::io::{self, Write};
use tracing::Level;
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("a lock").write(bytes)
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

#[rocket::async_test]
async fn the_log_names_the_host_and_no_secret() {
    let lines = Lines::default();
    let subscriber = tracing_subscriber::fmt().with_max_level(Level::DEBUG).with_ansi(false).with_writer(lines.clone()).finish();
    let _here = tracing::subscriber::set_default(subscriber);
    let server =
        Server::start(|request| answer(if request.contains("missing") { 404 } else { 200 }, "x: header-secret\r\n", "body-secret"));
    let fetcher = Fetcher::with_resolver(development(), Told::new(&[("private.example", &[&["10.0.0.1"]])]));
    let from = |text: &str| url(&format!("{text}?query-secret#fragment-secret"));
    for path in ["/path-secret", "/missing-secret"] {
        let _ = fetcher.guide.get(&from(&server.url(path)), &Document::JSON, NOW).await;
    }
    assert!(fetcher.guide.post(&from(&server.url("/")), "logout_token=form-secret".to_owned()).await.is_ok());
    assert!(fetcher.guide.get(&from("https://private.example/"), &Document::JSON, NOW).await.is_err());
    let text = String::from_utf8(lines.0.lock().expect("a lock").clone()).expect("a text");
    let ours: Vec<&str> = text.lines().filter(|line| line.contains("doorward")).collect();
    assert_eq!(ours.len(), 4, "{text}");
    assert!(ours[0].contains("DEBUG") && ours[0].contains("host=\"127.0.0.1\"") && ours[0].contains("status=200"), "{}", ours[0]);
    assert!(ours[1].contains("404") && ours[2].contains("status=200"), "{text}");
    assert!(ours[3].contains("WARN doorward::security") && ours[3].contains("private.example is at 10.0.0.1 (private)"), "{}", ours[3]);
    // Law: who was called is told, and not with what.
    assert!(!ours.concat().contains("secret"), "{text}");
}
