//! The pages: templates and texts that are part of the program.

use crate::pages::Pages;

const TEMPLATES: [(&str, &str); 9] = [
    ("base.html", include_str!("templates/base.html")),
    ("route.html", include_str!("templates/route.html")),
    ("tries.html", include_str!("templates/tries.html")),
    ("welcome.html", include_str!("templates/welcome.html")),
    ("order.html", include_str!("templates/order.html")),
    ("ordered.html", include_str!("templates/ordered.html")),
    ("hops.html", include_str!("templates/hops.html")),
    ("tried.html", include_str!("templates/tried.html")),
    ("trouble.html", include_str!("templates/trouble.html")),
];

pub(super) fn pages() -> Pages {
    Pages::new("Lantern Tea", TEMPLATES, include_str!("texts/en.json"), include_str!("texts/zh-CN.json"))
}

#[cfg(test)]
mod tests {
    use doorward_client::web::Language;
    use rocket::http::Status;
    use serde_json::{Value, json};

    use super::pages;
    use crate::services::gateway::tries::Try;
    use crate::services::gateway::view;

    const HOSTILE: &str = "\"><script>alert(1)</script>'&";

    #[test]
    fn both_languages_have_the_same_texts() {
        let [english, chinese] = pages().names();
        assert_eq!(english, chinese);
    }

    #[test]
    fn every_page_renders_in_both_languages_and_escapes_what_came_from_outside() {
        let act = json!({ "sub": HOSTILE, "act": { "sub": "b" } });
        let claims = json!({ "iss": HOSTILE, "aud": "a", "sub": HOSTILE, "scope": HOSTILE, "act": act, "iat": 1, "exp": 61 });
        let check = |name: &str| json!({ "check": name, "source": HOSTILE, "expected": HOSTILE, "received": HOSTILE });
        let checks: Vec<Value> = ["Signature", "Issuer", "Audience", "Expired", "Scope", "PersonNeeded", "MachineNeeded"].map(check).into();
        let hop = |person: bool, to: &str| json!({ "from": HOSTILE, "to": to, "person": person, "claims": claims, "checks": checks });
        let hops = view::hops(&json!([hop(true, "orders"), hop(true, "stock"), hop(false, "shipping"), hop(true, HOSTILE)]));
        assert_eq!(hops.len(), 4);
        let order = json!({ "id": "1", "number": 7, "tea": "oolong", "quantity": 2, "parcel": { "number": 1, "courier": "ferry" } });
        let strange = json!({ "id": "2", "number": HOSTILE, "tea": HOSTILE, "quantity": 2, "parcel": { "courier": HOSTILE } });
        let refused = json!({ "by": "stock", "status": 401, "error": HOSTILE, "description": HOSTILE, "check": HOSTILE, "challenge": HOSTILE,
                              "explained": HOSTILE });
        let tries = Try::ALL.map(Try::name);
        let base = json!({ "inside": true, "person": HOSTILE, "server": HOSTILE, "tries": tries, "teas": ["sencha", "oolong", "puer"] });
        let with = |more: Value| {
            let mut values = base.clone();
            more.as_object().into_iter().flatten().for_each(|(name, value)| values[name] = value.clone());
            values
        };
        let mut all = vec![
            ("welcome.html", json!({ "server": HOSTILE, "person": null })),
            ("order.html", with(json!({ "orders": [order, strange] }))),
            ("order.html", with(json!({ "orders": [], "person": null }))),
            ("ordered.html", with(json!({ "order": order }))),
            ("ordered.html", with(json!({ "order": strange }))),
            ("ordered.html", with(json!({ "order": order, "person": null }))),
            ("hops.html", with(json!({ "order": order, "hops": hops }))),
            ("hops.html", with(json!({ "order": order, "hops": hops, "person": null }))),
        ];
        for what in tries {
            all.push(("tried.html", with(json!({ "made": { "what": what, "sent": HOSTILE, "refused": refused } }))));
        }
        all.push(("tried.html", with(json!({ "made": { "what": "edge", "sent": HOSTILE, "refused": null } }))));
        for key in ["bad_order", "not_placed", "foreign", "ours", "no_such_page"] {
            all.push(("trouble.html", with(json!({ "key": key, "refused": refused }))));
        }
        for (template, values) in all {
            for lang in [Language::English, Language::Chinese] {
                let page = pages().render(template, lang, Status::Ok, values.clone());
                assert_eq!(page.status(), Status::Ok, "{template} must render {values}");
                // Law: nothing leaves its place.
                assert!(!page.html().contains("<script") && !page.html().contains("torn"), "{template}");
            }
        }
    }
}
