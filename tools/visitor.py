"""A person without a browser, for `make demo`."""

from urllib.parse import urljoin

import requests

from tools.html_page import Page

TIMEOUT = (5, 30)


class DemoFailed(Exception):
    """What did not work; the text is for a person."""


class Visitor:
    """A person without a browser: keeps cookies, fills in forms, follows redirects."""

    def __init__(self, site: str) -> None:
        self.address = site
        self._http = requests.Session()
        self._http.trust_env = False
        self._http.headers["Accept-Language"] = "ru"

    def open(self, address: str) -> Page:
        """Read a page."""
        return self._page(self._http.get(urljoin(self.address, address), timeout=TIMEOUT))

    def send(self, page: Page, **values: str) -> Page:
        """Send the page's form that has all the fields named, the rest as it was filled in."""
        form = page.form_with(*values)
        address = urljoin(self.address, form.action)
        answer = self._http.post(
            address, form.values | values, headers={"Referer": self.address}, timeout=TIMEOUT
        )
        return self._page(answer)

    def download(self, address: str) -> requests.Response:
        """Fetch a file."""
        answer = self._http.get(urljoin(self.address, address), timeout=TIMEOUT)
        if not answer.ok:
            raise DemoFailed(f"{answer.url} answered {answer.status_code}")
        return answer

    def _page(self, answer: requests.Response) -> Page:
        page = Page(answer.text)
        if not answer.ok:
            raise DemoFailed(f"{answer.url} answered {answer.status_code}: {page.text[:300]}")
        self.address = answer.url
        return page
