"""A service in Python behind nginx, which asks Doorward at /forward-auth: examples/behind-nginx."""

import contextlib
import http.client
import importlib.util
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.parse

import doorward

EXAMPLE = pathlib.Path(__file__).resolve().parents[3] / "examples" / "behind-nginx"
NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + os.pathsep + "/usr/sbin")
FRONT, SERVICE = int(os.environ["APP_PORT"]), int(os.environ["SERVICE_PORT"])
STOCK = "https://stock.example/"
ORDER = json.dumps({"tea": "sencha", "quantity": 2})

_found = importlib.util.spec_from_file_location("stock", EXAMPLE / "stock.py")
stock = importlib.util.module_from_spec(_found)
_found.loader.exec_module(stock)


class Watched(stock.Stock):
    """The service of the example, beside a list of what reached it."""

    reached = []

    def parse_request(self):
        whole = super().parse_request()
        self.reached.append((self.path, list(self.headers.items()) if whole else []))
        return whole


def answers(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def ready(port, process=None):
    until = time.monotonic() + 30
    while not answers(port):
        if time.monotonic() > until or (process and process.poll() is not None):
            raise AssertionError(f"nothing answers at {port}")
        time.sleep(0.05)


def end(process):
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class BehindNginx(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        doorward.command("trust", "apply", "--file", str(EXAMPLE / "trust.toml"))
        cls.placed = doorward.login("openid orders:place")
        cls.reserving = doorward.exchange("orders", cls.placed, STOCK)
        # 10 s is the shortest life that there is.
        doorward.command("api", "update", STOCK, "--file", "-", given='{"token_lifetime": 10}')
        cls.brief = doorward.machine("auditor", "stock:count")
        doorward.command("api", "update", STOCK, "--file", "-", given='{"token_lifetime": null}')
        cls.counting = doorward.machine("auditor", "stock:count")

        cls.service = stock.server(SERVICE, Watched)
        threading.Thread(target=cls.service.serve_forever, daemon=True).start()
        cls.addClassCleanup(cls.service.server_close)
        cls.addClassCleanup(cls.service.shutdown)

        folder = tempfile.TemporaryDirectory(prefix="doorward-nginx.")
        cls.addClassCleanup(folder.cleanup)
        text = (EXAMPLE / "nginx.conf").read_text()
        ports = {8000: urllib.parse.urlsplit(doorward.ISSUER).port, 8080: FRONT, 8081: SERVICE}
        for written, ours in ports.items():
            assert text.count(f"127.0.0.1:{written};") == 1, written
            text = text.replace(f"127.0.0.1:{written};", f"127.0.0.1:{ours};")
        conf = pathlib.Path(folder.name, "nginx.conf")
        conf.write_text(text)
        cls.said = pathlib.Path(folder.name, "said")
        with cls.said.open("wb") as said:
            cls.nginx = subprocess.Popen([NGINX, "-e", "stderr", "-p", folder.name, "-c", str(conf)], stdin=subprocess.DEVNULL,
                                         stdout=said, stderr=subprocess.STDOUT)
        cls.addClassCleanup(end, cls.nginx)
        try:
            ready(FRONT, cls.nginx)
        except AssertionError:
            print(cls.said.read_text(), file=sys.stderr)
            raise

    def setUp(self):
        Watched.reached.clear()

    def ask(self, token, method="POST", path="/reservations", headers=(), body=ORDER, scheme="Bearer"):
        """Status, headers, and the JSON of the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", FRONT, timeout=30)
        self.addCleanup(connection.close)
        connection.putrequest(method, path)
        if token is not None:
            connection.putheader("Authorization", f"{scheme} {token}")
        for name, value in headers:
            connection.putheader(name, value)
        sent = body.encode() if method == "POST" else b""
        connection.putheader("Content-Length", str(len(sent)))
        connection.endheaders(sent)
        answer = connection.getresponse()
        text = answer.read()
        is_json = answer.getheader("Content-Type") == "application/json"
        return answer.status, answer, json.loads(text) if is_json else {}

    def refused(self, status, *arguments, error=None, **named):
        Watched.reached.clear()
        got, answer, _ = self.ask(*arguments, **named)
        challenge = ", ".join(answer.headers.get_all("WWW-Authenticate") or [])
        self.assertEqual((got, Watched.reached), (status, []))
        self.assertIn('realm="doorward"', challenge)
        if error:
            self.assertIn(f'error="{error}"', challenge)
        return challenge

    def test_a_person_s_order_arrives_with_its_chain_of_actors(self):
        status, _, said = self.ask(self.reserving)
        self.assertEqual((status, said["reserved"]), (200, {"tea": "sencha", "quantity": 2}))
        self.assertEqual(said["hop"], {
            "to": "stock", "from": "orders", "person": True, "sub": doorward.claims(self.placed)["sub"], "act": ["orders"],
            "aud": STOCK, "scope": ["stock:reserve"],
        })
        # Law: whoever needs no token is given none.
        names = [name.lower() for name, _ in Watched.reached[0][1]]
        self.assertFalse({"authorization", "dpop", "cookie"} & set(names), names)

    def test_a_machine_counts_for_itself(self):
        status, _, said = self.ask(self.counting, "GET", "/levels")
        self.assertEqual(status, 200)
        hop = said["hop"]
        self.assertEqual((hop["person"], hop["sub"], hop["from"], hop["act"]), (False, "auditor", "auditor", []))

    def test_nobody_without_a_token(self):
        challenge = self.refused(401, None)
        # RFC 6750 section 3.1: no error code where no token was sent.
        self.assertNotIn("error=", challenge)

    def test_what_is_no_token_for_this_service_opens_nothing(self):
        head, payload, signature = self.reserving.split(".")
        none = "eyJhbGciOiJub25lIn0"
        for what, token in [
            ("another audience", self.placed),
            ("garbage", "garbage"),
            ("another signature", f"{head}.{payload}.{signature[:-4]}AAAA"),
            ("no signature", f"{none}.{payload}."),
            ("the machine's claims under the person's signature", f"{head}.{self.counting.split('.')[1]}.{signature}"),
            ("a client's secret", doorward.SECRETS["orders"]),
        ]:
            with self.subTest(what):
                self.refused(401, token, error="invalid_token")

    def test_only_the_one_header_counts(self):
        self.refused(401, self.reserving, scheme="Basic")
        self.refused(401, None, path=f"/reservations?access_token={self.reserving}")
        self.refused(401, None, headers=[("Cookie", f"access_token={self.reserving}")])
        self.refused(401, None, headers=[("X-Forwarded-Authorization", f"Bearer {self.reserving}")])

    def test_a_token_without_the_scope_is_told_which_is_needed(self):
        challenge = self.refused(403, self.counting, error="insufficient_scope")
        self.assertIn('scope="stock:reserve"', challenge)
        challenge = self.refused(403, self.reserving, "GET", "/levels", error="insufficient_scope")
        self.assertIn('scope="stock:count"', challenge)

    def test_what_was_revoked_is_dead_though_its_signature_is_good(self):
        token = doorward.machine("auditor", "stock:count")
        self.assertEqual(self.ask(token, "GET", "/levels")[0], 200)
        doorward.revoke("auditor", token)
        self.refused(401, token, "GET", "/levels", error="invalid_token")

    def test_what_has_run_out_is_dead(self):
        left = doorward.claims(self.brief)["exp"] - time.time()
        # To the next second of the server's clock, which is this one.
        time.sleep(max(0, left + 1))
        self.refused(401, self.brief, "GET", "/levels", error="invalid_token")

    def test_what_the_client_says_of_itself_never_arrives(self):
        forged = [(f"X-Auth-{name}", "forged") for name in ("Subject", "Kind", "Client", "Actor", "Audience", "Scope", "Expires")]
        forged += [(name.lower(), value) for name, value in forged] + [(name.replace("-", "_"), value) for name, value in forged]
        self.refused(401, None, headers=forged)
        self.refused(403, self.counting, headers=forged + [("X-Auth-Scope", "stock:reserve")])
        status, _, said = self.ask(self.counting, "GET", "/levels", headers=forged)
        self.assertEqual((status, said["hop"]["sub"], said["hop"]["scope"]), (200, "auditor", ["stock:count"]))
        arrived = [(name, value) for name, value in Watched.reached[-1][1] if name.lower().replace("_", "-").startswith("x-auth-")]
        # Law: each of the seven once, and from Doorward.
        self.assertEqual((len(arrived), len(dict(arrived)), [value for _, value in arrived if value == "forged"]), (7, 7, []))

    def test_no_spelling_of_a_path_passes_unasked(self):
        for path in [
            "/reservations", "//reservations", "/./reservations", "/x/../reservations", "/%2e/reservations", "/x/%2e%2e/reservations",
            "/%72eservations", "/reservations?x=1", "/reservations#x", "/reservations/", "/RESERVATIONS", "/reservations;x",
            "/reservations%00", "/reservations%2f..%2flevels", "/levels/../reservations", "/levels%2f..%2freservations", "/_doorward",
            "/_doorward?scope=", "//_doorward", "/%5fdoorward", "/forward-auth", "/forward-auth?resource=https://stock.example/", "/",
            f"http://127.0.0.1:{SERVICE}/reservations", "http://stock/reservations", "*",
        ]:
            for token in (None, self.counting, self.placed):
                with self.subTest(path, token=token and "for something else"):
                    Watched.reached.clear()
                    status, _, _ = self.ask(token, path=path)
                    self.assertIn(status, (400, 401, 403, 404, 405))
                    # Law: without the right token nothing arrives, however it is addressed: the auditor's opens /levels, under that name.
                    may = {"/levels"} if token == self.counting else set()
                    self.assertLessEqual({arrived.split("?")[0] for arrived, _ in Watched.reached}, may)

    def test_another_spelling_of_a_path_is_the_same_location_with_the_same_scope(self):
        for path in ("//reservations", "/x/%2e%2e/reservations", "/%72eservations"):
            with self.subTest(path):
                Watched.reached.clear()
                self.assertEqual(self.ask(self.reserving, path=path)[0], 200)
                self.assertEqual([arrived for arrived, _ in Watched.reached], ["/reservations"])
        for path in ("/reservations/../levels", "/reservations/%2e%2e/levels", "//levels"):
            with self.subTest(path):
                # Law: a location is what nginx makes of the path, and so is its scope.
                self.refused(403, self.reserving, "GET", path)

    def test_two_requests_in_one_are_two(self):
        smuggled = "GET /levels HTTP/1.1\r\nHost: x\r\nX-Auth-Subject: forged\r\n\r\n"
        for headers in ([("Transfer-Encoding", "chunked")], [("Content-Length", "0")], [("Transfer-Encoding", " chunked"), ("TE", "x")]):
            with self.subTest(headers):
                with contextlib.suppress(http.client.HTTPException, OSError):
                    self.ask(self.reserving, headers=headers, body=smuggled)
                # Law: what is a body to the proxy is a body to the service.
                self.assertEqual([path for path, _ in Watched.reached if path == "/levels"], [])

    def test_the_service_is_on_the_loopback_alone_and_believes_no_half_of_a_proxy(self):
        self.assertEqual(self.service.server_address[0], "127.0.0.1")
        whole = {"X-Auth-Subject": "ada", "X-Auth-Kind": "person", "X-Auth-Client": "orders", "X-Auth-Actor": "-",
                 "X-Auth-Audience": STOCK, "X-Auth-Scope": "stock:reserve"}
        def straight(headers):
            connection = http.client.HTTPConnection("127.0.0.1", SERVICE, timeout=30)
            self.addCleanup(connection.close)
            connection.request("POST", "/reservations", ORDER, headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status
        self.assertEqual(straight(whole), 200)
        for name in whole:
            self.assertEqual(straight({at: value for at, value in whole.items() if at != name}), 401, name)
        # Law: a proxy that asked for too little is no way in.
        for name, value in [("X-Auth-Kind", "machine"), ("X-Auth-Audience", "https://orders.example/"), ("X-Auth-Scope", "stock:reserves")]:
            self.assertEqual(straight(whole | {name: value}), 403, name)

    def test_an_order_that_is_none_is_refused_after_the_token(self):
        for body in ("", "[]", "{", "[" * 1000, '{"tea": "sencha"}', '{"tea": "coffee", "quantity": 1}', '{"tea": [], "quantity": 1}',
                     '{"tea": "sencha", "quantity": true}', '{"tea": "sencha", "quantity": 10}', ORDER + " " * 1024):
            with self.subTest(body[:40]):
                self.assertEqual(self.ask(self.reserving, body=body)[0], 422)
        self.assertEqual(self.ask(self.reserving, body="x" * 5000)[0], 413)
        self.refused(401, None, body="{")

    def test_started_as_its_readme_says_it_serves_on_the_loopback(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        program = subprocess.Popen([sys.executable, "-B", str(EXAMPLE / "stock.py"), str(port)], stdin=subprocess.DEVNULL)
        self.addCleanup(end, program)
        ready(port, program)
        # Law: at no other address of this machine.
        with self.assertRaises(OSError), socket.create_connection(("127.0.0.2", port), timeout=5):
            pass

    def test_where_doorward_does_not_answer_nobody_passes(self):
        """Another nginx, whose Doorward isn't there."""
        with socket.create_server(("127.0.0.1", 0)) as nobody, socket.create_server(("127.0.0.1", 0)) as free:
            gone, front = nobody.getsockname()[1], free.getsockname()[1]
        with tempfile.TemporaryDirectory(prefix="doorward-nginx.") as folder:
            text = (EXAMPLE / "nginx.conf").read_text()
            for written, ours in ((8000, gone), (8080, front), (8081, SERVICE)):
                text = text.replace(f"127.0.0.1:{written};", f"127.0.0.1:{ours};")
            conf = pathlib.Path(folder, "nginx.conf")
            conf.write_text(text)
            process = subprocess.Popen([NGINX, "-e", "stderr", "-p", folder, "-c", str(conf)], stdin=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
            try:
                ready(front, process)
                connection = http.client.HTTPConnection("127.0.0.1", front, timeout=30)
                self.addCleanup(connection.close)
                connection.request("GET", "/levels", headers={"Authorization": f"Bearer {self.counting}"})
                # Law: no answer is no yes.
                self.assertEqual((connection.getresponse().status, Watched.reached), (500, []))
            finally:
                end(process)


if __name__ == "__main__":
    unittest.main()
