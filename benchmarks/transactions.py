"""How long the portal's transactions in PostgreSQL last, seen from outside."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

WORTH_TELLING = 0.7
"""Seconds from which a transaction is told with what it did all the time."""


@dataclass
class Seen:
    """One transaction: its age in seconds, its last query, and how often it was seen doing what."""

    seconds: float = 0.0
    query: str = ""
    doing: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        doing = ", ".join(f"{what} {times}" for what, times in self.doing.most_common(4))
        return f"{self.seconds:.2f} s ({doing}): {self.query[:160]}"


@dataclass
class Longest:
    """The longest transaction that was seen, the longest wait for the disk at an end, and the slow ones."""

    seconds: float = 0.0
    at_commit: float = 0.0
    slow: list[Seen] = field(default_factory=list)

    def see(self, one: Seen) -> None:
        if one.query == "COMMIT":
            self.at_commit = max(self.at_commit, one.seconds)
        else:
            self.seconds = max(self.seconds, one.seconds)


@contextmanager
def longest_transaction(url: str) -> Iterator[Longest]:
    """Look twenty times a second how long the portal's transactions last; yield the longest.

    PostgreSQL's own are left out: it cleans a large table up for seconds, and locks nobody out. What waits
    for the disk at its end is told apart.
    """
    longest, over = Longest(), threading.Event()
    if url.startswith("sqlite"):
        yield longest
        return
    import psycopg

    name = url.rpartition("/")[2]
    asked = (
        "SELECT pid, xact_start, extract(epoch FROM clock_timestamp() - xact_start), query,"
        " concat_ws(' ', state, wait_event_type, wait_event) FROM pg_stat_activity"
        " WHERE datname = %s AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        " AND xact_start IS NOT NULL"
    )

    def look() -> None:
        open_now: dict[tuple[object, object], Seen] = {}
        with psycopg.connect(url, autocommit=True) as server:
            while not over.wait(0.05):
                before, open_now = open_now, {}
                for pid, start, seconds, query, doing in server.execute(asked, [name]):
                    one = open_now[pid, start] = before.pop((pid, start), Seen())
                    one.seconds, one.query = float(seconds), query
                    one.doing[doing] += 1
                    longest.see(one)
                longest.slow += [one for one in before.values() if one.seconds > WORTH_TELLING]

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield longest
    finally:
        over.set()
        looking.join()
