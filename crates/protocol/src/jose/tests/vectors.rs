//! The examples of the specifications, byte for byte.

use serde_json::json;

use crate::jose::verify::open;
use crate::jose::{Alg, Jwk, JwkSet, JwsError, Rules, Typ, UnknownAlg, verify};

const RFC7515_PAYLOAD: &str = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

fn set(key: serde_json::Value) -> JwkSet {
    JwkSet::from_value(&json!({"keys": [key]})).expect("the key of the RFC is read")
}

#[test]
fn rs256_verifies_rfc_7515_a_2() {
    let keys = set(json!({
        "kty": "RSA",
        "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
        "e": "AQAB",
    }));
    let token = format!(
        "eyJhbGciOiJSUzI1NiJ9.{RFC7515_PAYLOAD}.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
    );
    let verified = verify(&token, &Rules::new(&[Alg::Rs256], Typ::Any), &keys).expect("the RFC verifies");
    assert_eq!(verified.claims()["iss"], "joe");
    assert_eq!(verify(&token, &Rules::new(&[Alg::Ps256], Typ::Any), &keys).err(), Some(JwsError::AlgNotAllowed));
}

#[test]
fn es256_verifies_rfc_7515_a_3() {
    let keys = set(json!({
        "kty": "EC",
        "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    }));
    let token = format!(
        "eyJhbGciOiJFUzI1NiJ9.{RFC7515_PAYLOAD}.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
    );
    let verified = verify(&token, &Rules::new(&[Alg::Es256], Typ::Any), &keys).expect("the RFC verifies");
    assert_eq!(verified.claims()["exp"], 1_300_819_380);
}

#[test]
fn eddsa_verifies_rfc_8037_a_4_whose_payload_is_no_claims_set() {
    let keys = set(json!({
        "kty": "OKP",
        "crv": "Ed25519",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    }));
    let token = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    let rules = Rules::new(&[Alg::EdDsa], Typ::Any);
    let (_, _, payload) = open(token, &rules, &keys).expect("the RFC verifies");
    assert_eq!(payload, b"Example of Ed25519 signing");
    assert_eq!(verify(token, &rules, &keys).err(), Some(JwsError::Malformed("its claims")));
}

#[test]
fn thumbprints_are_those_of_rfc_7638_and_rfc_8037() {
    let rsa = Jwk::from_value(&json!({
        "kty": "RSA",
        "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
        "e": "AQAB",
        "alg": "RS256",
        "kid": "2011-04-29",
    }))
    .expect("the key of the RFC is read");
    assert_eq!(rsa.kid(), Some("2011-04-29"));
    assert_eq!(rsa.thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");

    let okp = Jwk::from_value(&json!({
        "kty": "OKP",
        "crv": "Ed25519",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    }))
    .expect("the key of the RFC is read");
    assert_eq!(okp.thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

#[test]
fn at_hash_and_c_hash_are_those_of_openid_connect_core_appendix_a() {
    assert_eq!(Alg::Rs256.hash_half("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"), "77QmUPtjPfzWtF2AnpK9RQ");
    assert_eq!(Alg::Rs256.hash_half("Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk"), "LDktKdoQak3Pk0cnXxCltA");
    for alg in Alg::ALL {
        let bytes = match alg {
            Alg::Es256 | Alg::Rs256 | Alg::Ps256 => 16,
            Alg::EdDsa => 32,
        };
        assert_eq!(alg.hash_half("x").len(), (bytes * 4_usize).div_ceil(3));
    }
}

#[test]
fn names_are_exact_and_symmetric_algorithms_have_none() {
    for alg in Alg::ALL {
        assert_eq!(alg.name().parse(), Ok(alg));
        assert_eq!(json!(alg), json!(alg.name()));
        assert_eq!(serde_json::from_value::<Alg>(json!(alg.name())).ok(), Some(alg));
    }
    for name in [
        "", "none", "NONE", "None", "HS256", "HS384", "HS512", "es256", "ES256 ", "ES384", "ES256K", "RS512", "RS1", "EDDSA", "Ed25519",
        "RSA-OAEP", "dir",
    ] {
        assert_eq!(name.parse::<Alg>(), Err(UnknownAlg), "{name}");
    }
    assert_eq!(UnknownAlg.to_string(), "the signature algorithm is not one of ES256, EdDSA, RS256, PS256");
}
