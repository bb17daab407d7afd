"""What the tests ask of Doorward, with the standard library alone: its command line, its tokens, and a person who logs in."""

import base64
import hashlib
import html
import http.cookiejar
import json
import os
import re
import secrets
import subprocess
import urllib.error
import urllib.parse
import urllib.request

ISSUER = os.environ["ISSUER"]
CALLBACK = f"http://localhost:{os.environ['APP_PORT']}/callback"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
SECRETS = {
    "shop": "a-long-secret-of-the-shop-0123456789012345",
    "orders": "a-long-secret-of-the-orders-service-0123456789",
    "auditor": "a-long-secret-of-the-auditor-service-0123456789",
}


def command(*arguments, given=""):
    subprocess.run([os.environ["DOORWARD"], *arguments], cwd=os.environ["DATABASE_FOLDER"], input=given, text=True, check=True,
                   stdout=subprocess.DEVNULL)


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def _opener(*handlers):
    """No proxy of whoever runs the tests, and no step further than asked."""
    return urllib.request.build_opener(urllib.request.ProxyHandler({}), _Stay, *handlers)


def _open(opener, request):
    try:
        with opener.open(request, timeout=30) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code, answer.headers, answer.read().decode()


def _post(client, path, fields):
    basic = base64.b64encode(f"{client}:{SECRETS[client]}".encode()).decode()
    request = urllib.request.Request(ISSUER + path, urllib.parse.urlencode(fields).encode(), {"Authorization": f"Basic {basic}"})
    return _open(_opener(), request)


def token(client, **fields):
    status, _, body = _post(client, "/token", fields)
    if status != 200:
        raise AssertionError(f"{client} got no token: {status} {body}")
    return json.loads(body)["access_token"]


def machine(client, scope):
    return token(client, grant_type="client_credentials", scope=scope)


def exchange(client, subject_token, resource):
    return token(client, grant_type=EXCHANGE, subject_token=subject_token, subject_token_type=ACCESS_TOKEN, resource=resource)


def revoke(client, gone):
    status, _, _ = _post(client, "/revoke", {"token": gone})
    if status != 200:
        raise AssertionError(f"not revoked: {status}")


def claims(jwt):
    part = jwt.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def login(scope):
    """The access token of the shop, for which ada logs in."""
    opener = _opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    verifier = secrets.token_urlsafe(32)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    query = {"client_id": "shop", "response_type": "code", "scope": scope, "redirect_uri": CALLBACK,
             "code_challenge_method": "S256", "code_challenge": challenge}
    address, form = f"{ISSUER}/authorize?{urllib.parse.urlencode(query)}", None
    for _ in range(8):
        headers = {"Origin": ISSUER, "Referer": f"{ISSUER}/"} if form else {}
        status, answered, body = _open(opener, urllib.request.Request(address, form, headers))
        form = None
        if status in (302, 303):
            address = urllib.parse.urljoin(address, answered["Location"])
            if address.startswith(CALLBACK):
                code = urllib.parse.parse_qs(urllib.parse.urlsplit(address).query)["code"][0]
                return token("shop", grant_type="authorization_code", code=code, code_verifier=verifier, redirect_uri=CALLBACK)
            continue
        page = re.search(r'<form class="stack".*?</form>', body, re.DOTALL)
        if not page:
            raise AssertionError(f"no form at {address.split('?')[0]}: {status}")
        action = html.unescape(re.search(r'action="([^"]*)"', page[0])[1])
        csrf = html.unescape(re.search(r'name="csrf"[^>]*value="([^"]*)"', page[0])[1])
        address = urllib.parse.urljoin(address, action)
        filled = {"csrf": csrf, "username": os.environ["USERNAME"], "password": os.environ["PASSWORD"]}
        form = urllib.parse.urlencode(filled).encode()
    raise AssertionError("the login led nowhere")
