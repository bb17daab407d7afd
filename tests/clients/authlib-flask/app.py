"""A Flask app that logs people in at Doorward with Authlib, calls an API for them, and logs them out.

Step by step as one would write it by hand: create the app, import the libraries, log in, authorize, log out.
Nothing in it is particular to Doorward: the issuer's address is all it knows.
"""

from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Flask, jsonify, redirect, request, session, url_for


def create_app(issuer, client_id, client_secret, notes_api):
    # Step 1: create the Flask app.
    app = Flask(__name__)
    app.secret_key = client_secret

    # Step 2: tell the library who we are; the rest it learns from the discovery document.
    oauth = OAuth(app)
    common = {
        "client_id": client_id,
        "client_secret": client_secret,
        "server_metadata_url": f"{issuer}/.well-known/openid-configuration",
    }
    login = oauth.register(
        "login", **common, client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256"}
    )
    notes = oauth.register(
        "notes", **common, api_base_url=notes_api, client_kwargs={"scope": "notes:read", "code_challenge_method": "S256"}
    )

    @app.get("/")
    def index():
        return jsonify(person=session.get("person"))

    # Step 3: log in. The ID token says who it is; the access token is for the userinfo endpoint.
    @app.get("/login")
    def log_in():
        session["step"] = "login"
        return login.authorize_redirect(url_for("callback", _external=True))

    # Step 4: authorize. The access token of this step is for the notes API and for nothing else.
    @app.get("/authorize")
    def authorize():
        session["step"] = "notes"
        # Where the app's own button says "change what I allowed", the person is asked again.
        again = {"prompt": "consent"} if "again" in request.args else {}
        return notes.authorize_redirect(url_for("callback", _external=True), **again)

    @app.get("/callback")
    def callback():
        step = session.pop("step", "login")
        client = {"login": login, "notes": notes}[step]
        try:
            token = client.authorize_access_token()
        except OAuthError as refusal:
            return jsonify(error=refusal.error, error_description=refusal.description), 403
        if step == "login":
            session["person"] = dict(token["userinfo"])
            session["id_token"] = token["id_token"]
            session["login_token"] = {"access_token": token["access_token"], "token_type": "Bearer"}
            return redirect(url_for("index"))
        session["notes_token"] = {"access_token": token["access_token"], "token_type": "Bearer"}
        return redirect(url_for("read_notes"))

    @app.get("/userinfo")
    def userinfo():
        return jsonify(login.userinfo(token=session["login_token"]))

    @app.get("/notes")
    def read_notes():
        answer = notes.get(request.args.get("path", "/notes"), token=session["notes_token"])
        return answer.text, answer.status_code, {"Content-Type": "application/json"}

    # Tries what must not work: the login's token at an API it is not for.
    @app.get("/notes-with-login-token")
    def notes_with_login_token():
        answer = notes.get("/notes", token=session["login_token"])
        return answer.text, answer.status_code, {"Content-Type": "application/json"}

    # Revokes the token that the notes API gets (RFC 7009).
    @app.get("/give-up-notes")
    def give_up_notes():
        metadata = notes.load_server_metadata()
        with notes._get_oauth_client(**metadata) as client:
            answer = client.revoke_token(metadata["revocation_endpoint"], session["notes_token"]["access_token"])
        return "", answer.status_code

    # Step 5: log out here, and then at the server.
    @app.get("/logout")
    def log_out():
        hint = session.get("id_token")
        session.clear()
        return login.logout_redirect(post_logout_redirect_uri=url_for("index", _external=True), id_token_hint=hint)

    return app
