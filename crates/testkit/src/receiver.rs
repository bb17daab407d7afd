//! An app's back-channel address: a real server on the loopback that keeps what it was sent.

use rocket::tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use rocket::tokio::time::timeout;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

/// What an app was sent.
#[derive(Clone, Debug)]
pub struct Received {
    /// The request line.
    pub line: String,
    /// Its headers, names in small letters.
    pub headers: Vec<(String, String)>,
    /// The parameters of its body.
    pub form: Vec<(String, String)>,
}

impl Received {
    /// The logout token, which is all there is.
    pub fn token(&self) -> &str {
        match self.form.as_slice() {
            [(name, token)] if name == "logout_token" => token,
            other => panic!("not one logout_token: {other:?}"),
        }
    }

    /// The only header of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut all = self.headers.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let first = all.next();
        assert!(all.next().is_none(), "{name} came twice");
        first
    }
}

/// The server.
pub struct Receiver {
    port: u16,
    received: UnboundedReceiver<Received>,
}

/// Longer than anything honest takes.
const PATIENCE: Duration = Duration::from_secs(60);

impl Receiver {
    /// Answers the first, second … request with what `answer` gives: a status line and headers without their end, or nothing: then the
    /// connection stays open and silent.
    pub fn start(answer: impl Fn(usize) -> Option<String> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (tell, received) = unbounded_channel();
        let answer: Arc<dyn Fn(usize) -> Option<String> + Send + Sync> = Arc::new(answer);
        // Ends with the process: a listener has no other way to be woken.
        std::thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                let Ok(stream) = stream else { return };
                let (tell, answer) = (tell.clone(), Arc::clone(&answer));
                std::thread::spawn(move || serve(stream, &tell, || answer(number)));
            }
        });
        Self { port, received }
    }

    /// Answers each request the same.
    pub fn always(status: &str) -> Self {
        let line = format!("HTTP/1.1 {status}");
        Self::start(move |_| Some(line.clone()))
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))
    }

    /// The address to register.
    pub fn uri(&self) -> String {
        format!("http://127.0.0.1:{}/told", self.port)
    }

    /// What comes next.
    pub async fn next(&mut self) -> Received {
        timeout(PATIENCE, self.received.recv()).await.expect("something to be sent").expect("the server to run")
    }

    /// The same for a thread of a test's own.
    pub fn wait(&mut self) -> Received {
        self.received.blocking_recv().expect("the server to run")
    }

    /// Whether nothing came that wasn't looked at.
    pub fn is_quiet(&mut self) -> bool {
        self.received.is_empty()
    }
}

fn serve(mut stream: TcpStream, tell: &UnboundedSender<Received>, answer: impl FnOnce() -> Option<String>) {
    let Some(received) = read(&stream) else { return };
    // Whoever listens no longer doesn't mind.
    let _ = tell.send(received);
    match answer() {
        Some(head) => {
            let _ = write!(stream, "{head}\r\nContent-Length: 0\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n");
        }
        // Silent until the other side gives up.
        None => {
            let _ = stream.read(&mut [0]);
        }
    }
}

fn read(stream: &TcpStream) -> Option<Received> {
    let mut reader = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let line = line.trim_end().to_owned();
        if line.is_empty() {
            break;
        }
        lines.push(line);
    }
    let mut lines = lines.into_iter();
    let line = lines.next()?;
    let split = |line: String| line.split_once(':').map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()));
    let headers: Vec<(String, String)> = lines.filter_map(split).collect();
    let length = headers.iter().find(|(name, _)| name == "content-length").and_then(|(_, value)| value.parse().ok())?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Received { line, headers, form: url::form_urlencoded::parse(&body).into_owned().collect() })
}
