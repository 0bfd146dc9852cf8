"""The sandbox's own calls under `/_control/`: switch faults, look at what came, change figures."""

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from decimal import Decimal, DecimalException
from typing import Any

from sandbox.control_page import page
from sandbox.faults import UnknownFault
from sandbox.http_messages import HTML, Call, Reply, error_reply, json_reply
from sandbox.json_text import Raw
from sandbox.ledger import today
from sandbox.onec_state import OneCState

DONE = {"done": True}


def answer_control(sandbox: OneCState, call: Call) -> Reply:
    """Return the answer to a control call; a wrong one is told what is wrong."""
    name = (call.control or "").rstrip("/")
    action = ACTIONS.get((call.method, name))
    if action is None:
        return error_reply(404, f"no such control call: {call.method} {name}")
    try:
        return action(sandbox, json.loads(call.body) if call.body else {})
    except UnknownFault as error:
        return error_reply(400, f"no such fault: {error.args[0]}")
    except (KeyError, TypeError, AttributeError, ValueError, DecimalException) as error:
        return error_reply(400, f"bad control call: {error!r}")


def _show_page(sandbox: OneCState, _asked: Any) -> Reply:
    return Reply(200, page(sandbox).encode(), HTML)


def _list_faults(sandbox: OneCState, _asked: Any) -> Reply:
    switches = [
        {"guid": s.guid, "fault": s.fault.name, "value": Raw(json.dumps(s.value)), "times": s.left}
        for s in sandbox.switchboard.switches
    ]
    return json_reply({"faults": switches})


def _set_fault(sandbox: OneCState, asked: Any) -> Reply:
    times = asked.get("times")
    sandbox.set_fault(
        asked["guid"],
        asked["fault"],
        asked.get("value"),
        None if times is None else int(times),
        max(1, int(asked.get("every", 1))),
    )
    return json_reply(DONE)


def _clear_faults(sandbox: OneCState, _asked: Any) -> Reply:
    sandbox.clear()
    return json_reply(DONE)


def _show_calls(sandbox: OneCState, _asked: Any) -> Reply:
    counts, sessions = sandbox.journal.counts, sandbox.sessions
    return json_reply(
        {
            "count": counts.calls,
            "max_concurrent": counts.max_concurrent,
            "pdfs_drawn": counts.pdfs_drawn,
            "sessions_started": sessions.started,
            "sessions_reused": sessions.reused,
            "sessions_stale": sessions.stale,
            "seconds_busy": _seconds(counts.seconds_busy),
            "calls": [asdict(entry) | {"seconds": _seconds(entry.seconds)} for entry in sandbox.calls],
        }
    )


def _seconds(seconds: float) -> Decimal:
    return Decimal(seconds).quantize(Decimal("0.001"))


def _forget_calls(sandbox: OneCState, _asked: Any) -> Reply:
    sandbox.forget_calls()
    return json_reply(DONE)


def _change(sandbox: OneCState, asked: Any) -> Reply:
    on = date.fromisoformat(asked["on"]) if asked.get("on") else today()
    sandbox.change(asked["guid"], Decimal(str(asked["amount"])), on)
    return json_reply(DONE)


def _drop_sessions(sandbox: OneCState, _asked: Any) -> Reply:
    sandbox.sessions.drop_all()
    return json_reply(DONE)


ACTIONS: dict[tuple[str, str], Callable[[OneCState, Any], Reply]] = {
    ("GET", ""): _show_page,
    ("GET", "faults"): _list_faults,
    ("POST", "faults"): _set_fault,
    ("DELETE", "faults"): _clear_faults,
    ("GET", "calls"): _show_calls,
    ("DELETE", "calls"): _forget_calls,
    ("POST", "change"): _change,
    ("DELETE", "sessions"): _drop_sessions,
}
