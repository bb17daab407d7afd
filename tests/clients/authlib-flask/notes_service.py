"""The API that the app calls: it accepts only tokens for itself, checked in two ways.

`/notes` verifies the signed token by itself (RFC 9068). `/notes/fresh` asks the server (RFC 7662), and so knows at
once when a token was revoked.
"""

import requests
from authlib.integrations.flask_oauth2 import ResourceProtector, current_token
from authlib.oauth2.rfc7662 import IntrospectTokenValidator
from authlib.oauth2.rfc9068 import JWTBearerTokenValidator
from flask import Flask, jsonify


def create_service(issuer, resource, client_id, client_secret):
    service = Flask(__name__)
    metadata = {}

    def endpoint(name):
        if not metadata:
            metadata.update(requests.get(f"{issuer}/.well-known/openid-configuration", timeout=10).json())
        return metadata[name]

    class OfflineValidator(JWTBearerTokenValidator):
        def get_jwks(self):
            return requests.get(endpoint("jwks_uri"), timeout=10).json()

    class OnlineValidator(IntrospectTokenValidator):
        def introspect_token(self, token_string):
            answer = requests.post(
                endpoint("introspection_endpoint"),
                data={"token": token_string, "client_id": client_id, "client_secret": client_secret},
                timeout=10,
            )
            answer.raise_for_status()
            return answer.json()

    offline = ResourceProtector()
    offline.register_token_validator(OfflineValidator(issuer=issuer, resource_server=resource))
    online = ResourceProtector()
    online.register_token_validator(OnlineValidator())

    @service.get("/notes")
    @offline("notes:read")
    def notes():
        return jsonify(notes=["Buy milk"], sub=current_token["sub"])

    @service.get("/notes/fresh")
    @online("notes:read")
    def fresh_notes():
        return jsonify(notes=["Buy milk"], sub=current_token["sub"], aud=current_token["aud"])

    @service.get("/notes/write")
    @offline("notes:write")
    def write():
        return jsonify(written=True)

    return service
