"""The one way out ends in time and in size, and only our own errors leave it."""

import gzip
import socket
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from requests import Request

from jobs.deadline import Deadline
from reconciliation.errors import (
    BodyTooLarge,
    ConnectionBroken,
    ConnectionFailed,
    OneCBusy,
    OneCSetupError,
    PortalError,
    TimedOut,
)
from reconciliation.http import calls
from reconciliation.http.calls import PooledSession, Reply, SessionPool, retry, send
from tests.reconciliation.peer import Connection, answer, certificate, peer

SHORT = 0.3
LIMIT = 1_000_000


@pytest.fixture
def pool() -> Iterator[SessionPool]:
    made = SessionPool()
    yield made
    made.close()


def ask(pool: SessionPool, url: str, *, seconds: float = 5, limit: int = LIMIT, **headers: str) -> Reply:
    with pool.session() as session:
        return get(session, url, seconds=seconds, limit=limit, **headers)


def get(session: PooledSession, url: str, *, seconds: float = 5, limit: int = LIMIT, **headers: str) -> Reply:
    request = Request("GET", url, headers=headers)
    return send(session, request, deadline=Deadline(seconds), max_bytes=limit)


def say(*pieces: bytes):
    return lambda connection: connection.say(*pieces)


def test_an_answer_comes_back_whole(pool: SessionPool) -> None:
    with peer(say(answer(b'{"a": 1}', headers=["X-Thing: it"]))) as there:
        reply = ask(pool, there.url)
    assert (reply.status, reply.headers["x-thing"], reply.body) == (200, "it", b'{"a": 1}')


def test_a_post_sends_its_body(pool: SessionPool) -> None:
    with (
        peer(lambda connection: connection.say(answer(connection.receive(8)))) as there,
        pool.session() as session,
    ):
        request = Request("POST", there.url, json={"a": 1})
        assert send(session, request, deadline=Deadline(5), max_bytes=LIMIT).body == b'{"a": 1}'
    assert there.requests[0].startswith(b"POST / HTTP/1.1")


def test_a_connection_is_kept_and_used_again(pool: SessionPool) -> None:
    with peer(say(answer())) as there:
        for _ in range(5):
            ask(pool, there.url)
        assert (len(there.connections), len(there.requests)) == (1, 5)


def test_calls_at_once_have_a_session_each(pool: SessionPool) -> None:
    with peer(say(answer())) as there, pool.session() as one, pool.session() as other:
        get(one, there.url)
        get(other, there.url)
        assert one is not other
        assert len(there.connections) == 2


def test_a_connection_that_the_other_side_has_closed_is_not_used_again(pool: SessionPool) -> None:
    with peer(say(answer()), keep=False) as there:
        for _ in range(3):
            # It may close just when it is asked again; that is what retrying is for.
            assert retry(lambda: ask(pool, there.url), deadline=Deadline(5)).status == 200
        assert len(there.connections) == 3


