"""`make run` tells a person plainly what is in the way, and keeps what it is given."""

import socket
from pathlib import Path

import pytest

from sandbox import laptop
from sandbox.ports import PortUnusable

PORTS = laptop.Ports(portal=8000, onec=8001, mail=8026, mailbox=8025, redis=6400)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(laptop, "VAR", tmp_path)


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
    assert len({ports.portal, ports.onec, ports.mail, ports.mailbox, ports.redis}) == 5


def test_without_settings_the_portal_is_led_to_the_sandbox_and_to_an_sqlite_file(tmp_path: Path) -> None:
    settings = laptop.complete({}, PORTS)
    assert settings["ONEC_BASE_URL"] == "http://127.0.0.1:8001"
    assert settings["EMAIL_URL"] == "smtp://127.0.0.1:8026"
    assert settings["DATABASE_URL"] == f"sqlite:///{tmp_path / 'portal.sqlite3'}"
    assert settings["SITE_URL"] == "http://127.0.0.1:8000"


def test_what_is_set_stays_as_it_is_set() -> None:
    given = {
        "ONEC_BASE_URL": "http://1c.example",
        "ONEC_API_KEY": "own",
        "DATABASE_URL": "postgres://db/portal",
    }
    settings = laptop.complete(given, PORTS)
    assert {name: settings[name] for name in given} == given


def test_a_setting_that_is_empty_counts_as_not_set() -> None:
    assert laptop.complete({"ONEC_BASE_URL": ""}, PORTS)["ONEC_BASE_URL"] == "http://127.0.0.1:8001"


def test_the_sandbox_is_never_told_the_key_of_a_real_1c() -> None:
    assert laptop.complete({"ONEC_API_KEY": "real"}, PORTS)["ONEC_API_KEY"] == laptop.SANDBOX_KEY


def test_what_a_shell_carries_from_elsewhere_is_left_out() -> None:
    settings = laptop.complete(
        {"DJANGO_SETTINGS_MODULE": "other.settings", "PYTHONPATH": "/elsewhere"}, PORTS
    )
    assert not {"DJANGO_SETTINGS_MODULE", "PYTHONPATH"} & set(settings)


def test_a_proxy_is_never_asked_for_this_computer() -> None:
    settings = laptop.complete({"HTTP_PROXY": "http://proxy:3128", "NO_PROXY": "intranet"}, PORTS)
    assert settings["NO_PROXY"] == "intranet,127.0.0.1,localhost"


def test_commands_beside_a_running_portal_are_told_what_it_runs_with(tmp_path: Path) -> None:
    note = tmp_path / "laptop.env"
    settings = {"ONEC_BASE_URL": "http://127.0.0.1:8001", "TIME_ZONE": "Asia/Almaty", "NO_PROXY": "x"}
    with laptop.told(note, settings, {"TIME_ZONE": "Asia/Almaty"}):
        assert note.read_text() == "ONEC_BASE_URL=http://127.0.0.1:8001\n"
        assert note.stat().st_mode & 0o077 == 0
    assert not note.exists()


def test_a_second_run_from_the_same_folder_is_refused(tmp_path: Path) -> None:
    with laptop.only_one(tmp_path / "lock"):
        with pytest.raises(laptop.CannotStart, match="already runs from this folder"):
            with laptop.only_one(tmp_path / "lock"):
                pass
    with laptop.only_one(tmp_path / "lock"):
        pass
