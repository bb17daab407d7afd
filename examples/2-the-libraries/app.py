"""Step 2 in Flask: the libraries. Authlib finds the login server by its address alone."""
import os

from authlib.integrations.flask_client import OAuth
from flask import Flask, jsonify
from markupsafe import escape

app = Flask(__name__)
ISSUER = os.environ["DOORWARD_ISSUER"]
CLIENT_ID = os.environ["CLIENT_ID"]
doorward = OAuth(app).register(
    "doorward",
    client_id=CLIENT_ID,
    client_secret=os.environ["CLIENT_SECRET"],
    server_metadata_url=f"{ISSUER}/.well-known/openid-configuration",
)


@app.get("/")
def home():
    found = doorward.load_server_metadata()["authorization_endpoint"]
    return page(f"<p>Logins are at {escape(found)}</p>")


def page(body):
    return f"<!doctype html><html lang=en><meta charset=utf-8><title>My app</title><h1>My app</h1>{body}</html>"


@app.get("/doorward-learn.json")
def manifest():
    return jsonify(client_id=CLIENT_ID, home="/")


if __name__ == "__main__":
    app.run(host="localhost", port=8080)
