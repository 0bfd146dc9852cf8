"""Many processes that issue at the same moment: one act a request, numbers without gaps or doubles."""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from sandbox.onec import OneCSandbox

ROOT = Path(__file__).resolve().parents[3]
POSTGRES = "postgres://{user}@127.0.0.1:5432/{name}"
COUNT = """
from reconciliation.models import IssuedAct
print([(act.number, str(act.date_to)) for act in IssuedAct.objects.order_by("sequence")])
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'portal.sqlite3'}"
        return
    user, name = os.environ.get("USER") or "root", f"portal_race_{uuid.uuid4().hex[:12]}"
    server = POSTGRES.format(user=user, name="postgres")
    try:
        admin = psycopg.connect(server, autocommit=True, connect_timeout=2)
    except psycopg.OperationalError:
        pytest.skip("no PostgreSQL on this machine")
    with admin:
        admin.execute(f'CREATE DATABASE "{name}"')
        yield POSTGRES.format(user=user, name=name)
        with suppress(psycopg.Error):
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def portal(onec: OneCSandbox, database_url: str, tmp_path: Path) -> dict[str, str]:
    """The environment of a portal of its own, with its database made."""
    settings = {
        **os.environ,
        "DATABASE_URL": database_url,
        "MEDIA_ROOT": str(tmp_path / "media"),
        "ONEC_BASE_URL": onec.url,
        "ONEC_API_KEY": "sandbox-key",
        "ONEC_CONCURRENCY": "6",
        "ORGANIZATION_INN": "7701234567",
    }
    manage(settings, "migrate", "-v0")
    return settings


def manage(settings: dict[str, str], *arguments: str) -> str:
    done = started(settings, *arguments)
    output, trouble = done.communicate(timeout=60)
    assert done.returncode == 0, trouble
    return output


def started(settings: dict[str, str], *arguments: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.Popen(
        command, cwd=ROOT, env=settings, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def test_six_processes_agree_on_one_act_and_on_every_number(
    portal: dict[str, str], onec: OneCSandbox, tmp_path: Path
) -> None:
    guid = onec.ledger.counterparties[0].guid
    manage(portal, "act", guid, "2024-01-01", "2024-01-31", "-o", str(tmp_path / "first.pdf"))
    ends = ["2024-02-29", "2024-02-29", "2024-02-29", "2024-03-31", "2024-04-30", "2024-05-31"]
    runs = [
        started(portal, "act", guid, "2024-02-01", end, "-o", str(tmp_path / f"{number}.pdf"))
        for number, end in enumerate(ends)
    ]
    for run in runs:
        _, trouble = run.communicate(timeout=60)
        assert run.returncode == 0, trouble
    acts = eval(manage(portal, "shell", "-v0", "-c", COUNT))  # our own program's output
    assert [number for number, _ in acts] == ["000001", "000002", "000003", "000004", "000005"]
    assert sorted(end for _, end in acts) == ["2024-01-31", *sorted(set(ends))]
    same = {(tmp_path / f"{number}.pdf").read_bytes() for number in range(3)}
    assert len(same) == 1
