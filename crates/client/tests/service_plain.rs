//! The guards without Rocket: what is refused is refused by the core, whatever the framework.
#![cfg(feature = "service")]
#![allow(clippy::expect_used, missing_docs)]

mod support;

use doorward_client::Provider;
use doorward_client::service::{Presented, Refusal, Service};
use support::api::{Api, needs_of};
use support::hostile::{Forge, RESOURCE, Sent};
use support::{Hands, Rogue};

fn service(rogue: &Rogue) -> Service {
    let provider = Provider::builder(&rogue.issuer).clock(Hands::new()).build().expect("a provider");
    Service::builder(&provider, RESOURCE).build().expect("a service")
}

async fn let_in(service: &Service, sent: &Sent) -> Result<String, Refusal> {
    let (path, query) = sent.path.split_once('?').unwrap_or((&sent.path, ""));
    let of = |name: &str| sent.headers.iter().filter(|(named, _)| *named == name).map(|(_, value)| value.as_str()).collect::<Vec<_>>();
    let (authorization, dpop) = (of("Authorization"), of("DPoP"));
    let shown = Presented::new("GET", path).authorization(&authorization).dpop(&dpop).token_in_query(query.starts_with("access_token="));
    let caller = service.authenticate(&shown).await?;
    service.allow(&caller, &needs_of(path))?;
    Ok(caller.subject().to_owned())
}

#[tokio::test]
async fn the_core_says_to_every_row_what_the_guard_says() {
    let rogue = Rogue::start();
    for row in Forge::new(&rogue).table() {
        let (plain, api) = (service(&rogue), Api::new(&rogue).await);
        let (last, before) = row.sent.split_last().expect("a request");
        for good in before {
            assert_eq!((let_in(&plain, good).await, api.get(good).await.body.as_str()), (Ok("ada".to_owned()), "ada"));
        }
        let (refused, answer) = (let_in(&plain, last).await.expect_err(row.name), api.get(last).await);
        assert_eq!(refused.reason(), row.reason, "{}", row.name);
        // Law: the guard adds nothing and leaves out nothing.
        assert_eq!((refused.status(), refused.challenges(), refused.body()), (answer.status, answer.challenges.as_slice(), answer.body));
    }
}

#[tokio::test]
async fn whoever_shows_a_good_token_comes_in_without_rocket() {
    let rogue = Rogue::start();
    let (plain, forge) = (service(&rogue), Forge::new(&rogue));
    let free = Sent::bearer(&forge.token(&serde_json::json!({})));
    assert_eq!(let_in(&plain, &free).await, Ok("ada".to_owned()));
    assert_eq!(let_in(&plain, &forge.dpop(&serde_json::json!({}))).await, Ok("ada".to_owned()));
    assert_eq!(plain.metadata_url(), Some("https://photos.example/.well-known/oauth-protected-resource"));
    // Law: RFC 9728 §3.3.
    assert!(plain.metadata().contains(&format!(r#""resource":"{RESOURCE}""#)));
}
