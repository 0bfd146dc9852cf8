"""1C's HTTP service as the portal calls it: parameters out, `Answer` in, typed errors for everything else.

The contract stands in docs/onec.md. The client takes a frozen config and never reads settings.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import NoReturn
from urllib.parse import quote, urlencode

import requests

from reconciliation.ledger.period import Period
from reconciliation.onec.answer import Answer, Defaults, Listed, read_act, read_json, read_page
from reconciliation.onec.auth import Credentials, OneCAuth
from reconciliation.onec.values import LONGEST_TEXT, text
from reconciliation.errors import (
    InvalidAnswer,
    NoPdf,
    OneCBadRequest,
    OneCBearerIntercepted,
    OneCBusy,
    OneCError,
    OneCFailed,
    OneCKeyRefused,
    OneCNoLicence,
    OneCNotConfigured,
    OneCNotPublished,
    OneCRedirected,
    OneCSessionExpired,
    OneCUnknownCounterparty,
)
from reconciliation.http import Deadline, HttpClient, Reply, get, retry
from reconciliation.limiter import Limiter
from reconciliation.places import LimiterConfig

MAX_BYTES = 50 * 1024 * 1024
SERVICE = "/hs/reconciliation/"
SESSION_COOKIE = "ibsession"
PAGE_SIZE = 1000
MOST_PAGES = 1000
LONGEST_PAGE = 20_000
"""What is read of a refusal."""


@dataclass(frozen=True)
class OneCConfig:
    """Where 1C is and how to talk to it.

    `timeout`: seconds for one question, its wait for a place and its retries included.
    `pdf_source`: "onec" wants 1C's own PDF, "portal" never asks for one, "auto" leaves it to the service.
    """

    base_url: str
    credentials: Credentials
    defaults: Defaults
    timeout: float = 18.0
    concurrency: int = 4
    pdf_source: str = "auto"
    ca_bundle: str = ""
    redis_url: str = field(default="", repr=False)


class OneCClient:
    """Asks 1C. Safe for threads; keep one a process, for its connections and 1C sessions."""

    def __init__(self, config: OneCConfig) -> None:
        self.config = config
        self._http = HttpClient(ca_bundle=config.ca_bundle)
        self._auth = OneCAuth(config.credentials)
        self._limiter = Limiter(LimiterConfig(config.base_url, config.concurrency, config.redis_url))

    def close(self) -> None:
        """Close the connections; a client that serves for good needs no closing."""
        self._http.close()
        self._limiter.close()

    def act(self, guid: str, period: Period, *, deadline: Deadline, figures_only: bool = False) -> Answer:
        """Return 1C's act with a counterparty for a period.

        `figures_only` spares 1C the drawing of a PDF whatever the config says. Raises any OneCError,
        TransportError or QueueFull.
        """
        source = "portal" if figures_only else self.config.pdf_source
        parameters = {
            "counterparty_guid": guid,
            "date_from": period.start.isoformat(),
            "date_to": period.end.isoformat(),
        }
        # "auto" leaves the parameter out: 1C is not made to draw, and its PDF is taken when it comes.
        if form := {"portal": "json", "onec": "both"}.get(source):
            parameters["format"] = form
        reply = self._ask("act", parameters, deadline)
        defaults = self.config.defaults
        answer = read_act(reply.body, asked=period, defaults=defaults, want_pdf=source != "portal")
        if source == "onec" and answer.pdf is None:
            raise NoPdf("format=both was asked for, pdf_base64 did not come")
        return answer

    def counterparties(self, *, on: date, nonzero: bool, deadline: Deadline) -> Iterator[Listed]:
        """Yield 1C's counterparties page by page, with their balances at the end of the day `on`."""
        after, seen = "", {""}
        for _ in range(MOST_PAGES):
            parameters = {"on_date": on.isoformat(), "nonzero": str(nonzero).lower(), "limit": str(PAGE_SIZE)}
            page = read_page(
                self._ask("counterparties", parameters | ({"after": after} if after else {}), deadline).body
            )
            yield from page.counterparties
            if not page.next:
                return
            if page.next in seen:
                break
            after = page.next
            seen.add(after)
        raise InvalidAnswer("the list of counterparties has no end")

    def ping(self, *, deadline: Deadline) -> str:
        """Return the name of the 1C configuration that answers; raise what is wrong instead.

        A service that has the act alone is asked for one without saying whose, which it must refuse; a
        404 may come from any server.
        """
        try:
            reply = self._ask("ping", {}, deadline)
        except OneCNotPublished:
            try:
                self._ask("act", {}, deadline)
            except OneCBadRequest:
                return ""
            except OneCUnknownCounterparty as error:
                raise OneCNotPublished(error.detail) from None
            raise
        said = read_json(reply.body)
        if said.get("service") != "reconciliation":
            raise OneCNotPublished("something else than the reconciliation service answers")
        configuration = said.get("configuration")
        return _words(configuration) if isinstance(configuration, str) else ""

    def _ask(self, endpoint: str, parameters: dict[str, str], deadline: Deadline) -> Reply:
        if not self.config.base_url:
            raise OneCNotConfigured("ONEC_BASE_URL is not set")
        # 1C does not decode "+" as a space.
        query = urlencode(parameters, quote_via=quote)
        url = f"{self.config.base_url}{SERVICE}{endpoint}" + (f"?{query}" if query else "")
        # A call that cannot begin any more must not keep a place as if 1C were at work on it.
        deadline.check()
        with self._limiter.place(deadline):
            return retry(lambda: self._call(endpoint, url, deadline), deadline=deadline)

    def _call(self, endpoint: str, url: str, deadline: Deadline) -> Reply:
        with self._http.lane() as lane:
            lane.cookies.clear_expired_cookies()
            reused = SESSION_COOKIE in lane.cookies
            reply = self._get(lane, url, deadline)
            if reused and _is_stale(reply):
                lane.cookies.clear()
                reply = self._get(lane, url, deadline)
            if reply.status != 200 and _own_error(reply) is None:
                lane.cookies.clear()
        if reply.status != 200:
            _refuse(reply, endpoint, self.config.credentials)
        return reply

    def _get(self, lane: requests.Session, url: str, deadline: Deadline) -> Reply:
        headers = {"Accept": "application/json"}
        if SESSION_COOKIE not in lane.cookies:
            headers["IBSession"] = "start"
        return get(lane, url, headers=headers, auth=self._auth, deadline=deadline, max_bytes=MAX_BYTES)