def test_a_connection_that_was_idle_for_long_is_not_used_again(
    pool: SessionPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with peer(say(answer())) as there:
        with pool.session() as session:
            get(session, there.url)
            session.cookie = "of the service"
        monkeypatch.setattr(calls, "IDLE_SECONDS", -1.0)
        with pool.session() as session:
            get(session, there.url)
        assert len(there.connections) == 2
        assert session.cookie == "of the service"


def test_after_a_failure_on_a_kept_connection_the_others_are_closed_too(pool: SessionPool) -> None:
    """Four kept connections were dropped on the way; the first retry opens a new one."""
    dropped: list[Connection] = []

    def serve(connection: Connection) -> None:
        if connection in dropped:
            connection.reset()
        else:
            connection.say(answer())

    with peer(serve) as there:
        with pool.session() as a, pool.session() as b, pool.session() as c, pool.session() as d:
            for session in (a, b, c, d):
                get(session, there.url)
        dropped += there.connections
        assert retry(lambda: ask(pool, there.url), deadline=Deadline(5)).status == 200
        assert (len(there.connections), len(there.requests)) == (5, 6)


@pytest.mark.parametrize("error", [TimedOut, RuntimeError, KeyboardInterrupt])
def test_a_session_that_was_broken_off_is_not_kept(pool: SessionPool, error: type[BaseException]) -> None:
    with pytest.raises(error), pool.session() as broken:
        raise error
    with pool.session() as fresh:
        assert fresh is not broken


def test_nothing_listens(pool: SessionPool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(ConnectionFailed):
        ask(pool, f"http://127.0.0.1:{port}")


def test_a_name_that_nobody_knows(pool: SessionPool, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(ConnectionFailed):
        ask(pool, "http://onec.example.com")


@pytest.mark.parametrize(
    "address", ["http://", "http://127.0.0.1:99999/", "ftp://127.0.0.1/", "onec", "http://[::1/"]
)
def test_an_address_that_is_none(pool: SessionPool, address: str) -> None:
    with pytest.raises(ConnectionFailed):
        ask(pool, address)


def test_a_header_that_cannot_be_sent_is_refused_without_being_told(pool: SessionPool) -> None:
    with peer(say(answer())) as there, pytest.raises(ConnectionFailed) as refused:
        ask(pool, there.url, Authorization="top\nsecret")
    assert "secret" not in refused.value.detail
    assert refused.value.__cause__ is None


def test_a_budget_that_is_used_up_asks_nobody(pool: SessionPool) -> None:
    with peer(say(answer())) as there:
        with pytest.raises(TimedOut):
            ask(pool, there.url, seconds=0)
        assert there.connections == []


SLOW = {
    "nothing comes": lambda connection: connection.wait(),
    "the body stops": lambda connection: (connection.say(answer(b"x" * 500)[:-100]), connection.wait()),
    "the body drips": lambda connection: connection.drip(answer(b"x" * 500), after=100),
    "chunks drip": lambda connection: connection.say(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", *[b"1\r\nx\r\n"] * 500, pause=0.02
    ),
    "a body without a length drips": lambda connection: connection.drip(
        b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * 500, after=19
    ),
    "a body drips over a connection that is to be closed": lambda connection: connection.drip(
        answer(b"x" * 500, headers=["Connection: close"]), after=100
    ),
}
"""Each of these would take ten seconds or more."""


@pytest.mark.parametrize("way", SLOW)
def test_an_answer_that_takes_longer_than_the_deadline_is_given_up(pool: SessionPool, way: str) -> None:
    with peer(SLOW[way]) as there:
        with pytest.raises(TimedOut):
            ask(pool, there.url, seconds=SHORT)
        assert there.connections[0].sent < 100


def test_tls_is_trusted_by_the_given_bundle_only(tmp_path: Path, pool: SessionPool) -> None:
    tls, bundle = certificate(tmp_path)
    with peer(say(answer(b'{"over": "tls"}')), tls=tls) as there:
        request = Request("GET", there.url)
        with pool.session() as session:
            reply = send(session, request, deadline=Deadline(5), max_bytes=LIMIT, ca_bundle=str(bundle))
        assert reply.body == b'{"over": "tls"}'
        with pytest.raises(ConnectionFailed, match="TLS"):
            ask(SessionPool(), there.url)


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
def test_an_answer_that_breaks_off_or_is_none(pool: SessionPool, way: str) -> None:
    with peer(say(*BROKEN[way]), keep=False) as there, pytest.raises(ConnectionBroken) as broken:
        ask(pool, there.url + "/?api_key=secret")
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
def test_a_body_over_the_limit_is_refused_and_never_held(pool: SessionPool, way: str) -> None:
    with peer(say(*TOO_LARGE[way]), keep=False) as there:
        tracemalloc.start()
        try:
            with pytest.raises(BodyTooLarge):
                ask(pool, there.url)
            assert tracemalloc.get_traced_memory()[1] < 10 * LIMIT
        finally:
            tracemalloc.stop()


def test_a_body_of_just_the_limit_is_taken(pool: SessionPool) -> None:
    with peer(say(answer(b"x" * LIMIT))) as there:
        assert len(ask(pool, there.url).body) == LIMIT


@pytest.mark.parametrize("target", ["/elsewhere", "http://127.0.0.1:1/", "http://[bad", "", "\udcff"])
def test_a_redirect_is_returned_and_not_followed(pool: SessionPool, target: str) -> None:
    location = f"Location: {target}"
    redirect = answer(b"", "302 Found").replace(b"\r\n\r\n", b"\r\n") + location.encode(
        "utf-8", "surrogateescape"
    )
    with peer(say(redirect + b"\r\n\r\n")) as there:
        assert ask(pool, there.url).status == 302
        assert len(there.requests) == 1


def test_the_environment_changes_nothing(
    pool: SessionPool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with peer(say(answer())) as there:
        ask(pool, there.url, Authorization="Bearer mine")
        assert b"Authorization: Bearer mine\r\n" in there.requests[0]


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
    monkeypatch.setattr("reconciliation.http.calls.time.sleep", waited.append)
    return waited


@pytest.mark.parametrize("failures", [0, 1, 2])
def test_what_may_pass_is_tried_again_twice(waits: list[float], failures: int) -> None:
    call = Calls(*[OneCBusy("busy")] * failures)
    assert retry(call, deadline=Deadline(60)) == "done"
    assert (call.count, len(waits)) == (failures + 1, failures)


def test_the_third_failure_is_the_answer(waits: list[float]) -> None:
    call = Calls(*[ConnectionBroken("a"), OneCBusy("busy"), ConnectionFailed("c")])
    with pytest.raises(ConnectionFailed):
        retry(call, deadline=Deadline(60))
    assert call.count == 3


def test_waits_grow_and_scatter(waits: list[float]) -> None:
    for _ in range(20):
        retry(Calls(OneCBusy("busy"), OneCBusy("busy")), deadline=Deadline(60))
    first, second = waits[::2], waits[1::2]
    assert all(0.1 <= wait <= 0.3 for wait in first)
    assert all(0.2 <= wait <= 0.6 for wait in second)
    assert len(set(waits)) > 30


@pytest.mark.parametrize("error", [OneCSetupError("key"), TimedOut(), BodyTooLarge()])
def test_what_will_not_pass_is_not_tried_again(waits: list[float], error: PortalError) -> None:
    call = Calls(error)
    with pytest.raises(type(error)):
        retry(call, deadline=Deadline(60))
    assert (call.count, waits) == (1, [])


def test_no_try_begins_after_the_budget(waits: list[float]) -> None:
    call = Calls(OneCBusy("busy"))
    with pytest.raises(OneCBusy):
        retry(call, deadline=Deadline(0.05))
    assert (call.count, waits) == (1, [])
