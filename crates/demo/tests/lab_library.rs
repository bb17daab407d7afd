//! The client library against the lab, over real HTTP: every fault is refused by the check that is meant for it.
#![allow(clippy::expect_used)]

use doorward_client::login::{Answer, Ask, LoginError};
use doorward_client::service::{Needs, Presented, Service};
use doorward_client::{Alg, Client, Login, Provider};
use doorward_demo::lab::{lab_issuer, rows};
use rocket::fairing::AdHoc;
use rocket::tokio::runtime::Builder;
use std::net::TcpListener;
use std::sync::mpsc::channel;
use std::thread;
use ureq::http::Request;

const CALLBACK: &str = "http://localhost:8080/callback";
const AUDIENCE: &str = "http://127.0.0.1:9000/";

/// What the library says to each issuer, and to each access token.
const REFUSED: [(&str, &str, &str); 31] = [
    ("wrong-state", "State", ""),
    ("missing-state", "BadAnswer", ""),
    ("replayed-state", "State", ""),
    ("wrong-iss", "OtherIssuer", ""),
    ("missing-iss", "OtherIssuer", ""),
    ("repeated-code", "BadAnswer", ""),
    ("error-with-code", "Said", ""),
    ("other-issuer", "Provider", ""),
    ("other-person", "OtherPerson", ""),
    ("wrong-at-hash", "IdToken(AccessTokenHash)", ""),
    ("wrong-nonce", "IdToken(Nonce)", ""),
    ("missing-nonce", "IdToken(Nonce)", ""),
    ("expired", "IdToken(Jws(Expired))", "Expired"),
    ("missing-expiry", "IdToken(Jws(MissingClaim(\"exp\")))", "ClaimMissing"),
    ("issued-in-the-future", "IdToken(Jws(IssuedInFuture))", ""),
    ("not-yet-valid", "", "NotYetValid"),
    ("wrong-audience", "IdToken(Audience)", "Audience"),
    ("extra-audience", "IdToken(AuthorizedParty)", ""),
    ("wrong-azp", "IdToken(AuthorizedParty)", ""),
    ("wrong-issuer", "IdToken(Issuer)", "Issuer"),
    ("missing-scope", "", "Scope"),
    ("alg-none", "IdToken(Jws(AlgNotAllowed))", "Algorithm"),
    ("hs256-public-key", "IdToken(Jws(AlgNotAllowed))", "Algorithm"),
    ("unknown-key", "IdToken(Jws(UnknownKey))", "UnknownKey"),
    ("foreign-key", "IdToken(Jws(BadSignature))", "Signature"),
    ("embedded-jwk", "IdToken(Jws(BadSignature))", "Signature"),
    ("embedded-jku", "", "UnknownKey"),
    ("edited", "IdToken(Jws(BadSignature))", "Signature"),
    ("critical-header", "IdToken(Jws(Critical))", "CriticalHeader"),
    ("wrong-kind", "IdToken(Jws(WrongTyp))", "TokenType"),
    ("wrong-type", "", "TokenType"),
];

/// A lab that listens; it ends with the test's process.
struct Lab {
    port: u16,
}

