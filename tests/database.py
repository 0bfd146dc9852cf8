"""The tests' database on SQLite: migrated once for all processes, and put back after a test, not emptied.

Migrating takes a process 8 seconds. Emptying all tables and making permissions and groups anew took a
third of a second after each test that commits. Other databases do both as Django does.
"""

import fcntl
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import TransactionTestCase


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings: None, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Iterator[None]:
    """Have the test database copied from one that is migrated; runs before pytest-django makes it."""
    if connection.vendor != "sqlite":
        yield
        return
    folder = tmp_path_factory.getbasetemp()
    migrated = (folder if worker_id == "master" else folder.parent) / "migrated.sqlite3"
    creation: Any = connection.creation
    create = creation.create_test_db
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(
            creation, "create_test_db", lambda **options: _copied(migrated, partial(create, **options))
        )
        patched.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: _load(migrated))
        yield


def _copied(migrated: Path, create: Callable[[], str]) -> str:
    """Return the name of the test database, filled from `migrated`, which the first process makes."""
    with migrated.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not migrated.exists():
            created = create()
            with closing(sqlite3.connect(migrated)) as target:
                _raw().backup(target)
            return created
    creation: Any = connection.creation
    name: str = creation._get_test_db_name()
    connection.close()
    connection.settings_dict["NAME"] = name
    _load(migrated)
    return name


def _load(migrated: Path) -> None:
    with closing(sqlite3.connect(migrated)) as source:
        source.backup(_raw())


def _raw() -> Any:
    connection.ensure_connection()
    return connection.connection
