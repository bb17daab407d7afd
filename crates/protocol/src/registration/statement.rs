//! Software statements (RFC 7591 §2.3): metadata that an issuer trusted by the operator has signed. What it says goes before what the client says.

use crate::check::{Check, Checks, Evidence};
use crate::error::Refusal;
use crate::jose::{KeySource, Rules, TimeRules, Typ, check_times, peek, verify};
use crate::judged::shown;
use crate::trusted_issuer::TrustedIssuer;
use crate::values::{Seconds, Timestamp};
use serde_json::{Map, Value};

/// The member that carries it.
pub const MEMBER: &str = "software_statement";

/// Claims that speak of the statement and not of the client (RFC 7519 §4.1).
const OF_THE_JWT: [&str; 7] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];

/// A statement that came with a registration, not verified yet.
#[derive(Clone, Debug)]
pub struct Statement {
    text: String,
    /// Who is said to have signed it.
    pub issuer: String,
    /// With which key.
    pub kid: Option<String>,
}

impl Statement {
    /// Finds the statement of a registration, if one came.
    ///
    /// # Errors
    /// [`Check::StatementValid`] for one that is no JWT of an issuer.
    pub fn of(asked: &Map<String, Value>, checks: &mut Checks<'_>) -> Result<Option<Self>, Refusal> {
        let Some(sent) = asked.get(MEMBER).filter(|sent| !sent.is_null()) else { return Ok(None) };
        let read = sent.as_str().and_then(|text| {
            let said = peek(text, Typ::Optional(&["JWT"])).ok()?;
            let issuer = said.text("iss").filter(|issuer| issuer.len() <= 1024)?.to_owned();
            Some(Self { issuer, kid: said.kid().map(str::to_owned), text: text.to_owned() })
        });
        checks.some(Check::StatementValid, read).map(Some)
    }

    /// The statement as it came: the answer repeats it (RFC 7591 §3.2.1).
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The registration with what the statement says in place of what the client says (RFC 7591 §3.1.1: "take precedence").
    ///
    /// # Errors
    /// [`Check::StatementApproved`] when nobody trusts its issuer for it, [`Check::StatementValid`] when signature or time don't hold.
    pub fn settle(
        &self,
        mut asked: Map<String, Value>,
        trusted: Option<(&TrustedIssuer, &dyn KeySource)>,
        now: Timestamp,
        checks: &mut Checks<'_>,
    ) -> Result<Map<String, Value>, Refusal> {
        let trusted = trusted.filter(|(trusted, _)| trusted.issuer == self.issuer);
        let (trusted, keys) =
            checks.require_some(Check::StatementApproved, trusted, || Evidence::new("a trusted issuer", shown(&self.issuer)))?;
        let verified = verify(&self.text, &Rules::new(&trusted.algs, Typ::Optional(&["JWT"])), keys);
        checks.require(Check::StatementValid, verified.is_ok(), || {
            Evidence::new("a statement signed by its issuer", verified.as_ref().err().map_or_else(String::new, ToString::to_string))
        })?;
        let claims = verified.map_err(|_| Refusal::by(Check::StatementValid))?.into_claims();
        // Statements live long: they are made once for a version of the software. One that says when it ends, ends then.
        let times = TimeRules { leeway: Seconds(30), exp_required: false, iat_required: false };
        checks.hold(Check::StatementValid, check_times(&claims, now, times).is_ok())?;
        let subject = claims.get("software_id").or_else(|| claims.get("sub")).and_then(Value::as_str).unwrap_or_default();
        checks.hold(Check::StatementApproved, trusted.speaks_of(subject))?;
        asked.remove(MEMBER);
        // A statement in a statement would be nobody's word.
        let said = claims.into_iter().filter(|(name, _)| !OF_THE_JWT.contains(&name.as_str()) && name != MEMBER);
        asked.extend(said);
        Ok(asked)
    }
}

#[cfg(test)]
#[allow(clippy::expect_used)]
mod tests {
    use super::*;
    use crate::jose::{Alg, JwkSet, SigningKey};
    use serde_json::json;

