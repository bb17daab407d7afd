"""Stock, as a service behind a proxy that has asked Doorward: Python's standard library, and no code for tokens.

    python3 stock.py [PORT]     listens on 127.0.0.1, port 8081

It believes the X-Auth-… headers, so nobody but the proxy may reach it.
"""

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

AUDIENCE = "https://stock.example/"
DELIVERY = 24
MOST = 9
LONGEST_BODY = 1024


class Refused(Exception):
    """An answer other than 200."""

    def __init__(self, status, error):
        super().__init__(error)
        self.status = status
        self.error = error


class Caller:
    """Who calls, as the proxy says it."""

    def __init__(self, headers):
        def one(name):
            values = headers.get_all(f"X-Auth-{name}") or []
            if len(values) != 1 or not values[0]:
                # Never through the proxy, which always sets each once.
                raise Refused(401, "not_by_the_proxy")
            return values[0]

        self.subject = one("Subject")
        self.person = one("Kind") == "person"
        self.client = one("Client")
        actor = one("Actor")
        # The present actor first, and those before it. "-" stands for nothing.
        self.actors = [] if actor == "-" else actor.split(",")
        scope = one("Scope")
        self.scopes = [] if scope == "-" else scope.split(" ")
        self.audience = one("Audience")

    def needs(self, scope, person=False):
        """A location of the proxy that asks for too little is no way in."""
        if self.audience != AUDIENCE:
            raise Refused(403, "another_audience")
        if scope not in self.scopes:
            raise Refused(403, "insufficient_scope")
        if person and not self.person:
            raise Refused(403, "person_needed")

    def told(self):
        """Real services write this into their log; this one hands it back, to be looked at."""
        return {"to": "stock", "from": self.client, "person": self.person, "sub": self.subject, "act": self.actors,
                "aud": self.audience, "scope": self.scopes}


class Stock(BaseHTTPRequestHandler):
    timeout = 10
    levels = {"sencha": DELIVERY, "oolong": DELIVERY, "puer": DELIVERY}
    lock = threading.Lock()

    def do_POST(self):
        self.answer({"/reservations": self.reserve})

    def do_GET(self):
        self.answer({"/levels": self.count})

    def reserve(self):
        caller = Caller(self.headers)
        caller.needs("stock:reserve", person=True)
        tea, quantity = self.wanted()
        with self.lock:
            if self.levels[tea] < quantity:
                self.levels[tea] += DELIVERY
            self.levels[tea] -= quantity
        return {"reserved": {"tea": tea, "quantity": quantity}, "hop": caller.told()}

    def count(self):
        caller = Caller(self.headers)
        caller.needs("stock:count")
        with self.lock:
            return {"levels": dict(self.levels), "hop": caller.told()}

    def wanted(self):
        """The order, read strictly."""
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit() and len(length) <= 4 and int(length) <= LONGEST_BODY):
            raise Refused(422, "not_an_order")
        try:
            wanted = json.loads(self.rfile.read(int(length)))
        except (ValueError, RecursionError):
            raise Refused(422, "not_an_order") from None
        if not isinstance(wanted, dict) or set(wanted) != {"tea", "quantity"}:
            raise Refused(422, "not_an_order")
        tea, quantity = wanted["tea"], wanted["quantity"]
        if not isinstance(tea, str) or tea not in self.levels or type(quantity) is not int or not 1 <= quantity <= MOST:
            raise Refused(422, "not_an_order")
        return tea, quantity

    def answer(self, routes):
        try:
            # The path to the letter: what looks like another is another.
            if self.path not in routes:
                raise Refused(404, "not_found")
            status, said = 200, routes[self.path]()
        except Refused as refused:
            status, said = refused.status, {"error": refused.error}
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *args):
        """Says nothing of each request: that is the proxy's to log."""


def server(port, handler=Stock):
    return ThreadingHTTPServer(("127.0.0.1", port), handler)


if __name__ == "__main__":
    try:
        server(int(sys.argv[1]) if len(sys.argv) > 1 else 8081).serve_forever()
    except KeyboardInterrupt:
        pass
