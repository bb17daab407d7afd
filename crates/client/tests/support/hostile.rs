//! Every way to come in without a right to: one table, for the guard that must refuse and the naive service that doesn't.

use doorward_client::service::Reason;
use doorward_protocol::jose::{Alg, SigningKey, sha256};
use serde_json::{Value, json};

use super::{Key, Rogue, START, merge, part};

/// The service's name, and where its proofs are for.
pub const RESOURCE: &str = "https://photos.example/";

/// A request, as it is sent.
#[derive(Clone, Debug, Default)]
pub struct Sent {
    pub path: String,
    pub headers: Vec<(&'static str, String)>,
}

impl Sent {
    pub fn bearer(token: &str) -> Self {
        Self::to("/photos").with("Authorization", format!("Bearer {token}"))
    }

    pub fn to(path: &str) -> Self {
        Self { path: path.to_owned(), headers: Vec::new() }
    }

    #[must_use]
    pub fn with(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    #[must_use]
    pub fn at(self, path: &str) -> Self {
        Self { path: path.to_owned(), ..self }
    }
}

/// One way.
pub struct Row {
    pub name: &'static str,
    /// The check that refuses.
    pub reason: Reason,
    /// The requests: those before the last are good ones.
    pub sent: Vec<Sent>,
}

/// Makes tokens, good and bad.
pub struct Forge<'r> {
    pub rogue: &'r Rogue,
    pub holder: SigningKey,
}

impl<'r> Forge<'r> {
    pub fn new(rogue: &'r Rogue) -> Self {
        Self { rogue, holder: SigningKey::generate(Alg::Es256).expect("a key") }
    }

    pub fn claims(&self, changes: &Value) -> Value {
        let mut claims = json!({
            "iss": self.rogue.issuer, "aud": RESOURCE, "sub": "ada", "client_id": "shop", "jti": "token-1", "iat": START, "exp": START + 600,
            "scope": "photos:read", "auth_time": START - 60, "acr": "silver",
        });
        merge(&mut claims, changes);
        claims
    }

    pub fn header(&self, changes: &Value) -> Value {
        let mut header = self.rogue.key.header();
        header["typ"] = json!("at+jwt");
        merge(&mut header, changes);
        header
    }

    /// A good token, but for these claims.
    pub fn token(&self, changes: &Value) -> String {
        self.rogue.key.jws(&self.header(&json!({})), &self.claims(changes))
    }

    /// A well signed token under another header.
    pub fn under(&self, changes: &Value) -> String {
        self.rogue.key.jws(&self.header(changes), &self.claims(&json!({})))
    }

    /// A token bound to the holder's key.
    pub fn bound(&self) -> String {
        self.token(&json!({"cnf": {"jkt": self.holder.public().thumbprint()}}))
    }

    /// A proof of the holder's key for `/photos`, changed.
    pub fn proof(&self, token: &str, changes: &Value) -> String {
        Self::proof_by(&self.holder, token, changes)
    }

    pub fn proof_by(key: &SigningKey, token: &str, changes: &Value) -> String {
        let mut claims =
            json!({"jti": "proof-1", "htm": "GET", "htu": "https://photos.example/photos", "iat": START, "ath": sha256(token.as_bytes())});
        merge(&mut claims, changes);
        key.sign_proof(&claims).expect("a proof")
    }

    pub fn dpop(&self, changes: &Value) -> Sent {
        let token = self.bound();
        let proof = self.proof(&token, changes);
        Sent::to("/photos").with("Authorization", format!("DPoP {token}")).with("DPoP", proof)
    }

    /// The whole table.
    pub fn table(&self) -> Vec<Row> {
        let mut rows = self.ways_of_sending();
        rows.extend(self.forged());
        rows.extend(self.of_others());
        rows.extend(self.without_the_key());
        rows.extend(self.not_enough());
        rows
    }

