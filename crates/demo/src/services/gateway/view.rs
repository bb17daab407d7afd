//! The hops of an order, as the page shows them.

use serde_json::{Value, json};

use crate::services::hop::{Hop, said};

/// The claims that are shown, in this order. `cnf` is shown when it isn't there, too: what it lacks, one should see.
const CLAIMS: [&str; 11] = ["iss", "aud", "sub", "client_id", "act", "scope", "auth_time", "iat", "exp", "jti", "cnf"];

/// What the page needs of each hop.
pub(super) fn hops(hops: &Value) -> Vec<Value> {
    let hops: Vec<Hop> = serde_json::from_value(hops.clone()).unwrap_or_default();
    hops.iter().map(hop).collect()
}

fn hop(hop: &Hop) -> Value {
    let claims: Vec<Value> = CLAIMS
        .iter()
        .map(|name| json!({ "name": name, "value": hop.claims.get(*name).map(said) }))
        .filter(|row| row["value"].is_string() || row["name"] == "cnf")
        .collect();
    let number = |name: &str| hop.claims.get(name).and_then(Value::as_i64).unwrap_or_default();
    let way = match (hop.person, hop.claims.contains_key("act")) {
        (true, false) => "code",
        (true, true) => "exchange",
        (false, _) => "machine",
    };
    json!({
        "from": hop.from, "to": hop.to, "way": way, "claims": claims, "checks": hop.checks,
        "life": number("exp") - number("iat"), "actors": actors(hop.claims.get("act").unwrap_or(&Value::Null)),
    })
}

/// Who acts, the present one first (RFC 8693 §4.1).
fn actors(mut act: &Value) -> Vec<String> {
    let mut all = Vec::new();
    while let Some(sub) = act["sub"].as_str() {
        all.push(sub.to_owned());
        act = &act["act"];
    }
    all
}
