"""Ports of this computer: which are free, and whether anything answers there."""

import contextlib
import errno
import socket
from collections.abc import Iterable, Iterator

LOOPBACK = "127.0.0.1"


class PortUnusable(Exception):
    """Nothing of ours can listen on a port; the text says why, for a person."""


def check_port(port: int) -> None:
    """Raise PortUnusable unless a server can be started on `port`."""
    if answers(port):
        raise PortUnusable(f"Port {port} is taken by another program.")
    try:
        with socket.socket() as listener:
            # As servers do it: a connection that was closed a moment ago is no obstacle.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((LOOPBACK, port))
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        why = "is taken by another program" if taken else f"cannot be used: {error.strerror}"
        raise PortUnusable(f"Port {port} {why}.") from None


def answers(port: int) -> bool:
    """Return whether something accepts connections on `port`."""
    with socket.socket() as client:
        client.settimeout(0.5)
        return client.connect_ex((LOOPBACK, port)) == 0


def free_port(prefer: int = 0, *, avoid: frozenset[int] = frozenset()) -> int:
    """Return `prefer` when it can be used, else a free port that the system names."""
    if prefer and prefer not in avoid:
        try:
            check_port(prefer)
        except PortUnusable:
            pass
        else:
            return prefer
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        return int(listener.getsockname()[1])


@contextlib.contextmanager
def held(ports: Iterable[int]) -> Iterator[None]:
    """Keep other programs from taking these ports before what is to listen there has been started."""
    with contextlib.ExitStack() as stack:
        for port in ports:
            listener = stack.enter_context(socket.socket())
            with contextlib.suppress(OSError):  # in use, as our Redis's, or closed a moment ago
                listener.bind((LOOPBACK, port))
        yield