    fn ways_of_sending(&self) -> Vec<Row> {
        let good = self.token(&json!({}));
        let twice = Sent::bearer(&good).with("Authorization", format!("Bearer {good}"));
        vec![
            row("two tokens", Reason::TokensTwice, twice),
            row("a token in the query", Reason::TokenInQuery, Sent::to(&format!("/photos?access_token={good}"))),
            row(
                "one in the header and one in the query",
                Reason::TokensTwice,
                Sent::bearer(&good).at(&format!("/photos?access_token={good}")),
            ),
            row("an oversized token", Reason::TokenTooLong, Sent::bearer(&self.token(&json!({"padding": "x".repeat(9_000)})))),
            row("a refresh token", Reason::TokenMalformed, Sent::bearer("dwr_3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")),
            row("opaque garbage", Reason::TokenMalformed, Sent::bearer("garbage")),
            row("three parts of garbage", Reason::TokenMalformed, Sent::bearer("a.b.c")),
            row("an encrypted token", Reason::TokenMalformed, Sent::bearer("a.b.c.d.e")),
        ]
    }

    fn forged(&self) -> Vec<Row> {
        let good = self.token(&json!({}));
        let parts: Vec<&str> = good.split('.').collect();
        let unsigned = format!("{}.{}.", part(&self.header(&json!({"alg": "none"}))), parts[1]);
        let edited = format!("{}.{}.{}", parts[0], part(&self.claims(&json!({"sub": "eve"}))), parts[2]);
        let stranger = Key::new("key-1");
        let by_stranger = |header: &Value| stranger.jws(&self.header(header), &self.claims(&json!({})));
        vec![
            row("alg none", Reason::Algorithm, Sent::bearer(&unsigned)),
            row("alg None", Reason::Algorithm, Sent::bearer(&self.under(&json!({"alg": "None"})))),
            row("HS256 with the public key as secret", Reason::Algorithm, Sent::bearer(&self.rogue.key.hmac(&self.claims(&json!({}))))),
            row("an edited payload", Reason::Signature, Sent::bearer(&edited)),
            row("the signature cut off", Reason::Signature, Sent::bearer(&format!("{}.{}.", parts[0], parts[1]))),
            row("another's key under the issuer's kid", Reason::Signature, Sent::bearer(&by_stranger(&json!({})))),
            row("an unknown kid", Reason::UnknownKey, Sent::bearer(&by_stranger(&json!({"kid": "key-9"})))),
            row("no kid", Reason::UnknownKey, Sent::bearer(&self.under(&json!({"kid": null})))),
            row("a key of its own in jwk", Reason::Signature, Sent::bearer(&by_stranger(&json!({"jwk": stranger.public()})))),
            row(
                "a key of its own at jku",
                Reason::UnknownKey,
                Sent::bearer(&by_stranger(&json!({"kid": "key-9", "jku": "https://evil.example/jwks"}))),
            ),
            row("a critical header", Reason::CriticalHeader, Sent::bearer(&self.under(&json!({"crit": ["exp"]})))),
            row("an unencoded payload", Reason::CriticalHeader, Sent::bearer(&self.under(&json!({"b64": false})))),
        ]
    }

    fn of_others(&self) -> Vec<Row> {
        let claimed = |reason, name, changes: Value| row(name, reason, Sent::bearer(&self.token(&changes)));
        let id_token = self.rogue.key.jwt(&self.claims(&json!({"aud": "shop", "nonce": "n", "scope": null})));
        let dressed = self.token(&json!({"nonce": "n", "at_hash": "AAAA"}));
        vec![
            row("an ID token", Reason::TokenType, Sent::bearer(&id_token)),
            row("an ID token dressed as an access token", Reason::IdToken, Sent::bearer(&dressed)),
            row("a proof as an access token", Reason::TokenType, Sent::bearer(&self.under(&json!({"typ": "dpop+jwt"})))),
            row("no typ", Reason::TokenType, Sent::bearer(&self.under(&json!({"typ": null})))),
            claimed(Reason::Issuer, "another issuer", json!({"iss": "https://evil.example"})),
            claimed(Reason::Issuer, "an issuer with a slash more", json!({"iss": format!("{}/", self.rogue.issuer)})),
            claimed(Reason::Issuer, "no issuer", json!({"iss": null})),
            claimed(Reason::Audience, "another audience", json!({"aud": "https://mail.example/"})),
            claimed(Reason::Audience, "this audience and a foreign one", json!({"aud": [RESOURCE, "https://mail.example/"]})),
            claimed(Reason::Audience, "the client as audience", json!({"aud": "shop"})),
            claimed(Reason::Expired, "an expired token", json!({"exp": START - 31})),
            claimed(Reason::NotYetValid, "a token not yet valid", json!({"nbf": START + 31})),
            claimed(Reason::IssuedInFuture, "a token from the future", json!({"iat": START + 31})),
            claimed(Reason::ClaimMissing, "a token without end", json!({"exp": null})),
            claimed(Reason::ClaimMissing, "a token of nobody", json!({"sub": null})),
        ]
    }

