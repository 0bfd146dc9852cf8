"""What a newcomer is told about the house is true."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests import gate

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
TEXT_SIZE = 1_000_000
LINES = 320


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def texts() -> dict[str, str]:
    found = {}
    for path in tracked():
        if path.stat().st_size < TEXT_SIZE and b"\0" not in (content := path.read_bytes()):
            found[path.relative_to(ROOT).as_posix()] = content.decode("utf-8", errors="replace")
    return found


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md"])
def test_every_make_target_that_a_newcomer_is_told_of_exists(document: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    told = set(re.findall(r"\bmake ([a-z]+)\b(?=[`\s])", _code(document)))
    assert told, f"{document} names no command"
    assert told <= targets


def test_every_management_command_that_the_readme_names_exists() -> None:
    from django.core.management import get_commands

    assert set(re.findall(r"manage\.py ([a-z_]+)", _code("README.md"))) <= set(get_commands())


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md"])
def test_every_file_that_a_newcomer_is_sent_to_exists(document: str) -> None:
    source = (ROOT / document).read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#:]+)\)", source)
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_no_tracked_file_carries_a_path_of_somebodys_machine() -> None:
    home = re.compile(
        r"(?<![\w.])/(?:home|Users|root)/(?!me\b|user\b|portal\b)[a-z]\w*|(?<![\w./])/tmp/[a-z]\w*"
    )
    here = [str(ROOT), str(Path.home())] if Path.home() != Path("/") else [str(ROOT)]
    found = {
        name: hit.group(0)
        for name, text in texts().items()
        for hit in [home.search(text) or re.search("|".join(rf"{re.escape(path)}/" for path in here), text)]
        if hit and name != "tests/test_house.py"
    }
    assert found == {}


def test_python_modules_stay_small_enough_to_read() -> None:
    long = {
        name: text.count("\n")
        for name, text in texts().items()
        if name.endswith(".py") and text.count("\n") > LINES and not re.search("migrations|tests/", name)
    }
    assert long == {}


def test_the_gate_reports_everything_and_names_what_failed(capsys: pytest.CaptureFixture[str]) -> None:
    checks = [
        gate.Check("bad", gate.python("-c", "print('why'); raise SystemExit(1)")),
        gate.Check("good", gate.python("-c", "print('chatter')")),
    ]
    assert list(gate.failures(checks, dict(os.environ))) == ["bad"]
    printed = capsys.readouterr().out
    assert "why" in printed
    assert "chatter" not in printed
    assert [line.split()[:2] for line in printed.splitlines() if line.endswith(" s")] == [
        ["bad", "failed"],
        ["good", "ok"],
    ]


def _code(document: str) -> str:
    """Return a document's commands: its code blocks and what stands between backticks."""
    source = (ROOT / document).read_text(encoding="utf-8")
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", source, re.DOTALL))
