"""The one way to Bitrix24: paced over all processes, typed errors, nothing repeated that creates.

No other module knows of its REST interface. The facts stand in docs/bitrix24.md.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests

from jobs.deadline import Deadline
from reconciliation.bitrix24.batches import (
    MOST_COMMANDS,
    Answer,
    Command,
    Outcome,
    costs_of,
    count_of,
    keyed,
    outcomes,
    over_window,
    split,
)
from reconciliation.bitrix24.credentials import Application, Credentials
from reconciliation.bitrix24.pace import Limits, Totals
from reconciliation.bitrix24.pacer import Admission, PaceConfig, Pacer
from reconciliation.bitrix24.refusals import EXPIRED, OVER_BUCKET, refusal_of
from reconciliation.bitrix24.rest import (
    READ_SECONDS,
    Body,
    Transport,
    as_response,
    ask,
    seconds_of,
    usage_of,
)
from reconciliation.errors import (
    Bitrix24Busy,
    Bitrix24Error,
    Bitrix24InvalidAnswer,
    Bitrix24SetupError,
    Bitrix24Unclear,
    Bitrix24Unreachable,
)
from reconciliation.http.calls import Reply, retry

BATCH = "batch"
MOST_REDIRECTS = 3
UNANSWERED = (Bitrix24Unclear, Bitrix24Unreachable)
"""What reading may be repeated after; Bitrix24Busy has waited already."""
Params = Mapping[str, Any] | None
Note = Callable[[Admission, Body], None]
"""Takes down what an answer says of the limits."""


@dataclass(frozen=True)
class GatewayConfig:
    """Whose Bitrix24 it is and how much may be asked of it; without credentials nothing can be.

    `timeout`: seconds for one request, once it may go out.
    """

    credentials: Credentials | None = None
    limits: Limits = field(default_factory=Limits)
    redis_url: str = field(default="", repr=False)
    ca_bundle: str = ""
    timeout: float = READ_SECONDS


class Bitrix24:
    """Asks Bitrix24. Safe for threads; keep one a process, for its connections."""

    def __init__(
        self, config: GatewayConfig, listener: Callable[[Bitrix24Error | None], None] | None = None
    ) -> None:
        """`listener` is called after each request with how it ended; it must not raise."""
        self.config = config
        self._listener = listener or (lambda _error: None)
        self._transport = Transport(config.ca_bundle, config.timeout)
        name = urlsplit(config.credentials.origin).netloc if config.credentials else ""
        self._pacer = Pacer(PaceConfig(name, config.limits, config.redis_url))

    def close(self) -> None:
        """Close the connections; a gateway that serves for good needs no closing."""
        self._transport.close()
        self._pacer.close()

    def waiting(self) -> dict[str, tuple[float, float]]:
        """Return, by method, its seconds of server time in the window, and until when it waits (or 0)."""
        return self._pacer.report()

    def calls_in(self, method: str, seconds: float) -> int:
        """Return how many calls of a method Bitrix24 is taken to do in so many seconds, from 1 to a batch."""
        cost = self._pacer.costs([method])[method]
        return max(1, min(MOST_COMMANDS, int(seconds / cost)))

    def totals(self) -> Totals:
        """Return how many requests went out, waited for the limits, and were refused, of all processes."""
        return self._pacer.totals()

    def read(self, method: str, params: Params = None, *, deadline: Deadline) -> Answer:
        """Return what a method gives that changes nothing, or may be done twice; asked up to three times.

        Raises any Bitrix24Error.
        """
        return retry(
            lambda: self.write(method, params, deadline=deadline), deadline=deadline, after=UNANSWERED
        )

    def write(self, method: str, params: Params = None, *, deadline: Deadline) -> Answer:
        """Call a method that changes something: again only when Bitrix24 surely did nothing.

        Raises any Bitrix24Error; after Bitrix24Unclear and Bitrix24InvalidAnswer the caller has to look
        whether it was done.
        """

        def note(admission: Admission, body: Body) -> None:
            admission.over_window = [method] if body.is_over_window else []

        body, _ = self._ask(method, dict(params or {}), {method: 1}, note, deadline)
        return Answer(body.json["result"], count_of(body.json, "total"), count_of(body.json, "next"))

    def batch(self, commands: Mapping[str, Command], *, deadline: Deadline) -> dict[str, Outcome]:
        """Return what came of each command, by name: its answer, or its error; never raises.

        Sent in as few requests as the limits allow. Nothing is sent any more after a setup error.
        """
        costs = self._pacer.costs([command.method for command in commands.values()])
        found: dict[str, Outcome] = {}
        stopped: Bitrix24SetupError | None = None
        for request in split(commands, costs):
            try:
                found |= (
                    self._send_batch(request, deadline)
                    if stopped is None
                    else dict.fromkeys(request, stopped)
                )
            except Bitrix24Error as error:
                found |= dict.fromkeys(request, error)
                stopped = error if isinstance(error, Bitrix24SetupError) else None
        return found

    def upload(self, url: str, name: str, content: bytes, *, deadline: Deadline) -> Any:
        """Send a file to an address that Bitrix24 gave, as the form field `file`; return its result."""
        if not self._is_ours(url):
            # An act goes to our own Bitrix24 and to no other server, whatever an answer says.
            raise Bitrix24InvalidAnswer("an address of another server than Bitrix24")
        reply = self._exchange(requests.Request("POST", url, files={"file": (name, content)}), deadline)
        try:
            found = as_response(reply).json()
        except ValueError:
            raise Bitrix24InvalidAnswer("the answer to an upload is not JSON") from None
        if not isinstance(found, dict) or not {"result", "error"} & set(found):
            raise Bitrix24InvalidAnswer("the answer to an upload has no result")
        if "error" in found:
            raise refusal_of(str(found["error"]), str(found.get("error_description")), reply.status)
        return found["result"]

    def download(self, url: str, *, deadline: Deadline) -> bytes:
        """Return the file behind an address that Bitrix24 gave; it may lie on a server for files."""
        if not (self._is_ours(url) or url.startswith("https://")):
            raise Bitrix24InvalidAnswer("a file at no address")
        return retry(lambda: self._download(url, deadline), deadline=deadline, after=UNANSWERED)

    def _download(self, url: str, deadline: Deadline) -> bytes:
        for _ in range(MOST_REDIRECTS):
            reply = self._exchange(requests.Request("GET", url), deadline)
            if reply.status == 200:
                return reply.body
            if not (300 <= reply.status < 400 and reply.headers.get("Location")):
                break
            url = urljoin(url, reply.headers["Location"])
        raise refusal_of("", "no file", reply.status)

    def _is_ours(self, url: str) -> bool:
        return url.startswith(f"{self._credentials.origin}/")

    @property
    def _credentials(self) -> Credentials:
        if self.config.credentials is None:
            raise Bitrix24SetupError("not_configured")
        return self.config.credentials

    def _send_batch(self, request: dict[str, str], deadline: Deadline) -> dict[str, Outcome]:
        def note(admission: Admission, body: Body) -> None:
            result = body.json.get("result")
            admission.costs = costs_of(request, result, seconds_of(body.json.get("time")))
            admission.over_window = [BATCH] if body.is_over_window else over_window(request, result)

        calls = Counter(text.partition("?")[0] for text in request.values())
        params = {"halt": 0, "cmd": keyed(request)}
        body, blocked_until = self._ask(BATCH, params, calls, note, deadline)
        found = outcomes(list(request), body.json["result"], application=self._is_application)
        for outcome in found.values():
            if isinstance(outcome, Bitrix24Busy):
                outcome.not_before = blocked_until
        return found

    @property
    def _is_application(self) -> bool:
        return isinstance(self.config.credentials, Application)

    def _ask(
        self, method: str, params: dict[str, Any], calls: Mapping[str, int], note: Note, deadline: Deadline
    ) -> tuple[Body, float]:
        """Return the answer, and until when a method is blocked that it refused; told of either way.

        What Bitrix24 refused without doing anything is asked again: the pace waits, or says until when.
        """
        renewed = False
        try:
            while True:
                body, admission, signed = self._ask_once(method, params, calls, note, deadline)
                if body.code == EXPIRED and not renewed:
                    renewed = self._credentials.renew(signed)
                    if renewed:
                        continue
                if body.refusal is None:
                    break
                if not isinstance(body.refusal, Bitrix24Busy):
                    raise body.refusal
        except Bitrix24Error as error:
            self._listener(error)
            raise
        self._listener(None)
        return body, admission.blocked_until

    def _ask_once(
        self, method: str, params: dict[str, Any], calls: Mapping[str, int], note: Note, deadline: Deadline
    ) -> tuple[Body, Admission, dict[str, Any]]:
        signed = self._credentials.sign(params)
        url = self._credentials.address(method)
        with self._pacer.admission(calls, deadline, method=method) as admission:
            body = ask(self._transport, url, signed, deadline, application=self._is_application)
            admission.over_bucket = body.code == OVER_BUCKET
            usage = usage_of(method, body.json.get("time"))
            admission.usages = [usage] if usage else []
            note(admission, body)
        return body, admission, signed

    def _exchange(self, request: requests.Request, deadline: Deadline) -> Reply:
        """Send a file's request: one of the bucket, of no method."""
        with self._pacer.admission({}, deadline):
            return self._transport.exchange(request, deadline)