impl Lab {
    fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").port();
        let (up, lifted) = channel();
        let lab = lab_issuer(port, "http://127.0.0.1:9").expect("a lab");
        let lab = lab.attach(AdHoc::on_liftoff("up", move |_| Box::pin(async move { up.send(()).expect("somebody waits") })));
        thread::spawn(move || drop(rocket::execute(lab.launch())));
        lifted.recv().expect("the lab listens");
        Self { port }
    }

    fn issuer(&self, name: &str) -> String {
        format!("http://127.0.0.1:{}/{name}", self.port)
    }

    /// The query that the browser carries back.
    fn answered(url: &str) -> String {
        let agent: ureq::Agent = ureq::Agent::config_builder().max_redirects(0).max_redirects_will_error(false).build().into();
        let answer = agent.run(Request::get(url).body(()).expect("a request")).expect("an answer");
        assert_eq!(answer.status(), 303);
        let to = answer.headers().get("location").and_then(|to| to.to_str().ok()).expect("an address");
        to.strip_prefix(CALLBACK).and_then(|query| query.strip_prefix('?')).expect("a query").to_owned()
    }

    /// Two logins, as an app makes them; the second decides. The name of the person, or why not.
    async fn log_in(&self, name: &str, alg: Alg) -> Result<String, LoginError> {
        let provider = Provider::new(&self.issuer(name)).expect("a provider");
        let client = if alg == Alg::Es256 { "es256-app" } else { "app" };
        let app = Login::new(provider, Client::new(client).secret("any"), CALLBACK)?.scopes(["profile"]).id_token_alg(alg);
        let mut last = Err(LoginError::Ended);
        for _ in 0..2 {
            let begun = app.begin(&Ask::new()).await?;
            let answer = Answer::from_query(&Self::answered(begun.url.as_str()))?;
            last = Ok(app.finish(begun.pending, &answer).await?);
        }
        let person = last?;
        let told = app.userinfo(&person.tokens, person.claims.subject()).await?;
        Ok(told.name().unwrap_or_default().to_owned())
    }

    /// What a service that trusts this issuer says to its token.
    async fn serve(&self, name: &str) -> Result<(), &'static str> {
        const NEEDS: Needs = Needs::scopes(&["notes:read"]);
        let provider = Provider::new(&self.issuer(name)).expect("a provider");
        let service = Service::builder(&provider, AUDIENCE).build().expect("a service");
        let form = [("audience", AUDIENCE), ("scope", "notes:read")];
        let mut answer = ureq::post(format!("{}/access-token", self.issuer(name))).send_form(form).expect("a token");
        let answer: serde_json::Value = serde_json::from_str(&answer.body_mut().read_to_string().expect("text")).expect("JSON");
        let header = format!("Bearer {}", answer["access_token"].as_str().expect("a token"));
        let headers = [header.as_str()];
        let caller = service.authenticate(&Presented::new("GET", "/").authorization(&headers)).await.map_err(|no| no.reason().name())?;
        service.allow(&caller, &NEEDS).map_err(|no| no.reason().name())
    }
}

fn wait<T>(work: impl Future<Output = T>) -> T {
    Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(work)
}

#[test]
fn the_library_logs_in_at_the_correct_issuer_and_refuses_every_other_by_name() {
    let lab = Lab::start();
    wait(async {
        for alg in [Alg::Rs256, Alg::Es256] {
            assert_eq!(lab.log_in("correct", alg).await, Ok("Mira Made-Up".to_owned()));
            for (name, refused, _) in REFUSED.into_iter().filter(|(_, refused, _)| !refused.is_empty()) {
                let why = lab.log_in(name, alg).await.expect_err(name);
                // Law: nobody is logged in, and the reason is the fault.
                assert!(format!("{why:?}").starts_with(refused), "{name}: {why:?}");
            }
        }
    });
}

#[test]
fn the_library_serves_the_correct_token_and_refuses_every_other_by_name() {
    let lab = Lab::start();
    wait(async {
        assert_eq!(lab.serve("correct").await, Ok(()));
        for (name, _, refused) in REFUSED.into_iter().filter(|(_, _, refused)| !refused.is_empty()) {
            // Law: the guard lets no faulty token in.
            assert_eq!(lab.serve(name).await, Err(refused), "{name}");
        }
    });
}

#[test]
fn every_row_of_the_lab_is_tried_on_whom_it_is_meant_for() {
    for row in rows().iter().filter(|row| row.name != "correct") {
        let (_, app, service) = REFUSED.iter().find(|(name, ..)| *name == row.name).expect(row.name);
        // Law: no fault is left out.
        assert_eq!((!app.is_empty(), !service.is_empty()), (row.side.has_app(), row.side.has_service()), "{}", row.name);
    }
}
