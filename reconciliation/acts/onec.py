"""1C's HTTP service as the portal calls it: parameters out, `Answer` in, typed errors for everything else.

The contract stands in docs/onec.md. The client takes a frozen config and never reads settings.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import NoReturn
from urllib.parse import quote, urlencode

import requests

from reconciliation.acts.act import Period
from reconciliation.acts.onec_answer import Answer, Defaults, Listed, read_act, read_json, read_page
from reconciliation.acts.onec_auth import Credentials, OneCAuth
from reconciliation.errors import (
    InvalidAnswer,
    NoPdf,
    NotJson,
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
from reconciliation.limiter import Limiter, LimiterConfig

MAX_BYTES = 50 * 1024 * 1024
SERVICE = "/hs/reconciliation/"
SESSION_COOKIE = "ibsession"
PAGE_SIZE = 1000
MOST_PAGES = 1000


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
    redis_url: str = ""


class OneCClient:
    """Asks 1C. Safe for threads; keep one a process, for its connections and 1C sessions."""

    def __init__(self, config: OneCConfig) -> None:
        self.config = config
        self._http = HttpClient(ca_bundle=config.ca_bundle)
        self._auth = OneCAuth(config.credentials)
        self._limiter = Limiter(LimiterConfig(config.base_url, config.concurrency, config.redis_url))

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
        after = ""
        for _ in range(MOST_PAGES):
            parameters = {"on_date": on.isoformat(), "nonzero": str(nonzero).lower(), "limit": str(PAGE_SIZE)}
            page = read_page(
                self._ask("counterparties", parameters | ({"after": after} if after else {}), deadline).body
            )
            yield from page.counterparties
            if not page.next:
                return
            if page.next == after:
                break
            after = page.next
        raise InvalidAnswer("the list of counterparties has no end")

    def ping(self, *, deadline: Deadline) -> str:
        """Return the name of the 1C configuration that answers; raise what is wrong instead."""
        said = read_json(self._ask("ping", {}, deadline).body)
        if said.get("service") != "reconciliation":
            raise OneCNotPublished("something else than the reconciliation service answers")
        return str(said.get("configuration", ""))[:200]

    def _ask(self, endpoint: str, parameters: dict[str, str], deadline: Deadline) -> Reply:
        if not self.config.base_url:
            raise OneCNotConfigured("ONEC_BASE_URL is not set")
        # 1C does not decode "+" as a space.
        query = urlencode(parameters, quote_via=quote)
        url = f"{self.config.base_url}{SERVICE}{endpoint}" + (f"?{query}" if query else "")
        with self._limiter.place(deadline):
            return retry(lambda: self._call(url, deadline), deadline=deadline)

    def _call(self, url: str, deadline: Deadline) -> Reply:
        with self._http.lane() as lane:
            reused = SESSION_COOKIE in lane.cookies
            reply = self._get(lane, url, deadline)
            if reused and _is_stale(reply):
                lane.cookies.clear()
                reply = self._get(lane, url, deadline)
            if reply.status != 200:
                lane.cookies.clear()
        if reply.status != 200:
            _refuse(reply, self.config)
        return reply

    def _get(self, lane: requests.Session, url: str, deadline: Deadline) -> Reply:
        headers = {"Accept": "application/json"}
        if SESSION_COOKIE not in lane.cookies:
            headers["IBSession"] = "start"
        return get(lane, url, headers=headers, auth=self._auth, deadline=deadline, max_bytes=MAX_BYTES)


def _is_stale(reply: Reply) -> bool:
    """Whether the platform, not our service, failed on a call that named an old session."""
    return reply.status in (400, 404, 406, 500) and _own_error(reply) is None


def _own_error(reply: Reply) -> str | None:
    """Return the service's own {"error": …} text, or None when somebody else answered."""
    try:
        said = read_json(reply.body).get("error")
    except NotJson:
        return None
    return said if isinstance(said, str) else None


def _refuse(reply: Reply, config: OneCConfig) -> NoReturn:
    text = _decoded(reply.body)
    detail = f"HTTP {reply.status}: {_words(text)}"
    if 300 <= reply.status < 400:
        raise OneCRedirected(f"HTTP {reply.status}")
    if "лиценз" in text.lower() and reply.status >= 500:
        raise OneCNoLicence(detail)
    if reply.status == 500 and config.credentials.scheme == "bearer" and _is_stream_error(text):
        raise OneCBearerIntercepted(detail)
    if reply.status == 404 and _own_error(reply) is None:
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


def _is_stream_error(text: str) -> bool:
    lowered = text.lower()
    return ("формат" in lowered and "поток" in lowered) or "stream format" in lowered


def _decoded(body: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1251"):
        try:
            return body[:20_000].decode(encoding, errors="strict" if encoding == "utf-8-sig" else "replace")
        except UnicodeDecodeError:
            continue
    return ""


def _words(text: str) -> str:
    """Return the start of a platform's page or error without its tags, on one line."""
    return re.sub(r"[\s\x00-\x1f]+", " ", re.sub(r"<[^>]*>", " ", text)).strip()[:200]
