"""`make test`: everything that must hold before a change lands, a line each, whatever else fails."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.environment import clean

# As a program it names the folder that it was installed into, which may have been moved since.
LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"


@dataclass(frozen=True)
class Check:
    """One command of the gate."""

    name: str
    command: Sequence[str]


def python(*arguments: str) -> list[str]:
    """Return a command for this very Python."""
    return [sys.executable, *arguments]


STATIC = (
    Check("style", python("-m", "ruff", "check", "--quiet", "--output-format", "concise", ".")),
    Check("format", python("-m", "ruff", "format", "--quiet", "--check", "--output-format", "concise", ".")),
    Check("imports", python("-c", LINT_IMPORTS, "--no-logo")),
    Check("types", python("-m", "mypy", "--no-error-summary")),
)
WHOLE = (
    Check("migrations", python("manage.py", "makemigrations", "--check", "--dry-run")),
    Check("translations", python("-m", "tests.catalogue", "--check")),
)
TESTS = python("-m", "pytest", "-q", "-n", "auto", "--dist", "worksteal")


def main(arguments: Sequence[str]) -> int:
    """Run the gate; `--static` leaves out what needs a database, anything else goes on to pytest."""
    environment = clean(os.environ)
    if "--static" in arguments:
        failed = list(failures(STATIC, environment))
    else:
        failed = list(failures(STATIC + WHOLE, environment))
        failed += tests_failed([*TESTS, *arguments], environment)
    if failed:
        print(f"\nFailed: {', '.join(failed)}", flush=True)
    return 1 if failed else 0


def failures(checks: Sequence[Check], environment: dict[str, str]) -> Iterator[str]:
    """Run all checks at once and yield the names of those that failed, reporting each in turn."""
    began = time.monotonic()
    running = [(check, begin(check, environment)) for check in checks]
    for check, process in running:
        output, _ = process.communicate()
        verdict = "failed" if process.returncode else "ok"
        print(f"{check.name:<13} {verdict:<7} {time.monotonic() - began:5.1f} s", flush=True)
        if process.returncode:
            print(output, flush=True)
            yield check.name


def begin(check: Check, environment: dict[str, str]) -> "subprocess.Popen[str]":
    """Start one check with its output kept back."""
    return subprocess.Popen(
        check.command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def tests_failed(command: Sequence[str], environment: dict[str, str]) -> list[str]:
    """Run pytest with its output shown; return its name when it failed."""
    return ["tests"] if subprocess.run(command, env=environment, check=False).returncode else []


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
