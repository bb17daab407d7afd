"""Step 1 in Flask: create the app."""
import os

from flask import Flask, jsonify

app = Flask(__name__)
CLIENT_ID = os.environ["CLIENT_ID"]


@app.get("/")
def home():
    return "<h1>My app</h1><p>It runs.</p>"


@app.get("/doorward-learn.json")
def manifest():
    return jsonify(client_id=CLIENT_ID, home="/")


if __name__ == "__main__":
    app.run(host="localhost", port=8080)
