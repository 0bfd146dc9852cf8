"""`make run` tells a person plainly what is in the way, and keeps what it is given."""

import multiprocessing
import socket
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tools import run as laptop
from tools.output import Lines
from tools.ports import PortUnusable

PORTS = laptop.Ports(portal=8000, onec=8001, bitrix24=8002, letters=8025, smtp=8026, imap=8027, redis=6400)


@pytest.fixture(autouse=True)
def _no_local_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave no mark in the Redis of this computer."""
    monkeypatch.setattr(laptop, "local_redis", lambda _folder: None)


def complete(given: dict[str, str], folder: Path = Path("var")) -> dict[str, str]:
    return laptop.complete(given, PORTS, folder)


def test_a_port_that_is_taken_is_said_plainly_with_the_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortUnusable) as refusal:
            laptop.asked_port(str(port))
    assert str(refusal.value).startswith(f"Port {port} is taken by another program. Choose another one")
    assert "make run" in str(refusal.value)


@pytest.mark.parametrize("text", ["eight", "0", "65536", "-1"])
def test_a_port_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(laptop.CannotStart, match="PORT is"):
        laptop.asked_port(text)


def test_everything_gets_a_port_of_its_own() -> None:
    ports = laptop.Ports.pick(8001)
    assert len(set(vars(ports).values())) == 7


def test_without_settings_the_portal_is_led_to_the_sandbox_and_to_an_sqlite_file(tmp_path: Path) -> None:
    settings = complete({}, tmp_path)
    assert settings["ONEC_BASE_URL"] == "http://127.0.0.1:8001"
    assert settings["BITRIX24_WEBHOOK_URL"] == "http://127.0.0.1:8002/rest/1/sandbox-secret/"
    assert settings["EMAIL_URL"] == "smtp://127.0.0.1:8026"
    assert settings["DATABASE_URL"] == f"sqlite:///{tmp_path / 'portal.sqlite3'}"
    assert settings["SITE_URL"] == "http://localhost:8000"


def test_what_is_set_stays_as_it_is_set() -> None:
    given = {
        "ONEC_BASE_URL": "http://1c.example",
        "ONEC_API_KEY": "own",
        "BITRIX24_WEBHOOK_URL": "https://own.bitrix24.ru/rest/1/secret/",
        "DATABASE_URL": "postgres://db/portal",
    }
    settings = complete(given)
    assert {name: settings[name] for name in given} == given


def test_a_setting_that_is_empty_counts_as_not_set() -> None:
    assert complete({"ONEC_BASE_URL": ""})["ONEC_BASE_URL"] == "http://127.0.0.1:8001"


def test_the_sandbox_is_never_told_the_key_of_a_real_1c() -> None:
    assert complete({"ONEC_API_KEY": "real"})["ONEC_API_KEY"] == laptop.SANDBOX_KEY


def test_a_real_bitrix24_is_never_given_the_sandboxs_folder_and_people() -> None:
    settings = complete({"BITRIX24_WEBHOOK_URL": "https://own.bitrix24.ru/rest/1/secret/"})
    assert not {"BITRIX24_ACTS_FOLDER_ID", "BITRIX24_FALLBACK_MANAGER_ID"} & set(settings)


def test_what_a_shell_carries_from_elsewhere_is_left_out() -> None:
    settings = complete({"DJANGO_SETTINGS_MODULE": "other.settings", "PYTHONPATH": "/elsewhere"})
    assert not {"DJANGO_SETTINGS_MODULE", "PYTHONPATH"} & set(settings)


def test_a_proxy_is_never_asked_for_this_computer() -> None:
    settings = complete({"HTTP_PROXY": "http://proxy:3128", "NO_PROXY": "intranet"})
    assert settings["NO_PROXY"] == "intranet,127.0.0.1,localhost"


def test_commands_beside_a_running_portal_are_told_what_it_runs_with(tmp_path: Path) -> None:
    note = tmp_path / "laptop.env"
    settings = {"ONEC_BASE_URL": "http://127.0.0.1:8001", "TIME_ZONE": "Asia/Almaty", "NO_PROXY": "x"}
    with laptop.note_of(note, settings, {"TIME_ZONE": "Asia/Almaty"}):
        assert note.read_text() == "ONEC_BASE_URL=http://127.0.0.1:8001\n"
        assert note.stat().st_mode & 0o077 == 0
    assert not note.exists()


def test_a_second_run_from_the_same_folder_is_refused(tmp_path: Path) -> None:
    with laptop.only_one(tmp_path):
        (tmp_path / "laptop.env").write_text("SITE_URL=http://localhost:8080\n")
        with pytest.raises(laptop.CannotStart, match="already running at http://localhost:8080/acts/"):
            with laptop.only_one(tmp_path):
                pass
    with laptop.only_one(tmp_path):
        pass


@pytest.mark.filterwarnings("ignore:.*fork")
def test_a_program_that_outlives_a_killed_run_does_not_hold_its_lock(tmp_path: Path) -> None:
    fork = multiprocessing.get_context("fork")
    running, done = fork.Event(), fork.Event()

    def outlive() -> None:
        running.set()
        done.wait(30)

    program = fork.Process(target=outlive)
    with laptop.only_one(tmp_path):
        program.start()
        assert running.wait(10)
    with laptop.only_one(tmp_path):
        assert program.is_alive()
    done.set()
    program.join()


def message(name: str, data: str) -> Any:
    return SimpleNamespace(name=name, data=f"{data}\n".encode() if name != "system" else f"{data}\n")


def test_only_trouble_reaches_the_person_and_everything_the_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = ["2024-01-01 INFO all well", "2024-01-01 ERROR broken", "  detail", "2024-01-01 INFO again"]
    lines = Lines(tmp_path)
    for line in said:
        lines.write(message("portal", line))
    assert capsys.readouterr().out.splitlines() == [
        "   portal | 2024-01-01 ERROR broken",
        "   portal |   detail",
    ]
    assert (tmp_path / "portal.log").read_text().splitlines() == said


def test_a_traceback_without_a_level_is_trouble(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = Lines(tmp_path)
    for line in ("[1] [INFO] start", "Traceback (most recent call last):", "  File", "ValueError: x"):
        lines.write(message("beat", line))
    assert capsys.readouterr().out.count("\n") == 3


def test_the_program_that_ended_first_is_named_with_its_last_words(tmp_path: Path) -> None:
    lines = Lines(tmp_path)
    lines.write(message("worker", "out of paper"))
    lines.write(message("system", "worker stopped (rc=3)"))
    lines.write(message("system", "portal stopped (rc=-15)"))
    assert lines.failure().startswith("worker has ended (exit code 3); see ")
    assert lines.failure().endswith("\n    out of paper")
    assert not lines.asked_to_stop


def test_what_stops_is_no_trouble_once_a_person_asked_for_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = Lines(tmp_path)
    lines.write(message("system", "SIGINT received"))
    lines.write(message("portal", "[ERROR] Worker was sent SIGTERM!"))
    assert lines.asked_to_stop
    assert capsys.readouterr().out == ""
