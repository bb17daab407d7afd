//! Login servers that make one mistake each: Doorward's lab has them.

use serde_json::Value;

use super::support::{App, Browser, Doorward};
use super::{APP, is_logged_in};

/// What the lab says of each of its servers: its address, what it does, and whether it is for apps.
fn servers(doorward: &Doorward) -> Vec<(String, String)> {
    let told: Value = serde_json::from_str(&Browser::new().open(&doorward.lab).text).expect("JSON");
    let all = told["issuers"].as_array().expect("a list");
    let for_apps = all.iter().filter(|server| server["for"].as_array().is_some_and(|sides| sides.contains(&"app".into())));
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    for_apps.map(|server| (text(&server["issuer"]), text(&server["does"]))).collect()
}

/// Logs in where the app was told to, twice: one of the mistakes shows at the second login. Whether the app knew anybody then.
fn logs_in(issuer: &str) -> bool {
    let app = App::start_elsewhere(APP, issuer);
    let mut browser = Browser::new();
    browser.open(&app.url("/login"));
    browser.cookies.clear();
    browser.open(&app.url("/login"));
    is_logged_in(&mut browser, &app)
}

#[test]
fn no_login_server_that_makes_a_mistake_is_believed() {
    let doorward = Doorward::start();
    let servers = servers(&doorward);
    assert!(servers.len() > 20);
    let mut believed = Vec::new();
    for (issuer, does) in servers {
        // This app doesn't ask userinfo, so it can't be misled there.
        let good = issuer.ends_with("/correct") || issuer.ends_with("/other-person");
        if logs_in(&issuer) != good {
            believed.push(format!("{issuer}: {does}"));
        }
    }
    assert!(believed.is_empty(), "{believed:#?}");
}
