//! The client library's services against the server itself: a person at a web app, the service that it calls, and the next one behind it.
#![cfg(feature = "demo")]
#![allow(clippy::expect_used, missing_docs)]

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Arc, Barrier};

use doorward_client::calls::CallError;
use doorward_client::login::{Answer, Ask};
use doorward_client::service::{Caller, Needs, Presented, Refusal, Service};
use doorward_client::time::{Clock, Timestamp};
use doorward_client::{AccessToken, Calls, Client, Login, Provider};
use doorward_demo::player::{Limits, Origin, Player, forms};
use doorward_protocol::exchange_rule::ExchangeRule;
use doorward_testkit::{API, Captured, FakeClock, Listening, PASSWORD, SECRET, World, photos};
use rocket::tokio;
use serde_json::{Value, json};
use url::Url;

const MAIL: &str = "https://mail.example/api";
const STOCK: &str = "https://stock.example/api";
const CROWD: usize = 50;

#[derive(Debug)]
struct Shared(Arc<FakeClock>);

impl Clock for Shared {
    fn now(&self) -> Timestamp {
        doorward::clock::Clock::now(&*self.0)
    }
}

/// The server, and a web app, the photo service and the mail service, which are its clients.
struct Parties {
    server: Listening,
    provider: Provider,
}

fn service(resource: &str) -> Value {
    let grants = ["urn:ietf:params:oauth:grant-type:token-exchange", "client_credentials"];
    json!({"resource": resource, "grant_types": grants, "redirect_uris": null, "scope": "photos:read mail:read stock:read"})
}

impl Parties {
    async fn start() -> Self {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr()).expect("a port");
        let issuer = format!("http://{free}");
        let api = |resource: &str, scope: &str| json!({"resource": resource, "scopes": {scope: {}}});
        let shop = json!({"redirect_uris": ["http://localhost:9/cb"], "scope": "openid photos:read"});
        let world = World::new().issuer(&issuer).user("ada").app("shop", shop);
        let world = world.api(photos()).api(api(MAIL, "mail:read")).api(api(STOCK, "stock:read"));
        let world = world.app("photos", service(API)).app("mail", service(MAIL));
        let server = world.listen_on(free.port()).await;
        let edge = json!({"name": "photos-to-mail", "client": "photos", "target": MAIL, "scopes": ["mail:read"]});
        server.declare::<ExchangeRule>(edge).await;
        let clock = Arc::new(Shared(Arc::clone(&server.clock)));
        Self { server, provider: Provider::builder(&issuer).clock(clock).build().expect("a provider") }
    }

    fn client(name: &str) -> Client {
        Client::new(name).secret(SECRET)
    }

    fn calls(&self, name: &str) -> Calls {
        Calls::new(&self.provider, Self::client(name))
    }

    fn guard(&self, resource: &str) -> Service {
        Service::builder(&self.provider, resource).build().expect("a service")
    }

    /// What the web app got of Ada for the photo service.
    async fn given(&self) -> AccessToken {
        let login = Login::new(self.provider.clone(), Self::client("shop"), "http://localhost:9/cb").expect("a login");
        let login = login.scopes(["photos:read"]).resource(API);
        let begun = login.begin(&Ask::new()).await.expect("a beginning");
        let came = tokio::task::spawn_blocking(move || walk(&begun.url)).await.expect("no panic");
        let answer = Answer::from_query(&came).expect("an answer");
        AccessToken::new(login.finish(begun.pending, &answer).await.expect("Ada").tokens.access_token())
    }
}

/// Ada logs in and agrees; the query that her browser would carry back to the app.
fn walk(url: &Url) -> String {
    let player = Player::new(&[Origin::parse(&url.origin().ascii_serialization()).expect("an origin")], Limits::default());
    let mut browser = player.browser();
    let mut answer = browser.get(url).expect("an answer");
    for _ in 0..5 {
        let at_app = |url: &Url| url.port() == Some(9);
        let arrived = browser.follow(answer, at_app).expect("a page");
        if let Some(back) = arrived.last.target().filter(at_app) {
            return back.query().unwrap_or_default().to_owned();
        }
        let page = arrived.last;
        let form = forms(&page.body).into_iter().find_map(|form| {
            if form.has("password") {
                Some(form.fill("username", "ada").fill("password", PASSWORD))
            } else {
                form.press("decision", "allow")
            }
        });
        answer = browser.submit(&page, &form.expect("a form")).expect("an answer");
    }
    panic!("no way through")
}

async fn shown(service: &Service, token: &AccessToken, needs: &Needs) -> Result<Caller, Refusal> {
    let header = format!("Bearer {}", token.expose());
    let caller = service.authenticate(&Presented::new("GET", "/").authorization(&[&header])).await?;
    service.allow(&caller, needs).map(|()| caller)
}

const MAIL_READ: Needs = Needs::scopes(&["mail:read"]);

#[rocket::async_test]
async fn a_person_is_carried_from_service_to_service_and_each_token_opens_one() {
    let parties = Parties::start().await;
    let (photos, mail) = (parties.guard(API), parties.guard(MAIL));
    let first = shown(&photos, &parties.given().await, &Needs::scopes(&["photos:read"]).person()).await.expect("Ada");
    let second = parties.calls("photos").exchange(first.token(), MAIL, &["mail:read"]).await.expect("a token");
    let caller = shown(&mail, second.token(), &MAIL_READ.person()).await.expect("Ada");
    assert_eq!((caller.subject(), caller.client_id(), caller.actors().collect::<Vec<_>>()), ("sub-ada", Some("photos"), vec!["photos"]));
    for (guard, token) in [(&photos, second.token()), (&mail, first.token())] {
        // Law: a token for one service is nothing to another.
        assert_eq!(shown(guard, token, &Needs::nothing()).await.expect_err("a refusal").reason().name(), "Audience");
    }
    parties.server.stop().await;
}

