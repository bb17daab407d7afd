//! `doorward trust …`.

use serde_json::{Value, json};

use crate::folder::Folder;

const TRUST: &str = r#"
[services.gateway]

[services.orders]
audience = "https://orders.example/api"
scopes = { "orders:place" = { en = "Place orders for you", "zh-CN" = "替您下单" } }
token_lifetime = "5m"

[services.stock]
audience = "https://stock.example/api"
scopes = { "stock:reserve" = {} }

[[calls]]
from = "gateway"
to = "orders"
by = "authorization_code"
scopes = ["orders:place"]

[[calls]]
from = "orders"
to = "stock"
scopes = ["stock:reserve"]
lifetime = "1m"

[[calls]]
from = "stock"
to = "orders"
by = "client_credentials"
scopes = ["orders:place"]
"#;

fn with_clients() -> Folder {
    let folder = Folder::new();
    for id in ["gateway", "orders", "stock"] {
        folder.client(&json!({"client_id": id, "redirect_uris": [format!("https://{id}.example/cb")]}));
    }
    folder
}

fn names(answer: &Value) -> Vec<String> {
    let row = |change: &Value| format!("{} {} {}", change["change"], change["kind"], change["name"]).replace('"', "");
    answer["changes"].as_array().expect("changes").iter().map(row).collect()
}

#[test]
fn a_file_is_tried_applied_and_then_changes_nothing() {
    let folder = with_clients();
    folder.file("trust.toml", TRUST);
    let dry = folder.json("", &["trust", "apply", "--file", "trust.toml", "--dry-run"]);
    assert_eq!((&dry["applied"], names(&dry).len()), (&json!(false), 6), "{dry}");
    assert_eq!(folder.json("", &["api", "list"]), json!([]));
    let text = folder.run(&["trust", "apply", "--file", "trust.toml"]).text();
    assert!(text.contains("+ edge orders -> https://stock.example/api (stock:reserve)\n"), "{text}");
    assert_eq!(folder.json("", &["exchange", "show", "trust:orders:stock"])["lifetime"], 60);
    assert_eq!(folder.json("", &["api", "show", "https://orders.example/api"])["token_lifetime"], 300);
    let stock = folder.json("", &["client", "show", "stock"]);
    assert!(
        stock["grant_types"].to_string().contains("client_credentials") && stock["scope"].to_string().contains("orders:place"),
        "{stock}"
    );
    assert!(folder.run(&["trust", "apply", "--file", "trust.toml"]).text().contains("nothing to change"));
    let less = TRUST.split("[[calls]]").next().expect("services");
    let gone = folder.json(less, &["trust", "apply", "--file", "-"]);
    assert_eq!(names(&gone), ["change client gateway", "change client stock", "remove exchange trust:orders:stock"]);
    // Law: what the file no longer says is no longer so.
    assert_eq!(folder.json("", &["exchange", "list"]), json!([]));
}

#[test]
fn json_says_the_same_and_the_map_is_shown() {
    let folder = with_clients();
    let file = json!({
        "services": {"orders": {"audience": "https://orders.example/api"},
                     "stock": {"audience": "https://stock.example/api", "scopes": {"stock:reserve": {}}}},
        "calls": [{"from": "orders", "to": "stock", "scopes": ["stock:reserve"]}],
    });
    folder.json(&file.to_string(), &["trust", "apply", "--file", "-"]);
    let shown = folder.json("", &["trust", "show"]);
    assert_eq!((&shown[0]["from"], &shown[0]["by"], &shown[0]["tokens"]), (&json!("orders"), &json!("exchange"), &json!(0)), "{shown}");
    // Law: people see the same edge.
    assert!(folder.run(&["trust", "show"]).text().contains("orders  https://stock.example/api  exchange"));
}

#[test]
fn what_is_wrong_is_named_and_nothing_is_written() {
    let folder = with_clients();
    for (text, code, says) in [
        ("", "invalid", "services"),
        ("[services", "input", "line 1"),
        ("{\"services\": ", "input", "no JSON"),
        ("[services.orders]\naudiences = []", "invalid", "audiences"),
        ("[services.unheard]", "invalid", "no client unheard yet"),
        ("[services.orders]\naudience = \"http://127.0.0.1:8000\"", "invalid", "this server"),
        ("[services.orders]\ntoken_lifetime = \"5\"", "invalid", "token_lifetime"),
        ("[services.orders]\n[[calls]]\nfrom = \"orders\"\nto = \"stock\"\nscopes = []", "invalid", "no service stock"),
        ("[services.orders]\n[[calls]]\nfrom = \"orders\"\nto = \"orders\"\nscopes = []\nlifetime = \"2x\"", "invalid", "lifetime"),
    ] {
        folder.refused(text, &["trust", "apply", "--file", "-"], code, says);
    }
    let two = TRUST.replace("from = \"stock\"", "from = \"unheard\"").replace("[\"stock:reserve\"]", "[\"stock:write\"]");
    let answer = folder.run_with(&two, &["trust", "apply", "--file", "-"]);
    // Law: all faults at once, and none of it done.
    assert_eq!((answer.code, answer.err.lines().count()), (Some(1), 2), "{answer:?}");
    assert_eq!(folder.json("", &["api", "list"]), json!([]));
}
