"""The database connection, released while something slow is done that needs none."""

from django.db import connection


def release_connection() -> None:
    """Give the thread's connection back to the pool; the next query takes one again.

    Sixty people may wait for 1C at once, and PostgreSQL has a hundred connections for everybody. Inside a
    transaction nothing is done.
    """
    if not connection.in_atomic_block:
        connection.close()
