"""Step 5 in Flask: log out. What is known of a person is kept on the server by now, so that Doorward can end it."""
import os
import secrets
from urllib.parse import urlencode

import requests
from authlib.integrations.flask_client import OAuth, OAuthError
from authlib.jose import JsonWebToken, JoseError
from flask import Flask, abort, jsonify, redirect, request, session, url_for
from markupsafe import escape

app = Flask(__name__)
app.secret_key = os.environ["SECRET_KEY"]
app.config.update(SESSION_COOKIE_SAMESITE="Lax", SESSION_COOKIE_HTTPONLY=True)
ISSUER = os.environ["DOORWARD_ISSUER"]
CLIENT_ID = os.environ["CLIENT_ID"]
PHOTOS = os.environ.get("PHOTOS", "http://127.0.0.1:8002/")
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
known = {}
doorward = OAuth(app).register(
    "doorward",
    client_id=CLIENT_ID,
    client_secret=os.environ["CLIENT_SECRET"],
    server_metadata_url=f"{ISSUER}/.well-known/openid-configuration",
    client_kwargs={"scope": "openid profile photos:read", "code_challenge_method": "S256"},
)


@app.get("/")
def home():
    if session.get("id") not in known:
        return page("<p><a href=/login>Log in</a></p>")
    here = known[session["id"]]
    return page(
        f"""<p>Hello, {escape(name(here['person']))}.</p>
        <p><a href=/me>Who am I?</a></p>
        <p><a href=/photos>My photos</a></p>
        <form method="post" action="/logout"><input type="hidden" name="csrf" value="{here['csrf']}">
        <button name="from" value="everywhere">Log out</button> <button name="from" value="here">Log out of this app only</button></form>"""
    )


@app.get("/me")
def me():
    person = logged_in()["person"]
    return page(f"<p>You are {escape(name(person))}, known here as {escape(person['sub'])}.</p>")


@app.get("/login")
def login():
    return doorward.authorize_redirect(url_for("callback", _external=True), claims='{"id_token":{"name":null}}')


@app.get("/callback")
def callback():
    if request.args.get("iss") != ISSUER:
        abort(400)
    try:
        tokens = doorward.authorize_access_token(resource=PHOTOS)
    except OAuthError as why:
        abort(400, str(why))
    session.clear()
    session["id"] = secrets.token_urlsafe(32)
    known[session["id"]] = {
        "person": tokens["userinfo"],
        "access_token": tokens["access_token"],
        "id_token": tokens["id_token"],
        "csrf": secrets.token_urlsafe(32),
    }
    return redirect("/")


@app.get("/photos")
def photos():
    bearer = {"Authorization": "Bearer " + logged_in()["access_token"]}
    answer = requests.get(PHOTOS + "photos", headers=bearer, allow_redirects=False, timeout=10)
    answer.raise_for_status()
    return page("".join(f"<p>{escape(photo['title']['en'])}</p>" for photo in answer.json()["photos"]))


@app.post("/logout")
def logout():
    here = logged_in()
    if not secrets.compare_digest(request.form.get("csrf", "").encode(), here["csrf"].encode()):
        abort(400)
    known.pop(session["id"], None)
    session.clear()
    if request.form.get("from") == "here":
        return redirect("/")
    query = urlencode({"id_token_hint": here["id_token"], "post_logout_redirect_uri": url_for("home", _external=True)})
    return redirect(doorward.load_server_metadata()["end_session_endpoint"] + "?" + query)


@app.post("/backchannel-logout")
def backchannel():
    must = {"iss": {"essential": True, "value": ISSUER}, "aud": {"essential": True, "value": CLIENT_ID}, "exp": {"essential": True}}
    try:
        keys = doorward.fetch_jwk_set()
        told = JsonWebToken(["RS256"]).decode(request.form.get("logout_token", ""), keys, claims_options=must)
        told.validate()
    except (JoseError, ValueError):
        abort(400)
    if LOGOUT_EVENT not in told.get("events", {}) or "nonce" in told or not ("sub" in told or "sid" in told):
        abort(400)
    for key, here in list(known.items()):
        if all(told.get(name) in (None, here["person"].get(name)) for name in ("sub", "sid")):
            known.pop(key, None)
    return "", 200


def logged_in():
    if session.get("id") not in known:
        abort(401)
    return known[session["id"]]


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
    return jsonify(
        client_id=CLIENT_ID, home="/", login="/login", callback="/callback", account="/me", photos="/photos", logout="/logout"
    )


if __name__ == "__main__":
    app.run(host="localhost", port=8080)