    const NOW: Timestamp = Timestamp(1_800_000_000);
    const ISSUER: &str = "https://makers.example";

    struct Maker {
        key: SigningKey,
        trusted: TrustedIssuer,
    }

    fn maker() -> Maker {
        let key = SigningKey::generate(Alg::Es256).expect("a key");
        let jwks = json!(JwkSet::new(vec![key.public().clone()]));
        let trusted = json!({"issuer": ISSUER, "jwks": jwks, "algs": ["ES256"], "use": ["registration"], "subjects": ["prints"]});
        Maker { trusted: serde_json::from_value(trusted).expect("an issuer"), key }
    }

    fn claims(more: &Value) -> Value {
        let mut claims =
            json!({"iss": ISSUER, "software_id": "prints", "client_name": "Prints", "redirect_uris": ["https://prints.example/cb"]});
        claims.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
        claims
    }

    fn outcome(maker: &Maker, statement: &Value, trusted: bool) -> Result<Map<String, Value>, Check> {
        let asked = json!({"software_statement": statement, "client_name": "Phish", "tos_uri": "https://prints.example/tos"});
        let asked = asked.as_object().cloned().expect("an object");
        let checks = &mut Checks::silent();
        let found = Statement::of(&asked, checks).map_err(|refusal| refusal.check)?.expect("a statement");
        let keys = maker.trusted.keys().expect("keys");
        let trusted: Option<(&TrustedIssuer, &dyn KeySource)> = trusted.then_some((&maker.trusted, &keys));
        found.settle(asked, trusted, NOW, checks).map_err(|refusal| refusal.check)
    }

    #[test]
    fn what_a_trusted_issuer_signed_goes_before_what_the_client_says() {
        let maker = maker();
        let signed =
            maker.key.sign("JWT", &claims(&json!({"exp": NOW.0 + 60, "jti": "x", "software_statement": "y"}))).expect("a statement");
        let settled = Value::Object(outcome(&maker, &json!(signed), true).expect("it holds"));
        // Law: RFC 7591 §3.1.1; what it doesn't speak of stays the client's.
        assert_eq!(
            settled,
            json!({"software_id": "prints", "client_name": "Prints", "redirect_uris": ["https://prints.example/cb"], "tos_uri": "https://prints.example/tos"})
        );
    }

    #[test]
    fn a_statement_of_nobody_trusted_forged_or_over_registers_nothing() {
        let (maker, other) = (maker(), maker());
        let sign = |by: &Maker, more: &Value| json!(by.key.sign("JWT", &claims(more)).expect("a statement"));
        for (what, statement, trusted, check) in [
            ("no JWT", json!("a.b.c"), true, Check::StatementValid),
            ("no text", json!(5), true, Check::StatementValid),
            ("nobody's", sign(&maker, &json!({"iss": null})), true, Check::StatementValid),
            ("of an issuer that is not trusted", sign(&maker, &json!({})), false, Check::StatementApproved),
            ("of another issuer", sign(&maker, &json!({"iss": "https://other.example"})), true, Check::StatementApproved),
            ("signed by somebody else", sign(&other, &json!({})), true, Check::StatementValid),
            ("over", sign(&maker, &json!({"exp": NOW.0 - 31})), true, Check::StatementValid),
            ("not begun", sign(&maker, &json!({"nbf": NOW.0 + 31})), true, Check::StatementValid),
            ("of software it may not speak of", sign(&maker, &json!({"software_id": "bank"})), true, Check::StatementApproved),
            ("an access token", json!(maker.key.sign("at+jwt", &claims(&json!({}))).expect("a token")), true, Check::StatementValid),
        ] {
            assert_eq!(outcome(&maker, &statement, trusted).err(), Some(check), "{what}");
        }
        let none = Statement::of(&Map::new(), &mut Checks::silent()).map_err(|refusal| refusal.check);
        assert!(matches!(none, Ok(None)));
    }
}
