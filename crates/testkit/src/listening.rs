//! A server on a real port: for bytes that no client would send.

use crate::{Builder, FakeClock, Opened, Sleeping};
use doorward::clock::Clock as _;
use doorward::flows::FlowError;
use doorward::store::definitions::{self, Definition};
use rocket::fairing::AdHoc;
use rocket::tokio::io::{AsyncReadExt, AsyncWriteExt};
use rocket::tokio::net::TcpStream;
use rocket::tokio::sync::oneshot;
use rocket::tokio::task::JoinHandle;
use serde_json::Value;
use std::sync::{Arc, Mutex};

/// A world's server on a port of the loopback.
pub struct Listening {
    /// The port.
    pub port: u16,
    /// Its time.
    pub clock: Arc<FakeClock>,
    shutdown: rocket::Shutdown,
    serving: JoinHandle<()>,
    world: Sleeping,
}

impl Builder {
    /// Starts it on a port of the loopback, for what can't be said through Rocket's own client.
    pub async fn listen(self) -> Listening {
        self.listen_on(0).await
    }

    /// The same on a port that the [issuer](Self::issuer) names, for apps that come over the network.
    pub async fn listen_on(self, port: u16) -> Listening {
        Listening::start(self.open().await, port).await
    }
}

impl Listening {
    async fn start(opened: Opened, port: u16) -> Self {
        let Opened { setup, figment, sleeping } = opened;
        let (tell, told) = oneshot::channel();
        let tell = Mutex::new(Some(tell));
        let rocket = setup.rocket(&figment.merge(("port", port))).expect("a Rocket").attach(AdHoc::on_liftoff("port", move |rocket| {
            let port = rocket.config().port;
            let tell = tell.lock().expect("no panic before").take();
            Box::pin(async move {
                if let Some(tell) = tell {
                    tell.send(port).expect("somebody to wait for the port");
                }
            })
        }));
        let rocket = rocket.ignite().await.expect("the server to ignite");
        let shutdown = rocket.shutdown();
        let serving = rocket::tokio::spawn(async move {
            rocket.launch().await.map(drop).expect("the server to end well");
        });
        Self { port: told.await.expect("the server to listen"), clock: Arc::clone(&sleeping.clock), shutdown, serving, world: sleeping }
    }

    /// Declares what stands in one of the operator's lists.
    pub async fn declare<D: Definition + Clone + Send + 'static>(&self, json: Value) {
        let (one, now): (D, _) = (serde_json::from_value(json).expect("a declaration"), self.clock.now());
        let stored = self.world.ctx.store.write(move |conn| Ok::<_, FlowError>(definitions::insert(conn, &one, now)?)).await;
        assert!(stored.expect("the change to be stored"), "declared before");
    }

    /// Sends bytes on a connection of its own and reads until the server closes it; those it can't read are replaced.
    pub async fn exchange(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.expect("to connect");
        // The server may close before it has read everything.
        let _ = stream.write_all(bytes).await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Sends the beginning of something and says no more; reads until the server closes.
    pub async fn hang_up(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.expect("to connect");
        let _ = stream.write_all(bytes).await;
        let _ = stream.shutdown().await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Ends it.
    pub async fn stop(self) {
        self.shutdown.notify();
        self.serving.await.expect("the server to end");
    }
}
