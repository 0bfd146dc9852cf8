"""Faults of the way: slow, dripping, cut, swollen, or not HTTP at all."""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

from sandbox.fault import Fault, Send
from sandbox.http_messages import Reply
from sandbox.web_server import Connection

MEGABYTE = 1_000_000
FILLER = b"a" * (MEGABYTE // 10)
OPENED, CLOSED = b', "filler": "', b'"}'


def _be_slow(connection: Connection, _reply: Reply, value: Any) -> bool:
    connection.wait(float(value))
    return False


def _drip(connection: Connection, data: bytes, pause: float) -> None:
    for byte in data:
        connection.write(bytes((byte,)))
        connection.wait(pause)


def _drip_headers(connection: Connection, reply: Reply, value: Any) -> bool:
    _drip(connection, reply.head, float(value))
    connection.write(reply.body)
    return True


def _drip_body(connection: Connection, reply: Reply, value: Any) -> bool:
    connection.write(reply.head)
    _drip(connection, reply.body, float(value))
    return True


def _cut(what: Callable[[Reply], bytes]) -> Send:
    def send(connection: Connection, reply: Reply, _value: Any) -> bool:
        connection.write(what(reply))
        connection.close()
        return True

    return send


def _send_endless(connection: Connection, reply: Reply, value: Any) -> bool:
    """Send filler in chunks, no length told, until the value in megabytes or until the caller hangs up."""
    length = f"Content-Length: {len(reply.body)}".encode()
    connection.write(reply.head.replace(length, b"Transfer-Encoding: chunked"))
    for piece in (reply.body.removesuffix(b"}") + OPENED, *_filler(value), CLOSED):
        connection.write(b"%x\r\n%b\r\n" % (len(piece), piece))
    connection.write(b"0\r\n\r\n")
    return True


def _filler(megabytes: Any) -> Iterator[bytes]:
    for _ in range(int(megabytes) * 10):
        yield FILLER


def _swell(reply: Reply, value: Any) -> Reply:
    """Return the reply with a filler of that many megabytes, made while it is sent."""
    head = reply.body.removesuffix(b"}") + OPENED
    length = len(head) + int(value) * 10 * len(FILLER) + len(CLOSED)

    def rest() -> Iterator[bytes]:
        yield from _filler(value)
        yield CLOSED

    return replace(reply, body=head, stream=rest(), length=length)


def _compress(reply: Reply, value: Any) -> Reply:
    headers = (*reply.headers, ("Content-Encoding", "gzip"))
    return replace(reply, body=_bomb(int(value)), headers=headers)


@cache
def _bomb(megabytes: int) -> bytes:
    """Return a small gzip that unpacks to a JSON object of that many megabytes."""
    packer = zlib.compressobj(level=1, wbits=31)
    pieces = (b'{"filler": "', *_filler(megabytes), CLOSED)
    return b"".join([*(packer.compress(piece) for piece in pieces), packer.flush()])


def _way(name: str, about: str, send: Send, value: Any = None) -> Fault:
    return Fault(name, about, value, send=send)


FAULTS = (
    _way("slow", "nothing comes for as many seconds as the value says", _be_slow, 5.0),
    _way("drip_headers", "headers a byte at a time; value the seconds between", _drip_headers, 0.1),
    _way("drip_body", "the body a byte at a time; value the seconds between", _drip_body, 0.1),
    _way(
        "cut_headers",
        "hangs up in the middle of the headers",
        _cut(lambda reply: reply.head[: len(reply.head) // 2]),
    ),
    _way(
        "cut_body",
        "hangs up in the middle of the body",
        _cut(lambda reply: reply.head + reply.body[: len(reply.body) // 2]),
    ),
    _way("close_at_once", "hangs up without a word", _cut(lambda _reply: b"")),
    _way(
        "garbage",
        "what comes is not HTTP",
        _cut(lambda _reply: b"\x15\x03\x01\x00\x02\x02\x16SSH-2.0\r\n\r\n"),
    ),
    _way(
        "endless_body",
        "a valid body of the value in megabytes, in chunks, no length told",
        _send_endless,
        1000,
    ),
    Fault("huge_body", "a valid body of the value in megabytes", 60, change_reply=_swell),
    Fault("gzip_bomb", "a small gzip that unpacks to the value in megabytes", 200, change_reply=_compress),
)
