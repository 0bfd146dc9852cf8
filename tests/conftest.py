"""What every test stands on: its own environment, its own Redis, its own 1C."""

import logging
import os
from collections.abc import Generator, Iterator
from typing import TypeVar

import django
import pytest
import redis

from tests import environment

environment.enter()  # before Django reads its settings

from django.test import override_settings
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from reconciliation.http import limiter
from sandbox.onec import OneCSandbox
from tools.redis_server import throwaway_redis

# pytest-django would set Django up too late for the cast, which knows the models.
django.setup()

pytest_plugins = ["tests.cast", "tests.addresses", "tests.database"]

# The same examples each time, and no stopwatch: a red test is red for everyone.
hypothesis_settings.register_profile(
    "portal",
    derandomize=True,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
hypothesis_settings.load_profile("portal")

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)

DEMAND_ALL = "PORTAL_DEMAND_ALL"
"""Set where nothing may be missing, as on CI: a skipped test is a failed one there."""


DATABASE_FIXTURES = {"db", "transactional_db", "live_server", "admin_client", "django_db_reset_sequences"}


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Commands quiet their own process and requests leave their language, both in the tests' process here."""
    level = logging.getLogger().level
    yield
    logging.getLogger().setLevel(level)
    translation.deactivate()


@pytest.fixture(scope="session")
def redis_url(worker_id: str) -> Iterator[str]:
    """A Redis of this test process alone, empty at the start of the session.

    TEST_REDIS_URL names a server whose database of that number and the next ones may be emptied.
    """
    given = os.environ.get("TEST_REDIS_URL")
    if not given:
        with throwaway_redis() as url:
            yield url
        return
    url = _own_database(given, worker_id)
    with redis.Redis.from_url(url) as client:
        client.flushdb()
        yield url
        client.flushdb()


def _own_database(url: str, worker_id: str) -> str:
    server, _, number = url.rpartition("/")
    return f"{server}/{int(number) + int(worker_id.removeprefix('gw') if worker_id != 'master' else 0)}"


@pytest.fixture(scope="session")
def _one_onec() -> Iterator[OneCSandbox]:
    with OneCSandbox(seed=1) as sandbox:
        yield sandbox


@pytest.fixture
def onec(_one_onec: OneCSandbox) -> Iterator[OneCSandbox]:
    """The 1C sandbox with its generated ledgers, on a port of its own, as after its start."""
    yield _one_onec
    _one_onec.reset()
    _one_onec.latency = 0.0


@pytest.fixture(scope="session", autouse=True)
def _own_files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with (
        override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media")),
        # Not what `make run` has collected, perhaps from another version.
        override_settings(STATIC_ROOT=tmp_path_factory.mktemp("static"), WHITENOISE_AUTOREFRESH=True),
        pytest.MonkeyPatch.context() as patched,
    ):
        # Where places for calls to 1C are kept without Redis.
        patched.setattr("tempfile.tempdir", str(tmp_path_factory.mktemp("temp")))
        yield


@pytest.fixture(autouse=True)
def _no_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Free at once the places of calls that were given up: the next test has the same 1C."""
    monkeypatch.setattr(limiter, "HOLD_SECONDS", 0.0)


@pytest.hookimpl(tryfirst=True)
def pytest_xdist_auto_num_workers() -> int:
    """Take one more than there are processors: many tests wait for threads and servers."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what touches the database, so that another one can be tried with the same tests."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if item.get_closest_marker("django_db") or fixtures & DATABASE_FIXTURES:
            item.add_marker("database")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    return refuse_skip(report)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    return refuse_skip(report)


def refuse_skip(report: Report) -> Report:
    """Turn a skip into a failure where everything is demanded."""
    if os.environ.get(DEMAND_ALL) and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"Skipped, though {DEMAND_ALL} is set: {report.longrepr}"
    return report
