"""What the sandbox saw: calls with secrets masked, and the counts that tests and people ask for."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from time import perf_counter

from sandbox.auth import credentials_of
from sandbox.http_messages import Call

KEPT = 10_000
OF_INTEREST = ("Accept", "Accept-Encoding", "Connection", "IBSession", "User-Agent", "X-Request-ID")


@dataclass(slots=True)
class Entry:
    """One call; `status` is 0 until there is an answer, and stays so when the connection is cut."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    auth: str
    """How the key and Basic came, e.g. "basic+x-api-key"."""
    session: str
    """"start", "cookie" or empty."""
    faults: list[str] = field(default_factory=list)
    status: int = 0
    seconds: float = 0.0


@dataclass(slots=True)
class Counts:
    """What has been counted since the start or the last `clear`."""

    entries: deque[Entry] = field(default_factory=lambda: deque(maxlen=KEPT))
    calls: int = 0
    running: int = 0
    max_concurrent: int = 0
    pdfs_drawn: int = 0
    seconds_busy: float = 0.0


class Journal:
    """The calls so far; one that still runs when the journal is cleared counts in neither part."""

    def __init__(self) -> None:
        self.counts = Counts()
        self._lock = Lock()

    def clear(self) -> None:
        """Forget the calls and set the counts to zero."""
        self.counts = Counts()

    def count_pdf(self) -> None:
        with self._lock:
            self.counts.pdfs_drawn += 1

    @contextmanager
    def watch(self, call: Call) -> Iterator[Entry]:
        """Write the call down at once and measure it until it is done."""
        entry, counts, start = _entry(call), self.counts, perf_counter()
        with self._lock:
            counts.calls += 1
            counts.running += 1
            counts.max_concurrent = max(counts.max_concurrent, counts.running)
            counts.entries.append(entry)
        try:
            yield entry
        finally:
            entry.seconds = perf_counter() - start
            with self._lock:
                counts.running -= 1
                counts.seconds_busy += entry.seconds


def _entry(call: Call) -> Entry:
    query = {name: "***" if name == "api_key" else value for name, value in call.query.items()}
    headers = {name: call.header(name) for name in OF_INTEREST if call.header(name)}
    session = "cookie" if call.session else call.header("ibsession").lower()
    return Entry(call.method, call.path, query, headers, credentials_of(call).names, session)
