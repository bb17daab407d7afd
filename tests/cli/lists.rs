//! The operator's lists: `doorward issuer …`, `doorward exchange …`, `doorward detail-type …`.

use serde_json::{Value, json};

use crate::folder::Folder;

const CLUSTER: &str = "https://kubernetes.default.svc";
const STOCK: &str = "https://stock.example/api";

fn cluster() -> Value {
    json!({"issuer": CLUSTER, "jwks_uri": "https://cluster.example/openid/v1/jwks", "algs": ["RS256"], "use": ["client_auth"]})
}

fn edge() -> Value {
    json!({"name": "orders-to-stock", "client": "orders", "target": STOCK, "scopes": ["stock:read"], "lifetime": "2m"})
}

fn payment() -> Value {
    json!({
        "type": "payment", "resource": STOCK, "schema": {"required": ["amount"]},
        "sentence": {"en": "Pay {amount}", "zh-CN": "支付{amount}"},
    })
}

fn added(folder: &Folder, list: &str, one: &Value) -> Value {
    folder.json(&one.to_string(), &[list, "add", "--file", "-"])
}

#[test]
fn what_is_declared_is_shown_listed_and_deleted() {
    let folder = Folder::new();
    for (list, name, declared, shows) in [
        ("issuer", CLUSTER, cluster(), "RS256"),
        ("exchange", "orders-to-stock", edge(), "stock:read"),
        ("detail-type", "payment", payment(), "Pay {amount}"),
    ] {
        let one = added(&folder, list, &declared);
        assert_eq!(folder.json("", &[list, "show", name]), one);
        assert_eq!(folder.json("", &[list, "list"]), json!([one]));
        let text = folder.run(&[list, "list"]).text();
        assert!(text.contains(name) && text.contains(shows), "{text}");
        assert!(folder.run(&[list, "show", name]).text().contains(name));
        folder.refused(&declared.to_string(), &[list, "add", "--file", "-"], "conflict", "already");
        assert_eq!(folder.json("", &[list, "delete", name]), json!({"deleted": name}));
        folder.refused("", &[list, "delete", name], "not_found", name);
        folder.refused("", &[list, "show", name], "not_found", &format!("doorward {list} list"));
        // Law: what is gone is gone from the list.
        assert_eq!(folder.json("", &[list, "list"]), json!([]));
    }
}

#[test]
fn spans_have_a_unit_or_are_seconds_and_defaults_are_shown() {
    let folder = Folder::new();
    let mut issuer = cluster();
    issuer["max_lifetime"] = json!("2h");
    assert_eq!(added(&folder, "issuer", &issuer)["max_lifetime"], 7200);
    let shown = added(&folder, "exchange", &edge());
    // Law: who may act for whom is read off, not remembered.
    assert_eq!((&shown["lifetime"], &shown["mode"]), (&json!(120), &json!("delegation")));
}

