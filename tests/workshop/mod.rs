//! A server as `serve --demo` starts it, with the place where a learner's app is checked, and the lab.

use doorward::flows::learner::{Demo, Workshop};
use doorward::lab::Lab;
use doorward::trace::Traces;
use doorward_demo::Heard;
use doorward_demo::lab::sabotage::{App, Bench, Tools};
use doorward_protocol::values::ClientId;
use doorward_testkit::World;

const LAB: &str = "http://127.0.0.1:8007";

/// The lab's pages; nothing listens behind them.
fn lab(traces: Traces) -> Lab {
    let app = |id: &str| App { id: id.to_owned(), secret: "a secret that is nowhere else".to_owned() };
    let tools = Tools {
        issuer: "http://127.0.0.1:8000".to_owned(),
        lab: LAB.to_owned(),
        shop: "http://127.0.0.1:8001".to_owned(),
        app: app("lab-app"),
        other: app("lab-other"),
        username: "lab".to_owned(),
        password: "a password that is nowhere else".to_owned(),
    };
    Lab::new(Bench::new(tools), ClientId::new("demo-shop"), LAB.to_owned(), traces)
}

/// The demo with one person, `ada`.
pub async fn demo() -> World {
    let mut opened = World::new().demo().user("ada").open().await;
    opened.setup.open_workshop(Workshop::new(Demo {
        username: "checker".to_owned(),
        password: "a password that is nowhere else".to_owned(),
        known_as: vec!["Alex Probe".to_owned()],
        photos: "http://127.0.0.1:8002/".to_owned(),
        heard: Heard::default(),
        lab: LAB.to_owned(),
        taken: (8000..=8007).collect(),
    }));
    let traces = opened.setup.traces().clone();
    opened.setup.open_lab(lab(traces));
    opened.sleeping.wake(opened.setup.rocket(&opened.figment).expect("a Rocket")).await
}
