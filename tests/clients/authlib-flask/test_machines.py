"""Machines that prove themselves by signed assertions (RFC 7523), as Authlib makes them."""

import json
import os
import pathlib
import unittest

import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import ClientSecretJWT, PrivateKeyJWT, private_key_jwt_sign
from joserfc.jwk import ECKey

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

ISSUER = os.environ["ISSUER"]
RESOURCE = "https://notes.example.org"
WORKER_KEY = ECKey.import_key(json.loads(pathlib.Path(__file__).with_name("worker_key.json").read_text()))
SIGNER_SECRET = "a-long-secret-of-the-signer-that-signs-by-it"


def metadata():
    return requests.get(f"{ISSUER}/.well-known/oauth-authorization-server", timeout=10).json()


class Machines(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = metadata()

    def session(self, client_id, secret, method):
        """The issuer is the only audience of an assertion: it is what the library is told to sign for."""
        session = OAuth2Session(
            client_id, secret, token_endpoint_auth_method=method.name, revocation_endpoint_auth_method=method.name
        )
        session.register_client_auth_method(method)
        return session

    def token(self, session, **more):
        return session.fetch_token(self.server["token_endpoint"], grant_type="client_credentials", scope="notes:read", **more)

    def worker(self, audience=ISSUER):
        return self.session("worker", WORKER_KEY, PrivateKeyJWT(audience, alg="ES256"))

    def test_a_key_of_its_own(self):
        session = self.worker()
        token = self.token(session)
        self.assertEqual(token["scope"], "notes:read")
        told = session.introspect_token(self.server["introspection_endpoint"], token=token["access_token"]).json()
        self.assertEqual((told["active"], told["aud"], told["sub"]), (True, RESOURCE, "worker"))
        self.assertEqual(session.revoke_token(self.server["revocation_endpoint"], token=token["access_token"]).status_code, 200)
        told = session.introspect_token(self.server["introspection_endpoint"], token=token["access_token"]).json()
        self.assertEqual(told, {"active": False})

    def test_the_secret_signs_and_never_travels(self):
        session = self.session("signer", SIGNER_SECRET, ClientSecretJWT(ISSUER))
        self.assertEqual(self.token(session)["scope"], "notes:read")

    def test_an_assertion_for_another_audience_is_told_so(self):
        answer = requests.post(
            self.server["token_endpoint"], data=self.signed_for(self.server["token_endpoint"]), timeout=10
        )
        self.assertEqual((answer.status_code, answer.json()["error"]), (401, "invalid_client"))
        # The refusal says what to change.
        self.assertIn("issuer", answer.json()["error_description"])

    def test_an_assertion_works_once(self):
        data = self.signed_for(ISSUER)
        self.assertEqual(requests.post(self.server["token_endpoint"], data=data, timeout=10).status_code, 200)
        again = requests.post(self.server["token_endpoint"], data=data, timeout=10)
        self.assertEqual((again.status_code, again.json()["error"]), (401, "invalid_client"))

    def test_a_secret_is_no_key(self):
        session = self.session("worker", SIGNER_SECRET, ClientSecretJWT(ISSUER))
        with self.assertRaises(Exception) as refusal:
            self.token(session)
        self.assertEqual(refusal.exception.error, "invalid_client")

    def signed_for(self, audience):
        return {
            "grant_type": "client_credentials",
            "scope": "notes:read",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": private_key_jwt_sign(WORKER_KEY, "worker", audience, alg="ES256"),
        }


if __name__ == "__main__":
    unittest.main()
