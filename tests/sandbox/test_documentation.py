"""The page about the sandbox names everything that it can do."""

from pathlib import Path

from sandbox.control import ACTIONS
from sandbox.faults import FAULTS

PAGE = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text(encoding="utf-8")


def test_every_fault_stands_there_with_what_it_does() -> None:
    assert [name for name, fault in FAULTS.items() if f"| `{name}` | {fault.about} |" not in PAGE] == []


def test_every_control_call_stands_there() -> None:
    assert [call for call in ACTIONS if f"`{call[0]} /_control/{call[1]}`" not in PAGE] == []
