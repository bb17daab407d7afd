"""Step 1 in Flask: create the app."""
import os

from flask import Flask, jsonify

app = Flask(__name__)
CLIENT_ID = os.environ["CLIENT_ID"]


@app.get("/")
def home():
    return page("<p>It runs.</p>")


def page(body):
    return f"<!doctype html><html lang=en><meta charset=utf-8><title>My app</title><h1>My app</h1>{body}</html>"


@app.get("/doorward-learn.json")
def manifest():
    return jsonify(client_id=CLIENT_ID, home="/")


if __name__ == "__main__":
    app.run(host="localhost", port=8080)
