"""Programs start together, stop together and leave nothing behind."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.programs import Interrupted, ProgramFailed, Programs, Trouble

FOREVER = "import signal; signal.pause()"
IGNORING = (
    "import signal; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True);"
    "[signal.pause() for _ in iter(int, 1)]"
)
WITH_CHILD = (
    "import subprocess, sys;"
    "child = subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()']);"
    "print(child.pid, flush=True); child.wait()"
)


@pytest.fixture
def said() -> list[tuple[str, str]]:
    return []


@pytest.fixture
def programs(tmp_path: Path, said: list[tuple[str, str]]) -> Iterator[Programs]:
    with Programs(tmp_path, lambda name, line: said.append((name, line))) as running:
        yield running


def code(text: str) -> list[str]:
    return [sys.executable, "-c", text]


def test_one_that_ends_is_named_with_its_last_words(programs: Programs) -> None:
    programs.start("worker", code("print('out of paper'); raise SystemExit(3)"), os.environ)
    with pytest.raises(ProgramFailed, match=r"(?s)worker has ended \(exit code 3\).*out of paper"):
        programs.watch()


def test_ctrl_c_ends_the_watch(programs: Programs) -> None:
    programs.start("portal", code(FOREVER), os.environ)
    os.kill(os.getpid(), signal.SIGINT)
    with pytest.raises(Interrupted):
        programs.watch()


def test_a_request_to_stop_is_heard_while_something_is_awaited(programs: Programs) -> None:
    os.kill(os.getpid(), signal.SIGTERM)
    with pytest.raises(Interrupted):
        programs.wait_until(lambda: False, "The portal", 60)


def test_waiting_in_vain_is_said_plainly(programs: Programs) -> None:
    with pytest.raises(ProgramFailed, match="The portal did not answer within 0 seconds"):
        programs.wait_until(lambda: False, "The portal", 0)


def test_what_a_program_started_is_gone_too(programs: Programs) -> None:
    program = programs.start("portal", code(WITH_CHILD), os.environ)
    programs.wait_until(lambda: bool(program.lines), "The child", 10)
    child = int(program.lines[0])
    programs.stop()
    assert program.process.poll() is not None
    programs.wait_until(lambda: not is_running(child), "The child's end", 5)


def test_one_that_does_not_listen_is_killed(programs: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.programs.GRACE_SECONDS", 0.1)
    program = programs.start("deaf", code(IGNORING), os.environ)
    programs.wait_until(lambda: bool(program.lines), "The deaf one", 10)
    programs.stop()
    assert program.process.returncode == -signal.SIGKILL


def test_foundations_outlive_what_stands_on_them(programs: Programs) -> None:
    foundation = programs.start("redis", code(FOREVER), os.environ, foundation=True)
    ended_while_redis_ran = []
    portal = programs.start("portal", code(FOREVER), os.environ)
    wait = portal.process.wait

    def waited(timeout: float | None = None) -> int:
        ended_while_redis_ran.append(foundation.process.poll() is None)
        return wait(timeout)

    portal.process.wait = waited  # type: ignore[method-assign]
    programs.stop()
    assert all(ended_while_redis_ran)
    assert foundation.process.poll() is not None


def test_running_to_the_end_gives_what_was_printed(programs: Programs) -> None:
    assert programs.run("demo_data", code("for n in range(40): print(n)"), os.environ).splitlines() == [
        str(number) for number in range(40)
    ]


def test_a_command_that_fails_is_an_error(programs: Programs) -> None:
    with pytest.raises(ProgramFailed, match="migrate has ended"):
        programs.run("migrate", code("raise SystemExit('no such table')"), os.environ)


def test_only_trouble_reaches_the_person_and_everything_the_log(
    programs: Programs, said: list[tuple[str, str]], tmp_path: Path
) -> None:
    lines = ["2024-01-01 INFO all well", "2024-01-01 ERROR broken", "  detail", "2024-01-01 INFO again"]
    programs.run("portal", code(f"print('''{chr(10).join(lines)}''')"), os.environ)
    assert said == [("portal", "2024-01-01 ERROR broken"), ("portal", "  detail")]
    assert (tmp_path / "portal.log").read_text().splitlines() == lines


def test_a_traceback_without_a_level_is_trouble() -> None:
    trouble = Trouble()
    shown = [
        line
        for line in ("[1] [INFO] start", "Traceback (most recent call last):", "  File", "ValueError: x")
        if trouble(line)
    ]
    assert shown == ["Traceback (most recent call last):", "  File", "ValueError: x"]


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"