#[rocket::async_test]
async fn a_machine_calls_for_itself_and_is_no_person() {
    let parties = Parties::start().await;
    let token = parties.calls("photos").machine(MAIL, &["mail:read"]).await.expect("a token");
    let mail = parties.guard(MAIL);
    assert_eq!(shown(&mail, token.token(), &MAIL_READ.machine()).await.expect("the service").subject(), "photos");
    // Law: RFC 9700 §4.15.
    assert_eq!(shown(&mail, token.token(), &MAIL_READ.person()).await.expect_err("a refusal").reason().name(), "PersonNeeded");
    parties.server.stop().await;
}

#[rocket::async_test]
async fn an_exchange_that_nobody_declared_says_which_edge_is_missing() {
    let parties = Parties::start().await;
    let (ada, calls) = (parties.given().await, parties.calls("photos"));
    let refused = calls.exchange(&ada, STOCK, &["stock:read"]).await.expect_err("a refusal");
    let CallError::Refused { error, description, .. } = &refused else { panic!("{refused:?}") };
    assert_eq!(error, "invalid_target");
    let said = description.as_deref().unwrap_or_default();
    assert!([STOCK, "photos"].iter().all(|named| said.contains(named)) && refused.to_string().contains(said), "{refused}");
    parties.server.declare::<ExchangeRule>(json!({"name": "late", "client": "photos", "target": STOCK, "scopes": ["stock:read"]})).await;
    // Law: the same service works at its next call, without a restart.
    assert!(calls.exchange(&ada, STOCK, &["stock:read"]).await.is_ok());
    let theft = parties.calls("mail").exchange(&ada, STOCK, &[]).await.expect_err("a refusal");
    assert!(theft.code().is_some(), "another's token is exchanged for nothing: {theft}");
    parties.server.stop().await;
}

/// Fifty threads that ask at the same moment; the tokens they got.
async fn crowd(calls: &Calls, subject: Option<AccessToken>) -> BTreeSet<String> {
    let (calls, here) = (calls.clone(), tokio::runtime::Handle::current());
    let work = move || {
        let together = Barrier::new(CROWD);
        let ask = || {
            together.wait();
            here.block_on(async {
                match &subject {
                    None => calls.machine(MAIL, &["mail:read"]).await,
                    Some(subject) => calls.exchange(subject, MAIL, &["mail:read"]).await,
                }
            })
        };
        std::thread::scope(|scope| {
            let all: Vec<_> = (0..CROWD).map(|_| scope.spawn(ask)).collect();
            all.into_iter().map(|one| one.join().expect("no panic").expect("a token").bearer()).collect()
        })
    };
    tokio::task::spawn_blocking(work).await.expect("no panic")
}

#[rocket::async_test]
async fn fifty_threads_get_one_token_and_it_is_renewed_before_it_ends() {
    let parties = Parties::start().await;
    let calls = parties.calls("photos");
    let ada = parties.given().await;
    assert_eq!(crowd(&calls, Some(ada)).await.len(), 1, "each request would have got another");
    let mut seen = crowd(&calls, None).await;
    assert_eq!(seen.len(), 1);
    parties.server.clock.advance(480);
    while seen.len() < 2 {
        seen.extend(crowd(&calls, None).await);
    }
    parties.server.clock.advance(130);
    let later = calls.machine(MAIL, &["mail:read"]).await.expect("a token");
    assert!(shown(&parties.guard(MAIL), later.token(), &MAIL_READ).await.is_ok());
    // Law: at the end of the first the second is at hand, and there is no third.
    assert!(seen.len() == 2 && seen.contains(&later.bearer()));
    parties.server.stop().await;
}

#[rocket::async_test]
async fn no_token_and_no_secret_is_logged_or_printed() {
    let log = Captured::everything();
    let parties = Parties::start().await;
    let (calls, mail) = (parties.calls("photos"), parties.guard(MAIL));
    let ada = parties.given().await;
    let exchanged = calls.exchange(&ada, MAIL, &["mail:read"]).await.expect("a token");
    let own = calls.machine(MAIL, &["mail:read"]).await.expect("a token");
    let refused = calls.exchange(&ada, STOCK, &[]).await.expect_err("a refusal");
    let elsewhere = shown(&mail, &ada, &MAIL_READ).await.expect_err("a refusal");
    let caller = shown(&mail, exchanged.token(), &MAIL_READ).await.expect("Ada");
    let printed =
        format!("{calls:?} {mail:?} {ada:?} {exchanged:?} {own:?} {refused:?} {refused} {elsewhere:?} {caller:?} {:?}", parties.provider);
    let text = log.text();
    assert!(text.contains("doorward_client"), "the library logs what went wrong");
    for secret in [ada.expose(), exchanged.token().expose(), own.token().expose(), SECRET, PASSWORD] {
        // The signature alone would do.
        for part in secret.rsplit('.').take(2) {
            // Law: whoever reads the log can call nobody.
            assert!(!printed.contains(part) && !text.contains(part), "{part}");
        }
    }
    parties.server.stop().await;
}