    fn without_the_key(&self) -> Vec<Row> {
        let bound = self.bound();
        let proven = |name, reason, changes: Value| row(name, reason, self.dpop(&changes));
        let by = |proof: &str| Sent::to("/photos").with("Authorization", format!("DPoP {bound}")).with("DPoP", proof.to_owned());
        let thief = SigningKey::generate(Alg::Es256).expect("a key");
        let good = self.proof(&bound, &json!({"jti": "once"}));
        let free = self.token(&json!({}));
        let free_with_proof = Sent::to("/photos").with("Authorization", format!("DPoP {free}")).with("DPoP", self.proof(&free, &json!({})));
        let certificate = self.token(&json!({"cnf": {"x5t#S256": sha256(b"a certificate")}}));
        vec![
            row("a bound token sent as Bearer", Reason::BoundSentAsBearer, Sent::bearer(&bound)),
            row("a bound token as Bearer with a good proof", Reason::BoundSentAsBearer, Sent::bearer(&bound).with("DPoP", good.clone())),
            row("a free token sent as DPoP", Reason::UnboundSentAsDpop, free_with_proof),
            row("no proof", Reason::ProofMissing, Sent::to("/photos").with("Authorization", format!("DPoP {bound}"))),
            row("two proofs", Reason::ProofTwice, by(&good).with("DPoP", good.clone())),
            row("a proof that is none", Reason::ProofMalformed, by("a.b.c")),
            row("the token as its own proof", Reason::ProofMalformed, by(&bound)),
            row("a proof by a thief's key", Reason::ProofKey, by(&Self::proof_by(&thief, &bound, &json!({})))),
            proven("a proof for another method", Reason::ProofMethod, json!({"htm": "POST"})),
            proven("a proof for another address", Reason::ProofAddress, json!({"htu": "https://mail.example/photos"})),
            proven("a proof for another path", Reason::ProofAddress, json!({"htu": "https://photos.example/albums"})),
            proven("a proof for another token", Reason::ProofToken, json!({"ath": sha256(b"another")})),
            proven("a proof for no token", Reason::ProofToken, json!({"ath": null})),
            proven("an old proof", Reason::ProofTime, json!({"iat": START - 301})),
            proven("a proof from the future", Reason::ProofTime, json!({"iat": START + 61})),
            proven("a proof with a foreign nonce", Reason::ProofNonce, json!({"nonce": "of-another-server"})),
            proven("a proof without a name", Reason::ProofMalformed, json!({"jti": null})),
            Row { name: "a proof used twice", reason: Reason::ProofReplayed, sent: vec![by(&good), by(&good)] },
            row("a certificate's token without it", Reason::CertificateMissing, Sent::bearer(&certificate)),
            row("a token bound in an unknown way", Reason::BindingUnknown, Sent::bearer(&self.token(&json!({"cnf": {"kid": "k"}})))),
        ]
    }

    fn not_enough(&self) -> Vec<Row> {
        let to = |name, reason, path: &str, changes: Value| row(name, reason, Sent::bearer(&self.token(&changes)).at(path));
        let machine = json!({"sub": "shop", "auth_time": null, "acr": null});
        vec![
            to("no scope", Reason::Scope, "/photos", json!({"scope": null})),
            to("another scope", Reason::Scope, "/photos", json!({"scope": "photos:readonly albums:read PHOTOS:READ"})),
            to("scopes glued together", Reason::Scope, "/photos", json!({"scope": "photos:read,albums:read"})),
            to("a machine where a person is asked for", Reason::PersonNeeded, "/people", machine),
            to("a person where a machine is asked for", Reason::MachineNeeded, "/machines", json!({})),
            to("too weak a login", Reason::LoginTooWeak, "/pay", json!({"acr": "bronze"})),
            to("a login of no class", Reason::LoginTooWeak, "/pay", json!({"acr": null})),
            to("too old a login", Reason::LoginTooOld, "/pay", json!({"auth_time": START - 301})),
            to("a login of no age", Reason::PersonNeeded, "/pay", json!({"auth_time": null})),
        ]
    }
}

fn row(name: &'static str, reason: Reason, sent: Sent) -> Row {
    Row { name, reason, sent: vec![sent] }
}
