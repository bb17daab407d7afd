"""Just enough of a browser for server-rendered forms: a cookie jar, redirects, and the form of a page."""

from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import requests


class _Forms(HTMLParser):
    """Collects each form: its action, its prefilled fields, and its buttons."""

    def __init__(self):
        super().__init__()
        self.forms = []
        self._open = False

    def handle_starttag(self, tag, attributes):
        at = dict(attributes)
        if tag == "form":
            self.forms.append({"action": at.get("action", ""), "fields": [], "boxes": [], "buttons": []})
            self._open = True
        elif self._open and tag == "input" and at.get("name"):
            if at.get("type") == "checkbox":
                if "checked" in at:
                    self.forms[-1]["boxes"].append((at["name"], at.get("value", "on")))
            else:
                self.forms[-1]["fields"].append((at["name"], at.get("value") or ""))
        elif self._open and tag == "button":
            self.forms[-1]["buttons"].append((at.get("name"), at.get("value")))

    def handle_endtag(self, tag):
        if tag == "form":
            self._open = False


class Browser:
    """A person's browser; `page` is the last answer."""

    def __init__(self):
        self._session = requests.Session()
        # No proxy and no .netrc of whoever runs the tests.
        self._session.trust_env = False
        self._session.headers["Accept-Language"] = "en"
        self.page = None

    def open(self, address):
        self.page = self._session.get(address, timeout=30)
        return self.page

    def form(self, field=None, button=None):
        """The form that has an input of this name, or a button `(name, value)`; None if there is none."""
        parser = _Forms()
        parser.feed(self.page.text)
        for form in parser.forms:
            names = [name for name, _ in form["fields"]]
            if (field is None or field in names) and (button is None or button in form["buttons"]):
                return form
        return None

    def submit(self, form, button=None, **values):
        """Sends a form as a browser does: hidden and ticked fields as they are, the others as given."""
        data = [(name, values.get(name, value)) for name, value in form["fields"]] + form["boxes"]
        if button:
            data.append(button)
        here = urlsplit(self.page.url)
        self.page = self._session.post(
            urljoin(self.page.url, form["action"]),
            data=data,
            headers={"Origin": f"{here.scheme}://{here.netloc}", "Referer": self.page.url},
            timeout=30,
        )
        return self.page