#[test]
fn a_change_merges_and_the_name_stays() {
    let folder = Folder::new();
    added(&folder, "issuer", &cluster());
    added(&folder, "exchange", &edge());
    let update = ["issuer", "update", CLUSTER, "--file", "-"];
    let after = folder.json(r#"{"subjects": ["system:serviceaccount:shop:orders"], "max_lifetime": "30m", "name": "Cluster"}"#, &update);
    assert_eq!((&after["max_lifetime"], &after["algs"]), (&json!(1800), &json!(["RS256"])));
    let after = folder.json(r#"{"name": null}"#, &update);
    assert_eq!(after.get("name"), None);
    folder.refused(r#"{"issuer": "https://other.example"}"#, &update, "invalid", "issuer: it can't change");
    folder.refused(r#"{"algs": null}"#, &update, "invalid", "algs");
    folder.refused("{}", &["issuer", "update", "https://x.example", "--file", "-"], "not_found", "x.example");
    let update = ["exchange", "update", "orders-to-stock", "--file", "-"];
    assert_eq!(folder.json(r#"{"lifetime": null, "mode": "impersonation"}"#, &update)["mode"], "impersonation");
    folder.refused(r#"{"name": "other"}"#, &update, "invalid", "name: it can't change");
    // Law: all or nothing.
    assert_eq!(folder.json("", &["issuer", "show", CLUSTER]), after);
}

#[test]
fn what_is_wrong_with_a_declaration_is_named() {
    let folder = Folder::new();
    let with = |mut one: Value, member: &str, value: Value| {
        one[member] = value;
        one
    };
    for (list, one, says) in [
        ("issuer", json!({}), "issuer"),
        ("issuer", with(cluster(), "algs", json!(["HS256"])), "algs: "),
        ("issuer", with(cluster(), "use", json!(["login"])), "use: "),
        ("issuer", with(cluster(), "use", json!(["grant"])), "users: "),
        ("issuer", with(cluster(), "issuer", json!("http://127.0.0.1:8000")), "this server"),
        ("issuer", with(cluster(), "max_lifetime", json!("3600")), "max_lifetime"),
        ("issuer", with(cluster(), "jwks", json!({"keys": []})), "not both"),
        ("issuer", with(cluster(), "audience", json!("x")), "audience"),
        ("exchange", json!({}), "name"),
        ("exchange", with(edge(), "target", json!("stock")), "target: "),
        ("exchange", with(edge(), "target", json!("http://127.0.0.1:8000/")), "this server"),
        ("exchange", with(edge(), "scopes", Value::Null), "scopes"),
        ("exchange", with(edge(), "mode", json!("both")), "mode: "),
        ("exchange", with(edge(), "lifetime", json!("1s")), "lifetime"),
        ("exchange", with(edge(), "clients", json!(["a"])), "clients"),
    ] {
        folder.refused(&one.to_string(), &[list, "add", "--file", "-"], "invalid", says);
    }
    // Law: what is checked first leaves no trace.
    assert!(!folder.has("doorward.db"));
}

#[test]
fn an_edge_is_declared_once() {
    let folder = Folder::new();
    added(&folder, "exchange", &edge());
    let mut again = edge();
    again["name"] = json!("again");
    folder.refused(&again.to_string(), &["exchange", "add", "--file", "-"], "conflict", "orders-to-stock");
    again["subject_audience"] = json!("https://orders.example/api");
    added(&folder, "exchange", &again);
    folder.refused(r#"{"subject_audience": null}"#, &["exchange", "update", "again", "--file", "-"], "conflict", "orders-to-stock");
    // Law: of two rules for one edge nobody could say which counts.
    assert_eq!(folder.json("", &["exchange", "show", "again"])["subject_audience"], "https://orders.example/api");
}

#[test]
fn what_a_declaration_names_and_is_not_there_is_remarked() {
    let folder = Folder::new();
    let first = folder.run_with(&edge().to_string(), &["exchange", "add", "--file", "-"]);
    assert!(first.err.contains("no client orders") && first.err.contains(&format!("no API {STOCK}")), "{first:?}");
    folder.client(&json!({"client_id": "orders", "grant_types": ["client_credentials"]}));
    folder.json(&json!({"resource": STOCK, "scopes": {"stock:write": {}}}).to_string(), &["api", "add", "--file", "-"]);
    let second = folder.run_with("{}", &["exchange", "update", "orders-to-stock", "--file", "-"]);
    assert_eq!(
        (second.code, second.err.as_str()),
        (Some(0), "note: the API https://stock.example/api has no scope stock:read: it is never given\n")
    );
    let third = folder.run_with(r#"{"scopes": ["stock:write"]}"#, &["exchange", "update", "orders-to-stock", "--file", "-"]);
    // Law: in whichever order a script declares things, and silence means that all is there.
    assert_eq!((third.code, third.err.as_str()), (Some(0), ""));
}

#[test]
fn a_type_of_details_needs_a_schema_that_compiles_and_a_sentence() {
    let folder = Folder::new();
    for (member, value, names) in [
        ("schema", json!({"type": 5}), "schema"),
        ("schema", json!({"$ref": "file:///etc/passwd"}), "schema"),
        ("schema", json!(true), "schema"),
        ("sentence", json!({}), "sentence"),
        ("type", json!("two words"), "type"),
        ("resource", json!("bank"), "absolute URI"),
    ] {
        let mut one = payment();
        one[member] = value;
        // Law: what could never be checked or read is refused when it is declared.
        folder.refused(&one.to_string(), &["detail-type", "add", "--file", "-"], "invalid", names);
    }
}
