"""Step 6 in Flask: tests of the app of step 5, for pytest. A Doorward runs (`doorward serve --demo`), and the app at APP_URL."""
import os
import re
from html import unescape
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import pytest
import requests

APP = os.environ.get("APP_URL", "http://localhost:8080")


def ask(browser):
    """Presses "log in" and stays there: the question that the app sends to Doorward."""
    return browser.get(APP + "/login", allow_redirects=False).headers["Location"]


def answer(browser, question):
    """Logs in at Doorward, allows what is asked, and stays before the callback."""
    page = browser.get(question, allow_redirects=False)
    for _ in range(10):
        if "Location" in page.headers:
            following = urljoin(page.url, page.headers["Location"])
            if following.startswith(APP + "/callback"):
                return following
            page = browser.get(following, allow_redirects=False)
        elif 'name="password"' in page.text:
            page = press(browser, page, username=os.environ["DEMO_USER"], password=os.environ["DEMO_PASSWORD"])
        else:
            page = press(browser, page, decision="allow")
    raise AssertionError(page.text)


def press(browser, page, **fields):
    """Fills in the page's last form and presses its button."""
    form = page.text.rsplit("<form", 1)[1]
    inputs = re.findall(r"<input([^>]*)>", form)
    filled = [(value(tag, "name"), value(tag, "value")) for tag in inputs if 'type="hidden"' in tag or " checked" in tag]
    action = urljoin(page.url, value(form.split(">", 1)[0], "action"))
    return browser.post(action, data=filled + list(fields.items()), allow_redirects=False)


def value(tag, name):
    return unescape(re.search(f' {name}="([^"]*)"', tag).group(1))


def changed(address, **parameters):
    query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    query = {name: value for name, value in {**query, **parameters}.items() if value is not None}
    return urlsplit(address)._replace(query=urlencode(query)).geturl()


def is_logged_in(browser):
    return browser.get(APP + "/me").status_code == 200


def test_whoever_logs_in_is_greeted():
    browser = requests.Session()
    assert "Hello, Robin Lin." in browser.get(answer(browser, ask(browser))).text
    assert is_logged_in(browser)


@pytest.mark.parametrize("wrong", [{"state": "guessed"}, {"state": None}, {"iss": "https://evil.example"}, {"iss": None}])
def test_an_answer_with_something_changed_logs_nobody_in(wrong):
    browser = requests.Session()
    callback = changed(answer(browser, ask(browser)), **wrong)
    assert browser.get(callback).status_code == 400
    assert not is_logged_in(browser)


def test_an_answer_logs_in_nobody_but_the_browser_that_asked():
    attacker, victim = requests.Session(), requests.Session()
    callback = answer(attacker, ask(attacker))
    assert victim.get(callback).status_code == 400
    assert not is_logged_in(victim)


def test_an_answer_counts_once():
    browser = requests.Session()
    callback = answer(browser, ask(browser))
    assert browser.get(callback).status_code == 200
    assert browser.get(callback).status_code == 400


def test_without_a_login_there_is_no_account():
    assert not is_logged_in(requests.Session())


def test_a_link_logs_nobody_out():
    browser = requests.Session()
    browser.get(answer(browser, ask(browser)))
    browser.get(APP + "/logout")
    assert is_logged_in(browser)
