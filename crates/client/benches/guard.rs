//! What it costs a service to know who calls, without a framework: tokens verified here, and tokens asked about over the loopback.
//!
//! `cargo bench -p doorward-client --bench guard` prints requests a second by one caller, microseconds a request, and each line's ratio to
//! the first. Figures of one run are to be compared with each other; those of two runs, or two machines, are not.
#![allow(missing_docs, clippy::print_stdout, clippy::expect_used, clippy::disallowed_methods, clippy::cast_precision_loss)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::cell::OnceCell;
use std::time::Instant;

use doorward_client::service::{Needs, Presented, Reason, Service, ServiceBuilder};
use doorward_client::{Alg, Client, Provider, Rules, Typ};
use serde_json::json;
use support::hostile::{Forge, RESOURCE};
use support::{Hands, Key, Reply, Rogue, START};

const NEEDS: Needs = Needs::scopes(&["photos:read"]).person();

struct Bench {
    rogue: Rogue,
    provider: Provider,
    first: OnceCell<f64>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let rogue = Rogue::start();
    rogue.says(&json!({"introspection_endpoint": format!("{}/introspect", rogue.issuer)}));
    let active = json!({
        "active": true, "iss": rogue.issuer, "aud": RESOURCE, "sub": "ada", "client_id": "shop", "scope": "photos:read", "exp": START + 600,
        "auth_time": START,
    });
    rogue.always("/introspect", Reply::json(200, &active));
    let provider = Provider::builder(&rogue.issuer).clock(Hands::new()).build().expect("a provider");
    Bench { rogue, provider, first: OnceCell::new() }.run().await;
}

impl Bench {
    async fn run(&self) {
        let asking = |service: ServiceBuilder| service.introspect(Client::new("photos").secret("s3cret"));
        let service = || Service::builder(&self.provider, RESOURCE);
        let here = service().build().expect("a service");
        let kept = asking(service()).build().expect("a service");
        let each = asking(service()).keep_answers(0).build().expect("a service");
        let rogue = &self.rogue;
        let forge = Forge::new(rogue);
        let jwt = forge.token(&json!({}));
        let (opaque, old) = ("dwa_an-opaque-token".to_owned(), forge.token(&json!({"exp": START - 600})));
        let unknown = Key::new("key-9").jws(&forge.header(&json!({"kid": "key-9"})), &forge.claims(&json!({})));
        let bound = forge.bound();
        let proofs: Vec<String> = (0..5_000).map(|at| forge.proof(&bound, &json!({"jti": format!("proof-{at}")}))).collect();

        println!("{:<48} {:>10} {:>12} {:>7}", "one caller", "per second", "µs each", "ratio");
        self.measure("an ES256 JWT, verified here", 20_000, async |_| let_in(&here, &jwt, None).await.expect("Ada")).await;
        let rules = Rules::new(&[Alg::Es256], Typ::Required(&["at+jwt"]));
        let provider = self.provider.clone();
        self.measure("  of that, its signature alone", 20_000, async |_| drop(provider.verify(&jwt, &rules).await.expect("good"))).await;
        self.measure("a DPoP-bound JWT with its proof", 5_000, async |at: usize| {
            let_in(&here, &bound, Some(&proofs[at])).await.expect("Ada");
        })
        .await;
        self.measure("an opaque token, its answer kept", 20_000, async |_| let_in(&kept, &opaque, None).await.expect("Ada")).await;
        self.measure("an opaque token, asked about each time", 1_000, async |_| let_in(&each, &opaque, None).await.expect("Ada")).await;
        self.measure("refused: expired", 20_000, async |_| {
            assert_eq!(let_in(&here, &old, None).await, Err(Reason::Expired));
        })
        .await;
        self.measure("refused: by an unknown key", 20_000, async |_| {
            assert_eq!(let_in(&here, &unknown, None).await, Err(Reason::UnknownKey));
        })
        .await;
        self.measure("refused: garbage", 20_000, async |_| {
            assert_eq!(let_in(&here, "a.b.c", None).await, Err(Reason::TokenMalformed));
        })
        .await;
    }

    async fn measure(&self, name: &str, times: usize, work: impl AsyncFn(usize)) {
        let started = Instant::now();
        for at in 0..times {
            work(at).await;
        }
        let each = started.elapsed().as_secs_f64() / times as f64;
        let first = *self.first.get_or_init(|| each);
        println!("{name:<48} {:>10.0} {:>12.1} {:>7.2}", 1.0 / each, each * 1e6, each / first);
    }
}

async fn let_in(service: &Service, token: &str, proof: Option<&str>) -> Result<(), Reason> {
    let header = if proof.is_some() { format!("DPoP {token}") } else { format!("Bearer {token}") };
    let (authorization, dpop) = ([header.as_str()], proof.map_or_else(Vec::new, |proof| vec![proof]));
    let shown = Presented::new("GET", "/photos").authorization(&authorization).dpop(&dpop);
    let caller = service.authenticate(&shown).await.map_err(|refused| refused.reason())?;
    service.allow(&caller, &NEEDS).map_err(|refused| refused.reason())
}
