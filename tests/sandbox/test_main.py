"""`python -m sandbox` as a person runs it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from sandbox.__main__ import main
from sandbox.onec import OneCSandbox

ROOT = Path(__file__).parents[2]
SAMPLE = Path(__file__).with_name("invoices.csv")


@contextmanager
def running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run a stand-in and give its one line."""
    program = subprocess.Popen(
        [sys.executable, "-m", "sandbox", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    assert program.stdout
    with program:
        try:
            yield program, program.stdout.readline()
        finally:
            program.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_1c_says_where_it_is_and_stops_when_told(number: signal.Signals) -> None:
    with running("onec", "--port", "0", "--key", "k") as (program, line):
        url = line.split()[2]
        assert line.startswith("1C sandbox: http://127.0.0.1:")
        assert requests.get(f"{url}/hs/reconciliation/ping", headers={"X-API-Key": "k"}, timeout=5).ok
        program.send_signal(number)
        assert program.communicate(timeout=5)[0] == ""
        assert program.returncode == 0


def test_1c_serves_a_real_ledger() -> None:
    with running("onec", "--ledger", str(SAMPLE), "--auth-scheme", "raw") as (_program, line):
        assert "3 counterparties" in line
        url = f"{line.split()[2]}/hs/reconciliation/counterparties"
        entries = requests.get(url, headers={"Authorization": "sandbox-key"}, timeout=5).json()[
            "counterparties"
        ]
        assert [entry["currency"] for entry in entries] == ["GBP", "GBP", "GBP"]


def test_mail_says_where_it_is(tmp_path: Path) -> None:
    with running("mail", "--port", "0", "--folder", str(tmp_path / "new")) as (_program, line):
        assert line.startswith("Mail sandbox: smtp://127.0.0.1:")
        assert requests.get(line.split()[-1].rstrip(")"), timeout=5).ok


@pytest.mark.parametrize("kind", ["onec", "mail"])
def test_a_taken_port_is_said_in_one_line(
    onec: OneCSandbox, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    assert main([kind, "--port", str(onec.port)]) == 1
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert str(onec.port) in said.err


@pytest.mark.parametrize("content", ["a,b\n1,2\n", "invoice_no,date,customer_id,total\n1,yesterday,2,3\n"])
def test_a_file_that_is_no_ledger_is_said_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str
) -> None:
    path = tmp_path / "x.csv"
    path.write_text(content)
    assert main(["onec", "--ledger", str(path)]) == 1
    assert "is not a ledger" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_said_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["onec", "--ledger", "nowhere.csv"]) == 1
    assert capsys.readouterr().err == "sandbox: there is no file nowhere.csv\n"


def test_a_list_of_any_length_is_served_for_measurements() -> None:
    with running("onec", "--counterparties", "1500") as (_program, line):
        base = line.split()[2]
        there = f"{base}/hs/reconciliation/counterparties?api_key=sandbox-key"
        first = requests.get(there, timeout=10).json()
        rest = requests.get(f"{there}&after={first['next']}", timeout=10).json()
    assert (len(first["counterparties"]), len(rest["counterparties"]), rest["next"]) == (1000, 500, None)
    assert {entry["balance"] for entry in first["counterparties"]} == {0, 1000.01, 2000.02, 3000.03, 4000.04}
