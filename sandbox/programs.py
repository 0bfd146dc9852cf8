"""Programs that start together and stop together, each in a process group and a log file of its own."""

import contextlib
import ctypes
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self, TextIO

GRACE_SECONDS = 8.0
LOOK_SECONDS = 0.05
LAST_LINES = 15
PR_SET_PDEATHSIG = 1

_TROUBLE = re.compile(r"\b(WARNING|ERROR|CRITICAL)\b|^Traceback|^\S*(Error|Exception)\b")
_NEW_RECORD = re.compile(r"^[\d\[{]")
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class Interrupted(Exception):
    """Somebody asked us to stop."""


class ProgramFailed(Exception):
    """A program ended that should not have, or ended badly; the text tells a person which."""


@dataclass
class Program:
    """One running program."""

    name: str
    process: subprocess.Popen[str]
    log: Path
    foundation: bool = False
    quiet: bool = False
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=LAST_LINES))
    reader: threading.Thread | None = None

    def failure(self) -> ProgramFailed:
        """Describe how the program ended, with its last lines."""
        if self.reader:
            self.reader.join(timeout=1)
        last = "".join(f"\n    {line}" for line in list(self.lines)[-LAST_LINES:])
        return ProgramFailed(f"{self.name} has ended (exit code {self.process.poll()}); see {self.log}{last}")


class Trouble:
    """Tells lines that a person should see at once: warnings, errors and what belongs to them."""

    def __init__(self) -> None:
        self._shown = False

    def __call__(self, line: str) -> bool:
        if _TROUBLE.search(line):
            self._shown = True
        elif _NEW_RECORD.match(line) or not line:
            self._shown = False
        return self._shown


class Programs:
    """Programs that live and die together.

    `say(name, line)` gets every line that a person should see. As a context manager it stops
    everything at the end, and turns SIGINT, SIGTERM and SIGHUP into Interrupted.
    """

    def __init__(self, logs: Path, say: Callable[[str, str], None]) -> None:
        self._logs = logs
        self._say = say
        self._running: list[Program] = []
        self._asked_to_stop = threading.Event()
        self._handlers: dict[signal.Signals, Callable[[int, FrameType | None], object] | int | None] = {}

    def __enter__(self) -> Self:
        self._logs.mkdir(parents=True, exist_ok=True)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            self._handlers[number] = signal.signal(number, lambda *_: self._asked_to_stop.set())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def start(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        foundation: bool = False,
        quiet: bool = False,
    ) -> Program:
        """Start a program; a foundation is stopped last, and a quiet one is heard only when it ends."""
        log = self._logs / f"{name}.log"
        program = Program(name, _spawn(command, environment), log, foundation, quiet)
        self._running.append(program)
        self._listen(program)
        return program

    def run(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> str:
        """Run a program to its end and return what it printed; raises ProgramFailed and Interrupted."""
        program = Program(name, _spawn(command, environment), self._logs / f"{name}.log", lines=deque())
        self._listen(program)
        try:
            while program.process.poll() is None:
                self.check()
                time.sleep(LOOK_SECONDS)
        finally:
            _kill(program)
        if program.process.returncode:
            raise program.failure()
        if program.reader:
            program.reader.join()
        return "\n".join(program.lines)

    def check(self) -> None:
        """Raise Interrupted when asked to stop, ProgramFailed when one of the programs has ended."""
        if self._asked_to_stop.is_set():
            raise Interrupted
        for program in self._running:
            if program.process.poll() is not None:
                raise program.failure()

    def wait_until(self, ready: Callable[[], bool], what: str, seconds: float) -> None:
        """Return once `ready`; raises ProgramFailed after `seconds`, and whatever `check` raises."""
        deadline = time.monotonic() + seconds
        while not ready():
            self.check()
            if time.monotonic() > deadline:
                raise ProgramFailed(f"{what} did not answer within {seconds:.0f} seconds; see {self._logs}/")
            time.sleep(LOOK_SECONDS)

    def watch(self) -> None:
        """Return never: raises Interrupted or ProgramFailed when the time has come."""
        while True:
            self.check()
            self._asked_to_stop.wait(0.3)

    def stop(self) -> None:
        """Stop everything, foundations last, and leave no process behind."""
        for foundation in (False, True):
            layer = [program for program in self._running if program.foundation is foundation]
            _end(layer)
        self._running.clear()

    def _listen(self, program: Program) -> None:
        program.reader = threading.Thread(target=self._read, args=(program,), daemon=True)
        program.reader.start()

    def _read(self, program: Program) -> None:
        trouble = Trouble()
        output = program.process.stdout
        assert output is not None  # noqa: S101  # Popen was given a pipe
        with output, program.log.open("w", encoding="utf-8") as log:
            for line in output:
                self._keep(program, line.rstrip("\n"), log, trouble)

    def _keep(self, program: Program, line: str, log: TextIO, trouble: Trouble) -> None:
        log.write(line + "\n")
        log.flush()
        program.lines.append(line)
        if trouble(line) and not program.quiet and not self._asked_to_stop.is_set():
            self._say(program.name, line)


def _spawn(command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603  # the commands are our own
        command,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
        preexec_fn=_die_with_parent if _libc else None,  # noqa: PLW1509  # one system call, no lock
    )


def _die_with_parent() -> None:
    """Ask Linux to end this process when the one that started it is killed."""
    if _libc:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _end(programs: Sequence[Program]) -> None:
    for program in programs:
        with contextlib.suppress(ProcessLookupError):
            program.process.terminate()
    deadline = time.monotonic() + GRACE_SECONDS
    for program in programs:
        with contextlib.suppress(subprocess.TimeoutExpired):
            program.process.wait(max(0.0, deadline - time.monotonic()))
        _kill(program)


def _kill(program: Program) -> None:
    """End the whole process group, whatever is left of it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(program.process.pid, signal.SIGKILL)
    program.process.wait()
