#![allow(clippy::expect_used)]

use super::*;
use crate::client::{Client, Metadata};
use crate::values::Timestamp;
use serde_json::{Value, json};

const ORDERS: &str = "https://orders.example/api";
const STOCK: &str = "https://stock.example/api";

fn file(changes: &Value) -> TrustFile {
    let mut all = json!({
        "services": {
            "gateway": {},
            "orders": {"audience": ORDERS, "name": "Orders", "scopes": {"orders:place": {"en": "Place orders"}}},
            "stock": {"audience": STOCK, "scopes": {"stock:reserve": {}, "stock:read": {}}},
        },
        "calls": [
            {"from": "gateway", "to": "orders", "by": "authorization_code", "scopes": ["orders:place"]},
            {"from": "orders", "to": "stock", "scopes": ["stock:reserve"], "lifetime": 120},
            {"from": "stock", "to": "orders", "by": "client_credentials", "scopes": ["orders:place"]},
        ],
    });
    for (name, value) in changes.as_object().expect("members") {
        all[name] = value.clone();
    }
    serde_json::from_value(all).expect("a file")
}

fn client(id: &str, members: Value) -> Client {
    let mut all = json!({"redirect_uris": [format!("https://{id}.example/cb")]});
    all.as_object_mut().expect("members").extend(members.as_object().expect("members").clone());
    Client::new(ClientId::new(id), Metadata::read(all).expect("metadata"), None, Timestamp(0))
}

#[derive(Default)]
struct Place {
    apis: Vec<Api>,
    rules: Vec<ExchangeRule>,
    clients: Vec<Client>,
}

impl Place {
    fn new() -> Self {
        Self { clients: ["gateway", "orders", "stock"].map(|id| client(id, json!({}))).to_vec(), ..Self::default() }
    }

    fn plan(&self, file: &TrustFile) -> Result<Plan, Vec<String>> {
        plan(file, Known { apis: &self.apis, rules: &self.rules, clients: &self.clients })
    }

    fn apply(&mut self, file: &TrustFile) -> Plan {
        let plan = self.plan(file).expect("a plan");
        for change in &plan.changes {
            match change.clone() {
                Change::AddApi(api) => self.apis.push(api),
                Change::ChangeApi(api) => *self.apis.iter_mut().find(|old| old.resource == api.resource).expect("an API") = api.clone(),
                Change::AddEdge(rule) => self.rules.push(rule),
                Change::ChangeEdge(rule) => *self.rules.iter_mut().find(|old| old.name == rule.name).expect("an edge") = rule.clone(),
                Change::RemoveEdge(rule) => self.rules.retain(|old| old.name != rule.name),
                Change::ChangeClient(id, metadata, _) => {
                    self.clients.iter_mut().find(|client| client.id == id).expect("a client").metadata = *metadata;
                }
            }
        }
        plan
    }

    fn scopes(&self, id: &str) -> String {
        self.clients.iter().find(|client| client.id.as_str() == id).expect("a client").allowed_scopes().to_string()
    }
}

fn shown(plan: &Plan) -> Vec<String> {
    plan.changes.iter().map(Change::shown).collect()
}

#[test]
fn a_file_is_applied_once_and_then_changes_nothing() {
    let mut place = Place::new();
    let plan = place.apply(&file(&json!({})));
    let said = shown(&plan);
    assert_eq!(
        said[..2],
        ["+ api https://orders.example/api (orders:place)", "+ api https://stock.example/api (stock:read stock:reserve)"]
    );
    assert_eq!(said.last().map(String::as_str), Some("+ edge orders -> https://stock.example/api (stock:reserve)"));
    assert!(said[2].starts_with("~ client gateway: may ask orders:place"), "{said:?}");
    let rule = &place.rules[0];
    assert_eq!((rule.name.as_str(), rule.lifetime, rule.mode), ("trust:orders:stock", Some(Seconds(120)), ExchangeMode::Delegation));
    // The narrowest edge: what was sent to somebody else isn't exchanged by it.
    assert_eq!(rule.subject_audience.as_ref().map(ResourceUri::as_str), Some(ORDERS));
    let stock = place.clients.iter().find(|client| client.id.as_str() == "stock").expect("stock");
    assert!(stock.may(GrantType::ClientCredentials) && stock.is_resource(STOCK));
    assert_eq!(place.scopes("stock"), Scopes::openid().or(&["orders:place"].into_iter().collect()).to_string());
    // Law: the same file again is nothing to do.
    assert_eq!(place.plan(&file(&json!({}))), Ok(Plan::default()));
}