def _is_stale(reply: Reply) -> bool:
    """Whether the platform, not our service, failed on a call that named an old session.

    It may say so by 500, too; that one is tried again anyhow, and without the session.
    """
    return reply.status in (400, 404, 406) and _own_error(reply) is None


def _own_error(reply: Reply) -> str | None:
    """Return the service's own {"error": …} text, or None when somebody else answered."""
    try:
        said = read_json(reply.body).get("error")
    except InvalidAnswer:
        return None
    return said if isinstance(said, str) else None


def _refuse(reply: Reply, endpoint: str, credentials: Credentials) -> NoReturn:
    if 300 <= reply.status < 400:
        raise OneCRedirected(f"HTTP {reply.status}")
    own = _own_error(reply)
    said = own or _decoded(reply.body)
    detail = f"HTTP {reply.status}: {_words(credentials.mask(said))}"
    if "лиценз" in said.lower() and reply.status >= 500:
        raise OneCNoLicence(detail)
    if reply.status == 500 and credentials.scheme == "bearer" and _is_stream_error(said):
        raise OneCBearerIntercepted(detail)
    # Only an act is asked about somebody: elsewhere any other service may say {"error": "Not found"}.
    if reply.status == 404 and (own is None or endpoint != "act"):
        raise OneCNotPublished(detail)
    raise _BY_STATUS.get(reply.status, OneCFailed)(detail)


_BY_STATUS: dict[int, type[OneCError]] = {
    400: OneCBadRequest,
    401: OneCKeyRefused,
    403: OneCKeyRefused,
    404: OneCUnknownCounterparty,
    406: OneCSessionExpired,
    429: OneCBusy,
    503: OneCBusy,
}


def _is_stream_error(page: str) -> bool:
    lowered = page.lower()
    return ("формат" in lowered and "поток" in lowered) or "stream format" in lowered


def _decoded(body: bytes) -> str:
    """Return the start of a page in UTF-8 or, as older platforms write, in Windows-1251."""
    start = body[:LONGEST_PAGE]
    try:
        return codecs.utf_8_decode(start, "strict", len(start) == len(body))[0]
    except UnicodeDecodeError:
        return start.decode("cp1251", errors="replace")


def _words(page: str) -> str:
    """Return the start of a platform's page or error without its tags, on one line."""
    return text(re.sub(r"<[^<>]*>", " ", page[:LONGEST_PAGE])[:LONGEST_TEXT])[:200]
