"""Settings come from the environment and `.env`; whatever cannot work is refused by name."""

import fcntl
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import certifi
import pytest
from django.core.exceptions import ImproperlyConfigured

from portal.env import NAMES, Env, kept_secret, read
from tests import environment

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Read the settings with these set, and what `.env` holds."""

    def given(env_file: str = "", **settings: str) -> Env:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        if env_file:
            (tmp_path / ".env").write_text(env_file, encoding="utf-8")
        return read(tmp_path)

    return given


def test_nothing_has_to_be_set(given: Any) -> None:
    assert given().SITE_URL == "http://localhost:8000"


@pytest.mark.parametrize(
    ("name", "written", "value"),
    [
        ("ONEC_AUTH_SCHEME", " Raw ", "raw"),
        ("ONEC_AUTH_SCHEME", "", "bearer"),
        ("ONEC_TIMEOUT", "0.5", 0.5),
        ("ONEC_TIMEOUT", "1e1", 10),
        ("ONEC_CONCURRENCY", " 100 ", 100),
        ("REDIS_URL", "unix:///run/redis.sock", "unix:///run/redis.sock"),
        ("DATABASE_URL", "postgresql://me@db/portal", "postgresql://me@db/portal"),
        ("EMAIL_URL", "smtp+tls://u:p@mail:587", "smtp+tls://u:p@mail:587"),
        ("EMAIL_URL", "smtp://a%40b.c:p%2F%23%2B@mail:25", "smtp://a%40b.c:p%2F%23%2B@mail:25"),
        ("DATABASE_URL", "sqlite:////var/lib/a@b#c/portal.db", "sqlite:////var/lib/a@b#c/portal.db"),
        ("ONEC_CA_BUNDLE", certifi.where(), certifi.where()),
        ("TIME_ZONE", "Asia/Almaty", "Asia/Almaty"),
        ("SITE_URL", "https://acts.example.com/", "https://acts.example.com"),
        ("DEBUG", "Yes", True),
        ("DEFAULT_CURRENCY", "kzt", "KZT"),
        ("LOG_LEVEL", "INFO", "info"),
        ("ONEC_BASE_URL", "https://1c.example.com:8443/trade/", "https://1c.example.com:8443/trade"),
        ("ONEC_BASE_URL", "http://[::1]/a", "http://[::1]/a"),
        (
            "BITRIX24_WEBHOOK_URL",
            "https://a.bitrix24.ru/rest/1/s3cret",
            "https://a.bitrix24.ru/rest/1/s3cret/",
        ),
        ("BITRIX24_WEBHOOK_URL", "http://127.0.0.1:8002/rest/1/s/", "http://127.0.0.1:8002/rest/1/s/"),
        ("BITRIX24_WEBHOOK_URL", "http://10.0.0.7/rest/1/s/", "http://10.0.0.7/rest/1/s/"),
        ("BITRIX24_WEBHOOK_URL", "http://bitrix24/rest/1/s/", "http://bitrix24/rest/1/s/"),
        ("BITRIX24_COMPANY_GUID_FIELD", "uf_crm_1c_guid", "UF_CRM_1C_GUID"),
        ("BITRIX24_ACTS_FOLDER_ID", "8930", 8930),
        ("ONEC_BASIC_AUTH", "portal:", "portal:"),
        *[
            ("ONEC_API_KEY", key, key)
            for key in ("$ecret", "$", "a$b", "#hash", "=x", "\\$x", "a b", "ключ", "'q")
        ],
    ],
)
def test_what_is_written_is_read(given: Any, name: str, written: str, value: object) -> None:
    assert getattr(given(**{name: written}), name) == value


REFUSED = {
    ("ONEC_AUTH_SCHEME", "'bearer', 'raw'"): ["basic", "bearer,raw"],
    ("BITRIX24_WEBHOOK_URL", "/rest/1/secret/"): [
        "company.bitrix24.ru", "https://company.bitrix24.ru", "https:///rest/1/s/", "https://a.ru/rest/1/",
        "https://a.ru/rest/1/s/scope.json", "https://a.ru/rest/x/s/",
    ],
    ("BITRIX24_WEBHOOK_URL", "must begin with https://"): ["http://company.bitrix24.ru/rest/1/s/", "http://8.8.8.8/rest/1/s/"],
    ("BITRIX24_COMPANY_GUID_FIELD", "like UF_CRM_1C_GUID"): ["GUID", "UF_CRM_", "ufCrm1cGuid"],
    ("BITRIX24_ACTS_FOLDER_ID", "BITRIX24_ACTS_FOLDER_ID: "): ["-1", "folder"],
    ("ONEC_TIMEOUT", "ONEC_TIMEOUT: "): ["0", "-1", "601", "nan", "inf", "ten", "5s", "1,5"],
    ("ONEC_CONCURRENCY", "ONEC_CONCURRENCY: "): ["0", "0.5", "-1", "101", "four"],
    ("REDIS_URL", "redis://, rediss://, unix://"): ["127.0.0.1:6379", "http://127.0.0.1", "redis:"],
    ("DATABASE_URL", "sqlite://, postgres://, postgresql://"): ["mysql://me:s3cret@db/portal"],
    ("EMAIL_URL", "smtp://"): ["mail.example.com"],
    ("TIME_ZONE", "try Europe/Moscow"): ["Moscow", "UTC+3", "../../etc/passwd", "Europe"],
    ("SITE_URL", "like https://acts.example.com"): ["acts.example.com", "//acts", "https://", "ftp://acts"],
    ("DEBUG", "boolean"): ["maybe"],
    ("DEFAULT_CURRENCY", "one of: RUB, BYN"): ["RUR"],
    ("ACCOUNTING_EMAIL", "no email address"): ["accounting"],
    ("SECRET_KEY", "50 random characters"): ["s3cret"],
    ("LOG_LEVEL", "'debug', 'info'"): ["LOUD"],
    ("ONEC_BASE_URL", "must begin with http"): ["1c.example.com/trade", "ftp://1c/trade"],
    ("ONEC_BASE_URL", "is no address"): ["http://", "http:///a", "http://1c:99999/a", "http://1 c"],
    ("ONEC_BASE_URL", "ONEC_BASIC_AUTH"): ["http://me:s3cret@1c/trade"],
    ("ONEC_BASE_URL", "publication's name"): ["http://1c/t/hs", "http://1c/t/hs/reconciliation", "http://1c/t?x=1"],
    ("EMAIL_URL", "percent-encoded"): [
        "smtp://u:s3/cret@mail:25", "smtp://u:s3@cret@mail:25", "smtp://u:s3#cret@mail:25", "smtp://u:s3?c@mail:25",
        "smtp://acts@example.com:s3cret@mail", "smtp://u:s3+cret@mail:25",
    ],
    ("DATABASE_URL", "percent-encoded"): ["postgres://me:s3/cret@db/portal", "postgres://me:s3#@db/portal"],
    ("REDIS_URL", "percent-encoded"): ["redis://:s3/cret@127.0.0.1:6379/0"],
    ("ONEC_CA_BUNDLE", "not there"): ["/nowhere/s3.pem"],
    ("ONEC_CA_BUNDLE", "in PEM"): [__file__],
    ("ONEC_API_KEY", "blanks at its ends or line breaks"): [" s3cret", "s3cret\n", "s3cret\u200b"],
    ("ONEC_BASIC_AUTH", "user:password"): ["s3cret"],
    ("ONEC_BASIC_AUTH", "blanks at its ends or line breaks"): ["portal:s3cret\n"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "words", "written"), [(*key, value) for key, values in REFUSED.items() for value in values]
)
def test_what_cannot_work_is_refused_by_name_and_not_repeated(
    given: Any, name: str, words: str, written: str
) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        given(**{name: written})
    [sentence] = str(refused.value).splitlines()
    assert sentence.startswith(name)
    assert words in sentence
    assert "s3" not in sentence


def test_a_short_secret_key_will_do_on_a_laptop(given: Any) -> None:
    assert given(SECRET_KEY="short", DEBUG="true").SECRET_KEY == "short"


def test_all_that_is_wrong_is_told_at_once(given: Any) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        given(DEBUG="maybe", ONEC_TIMEOUT="ten")
    assert [line.partition(":")[0] for line in str(refused.value).splitlines()] == ["DEBUG", "ONEC_TIMEOUT"]


@pytest.mark.parametrize(
    ("typo", "meant"),
    [
        ("ONEC_BASEURL", "ONEC_BASE_URL"),
        ("onec_api_key", "ONEC_API_KEY"),
        ("BITRIX24_WEBHOOK", "BITRIX24_WEBHOOK_URL"),
        ("ACT_PDF_SOURSE", "ACT_PDF_SOURCE"),
        ("ACCOUNTING_MAIL", "ACCOUNTING_EMAIL"),
    ],
)
def test_a_typo_is_refused_and_the_right_name_offered(given: Any, typo: str, meant: str) -> None:
    sentence = rf"{typo} is no setting .* Did you mean {meant}\?"
    with pytest.raises(ImproperlyConfigured, match=sentence):
        given(f"{typo}=x\n")
    with pytest.raises(ImproperlyConfigured, match=sentence):
        given(**{typo: "x"})


def test_what_others_keep_in_the_environment_is_nobodys_business(given: Any) -> None:
    given("POSTGRES_PASSWORD=x\n", PORT="1", REDIS_URLS="x", ACTION="x")


SYSTEMD = {
    "INVOCATION_ID": "0d5f1e", "JOURNAL_STREAM": "8:38257", "SYSTEMD_EXEC_PID": "812",
    "NOTIFY_SOCKET": "/run/n",
    "MEMORY_PRESSURE_WATCH": "/sys/fs/cgroup/m", "MEMORY_PRESSURE_WRITE": "c29t", "WATCHDOG_USEC": "30000000",
    "RUNTIME_DIRECTORY": "/run/portal", "STATE_DIRECTORY": "/var/lib/portal",
    "CREDENTIALS_DIRECTORY": "/run/c",
}  # fmt: skip
"""systemd.exec(5), "Environment Variables Set or Propagated by the Service Manager"."""
SERVICES = (
    "KUBERNETES",
    "ONEC",
    "ONEC_BASE",
    "BITRIX24",
    "BITRIX24_WEBHOOK",
    "ACT",
    "JOURNAL",
    "STAFF",
    "LEAKED",
)
KUBERNETES = {
    f"{service}_{name}": "tcp://10.0.0.11:80"
    for service in SERVICES
    for name in (
        "SERVICE_HOST", "SERVICE_PORT", "SERVICE_PORT_HTTPS", "PORT", "PORT_80_TCP", "PORT_80_TCP_PROTO",
        "PORT_80_TCP_PORT", "PORT_80_TCP_ADDR",
    )
}  # fmt: skip
"""kubernetes.io, Service, "Environment variables": services named onec, onec-base, bitrix24-webhook, ..."""
DOCKER = {
    "HOSTNAME": "3f2a", "ONEC_NAME": "/portal/onec", "ONEC_ENV_VERSION": "8.3", "ONEC_ENV_TIMEOUT": "5",
    "ONEC_PORT_8080_TCP": "tcp://172.17.0.2:8080",
}  # fmt: skip
"""docs.docker.com, "Legacy container links": what a link with the alias onec sets."""
CI = {
    "CI": "true",
    "GITHUB_ACTIONS": "true",
    "ACTIONS_RUNTIME_URL": "https://x",
    "ACT": "true",
    "RUNNER_OS": "L",
}
DESKTOP = {"XDG_SESSION_TYPE": "wayland", "DESKTOP_SESSION": "gnome", "DISPLAY": ":0", "LC_ALL": "C"}
CRON = {"HOME": "/root", "LOGNAME": "root", "SHELL": "/bin/sh"}
AROUND = {
    "systemd": SYSTEMD, "Kubernetes": KUBERNETES, "Docker": DOCKER, "CI": CI, "a desktop": DESKTOP,
    "cron": CRON,
}  # fmt: skip


@pytest.mark.parametrize("around", AROUND.values(), ids=AROUND)
def test_what_starts_a_process_may_say_what_it_says_to_everybody(given: Any, around: dict[str, str]) -> None:
    assert given(**around).ONEC_TIMEOUT == 18


@pytest.mark.parametrize(
    "command",
    [
        ["manage.py", "check"],
        ["-m", "gunicorn", "--check-config", "portal.wsgi"],
        ["-m", "celery", "-A", "portal", "report"],
        ["-m", "celery", "-A", "portal", "beat", "--help"],
    ],
    ids=["command", "server", "worker", "scheduler"],
)
def test_every_process_starts_under_whatever_starts_it(command: list[str]) -> None:
    around = SYSTEMD | KUBERNETES | DOCKER | CI | DESKTOP | CRON
    run = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**environment.SETTINGS, **around, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert "no setting" not in run.stderr


def test_a_file_completes_the_environment_and_what_is_exported_wins(given: Any) -> None:
    env = given(
        "# 1C\nONEC_TIMEOUT=10\n\nexport ONEC_API_KEY=a=b#c$d\nORGANIZATION_NAME='ООО «А»'\n",
        ONEC_TIMEOUT="5",
        ORGANIZATION_INN="",
    )
    assert (env.ONEC_TIMEOUT, env.ONEC_API_KEY, env.ORGANIZATION_NAME) == (5, "a=b#c$d", "ООО «А»")


def test_a_setting_that_is_exported_empty_is_not_taken_from_the_file(given: Any) -> None:
    assert given("ONEC_API_KEY=x\n", ONEC_API_KEY="").ONEC_API_KEY == ""


@pytest.mark.parametrize("alive", [True, False])
def test_what_make_run_runs_with_comes_last_and_only_while_it_runs(
    given: Any, tmp_path: Path, alive: bool
) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "laptop.env").write_text("ONEC_TIMEOUT=3\nONEC_BASE_URL=http://127.0.0.1:8010\n")
    with (tmp_path / "var" / "laptop.lock").open("w") as lock:
        if alive:
            fcntl.flock(lock, fcntl.LOCK_EX)
        env = given("ONEC_TIMEOUT=10\n")
    assert (10, "http://127.0.0.1:8010" if alive else "") == (env.ONEC_TIMEOUT, env.ONEC_BASE_URL)


def test_a_file_with_a_byte_order_mark_is_read(given: Any, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("ONEC_TIMEOUT=7\nORGANIZATION_NAME=ООО\n", encoding="utf-8-sig")
    assert (given().ONEC_TIMEOUT, given().ORGANIZATION_NAME) == (7, "ООО")


@pytest.mark.parametrize("encoding", ["cp1251", "utf-16"])
def test_a_file_in_another_encoding_is_refused_in_one_sentence(
    given: Any, tmp_path: Path, encoding: str
) -> None:
    (tmp_path / ".env").write_text("ORGANIZATION_NAME=ООО «Ромашка»\n", encoding=encoding)
    with pytest.raises(ImproperlyConfigured, match=r"^\.env is not UTF-8: save it as UTF-8\.$"):
        given()


UNREADABLE = ["ONEC_API_KEY: x", "ONEC_API_KEY = x", " ONEC_API_KEY=x", "ONEC_API_KEY x", "<<<<<<< x"]


@pytest.mark.parametrize("line", UNREADABLE)
def test_a_line_that_would_be_passed_over_is_refused_and_not_repeated(given: Any, line: str) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        given(f"# comment\n{line}\n")
    assert str(refused.value) == ".env, line 2, is not NAME=value, nor a comment after #."


def test_the_secret_key_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    first = kept_secret(tmp_path / "var" / "secret-key")
    assert kept_secret(tmp_path / "var" / "secret-key") == first
    assert len(first) > 50
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["secret-key"]
    assert (tmp_path / "var" / "secret-key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "command",
    [
        ["manage.py", "act", "guid", "2024-01-01", "2024-01-31", "-o", "act.pdf"],
        ["-m", "gunicorn", "--check-config", "portal.wsgi"],
        ["-m", "celery", "-A", "portal", "report"],
    ],
)
def test_a_wrong_setting_ends_every_program_in_one_line(command: list[str]) -> None:
    run = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**environment.SETTINGS, "PATH": os.environ["PATH"], "LOG_LEVEL": "LOUD"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode
    assert "Traceback" not in run.stderr
    assert re.findall(r"^LOG_LEVEL: Input should be .*$", run.stderr, re.MULTILINE) == run.stderr.splitlines()


def test_the_example_names_every_setting_once_and_no_other() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^#?\s?([A-Z][A-Z0-9_]+)=", example, re.MULTILINE)) == sorted(NAMES)