#[test]
fn what_the_file_no_longer_says_is_taken_away_and_what_it_never_said_stays() {
    let mut place = Place::new();
    let own: ExchangeRule =
        serde_json::from_value(json!({"name": "by-hand", "client": "stock", "target": ORDERS, "scopes": []})).expect("a rule");
    place.rules.push(own.clone());
    place.apply(&file(&json!({})));
    place.clients[2].metadata.scope = Some(["orders:place", "mail:send"].into_iter().collect());
    let plan = place.apply(&file(&json!({"calls": []})));
    let said = shown(&plan);
    assert_eq!(
        said,
        [
            "~ client gateway: may no longer ask orders:place",
            "~ client stock: may no longer ask orders:place",
            "- edge orders -> https://stock.example/api (stock:reserve)",
        ]
    );
    assert!(plan.remarks[0].contains("by-hand"), "{:?}", plan.remarks);
    assert_eq!((place.scopes("stock").as_str(), place.rules.as_slice()), ("mail:send", &[own][..]));
    // Law: a scope that is renamed doesn't stay behind.
    place.clients[0].metadata.scope = Some(["openid", "orders:place"].into_iter().collect());
    let renamed = json!({"orders": {"audience": ORDERS, "scopes": {"orders:write": {}}}, "gateway": {}});
    place.apply(&file(&json!({"services": renamed, "calls": []})));
    assert_eq!(place.scopes("gateway"), "openid");
}

#[test]
fn a_change_is_seen_and_members_that_arent_given_stay() {
    let mut place = Place::new();
    place.apply(&file(&json!({})));
    place.apis[0].token_lifetime = Some(Seconds(60));
    let call = json!({"from": "orders", "to": "stock", "scopes": ["stock:reserve", "stock:read"], "mode": "impersonation"});
    let services = json!({"gateway": {}, "orders": {"audience": ORDERS}, "stock": {"audience": STOCK, "token_lifetime": 30}});
    let plan = place.apply(&file(&json!({"services": services, "calls": [call]})));
    let said = shown(&plan);
    assert!(said.contains(&"~ api https://stock.example/api (stock:read stock:reserve)".to_owned()), "{said:?}");
    assert!(said.contains(&"~ edge orders -> https://stock.example/api (stock:read stock:reserve)".to_owned()), "{said:?}");
    // Law: silence about a member is no change of it.
    assert_eq!((place.apis[0].token_lifetime, place.apis[0].name.as_deref()), (Some(Seconds(60)), Some("Orders")));
}

