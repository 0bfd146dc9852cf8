"""Settings come from the environment, and a wrong one is said in a sentence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from portal.env import Env, kept_secret, refuse_typos


@pytest.mark.parametrize(
    ("name", "meant"), [("ONEC_BASEURL", "ONEC_BASE_URL"), ("ORGANIZATION_NAM", "ORGANIZATION_NAME")]
)
def test_a_typo_in_our_own_names_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, meant: str) -> None:
    monkeypatch.setenv(name, "x")
    with pytest.raises(ImproperlyConfigured, match=f"Did you mean {meant}"):
        refuse_typos()


def test_other_programs_variables_are_none_of_our_business(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOMEBODY_ELSES", "x")
    refuse_typos()


@pytest.mark.parametrize("value", ["0", "-1", "nan", "abc", "601"])
def test_a_time_out_that_cannot_work_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("ONEC_TIMEOUT", value)
    with pytest.raises(ImproperlyConfigured, match="ONEC_TIMEOUT"):
        Env().positive("ONEC_TIMEOUT", 18, most=600)


def test_a_choice_is_read_in_any_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONEC_AUTH_SCHEME", " X-API-Key ")
    assert Env().choice("ONEC_AUTH_SCHEME", ("bearer", "x-api-key"), "bearer") == "x-api-key"


def test_the_secret_key_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    first = kept_secret(tmp_path / "var" / "secret-key")
    assert kept_secret(tmp_path / "var" / "secret-key") == first
    assert len(first) > 50
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["secret-key"]
    assert (tmp_path / "var" / "secret-key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("value", ["foo", "http://127.0.0.1"])
def test_an_address_of_the_wrong_kind_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("REDIS_URL", value)
    with pytest.raises(ImproperlyConfigured, match="REDIS_URL must begin with one of"):
        Env().address("REDIS_URL", ("redis", "rediss"))


@pytest.mark.parametrize("value", ["Mars/Olympus", "../etc/passwd"])
def test_a_time_zone_that_does_not_exist_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("TIME_ZONE", value)
    with pytest.raises(ImproperlyConfigured, match="no time zone"):
        Env().zone("TIME_ZONE", "Europe/Moscow")


def test_a_wrong_setting_ends_a_command_in_one_line() -> None:
    run = subprocess.run(
        [sys.executable, "manage.py", "act", "guid", "2024-01-01", "2024-01-31", "-o", "act.pdf"],
        cwd=Path(__file__).resolve().parents[2],
        env={**os.environ, "LOG_LEVEL": "LOUD"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert run.stderr.splitlines() == ["LOG_LEVEL is “loud”; it must be one of: debug, info, warning, error."]
