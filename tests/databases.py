"""Databases for programs of their own: empty, and thrown away."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit


@contextmanager
def empty(folder: Path, given: str = "") -> Iterator[str]:
    """Yield the address of an empty database on a PostgreSQL server, or of SQLite in a file of the folder.

    The server is the one of TEST_DATABASE_URL, or `given`.
    """
    server_url = os.environ.get("TEST_DATABASE_URL") or given
    if not server_url:
        yield f"sqlite:///{folder / 'portal.sqlite3'}"
        return
    import psycopg

    name = f"portal_throwaway_{os.getpid()}"
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def local_postgres() -> str:
    """Return the address of this machine's PostgreSQL where its user may come in; else nothing."""
    import getpass

    import psycopg

    url = f"postgres://{getpass.getuser()}@127.0.0.1:5432/postgres"
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return ""
    return url
