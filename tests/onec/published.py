"""The extension as a web server publishes it, on a port of this machine."""

from typing import Self

from sandbox.http_messages import Call, Reply, error_reply
from sandbox.web_server import Connection, WebServer
from tests.onec.company import HANDLERS, Company


class Published:
    """Serves while it is open; `url` is what the portal has as ONEC_BASE_URL."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.server = WebServer(0, self._serve)
        self.url = f"http://127.0.0.1:{self.server.port}"

    def __enter__(self) -> Self:
        self.server.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.server.stop()

    def _serve(self, call: Call, connection: Connection) -> None:
        if call.route not in HANDLERS or call.method != "GET":
            connection.send(error_reply(404, "not published"))
            return
        status, headers, body = self.company.respond(call.route, call.query, dict(call.headers))
        connection.send(Reply(status, body, headers["Content-Type"]))
