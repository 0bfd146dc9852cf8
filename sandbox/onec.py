"""A stand-in for 1C's HTTP service, on a port of this machine.

with OneCSandbox() as onec:
    onec.set_fault("*", "bom")
    requests.get(f"{onec.url}/hs/reconciliation/ping", headers={"Authorization": "Bearer sandbox-key"})
"""

from collections.abc import Callable
from threading import Event

from sandbox.answers import Answer, Refusal, Service
from sandbox.auth import KeyCheck, Scheme
from sandbox.control import answer_control
from sandbox.faults import ActiveFaults
from sandbox.generated_ledger import GeneratedLedger
from sandbox.http_messages import HTML, Call, Reply, error_reply, json_reply
from sandbox.ledger import Ledger
from sandbox.onec_state import OneCState
from sandbox.stand_in import StandIn
from sandbox.web_server import Connection, WebServer

NOT_FOUND = "<html><head><title>404 Not Found</title></head><body><h1>Not Found</h1></body></html>"


class OneCSandbox(StandIn, OneCState):
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
        super().__init__(ledger or GeneratedLedger(seed), session_max_age)
        self.latency = latency
        self.key_check = KeyCheck(key, basic, auth_scheme)
        self.service = Service(self.ledger, organization, self.journal.count_pdf)
        self._stopping = Event()
        self._server = WebServer(port, self._serve)
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._server.start()

    def stop(self) -> None:
        """Stop at once, cutting calls that are still waiting."""
        self._stopping.set()
        self._server.stop()

    @property
    def port(self) -> int:
        return self._server.port

    def _serve(self, call: Call, connection: Connection) -> None:
        if call.path == "/favicon.ico":  # browsers ask for it on their own, and it is no call to 1C
            connection.send(Reply(404))
            return
        if call.control is not None:
            connection.send(answer_control(self, call))
            return
        with self.journal.watch(call) as entry:
            faults = self.switchboard.take(call)
            entry.faults = faults.names
            reply = faults.change_reply(self._answer(call, faults))
            entry.status = reply.status
            faults.send(connection, reply)

    def _answer(self, call: Call, faults: ActiveFaults) -> Reply:
        """Return what 1C says to a call, before its bytes are touched."""
        refusal = faults.refuse()
        if refusal and faults.drops_session:
            self.sessions.drop(call.session)
        route = self._route(call)
        if route is None:
            return refusal or Reply(404, NOT_FOUND.encode(), HTML)
        refusal = refusal or self.key_check.refuse(call) or self.sessions.enter(call)
        if refusal:
            return refusal
        try:
            reply = json_reply(faults.change_data(route(call.query)))
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
