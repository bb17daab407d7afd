"""Step 6: test login and authorization, with a person at a browser against a real server."""

import logging
import os
import threading
import unittest
from urllib.parse import parse_qs, urlsplit

from werkzeug.serving import make_server

from app import create_app
from browser import Browser
from notes_service import create_service

# Authlib wants https everywhere but in development; here all is on loopback.
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
logging.getLogger("werkzeug").setLevel(logging.ERROR)

ISSUER = os.environ["ISSUER"]
USERNAME = os.environ["USERNAME"]
PASSWORD = os.environ["PASSWORD"]
EMAIL = os.environ["EMAIL"]
APP_PORT = int(os.environ["APP_PORT"])
SERVICE_PORT = int(os.environ["SERVICE_PORT"])
APP = f"http://localhost:{APP_PORT}"
RESOURCE = "https://notes.example.org"
ALLOW = ("decision", "allow")
DENY = ("decision", "deny")
LOGOUT = ("decision", "logout")


class FlaskApp(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        app = create_app(
            ISSUER, "flask-app", "a-long-secret-of-the-flask-app-0123456789", f"http://127.0.0.1:{SERVICE_PORT}"
        )
        service = create_service(ISSUER, RESOURCE, "notes-service", "a-long-secret-of-the-notes-service-0123456789")
        cls.servers = [
            make_server("localhost", APP_PORT, app, threaded=True),
            make_server("127.0.0.1", SERVICE_PORT, service, threaded=True),
        ]
        for server in cls.servers:
            threading.Thread(target=server.serve_forever, daemon=True).start()

    @classmethod
    def tearDownClass(cls):
        for server in cls.servers:
            server.shutdown()
            server.server_close()

    def setUp(self):
        self.browser = Browser()

    def log_in(self, password=PASSWORD):
        self.browser.open(f"{APP}/login")
        form = self.browser.form(field="password")
        self.assertIsNotNone(form, f"a login form at {self.browser.page.url}: {self.browser.page.text[:2000]}")
        return self.browser.submit(form, username=USERNAME, password=password)

    def allow_if_asked(self):
        form = self.browser.form(button=ALLOW)
        return self.browser.submit(form, button=ALLOW) if form else self.browser.page

    def log_in_completely(self):
        self.log_in()
        self.allow_if_asked()
        self.assertEqual(self.browser.page.status_code, 200, self.browser.page.text[:2000])
        self.assertEqual(self.browser.page.url, f"{APP}/")
        return self.browser.page.json()["person"]

    def test_a_person_logs_in_and_the_app_knows_who(self):
        person = self.log_in_completely()
        self.assertEqual(person["iss"], ISSUER)
        self.assertEqual(person["aud"] if isinstance(person["aud"], str) else person["aud"][0], "flask-app")
        info = self.browser.open(f"{APP}/userinfo").json()
        self.assertEqual(info["sub"], person["sub"])
        self.assertEqual(info["email"], EMAIL)
        self.assertEqual(info["name"], "Ada Lovelace")

    def test_a_wrong_password_leads_nowhere(self):
        page = self.log_in(password="certainly-not-the-right-one")
        self.assertTrue(page.url.startswith(ISSUER))
        self.assertIn(page.status_code, range(400, 500))
        self.assertNotIn("certainly-not-the-right-one", page.text)
        self.assertIsNone(self.browser.open(APP).json()["person"])

    def test_a_callback_that_nobody_asked_for_is_refused(self):
        page = self.browser.open(f"{APP}/callback?code=made-up&state=made-up")
        self.assertNotEqual(page.status_code, 200)
        self.assertIsNone(self.browser.open(APP).json()["person"])

    def test_the_api_is_called_with_the_persons_token(self):
        person = self.log_in_completely()
        self.browser.open(f"{APP}/authorize")
        self.assertIsNone(self.browser.form(field="password"), "the session at the server holds")
        page = self.allow_if_asked()
        self.assertEqual(page.status_code, 200, page.text[:2000])
        self.assertEqual(page.json(), {"notes": ["Buy milk"], "sub": person["sub"]})
        fresh = self.browser.open(f"{APP}/notes?path=/notes/fresh")
        self.assertEqual(fresh.status_code, 200, fresh.text)
        self.assertIn(RESOURCE, fresh.json()["aud"])

        # What was not granted is refused by the API.
        self.assertEqual(self.browser.open(f"{APP}/notes?path=/notes/write").status_code, 403)
        # And a token that is for somebody else is none here.
        self.assertEqual(self.browser.open(f"{APP}/notes-with-login-token").status_code, 401)

        # A revoked token is known as such by the service that asks.
        self.assertEqual(self.browser.open(f"{APP}/give-up-notes").status_code, 200)
        self.assertEqual(self.browser.open(f"{APP}/notes?path=/notes/fresh").status_code, 401)

    def test_a_person_may_deny(self):
        self.log_in_completely()
        self.browser.open(f"{APP}/authorize?again")
        form = self.browser.form(button=DENY)
        self.assertIsNotNone(form, self.browser.page.text[:2000])
        page = self.browser.submit(form, button=DENY)
        self.assertEqual(page.status_code, 403)
        self.assertEqual(page.json()["error"], "access_denied")

    def test_logging_out_ends_both_sessions(self):
        self.log_in_completely()
        self.browser.open(f"{APP}/logout")
        self._confirm_logout()
        address = urlsplit(self.browser.page.url)
        self.assertEqual(f"{address.scheme}://{address.netloc}{address.path}", f"{APP}/")
        self.assertIn("state", parse_qs(address.query))
        self.assertIsNone(self.browser.open(APP).json()["person"])
        self.browser.open(f"{APP}/login")
        self.assertIsNotNone(self.browser.form(field="password"), "the server asks for the password again")

    def _confirm_logout(self):
        form = self.browser.form(button=LOGOUT)
        if form:
            self.browser.submit(form, button=LOGOUT)


if __name__ == "__main__":
    unittest.main(verbosity=2)
