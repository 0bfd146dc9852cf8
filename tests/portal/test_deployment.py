"""A portal that others reach is set up as Django wants it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "SITE_URL": "https://acts.example.com",
    "TRUSTED_PROXIES": "1",
    "ORGANIZATION_NAME": "ООО «Поставщик»",
    "SECRET_KEY": "k1" * 40 + "abcdefghij",
}


def manage(tmp_path: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    # Whatever a portal that runs from this folder is set to.
    own = {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'x.sqlite3'}",
        "PATH": os.environ["PATH"],
        "ALLOWED_HOSTS": "",
    }
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT, env=own | settings, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_the_check_for_deployment_is_silent(tmp_path: Path) -> None:
    done = manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("site", "hosts"),
    [
        ("https://acts.example.com", "['acts.example.com']"),
        ("http://localhost:8000", "['localhost', '127.0.0.1', '[::1]']"),
    ],
)
def test_only_a_laptop_answers_to_localhost(tmp_path: Path, site: str, hosts: str) -> None:
    asked = "from django.conf import settings; print(settings.ALLOWED_HOSTS)"
    done = manage(tmp_path, "shell", "--no-imports", "-c", asked, **PRODUCTION | {"SITE_URL": site})
    assert done.stdout.strip() == hosts
