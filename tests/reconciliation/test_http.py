"""The one way out ends in time and in size, and only our own errors leave it."""

import gzip
import socket
import threading
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from requests.auth import AuthBase

from reconciliation import http
from reconciliation.errors import (
    BodyTooLarge,
    ConnectionBroken,
    ConnectionFailed,
    OneCBusy,
    OneCKeyRefused,
    PortalError,
    TimedOut,
    TransportError,
)
from reconciliation.exchange import Exchange
from reconciliation.http import Deadline, HttpClient, Reply, retry
from tests.reconciliation.peer import Line, answer, certificate, peer

SHORT = 0.3
LIMIT = 1_000_000


class Nobody(AuthBase):
    def __call__(self, request):
        return request


@pytest.fixture
def client() -> Iterator[HttpClient]:
    made = HttpClient()
    yield made
    made.close()


def ask(client: HttpClient, url: str, *, seconds: float = 5, limit: int = LIMIT, **headers: str) -> Reply:
    with client.lane() as lane:
        return http.get(
            lane, url, headers=headers, auth=Nobody(), deadline=Deadline(seconds), max_bytes=limit
        )


def say(*pieces: bytes):
    return lambda line: line.say(*pieces)


def test_an_answer_comes_back_whole(client: HttpClient) -> None:
    with peer(say(answer(b'{"a": 1}', headers=["X-Thing: it"]))) as there:
        reply = ask(client, there.url)
    assert (reply.status, reply.headers["x-thing"], reply.body) == (200, "it", b'{"a": 1}')


def test_a_line_is_kept_and_used_again(client: HttpClient) -> None:
    with peer(say(answer())) as there:
        for _ in range(5):
            ask(client, there.url)
        assert (len(there.lines), len(there.requests)) == (1, 5)


def test_calls_at_once_have_a_line_each_and_share_no_cookie(client: HttpClient) -> None:
    with peer(say(answer())) as there, client.lane() as one, client.lane() as other:
        one.cookies.set("ibsession", "first")
        for lane in (one, other):
            http.get(lane, there.url, headers={}, auth=Nobody(), deadline=Deadline(5), max_bytes=LIMIT)
    assert ["ibsession" in request.decode() for request in there.requests] == [True, False]
    assert len(there.lines) == 2


def test_a_line_that_the_other_side_has_closed_is_not_used_again(client: HttpClient) -> None:
    with peer(say(answer()), keep=False) as there:
        for _ in range(3):
            # It may close just when it is asked again; that is what retrying is for.
            assert retry(lambda: ask(client, there.url), deadline=Deadline(5)).status == 200
        assert len(there.lines) == 3


@pytest.mark.parametrize("error", [TimedOut, RuntimeError, KeyboardInterrupt])
def test_a_lane_that_was_broken_off_never_comes_back(client: HttpClient, error: type[BaseException]) -> None:
    with pytest.raises(error), client.lane() as broken:
        raise error
    with client.lane() as fresh:
        assert fresh is not broken


