"""1C's HTTP service as the portal calls it: parameters out, `Answer` in, typed errors for everything else.

The contract stands in docs/onec.md. The client takes a frozen config and never reads settings.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal
from urllib.parse import quote, urlencode

from requests import Request

from jobs.deadline import Deadline
from reconciliation.errors import InvalidAnswer, OneCSetupError, OneCUnknownCounterparty, PortalError
from reconciliation.http.calls import PooledSession, Reply, SessionPool, check, retry, send
from reconciliation.http.limiter import Limiter, LimiterConfig
from reconciliation.ledger.period import Period
from reconciliation.onec.answer import Answer, Defaults, read_act
from reconciliation.onec.auth import Credentials, OneCAuth
from reconciliation.onec.body import read_json
from reconciliation.onec.listing import Page, read_page
from reconciliation.onec.refusals import is_stale, plain_text, refusal_of, service_error

MAX_BYTES = 24 * 1024 * 1024
"""Three times what 30,000 rows take; as Python's text it may be four times as large."""
SERVICE = "/hs/reconciliation/"
PAGE_SIZE = 1000
MOST_PAGES = 1000
PDF_WANTED: dict[str, Literal["ignore", "take", "demand"]] = {
    "portal": "ignore",
    "auto": "take",
    "onec": "demand",
}


@dataclass(frozen=True)
class OneCConfig:
    """Where 1C is and how to talk to it.

    `timeout`: seconds for one question, its wait for a slot and its retries included.
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

    def __init__(
        self, config: OneCConfig, listener: Callable[[PortalError | None], None] | None = None
    ) -> None:
        """`listener` is called after each call with how it ended; it must not raise."""
        self.config = config
        self._listener = listener or (lambda _error: None)
        self._pool = SessionPool()
        self._auth = OneCAuth(config.credentials)
        self._limiter = Limiter(LimiterConfig(config.base_url, config.concurrency, config.redis_url))

    def close(self) -> None:
        """Close the connections; a client that serves for good needs no closing."""
        self._pool.close()
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
        if wanted := {"portal": "json", "onec": "both"}.get(source):
            parameters["format"] = wanted
        reply = self._ask("act", parameters, deadline)
        return read_act(reply.body, asked=period, defaults=self.config.defaults, pdf=PDF_WANTED[source])

    def pages(
        self, *, on: date, nonzero: bool, after: str = "", deadline: Deadline | None = None
    ) -> Iterator[Page]:
        """Yield 1C's counterparties page by page, with their balances at the end of the day `on`.

        `after`: the last guid of the page before, to go on from there. Without a deadline for all, each page
        may take `timeout`. Raises like `act`; InvalidAnswer, too, for a list that skips or repeats pages.
        """
        seen = {after}
        parameters = {"on_date": on.isoformat(), "nonzero": str(nonzero).lower(), "limit": str(PAGE_SIZE)}
        for _ in range(MOST_PAGES):
            asked = parameters | ({"after": after} if after else {})
            budget = deadline or Deadline(self.config.timeout)
            page = read_page(self._ask("counterparties", asked, budget).body)
            if page.next and page.next.lower() != page.last.lower():
                raise InvalidAnswer(
                    "bad_list", f"next is {page.next}, the last guid {page.last or 'missing'}"
                )
            yield page
            if not page.next:
                return
            after = page.next
            if after in seen:
                raise InvalidAnswer("bad_list", f"the page after {after} came twice")
            seen.add(after)
        raise InvalidAnswer("bad_list", "the list of counterparties has no end")

    def ping(self, *, deadline: Deadline) -> str:
        """Return the name of the 1C configuration that answers; raise what is wrong instead.

        A service that has the act alone is asked for one without saying whose, which it must refuse; a
        404 may come from any server.
        """
        try:
            reply = self._ask("ping", {}, deadline)
        except OneCSetupError as error:
            if error.reason != "not_published":
                raise
            if self._has_act(deadline):
                return ""
            raise
        payload = read_json(reply.body)
        if payload.get("service") != "reconciliation":
            raise OneCSetupError("not_published", "something else than the reconciliation service answers")
        configuration = payload.get("configuration")
        return plain_text(configuration) if isinstance(configuration, str) else ""

    def _has_act(self, deadline: Deadline) -> bool:
        """Whether the service refuses a question about nobody; a wrong key, say, is raised all the same."""
        try:
            self._ask("act", {}, deadline)
        except InvalidAnswer as error:
            if error.reason != "bad_request":
                raise
            return True
        except OneCUnknownCounterparty:
            return False
        return False

    def _ask(self, endpoint: str, parameters: dict[str, str], deadline: Deadline) -> Reply:
        if not self.config.base_url:
            raise OneCSetupError("not_configured")
        # 1C does not decode "+" as a space.
        query = urlencode(parameters, quote_via=quote)
        url = f"{self.config.base_url}{SERVICE}{endpoint}" + (f"?{query}" if query else "")
        # A call that cannot begin any more must not keep a slot as if 1C were at work on it.
        check(deadline)
        try:
            with self._limiter.slot(deadline):
                reply = retry(lambda: self._call(endpoint, url, deadline), deadline=deadline)
        except PortalError as error:
            self._listener(error)
            raise
        self._listener(None)
        return reply

    def _call(self, endpoint: str, url: str, deadline: Deadline) -> Reply:
        with self._pool.session() as session:
            reused = bool(session.cookie)
            reply = self._get(session, url, deadline)
            if reused and is_stale(reply):
                session.cookie = ""
                reply = self._get(session, url, deadline)
            if reply.status != 200 and service_error(reply) is None:
                session.cookie = ""
        if reply.status != 200 or service_error(reply):
            raise refusal_of(reply, endpoint, self.config.credentials)
        return reply

    def _get(self, session: PooledSession, url: str, deadline: Deadline) -> Reply:
        """Ask, in the 1C session that the cookie names, or in a new one that is kept for the next call."""
        headers = {"Accept": "application/json"}
        headers |= {"Cookie": f"ibsession={session.cookie}"} if session.cookie else {"IBSession": "start"}
        reply = send(
            session,
            Request("GET", url, headers=headers, auth=self._auth),
            deadline=deadline,
            max_bytes=MAX_BYTES,
            ca_bundle=self.config.ca_bundle,
        )
        session.cookie = _session_cookie(reply.headers, session.cookie)
        return reply


def _session_cookie(headers: Mapping[str, str], known: str) -> str:
    """Return the session that 1C names, whatever path or domain a proxy wrote beside it."""
    sent = headers.get("Set-Cookie", "")
    found = re.search(r"\bibsession=([^;,\s]*)", sent)
    if not found:
        return known
    return "" if re.search(r"max-age=[0-]", sent, re.IGNORECASE) else found[1]
