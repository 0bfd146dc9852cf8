"""A stand-in for 1C's HTTP service, on a port of this machine.

with OneCSandbox() as onec:
    onec.set_fault("*", "bom")
    requests.get(f"{onec.url}/hs/reconciliation/ping", headers={"Authorization": "Bearer sandbox-key"})
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from threading import Event
from types import TracebackType
from typing import Any, Self

from sandbox.answers import Answer, Refusal, Service
from sandbox.auth import Doorkeeper, Scheme
from sandbox.control import answer_control
from sandbox.faults import Meddling, Switchboard
from sandbox.generated_ledger import GeneratedLedger
from sandbox.http_messages import HTML, Call, Reply, error_reply, json_reply
from sandbox.journal import Entry, Journal
from sandbox.ledger import Ledger, today
from sandbox.sessions import Sessions
from sandbox.web_server import WebServer, Wire

NOT_FOUND = "<html><head><title>404 Not Found</title></head><body><h1>Not Found</h1></body></html>"


class OneCSandbox:
    """1C with one ledger; serves in the background between `start` and `stop`; port 0 picks a free one."""

    def __init__(
        self,
        *,
        seed: int = 1,
        latency: float = 0.0,
        ledger: Ledger | None = None,
        key: str = "sandbox-key",
        basic: str = "",
        auth_scheme: Scheme = "any",
        organization: str = "ООО «Поставщик»",
        port: int = 0,
        session_max_age: float = 20.0,
    ) -> None:
        self.ledger = ledger or GeneratedLedger(seed)
        self.latency = latency
        self.doorkeeper = Doorkeeper(key, basic, auth_scheme)
        self.journal = Journal()
        self.sessions = Sessions(session_max_age)
        self.service = Service(self.ledger, organization, self.journal.count_pdf)
        self.switchboard = Switchboard()
        self._stopping = Event()
        self._server = WebServer(port, self._serve)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        self._server.start()

    def stop(self) -> None:
        """Stop at once, cutting calls that are still waiting."""
        self._stopping.set()
        self._server.stop()

    @property
    def port(self) -> int:
        return self._server.port

    @property
    def url(self) -> str:
        """The base URL; any path may follow it before `/hs/reconciliation/`."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def calls(self) -> list[Entry]:
        """The calls to the service so far, oldest first."""
        return list(self.journal.counts.entries)

    @property
    def max_concurrent(self) -> int:
        return self.journal.counts.max_concurrent

    @property
    def pdfs_drawn(self) -> int:
        return self.journal.counts.pdfs_drawn

    def set_fault(self, guid: str, name: str, value: Any = None, times: int | None = None) -> None:
        """Switch a fault on for a counterparty, or "*" for all, perhaps for the next `times` calls only.

        Raises UnknownFault; the names stand in `sandbox.faults.FAULTS`.
        """
        self.switchboard.set(guid, name, value, times)

    def clear(self) -> None:
        """Switch all faults off."""
        self.switchboard.clear()

    def reset(self) -> None:
        """Be as after the start: no fault, no call, no session, no changed figure."""
        self.clear()
        self.ledger.forget_changes()
        self.sessions.drop_all()
        self.forget_calls()

    def forget_calls(self) -> None:
        """Set all counts to zero."""
        self.journal.clear()
        self.sessions.clear_counts()

    def change(self, guid: str, amount: Decimal | int | str, on: date | None = None) -> None:
        """Post a correction, so that the figures from `on` (today by default) differ from now on."""
        self.ledger.change(guid, Decimal(amount), on or today())

    def _serve(self, call: Call, wire: Wire) -> None:
        if call.path == "/favicon.ico":  # browsers ask for it on their own, and it is no call to 1C
            wire.send(Reply(404))
            return
        if call.control is not None:
            wire.send(answer_control(self, call))
            return
        with self.journal.watch(call) as entry:
            meddling = self.switchboard.take(call)
            entry.faults = meddling.names
            reply = meddling.dress(self._answer(call, meddling))
            entry.status = reply.status
            meddling.carry(wire, reply)

    def _answer(self, call: Call, meddling: Meddling) -> Reply:
        """Return what 1C says to a call, before its bytes are touched."""
        refusal = meddling.refuse()
        if refusal and meddling.drops_session:
            self.sessions.drop(call.session)
        route = self._route(call)
        if route is None:
            return refusal or Reply(404, NOT_FOUND.encode(), HTML)
        refusal = refusal or self.doorkeeper.refuse(call) or self.sessions.enter(call)
        if refusal:
            return refusal
        try:
            reply = json_reply(meddling.bend(route(call.query)))
        except Refusal as refused:
            reply = error_reply(refused.status, refused.text)
        return self.sessions.leave(call, reply)

    def _route(self, call: Call) -> Callable[[dict[str, str]], Answer] | None:
        routes = {"ping": self.service.ping, "act": self._slowly_act, "counterparties": self._slowly_list}
        return routes.get(call.route) if call.method == "GET" else None

    def _slowly_act(self, query: dict[str, str]) -> Answer:
        self._stopping.wait(self.latency)
        return self.service.act(query)

    def _slowly_list(self, query: dict[str, str]) -> Answer:
        self._stopping.wait(self.latency)
        return self.service.counterparties(query)
