"""Settings come from the environment: typed, completed from `.env`, and a typo is refused."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from portal.env import NAMES, Env, kept_secret, read, refuse_typos
from tests import environment


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set nothing to begin with, and leave nothing behind."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    kept = dict(os.environ)
    monkeypatch.setattr(os, "environ", kept)
    monkeypatch.setattr(Env, "ENVIRON", kept)


def given(name: str, value: str) -> Env:
    os.environ[name] = value
    return Env()


@pytest.mark.parametrize("written", ["raw", "RAW", " Raw "])
def test_a_choice_may_be_written_in_any_case(written: str) -> None:
    assert given("ONEC_AUTH_SCHEME", written).choice("ONEC_AUTH_SCHEME", ("bearer", "raw"), "bearer") == "raw"


def test_a_choice_that_is_not_made_is_the_default() -> None:
    assert Env().choice("ONEC_AUTH_SCHEME", ("bearer", "raw"), "bearer") == "bearer"


@pytest.mark.parametrize("written", ["", "basic", "bearer,raw"])
def test_a_choice_that_there_is_not_names_those_that_there_are(written: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"ONEC_AUTH_SCHEME is .* must be one of: bearer, raw"):
        given("ONEC_AUTH_SCHEME", written).choice("ONEC_AUTH_SCHEME", ("bearer", "raw"), "bearer")


@pytest.mark.parametrize(("written", "value"), [("18", 18), ("0.5", 0.5), ("1e1", 10), (" 3 ", 3)])
def test_a_number_above_zero(written: str, value: float) -> None:
    assert given("ONEC_TIMEOUT", written).positive("ONEC_TIMEOUT", 5, most=18) == value


@pytest.mark.parametrize("written", ["0", "-1", "18.1", "nan", "inf", "", "ten", "5s", "1,5"])
def test_a_number_out_of_bounds_or_none_is_refused_by_name(written: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="ONEC_TIMEOUT"):
        given("ONEC_TIMEOUT", written).positive("ONEC_TIMEOUT", 5, most=18)


@pytest.mark.parametrize(("written", "value"), [("1", 1), ("100", 100), (" 4 ", 4)])
def test_a_whole_number(written: str, value: int) -> None:
    assert given("ONEC_CONCURRENCY", written).count("ONEC_CONCURRENCY", 4, most=100) == value


@pytest.mark.parametrize("written", ["0", "0.5", "-1", "101", "4.0", "", "four", "٤", "9" * 5000])
def test_a_whole_number_out_of_bounds_or_none_is_refused_by_name(written: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="ONEC_CONCURRENCY must be a whole number from 1 to 100"):
        given("ONEC_CONCURRENCY", written).count("ONEC_CONCURRENCY", 4, most=100)


@pytest.mark.parametrize("written", ["", "redis://127.0.0.1/0", "unix:///run/redis.sock"])
def test_an_address_of_a_known_kind(written: str) -> None:
    assert given("REDIS_URL", written).address("REDIS_URL", ("redis", "unix")) == written


@pytest.mark.parametrize("written", ["127.0.0.1:6379", "http://127.0.0.1", "redis:", "Redis//x"])
def test_an_address_of_another_kind_is_refused_by_name(written: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="REDIS_URL must begin with one of: redis://, unix://"):
        given("REDIS_URL", written).address("REDIS_URL", ("redis", "unix"))


@pytest.mark.parametrize("written", ["Europe/Moscow", "Asia/Almaty", "UTC"])
def test_a_time_zone(written: str) -> None:
    assert given("TIME_ZONE", written).zone("TIME_ZONE", "Europe/Moscow") == written


@pytest.mark.parametrize("written", ["Moscow", "UTC+3", "../../etc/passwd", "", "Europe"])
def test_a_time_zone_that_there_is_not_is_refused_by_name(written: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="TIME_ZONE is"):
        given("TIME_ZONE", written).zone("TIME_ZONE", "Europe/Moscow")


@pytest.mark.parametrize("key", ["$ecret", "$", "a$b", "#hash", "=x", "\\$x", "a b", "ключ", "'q"])
def test_a_key_is_taken_as_it_is_written(key: str) -> None:
    assert given("ONEC_API_KEY", key).str("ONEC_API_KEY", default="") == key


@pytest.mark.parametrize(
    ("typo", "meant"),
    [
        ("ONEC_BASEURL", "ONEC_BASE_URL"),
        ("ONEC_APIKEY", "ONEC_API_KEY"),
        ("onec_api_key", "ONEC_API_KEY"),
        ("BITRIX24_WEBHOOK", "BITRIX24_WEBHOOK_URL"),
        ("ACT_PDF_SOURSE", "ACT_PDF_SOURCE"),
        ("ACCOUNTING_MAIL", "ACCOUNTING_EMAIL"),
    ],
)
def test_a_typo_is_refused_and_the_right_name_offered(typo: str, meant: str) -> None:
    os.environ[typo] = "x"
    with pytest.raises(ImproperlyConfigured, match=rf"{typo} is no setting .* Did you mean {meant}\?"):
        refuse_typos()


def test_what_looks_like_nothing_of_ours_is_refused_without_a_guess() -> None:
    os.environ["ONEC_ZZZZZZZZZZZZZZZ"] = "x"
    with pytest.raises(ImproperlyConfigured) as refused:
        refuse_typos()
    assert "Did you mean" not in str(refused.value)


def test_what_others_keep_in_the_environment_is_nobodys_business() -> None:
    os.environ.update(HOME="/", PORT="1", REDIS_URLS="x", ACTION="x")
    refuse_typos()


def test_every_known_name_passes() -> None:
    os.environ.update(dict.fromkeys(NAMES, "x"))
    refuse_typos()


def written(folder: Path, text: str) -> dict[str, Any]:
    (folder / ".env").write_text(text, encoding="utf-8")
    read(folder)
    return {name: os.environ[name] for name in NAMES if name in os.environ}


def test_a_file_completes_the_environment_and_what_is_exported_wins(tmp_path: Path) -> None:
    os.environ["ONEC_TIMEOUT"] = "5"
    found = written(
        tmp_path, "# 1C\nONEC_TIMEOUT=10\n\nexport ONEC_API_KEY=a=b#c$d\nORGANIZATION_NAME='ООО «А»'\n"
    )
    assert found == {"ONEC_TIMEOUT": "5", "ONEC_API_KEY": "a=b#c$d", "ORGANIZATION_NAME": "ООО «А»"}


def test_what_make_run_runs_with_comes_last(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "laptop.env").write_text("ONEC_TIMEOUT=3\nONEC_BASE_URL=http://127.0.0.1:8010\n")
    found = written(tmp_path, "ONEC_TIMEOUT=10\n")
    assert found == {"ONEC_TIMEOUT": "10", "ONEC_BASE_URL": "http://127.0.0.1:8010"}


def test_without_a_file_the_environment_is_all_there_is(tmp_path: Path) -> None:
    assert isinstance(read(tmp_path), Env)


def test_a_typo_in_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="ONEC_KEY is no setting"):
        written(tmp_path, "ONEC_KEY=x\n")


UNREADABLE = ["ONEC_API_KEY: x", "ONEC_API_KEY = x", " ONEC_API_KEY=x", "ONEC_API_KEY x", "<<<<<<< x"]


@pytest.mark.parametrize("line", UNREADABLE)
def test_a_line_that_would_be_passed_over_is_refused_and_not_repeated(tmp_path: Path, line: str) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        written(tmp_path, f"# comment\n{line}\n")
    assert str(refused.value) == ".env, line 2, is not NAME=value, nor a comment after #."


def test_the_secret_key_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    first = kept_secret(tmp_path / "var" / "secret-key")
    assert kept_secret(tmp_path / "var" / "secret-key") == first
    assert len(first) > 50
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["secret-key"]
    assert (tmp_path / "var" / "secret-key").stat().st_mode & 0o077 == 0


def test_a_wrong_setting_ends_a_command_in_one_line() -> None:
    run = subprocess.run(
        [sys.executable, "manage.py", "act", "guid", "2024-01-01", "2024-01-31", "-o", "act.pdf"],
        cwd=Path(__file__).resolve().parents[2],
        env={**environment.SETTINGS, "PATH": os.environ["PATH"], "LOG_LEVEL": "LOUD"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert run.stderr.splitlines() == ["LOG_LEVEL is “loud”; it must be one of: debug, info, warning, error."]