def test_nothing_listens(client: HttpClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(ConnectionFailed):
        ask(client, f"http://127.0.0.1:{port}")


def test_a_name_that_nobody_knows(client: HttpClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(ConnectionFailed):
        ask(client, "http://onec.example.com")


def test_a_name_server_that_is_silent_costs_the_time_budget_and_no_more(
    client: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = threading.Event()

    def wait(*_: object, **__: object) -> list[object]:
        over.wait(30)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", wait)
    with pytest.raises(ConnectionFailed):
        ask(client, "http://onec.example.com", seconds=SHORT)
    over.set()


@pytest.mark.parametrize(
    "address", ["http://", "http://127.0.0.1:99999/", "ftp://127.0.0.1/", "onec", "http://[::1/"]
)
def test_an_address_that_is_none(client: HttpClient, address: str) -> None:
    with pytest.raises(ConnectionFailed):
        ask(client, address)


def test_a_header_that_cannot_be_sent_is_refused_without_being_told(client: HttpClient) -> None:
    class Broken(AuthBase):
        def __call__(self, request):
            request.headers["X-API-Key"] = "top\nsecret"
            return request

    with peer(say(answer())) as there, pytest.raises(ConnectionFailed) as refused, client.lane() as lane:
        http.get(lane, there.url, headers={}, auth=Broken(), deadline=Deadline(5), max_bytes=LIMIT)
    assert "secret" not in refused.value.detail
    assert refused.value.__cause__ is None


def test_a_budget_that_is_used_up_asks_nobody(client: HttpClient) -> None:
    with peer(say(answer())) as there:
        with pytest.raises(TimedOut):
            ask(client, there.url, seconds=0)
        assert there.lines == []


SLOW = {
    "nothing comes": lambda _line: threading.Event().wait(0),
    "headers drip": lambda line: line.drip(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 500),
    "informational answers without end": lambda line: line.say(
        *[b"HTTP/1.1 100 Continue\r\n\r\n"] * 500, pause=0.02
    ),
    "the body drips": lambda line: line.drip(answer(b"x" * 500)),
    "chunks drip": lambda line: line.say(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", *[b"1\r\nx\r\n"] * 500, pause=0.02
    ),
    "a body without a length drips": lambda line: line.drip(b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * 500),
    "a body drips over a line that is to be closed": lambda line: line.drip(
        answer(b"x" * 500, headers=["Connection: close"])
    ),
}
"""Without a watch over the whole exchange each of these would take ten seconds or more."""


@pytest.mark.parametrize("way", SLOW)
def test_an_answer_that_takes_longer_than_the_budget_is_cut_off(client: HttpClient, way: str) -> None:
    with peer(SLOW[way]) as there:
        with pytest.raises(TimedOut):
            ask(client, there.url, seconds=SHORT)
        assert there.lines[0].sent < 100


def test_the_budget_holds_on_a_line_that_is_used_again(client: HttpClient) -> None:
    def serve(line: Line) -> None:
        line.say(answer()) if line.sent == 0 else line.drip(answer(b"x" * 500))

    with peer(serve) as there:
        assert ask(client, there.url).status == 200
        with pytest.raises(TimedOut):
            ask(client, there.url, seconds=SHORT)
        assert len(there.lines) == 1


def test_a_timer_that_fires_too_late_cuts_nobody() -> None:
    one, other = socket.socketpair()
    with one, other:
        with Exchange(60) as exchange:
            exchange.run_over(one)
        exchange._cut()
        one.sendall(b"still here")
        assert not exchange.cut_off
        assert other.recv(100) == b"still here"


def test_a_line_that_comes_up_after_the_time_is_cut_at_once() -> None:
    one, other = socket.socketpair()
    with one, other, Exchange(60) as exchange:
        exchange._cut()
        exchange.run_over(one)
        assert other.recv(100) == b""


def test_tls_is_trusted_by_the_given_bundle_only(tmp_path: Path, client: HttpClient) -> None:
    tls, bundle = certificate(tmp_path)
    with peer(say(answer(b'{"over": "tls"}')), tls=tls) as there:
        trusting = HttpClient(ca_bundle=str(bundle))
        assert ask(trusting, there.url).body == b'{"over": "tls"}'
        trusting.close()
        with pytest.raises(ConnectionFailed, match="TLS"):
            ask(client, there.url)


def test_an_answer_that_drips_over_tls_is_cut_off(tmp_path: Path) -> None:
    tls, bundle = certificate(tmp_path)
    client = HttpClient(ca_bundle=str(bundle))
    with peer(lambda line: line.drip(answer(b"x" * 500)), tls=tls) as there:
        with pytest.raises(TimedOut):
            ask(client, there.url, seconds=SHORT)
        assert there.lines[0].sent < 100


def test_a_tls_handshake_that_drips_is_cut_off(client: HttpClient) -> None:
    hello = b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc\x03\x03" + b"\x00" * 500
    over = threading.Event()

    def drip(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            for byte in hello:
                try:
                    connection.sendall(bytes((byte,)))
                except OSError:
                    return
                if over.wait(0.02):
                    return

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=drip, args=(listener,), daemon=True).start()
        with pytest.raises(TimedOut):
            ask(client, f"https://127.0.0.1:{listener.getsockname()[1]}", seconds=SHORT)
        over.set()


BROKEN = {
    "hangs up without a word": [],
    "hangs up in the headers": [b"HTTP/1.1 200 OK\r\nConte"],
    "hangs up between two headers": [b"HTTP/1.1 200 OK\r\nServer: x\r\n"],
    "hangs up in the body": [answer(b"x" * 100)[:-50]],
    "hangs up in a chunk": [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabc"],
    "is no HTTP": [b"SSH-2.0-OpenSSH_9.6\r\n\r\n"],
    "has a header of a megabyte": [b"HTTP/1.1 200 OK\r\nX: " + b"x" * 1_000_000 + b"\r\n\r\n"],
    "has a thousand headers": [b"HTTP/1.1 200 OK\r\n" + b"X: x\r\n" * 1000 + b"\r\n"],
    "is no gzip": [answer(b"not gzip at all", headers=["Content-Encoding: gzip"])],
    "has chunks of no length": [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n"],
}


@pytest.mark.parametrize("way", BROKEN)
def test_an_answer_that_breaks_off_or_is_none(client: HttpClient, way: str) -> None:
    with peer(say(*BROKEN[way]), keep=False) as there, pytest.raises(ConnectionBroken) as broken:
        ask(client, there.url + "/?api_key=secret")
    assert "secret" not in str(broken.value)


TOO_LARGE = {
    "told beforehand": [answer(b"")[:-4].replace(b"Length: 0", b"Length: 99000000") + b"\r\n\r\n"],
    "in chunks": [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        *[b"10000\r\n" + b"x" * 65536 + b"\r\n"] * 100,
    ],
    "without a length": [b"HTTP/1.0 200 OK\r\n\r\n", b"x" * 5_000_000],
    "packed": [answer(gzip.compress(b"x" * 50_000_000), headers=["Content-Encoding: gzip"])],
    "packed twice": [
        answer(gzip.compress(gzip.compress(b"x" * 50_000_000)), headers=["Content-Encoding: gzip, gzip"])
    ],
    "of a redirect": [
        answer(gzip.compress(b"x" * 50_000_000), "302 Found", ["Location: /", "Content-Encoding: gzip"])
    ],
    "of an error": [answer(gzip.compress(b"x" * 50_000_000), "500 Oh", ["Content-Encoding: gzip"])],
}


@pytest.mark.parametrize("way", TOO_LARGE)
def test_a_body_over_the_limit_is_refused_and_never_held(client: HttpClient, way: str) -> None:
    with peer(say(*TOO_LARGE[way]), keep=False) as there:
        tracemalloc.start()
        try:
            with pytest.raises(BodyTooLarge):
                ask(client, there.url)
            assert tracemalloc.get_traced_memory()[1] < 10 * LIMIT
        finally:
            tracemalloc.stop()


def test_a_body_of_just_the_limit_is_taken(client: HttpClient) -> None:
    with peer(say(answer(b"x" * LIMIT))) as there:
        assert len(ask(client, there.url).body) == LIMIT


@pytest.mark.parametrize("target", ["/elsewhere", "http://127.0.0.1:1/", "http://[bad", "", "\udcff"])
def test_a_redirect_is_returned_and_not_followed(client: HttpClient, target: str) -> None:
    location = f"Location: {target}"
    redirect = answer(b"", "302 Found").replace(b"\r\n\r\n", b"\r\n") + location.encode(
        "utf-8", "surrogateescape"
    )
    with peer(say(redirect + b"\r\n\r\n")) as there:
        assert ask(client, there.url).status == 302
        assert len(there.requests) == 1


def test_the_environment_does_not_meddle(
    client: HttpClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with peer(say(answer())) as there:
        ask(client, there.url, Authorization="Bearer mine")
        assert b"Authorization: Bearer mine\r\n" in there.requests[0]


@pytest.mark.parametrize("more", ["", "; Path=/trade/hs", "; Secure", "; Domain=1c.example.com"])
def test_a_cookie_comes_back_whatever_a_proxy_has_written_on_it(client: HttpClient, more: str) -> None:
    with peer(say(answer(headers=[f"Set-Cookie: ibsession=one{more}; HttpOnly"]))) as there:
        ask(client, there.url + "/trade/hs/act")
        ask(client, there.url + "/other")
    assert b"Cookie" not in there.requests[0]
    assert b"Cookie: ibsession=one\r\n" in there.requests[1]


def test_a_cookie_that_is_taken_back_is_forgotten(client: HttpClient) -> None:
    def serve(line: Line) -> None:
        line.say(answer(headers=["Set-Cookie: a=b" + ("; Max-Age=0" if line.sent else "")]))

    with peer(serve) as there:
        for _ in range(3):
            ask(client, there.url)
    assert ["Cookie: a=b" in request.decode() for request in there.requests] == [False, True, False]


def test_every_line_is_given_back(client: HttpClient) -> None:
    with peer(say(answer())) as there:
        ask(client, there.url)
        client.close()
        with client.lane() as lane:
            assert not lane.cookies
        assert len(there.lines) == 1


class Calls:
    """Counts, and fails as often as it is told to."""

    def __init__(self, *errors: PortalError) -> None:
        self.count = 0
        self._errors = list(errors)

    def __call__(self) -> str:
        self.count += 1
        if self._errors:
            raise self._errors.pop(0)
        return "done"


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits between tries, which are not waited for."""
    waited: list[float] = []
    monkeypatch.setattr("reconciliation.http.time.sleep", waited.append)
    return waited


@pytest.mark.parametrize("failures", [0, 1, 2])
def test_what_may_pass_is_tried_again_twice(waits: list[float], failures: int) -> None:
    call = Calls(*[OneCBusy("a")] * failures)
    assert retry(call, deadline=Deadline(60)) == "done"
    assert (call.count, len(waits)) == (failures + 1, failures)


def test_the_third_failure_is_the_answer(waits: list[float]) -> None:
    call = Calls(*[ConnectionBroken("a"), OneCBusy("b"), ConnectionFailed("c")])
    with pytest.raises(ConnectionFailed):
        retry(call, deadline=Deadline(60))
    assert call.count == 3


def test_waits_grow_and_scatter(waits: list[float]) -> None:
    for _ in range(20):
        retry(Calls(OneCBusy(), OneCBusy()), deadline=Deadline(60))
    first, second = waits[::2], waits[1::2]
    assert all(0.1 <= wait <= 0.3 for wait in first)
    assert all(0.2 <= wait <= 0.6 for wait in second)
    assert len(set(waits)) > 30


@pytest.mark.parametrize("error", [OneCKeyRefused, TimedOut, BodyTooLarge])
def test_what_will_not_pass_is_not_tried_again(waits: list[float], error: type[PortalError]) -> None:
    call = Calls(error())
    with pytest.raises(error):
        retry(call, deadline=Deadline(60))
    assert (call.count, waits) == (1, [])


def test_no_try_begins_after_the_budget(waits: list[float]) -> None:
    call = Calls(OneCBusy())
    with pytest.raises(OneCBusy):
        retry(call, deadline=Deadline(0.05))
    assert (call.count, waits) == (1, [])


def test_a_fault_of_our_own_is_not_tried_again(waits: list[float]) -> None:
    def call() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        retry(call, deadline=Deadline(60))
    assert waits == []


def test_every_transport_error_says_how_the_portal_answers() -> None:
    assert {error.status for error in TransportError.__subclasses__()} == {502, 503, 504}
