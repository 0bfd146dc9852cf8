"""The sandbox is steered over HTTP, too."""

from typing import Any

import pytest
import requests

from sandbox.faults import FAULTS
from sandbox.onec import OneCSandbox
from tests.sandbox.conftest import Ask


def control(onec: OneCSandbox, method: str, path: str, body: Any = None) -> requests.Response:
    return requests.request(method, f"{onec.url}/_control/{path}", json=body, timeout=5)


def test_a_fault_is_switched_on_listed_and_off(onec: OneCSandbox, ask_act: Ask, guid: str) -> None:
    assert control(onec, "POST", "faults", {"guid": guid, "fault": "busy", "times": 5}).ok
    assert ask_act().status_code == 503
    assert control(onec, "GET", "faults").json() == {
        "faults": [{"guid": guid, "fault": "busy", "value": None, "times": 4}]
    }
    control(onec, "DELETE", "faults")
    assert ask_act().ok


def test_the_calls_and_their_counts_are_shown_without_the_key(
    onec: OneCSandbox, ask: Ask, ask_act: Ask
) -> None:
    ask("ping", {"User-Agent": "portal/1"}, api_key="sandbox-key")
    ask_act({"IBSession": "start"}, format="pdf")
    shown = control(onec, "GET", "calls").json()
    assert "sandbox-key" not in repr(shown)
    assert {key: shown[key] for key in ("count", "pdfs_drawn", "sessions_started")} == {
        "count": 2,
        "pdfs_drawn": 1,
        "sessions_started": 1,
    }
    assert shown["calls"][0]["auth"] == "bearer+query"
    assert shown["calls"][0]["headers"]["User-Agent"] == "portal/1"
    assert shown["calls"][1]["status"] == 200
    control(onec, "DELETE", "calls")
    assert control(onec, "GET", "calls").json()["count"] == 0


def test_figures_can_be_changed(onec: OneCSandbox, ask_act: Ask, guid: str) -> None:
    before = ask_act().json()
    control(onec, "POST", "change", {"guid": guid, "amount": "-12.34", "on": "2026-10-15"})
    after = ask_act().json()
    assert len(after["transactions"]) == len(before["transactions"]) + 1
    assert round(before["closing_balance"] - after["closing_balance"], 2) == 12.34


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("faults", {"guid": "*", "fault": "boom"}, "no such fault: boom"),
        ("faults", {"fault": "bom"}, "guid"),
        ("faults", [], "bad control call"),
        ("faults", {"guid": "*", "fault": "slow", "value": "long"}, "long"),
        ("faults", {"guid": "*", "fault": "field", "value": "x"}, "field wants"),
        ("change", {"guid": "x", "amount": "1"}, "bad control call"),
        ("change", {"guid": "x", "amount": "much"}, "bad control call"),
    ],
)
def test_a_wrong_control_call_is_told_what_is_wrong(
    onec: OneCSandbox, path: str, body: Any, said: str
) -> None:
    response = control(onec, "POST", path, body)
    assert response.status_code == 400
    assert said in response.json()["error"]


@pytest.mark.parametrize("path", ["/", "/_control/"])
def test_the_page_lists_every_fault_and_runs_no_value(onec: OneCSandbox, path: str) -> None:
    onec.set_fault("*", "bad_number", "<script>alert(1)</script>")
    page = requests.get(f"{onec.url}{path}", timeout=5).text
    assert all(f"<td>{name}</td>" in page for name in FAULTS)
    assert "<script>alert" not in page


def test_control_calls_and_icons_are_no_calls_to_1c(onec: OneCSandbox) -> None:
    onec.set_fault("*", "busy")
    control(onec, "GET", "calls")
    requests.get(f"{onec.url}/favicon.ico", timeout=5)
    assert onec.calls == []