#[test]
fn all_that_is_wrong_is_said_at_once_and_nothing_is_done() {
    let place = Place::new();
    let call = |more: Value| {
        let mut call = json!({"from": "orders", "to": "stock", "scopes": ["stock:read"]});
        call.as_object_mut().expect("members").extend(more.as_object().expect("members").clone());
        file(&json!({"calls": [call]}))
    };
    let two = |name: &str, service: Value| {
        file(&json!({"services": {"orders": {"audience": ORDERS, "scopes": {"a": {}}}, name: service}, "calls": []}))
    };
    for (what, file, says) in [
        ("an unknown caller", call(json!({"from": "unheard"})), "from: there is no service unheard"),
        ("an unknown service", call(json!({"to": "unheard"})), "to: there is no service unheard"),
        ("no audience", call(json!({"to": "gateway", "scopes": []})), "gateway has no audience"),
        ("itself", call(json!({"from": "stock"})), "doesn't call itself"),
        ("a foreign scope", call(json!({"scopes": ["orders:place"]})), "stock has no scope orders:place"),
        ("an OpenID scope", call(json!({"scopes": ["openid"]})), "openid"),
        ("a short life", call(json!({"lifetime": 1})), "lifetime: 1"),
        ("a life for a machine", call(json!({"by": "client_credentials", "lifetime": 60})), "belong to an exchange"),
        ("a machine without scopes", call(json!({"by": "client_credentials", "scopes": []})), "name at least one"),
        (
            "twice",
            file(&json!({"calls": [{"from": "orders", "to": "stock", "scopes": []}, {"from": "orders", "to": "stock", "scopes": []}]})),
            "twice",
        ),
        ("one audience of two", two("stock", json!({"audience": ORDERS})), "another service's"),
        ("one scope of two", two("stock", json!({"audience": STOCK, "scopes": {"a": {}}})), "a scope names one API"),
        ("scopes of nothing", two("stock", json!({"scopes": {"b": {}}})), "give it an audience"),
        ("no such client", two("unheard", json!({})), "no client unheard yet"),
        ("an odd scope", two("stock", json!({"audience": STOCK, "scopes": {"b c": {}}})), "services.stock.scopes"),
    ] {
        let faults = place.plan(&file).expect_err(what);
        assert!(faults.iter().any(|fault| fault.contains(says)), "{what}: {faults:?}");
    }
    let public = Place {
        clients: vec![client("orders", json!({"token_endpoint_auth_method": "none"})), client("stock", json!({}))],
        ..Place::new()
    };
    let services = json!({"orders": {"audience": ORDERS}, "stock": {"audience": STOCK, "scopes": {"stock:read": {}}}});
    let calls = json!([{"from": "orders", "to": "stock", "scopes": ["stock:read"], "by": "client_credentials"}]);
    let faults = public.plan(&file(&json!({"services": services, "calls": calls}))).expect_err("a public client");
    // Law: who can't keep a secret is no machine.
    assert!(faults[0].contains("the client would be wrong"), "{faults:?}");
    for (file, says) in [
        (json!({"services": {}, "call": []}), "call"),
        (json!({"services": {"a": {"audiences": []}}}), "audiences"),
        (json!({"services": {"a": {"audience": "stock"}}}), "absolute URI"),
        (json!({"services": {}, "calls": [{"from": "a", "to": "b", "scopes": [], "by": "magic"}]}), "magic"),
        (json!({"services": {}, "calls": [{"from": "a", "to": "b"}]}), "scopes"),
    ] {
        let why = serde_json::from_value::<TrustFile>(file).expect_err("no file").to_string();
        assert!(why.contains(says), "{why}");
    }
}

#[test]
fn an_edge_that_was_declared_by_hand_isnt_declared_twice() {
    let mut place = Place::new();
    let rule = json!({"name": "by-hand", "client": "orders", "subject_audience": ORDERS, "target": STOCK, "scopes": ["stock:read"]});
    place.rules.push(serde_json::from_value(rule).expect("a rule"));
    let faults = place.plan(&file(&json!({}))).expect_err("a conflict");
    // Law: of two rules for one edge nobody knows which counts.
    assert!(faults[0].contains("doorward exchange delete by-hand"), "{faults:?}");
}

#[test]
fn the_map_shows_what_clients_can_get_wherever_it_was_declared() {
    let mut place = Place::new();
    place.apply(&file(&json!({})));
    let by_itself = Client { origin: crate::client::Origin::Dynamic, ..client("stranger", json!({"scope": "orders:place"})) };
    place.clients.push(by_itself);
    let seen: Vec<(String, String, By)> = edges(&place.clients, &place.apis, &place.rules)
        .into_iter()
        .map(|edge| (edge.from.as_str().to_owned(), edge.to.to_string(), edge.by))
        .collect();
    let edge = |from: &str, to: &str, by| (from.to_owned(), to.to_owned(), by);
    // `stock` may use codes, too, as it was registered: what it can get is shown, not what was meant.
    assert_eq!(
        seen,
        [
            edge("gateway", ORDERS, By::AuthorizationCode),
            edge("stock", ORDERS, By::AuthorizationCode),
            edge("stock", ORDERS, By::ClientCredentials),
            edge("orders", STOCK, By::Exchange),
        ]
    );
}
