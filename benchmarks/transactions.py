"""How long the portal's transactions in PostgreSQL last, seen from outside."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass
class Longest:
    """The longest transaction that was seen, its last query, and the longest wait for the disk at an end."""

    seconds: float = 0.0
    query: str = ""
    at_commit: float = 0.0

    def see(self, seconds: float, query: str) -> None:
        if query == "COMMIT":
            self.at_commit = max(self.at_commit, seconds)
        elif seconds > self.seconds:
            self.seconds, self.query = seconds, query


@contextmanager
def longest_transaction(url: str) -> Iterator[Longest]:
    """Look twenty times a second how long the portal's transactions last; yield the longest, and its query.

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
        "SELECT extract(epoch FROM clock_timestamp() - xact_start), query FROM pg_stat_activity"
        " WHERE datname = %s AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        " AND xact_start IS NOT NULL"
    )

    def look() -> None:
        with psycopg.connect(url, autocommit=True) as server:
            while not over.wait(0.05):
                for seconds, query in server.execute(asked, [name]):
                    longest.see(float(seconds), query)

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield longest
    finally:
        over.set()
        looking.join()
