"""The backend itself; Django wants it in a module of this name."""

from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool

POOL: dict[str, Any] = {"min_size": 1, "max_size": 20, "timeout": 15}
"""By process: two for the web, a worker and beat stay far below PostgreSQL's 100. `timeout`: seconds."""


class DatabaseWrapper(base.DatabaseWrapper):
    """Checks a connection as it is taken from the pool.

    When one was cut, all were. psycopg's own check would find that out one by one and wait longer after each.
    """

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        pool: ConnectionPool[Any] | None = self.pool
        if pool is None:
            return connection
        try:
            ConnectionPool.check_connection(connection)
        except psycopg.OperationalError:
            pool.putconn(connection)
            pool.check()
            connection = super().get_new_connection(conn_params)
        return connection
