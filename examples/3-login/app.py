"""Step 3 in Flask: login. Authlib keeps state, nonce and verifier in Flask's session, and compares them."""
import os

from authlib.integrations.flask_client import OAuth, OAuthError
from flask import Flask, abort, jsonify, redirect, request, session, url_for
from markupsafe import escape

app = Flask(__name__)
app.secret_key = os.environ["SECRET_KEY"]
app.config.update(SESSION_COOKIE_SAMESITE="Lax", SESSION_COOKIE_HTTPONLY=True)
ISSUER = os.environ["DOORWARD_ISSUER"]
CLIENT_ID = os.environ["CLIENT_ID"]
doorward = OAuth(app).register(
    "doorward",
    client_id=CLIENT_ID,
    client_secret=os.environ["CLIENT_SECRET"],
    server_metadata_url=f"{ISSUER}/.well-known/openid-configuration",
    client_kwargs={"scope": "openid profile", "code_challenge_method": "S256"},
)


@app.get("/")
def home():
    if "person" not in session:
        return page("<p><a href=/login>Log in</a></p>")
    return page(
        f"""<p>Hello, {escape(name(session['person']))}.</p>
        <p><a href=/me>Who am I?</a></p>"""
    )


@app.get("/me")
def me():
    if "person" not in session:
        abort(401)
    person = session["person"]
    return page(f"<p>You are {escape(name(person))}, known here as {escape(person['sub'])}.</p>")


@app.get("/login")
def login():
    return doorward.authorize_redirect(url_for("callback", _external=True), claims='{"id_token":{"name":null}}')


@app.get("/callback")
def callback():
    if request.args.get("iss") != ISSUER:
        abort(400)
    try:
        tokens = doorward.authorize_access_token()
    except OAuthError as why:
        abort(400, str(why))
    session.clear()
    session["person"] = tokens["userinfo"]
    return redirect("/")


def name(person):
    return person.get("name", person["sub"])


def page(body):
    return f"<!doctype html><html lang=en><meta charset=utf-8><title>My app</title><h1>My app</h1>{body}</html>"


@app.after_request
def nothing_is_kept(response):
    response.headers["Cache-Control"] = "no-store"
    return response


@app.get("/doorward-learn.json")
def manifest():
    return jsonify(client_id=CLIENT_ID, home="/", login="/login", callback="/callback", account="/me")


if __name__ == "__main__":
    app.run(host="localhost", port=8080)
