"""A stand-in for one company's Bitrix24, on a port of this machine.

with Bitrix24Sandbox() as bitrix24:
    requests.post(f"{bitrix24.webhook}disk.folder.getchildren", json={"id": 8930})
"""

import json
import re
from collections.abc import Iterable
from ssl import SSLContext
from typing import Any
from urllib.parse import parse_qs, quote, unquote

from sandbox.bitrix24 import faults, php
from sandbox.bitrix24.company import Firm
from sandbox.bitrix24.control import answer_control
from sandbox.bitrix24.drive import Drive
from sandbox.bitrix24.errors import RestError
from sandbox.bitrix24.limits import Sizes
from sandbox.bitrix24.methods import Methods
from sandbox.bitrix24.multipart import read_file
from sandbox.bitrix24.state import Bitrix24State
from sandbox.http_messages import HTML, JSON, Call, Reply
from sandbox.stand_in import StandIn
from sandbox.web_server import Connection, WebServer

MOST_BODY = 200_000_000
WEBHOOK = re.compile(r"^/rest/(\d+)/([^/]+)/(.+?)/?$")
APPLICATION = re.compile(r"^/rest/([^/]+?)/?$")
PAGE = "<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"


class Bitrix24Sandbox(StandIn, Bitrix24State):
    """Serves in the background between `start` and `stop`; port 0 picks a free one."""

    def __init__(
        self,
        *,
        firms: Iterable[Firm] = (),
        secret: str = "sandbox-secret",  # noqa: S107  # of a stand-in
        sizes: Sizes | None = None,
        seconds: float = 0.0,
        port: int = 0,
        tls: SSLContext | None = None,
    ) -> None:
        super().__init__(firms, secret, sizes, seconds)
        self._server = WebServer(port, self._serve, most_body=MOST_BODY, tls=tls)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._server.port}"
        self._drive = Drive(self.company, self._address, lambda number: f"{self.url}/files/{number}")
        self._methods = Methods(self.company, self._drive, self.limits, lambda: self.seconds)

    def start(self) -> None:
        self._server.start()

    def stop(self) -> None:
        """Stop at once, cutting calls that are still waiting."""
        self._server.stop()

    @property
    def port(self) -> int:
        return self._server.port

    def _address(self, what: str, token: str) -> str:
        return f"{self.url}/rest/1/{self.secret}/{what}/?token={quote(token)}"

    def _serve(self, call: Call, connection: Connection) -> None:
        if call.path == "/favicon.ico":
            connection.send(Reply(404))
        elif call.path.startswith("/oauth/token"):
            connection.send(_reply(*self.oauth.refresh(call.query)))
        elif call.path.startswith("/rest/"):
            self._serve_rest(call, connection)
        else:
            connection.send(answer_control(self, call))

    def _serve_rest(self, call: Call, connection: Connection) -> None:
        name = _method_of(call.path)
        met = self.faults.take(name)
        self.counts[name] += 1
        try:
            self.limits.enter()
            if "slow" in met:
                connection.wait(float(met["slow"]))
            if "cut_before" in met:
                connection.close()
                return
            faults.refuse(met)
            early = _page_of(met)
            reply = early or self._answer(call, name, met)
        except RestError as error:
            self.counts[f"{error.status} {error.code}"] += 1
            reply = _reply(error.status, error.body)
        _send(connection, reply, met)

    def _answer(self, call: Call, name: str, met: dict[str, Any]) -> Reply:
        """Do what was asked; raises RestError."""
        params = _params_of(call)
        application = self._check(call, params)
        if name in ("upload", "download"):
            return self._file(call, name)
        if "manager_dismissed" in met:
            for person in self.company.people.values():
                person.active = person.id == 1
        if name == "batch":
            body = self._methods.batch(params, application=application, met=met)
        else:
            body = self._methods.call(name, params, application=application)
        if "no_result" in met:
            body = {"time": body["time"]}
        return _reply(200, body)

    def _file(self, call: Call, name: str) -> Reply:
        token = unquote(parse_qs(call.target.partition("?")[2]).get("token", [""])[0])
        if name == "download":
            return Reply(200, self._drive.content_of(token), "application/octet-stream")
        file_name, content = read_file(call)
        return _reply(200, {"result": self._drive.take_upload(token, file_name, content)})

    def _check(self, call: Call, params: dict[str, Any]) -> bool:
        """Return whether an application calls, or else the webhook; raises RestError for anybody else."""
        if found := WEBHOOK.match(call.path):
            if found[2] != self.secret:
                raise RestError(401, "INVALID_CREDENTIALS", "Invalid request credentials")
            return False
        self.oauth.check(params.pop("auth", "") or call.query.get("auth", ""))
        return True


def _method_of(path: str) -> str:
    found = WEBHOOK.match(path) or APPLICATION.match(path)
    name = found[found.re.groups] if found else ""
    return name.lower().removesuffix(".json")


def _params_of(call: Call) -> dict[str, Any]:
    """Return the parameters of the body, JSON or a form, over those of the address."""
    params = php.parse(call.target.partition("?")[2])
    if call.header("content-type").startswith("application/json"):
        try:
            given = json.loads(call.body or b"{}")
        except ValueError:
            raise RestError(400, "INVALID_REQUEST", "Invalid request.") from None
        return params | (given if isinstance(given, dict) else {})
    if call.header("content-type").startswith("application/x-www-form-urlencoded"):
        return params | php.parse(call.body.decode("utf-8", "replace"))
    return params


def _page_of(met: dict[str, Any]) -> Reply | None:
    """Return the page that comes instead of JSON, nothing being done."""
    if "not_json" in met:
        return Reply(200, PAGE.format("Bitrix24").encode(), HTML)
    if "bad_gateway" in met:
        return Reply(502, PAGE.format("502 Bad Gateway").encode(), HTML)
    if "portal_gone" in met:
        return Reply(403, PAGE.format("403 Forbidden").encode(), HTML)
    if "moved" in met:
        return Reply(302, b"", HTML, (("Location", "https://elsewhere.example/rest/1/x/scope.json"),))
    return None


def _send(connection: Connection, reply: Reply, met: dict[str, Any]) -> None:
    if "cut_after" in met:
        connection.close()
        return
    if "error_after" in met:
        body = {"error": "INTERNAL_SERVER_ERROR", "error_description": "Internal server error"}
        reply = _reply(500, body)
    if "cut_body" in met:
        connection.write(reply.head + reply.body[: len(reply.body) // 2])
        connection.close()
        return
    connection.send(reply)


def _reply(status: int, body: Any) -> Reply:
    return Reply(status, json.dumps(body, ensure_ascii=False).encode("utf-8", "replace"), JSON)
