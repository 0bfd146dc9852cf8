"""What the programs of `make run` print: all of it into logs, trouble on the terminal, too."""

import re
from collections import deque
from pathlib import Path
from typing import Any

INTRODUCTION = "introduction"
"""The program whose lines are all for the person."""


class Lines:
    """What honcho prints to: every line goes into its program's log, and trouble to the terminal, too."""

    width = 0  # honcho's; nothing is aligned here
    _trouble = re.compile(r"\b(WARNING|ERROR|CRITICAL)\b|^Traceback|^\S*(Error|Exception)\b")
    _new_record = re.compile(r"^[\d\[{]")
    _stopped = re.compile(r"(\S+) stopped \(rc=(-?\d+)\)")

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._last: dict[str, deque[str]] = {}
        self._in_trouble: set[str] = set()
        self._first_to_end: re.Match[str] | None = None
        self.asked_to_stop = False

    def write(self, message: Any) -> None:
        """Take one line of a program, or of honcho itself."""
        data = message.data.decode("utf-8", "replace") if isinstance(message.data, bytes) else message.data
        name, line = message.name, data.rstrip("\n")
        if name == "system":
            self.asked_to_stop |= line.endswith(" received")
            self._first_to_end = self._first_to_end or self._stopped.match(line)
            return
        with (self._folder / f"{name}.log").open("a", encoding="utf-8") as log:
            log.write(f"{line}\n")
        self._last.setdefault(name, deque(maxlen=15)).append(line)
        if name == INTRODUCTION:
            print(line, flush=True)
        elif self._is_trouble(name, line) and not self.asked_to_stop:
            print(f"{name:>9} | {line}", flush=True)

    def failure(self) -> str:
        """Say which program ended first, with its last lines."""
        if self._first_to_end is None:
            return "The programs have ended."
        name, code = self._first_to_end.groups()
        last = "".join(f"\n    {line}" for line in self._last.get(name, ()))
        return f"{name} has ended (exit code {code}); see {self._folder / name}.log{last}"

    def _is_trouble(self, name: str, line: str) -> bool:
        """Whether a person should see the line at once; what belongs to a warning follows it."""
        if self._trouble.search(line):
            self._in_trouble.add(name)
        elif self._new_record.match(line) or not line:
            self._in_trouble.discard(name)
        return name in self._in_trouble
