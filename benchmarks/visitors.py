"""Somebody signed in to the portal over HTTP: one kept connection, cookies, the forms' tokens."""

import http.client
import re
import time
from http.cookies import SimpleCookie
from urllib.parse import quote, urlencode

from portal.demo.logins import PASSWORD

from .surroundings import HOST

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
MANAGEMENT = re.compile(
    r'<input[^>]*name="([\w-]+-(?:TOTAL|INITIAL|MIN_NUM|MAX_NUM)_FORMS)"[^>]*value="(\d+)"'
)


class Visitor:
    """A signed-in person. Every answer is checked: a wrong status is an error, never a fast success."""

    def __init__(self, port: int, email: str) -> None:
        self.connection = http.client.HTTPConnection(HOST, port, timeout=120)
        self.cookies = SimpleCookie()
        page = self.get("/auth/login/")
        status, _body = self.post(
            "/auth/login/", {"login": email, "password": PASSWORD, "csrfmiddlewaretoken": self.token(page)}
        )
        if status != 302:
            raise RuntimeError(f"{email} could not sign in: {status}")

    def _ask(self, method: str, path: str, body: str | None = None, **headers: str) -> tuple[int, str, str]:
        cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in self.cookies.items())
        origin = f"http://{HOST}:{self.connection.port}"
        self.connection.request(
            method, path, body, {"Cookie": cookies, "Origin": origin, "Referer": f"{origin}{path}"} | headers
        )
        answer = self.connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                self.cookies.load(value)
        return answer.status, text, answer.getheader("Location", "")

    def get(self, path: str, **query: str) -> str:
        """Return a page; raises ``RuntimeError`` for any status but 200."""
        path = f"{path}?{urlencode(query, quote_via=quote)}" if query else path
        status, text, _location = self._ask("GET", path)
        if status != 200:
            raise RuntimeError(f"GET {path}: {status}")
        return text

    def timed(self, path: str, **query: str) -> float:
        """Return the milliseconds until the whole page was there."""
        begun = time.perf_counter()
        self.get(path, **query)
        return (time.perf_counter() - begun) * 1000

    def post(self, path: str, fields: dict[str, object]) -> tuple[int, str]:
        """Send a form; return the status and where it leads (or the page)."""
        body = urlencode(fields, doseq=True)
        status, text, location = self._ask(
            "POST", path, body, **{"Content-Type": "application/x-www-form-urlencoded"}
        )
        return status, location or text

    @staticmethod
    def token(page: str) -> str:
        """Return the form's CSRF token."""
        found = TOKEN.search(page)
        if found is None:
            raise RuntimeError("the page holds no form")
        return found.group(1)

    @staticmethod
    def management(page: str) -> dict[str, str]:
        """Return the hidden counts of the page's form sets."""
        return dict(MANAGEMENT.findall(page))
