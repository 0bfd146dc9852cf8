"""The sandbox's own addresses: the page of what Bitrix24 holds, and calls under `/_control/`."""

import json
from typing import Any

from sandbox.bitrix24.page import page
from sandbox.bitrix24.state import Bitrix24State
from sandbox.http_messages import HTML, JSON, Call, Reply


def answer_control(sandbox: Bitrix24State, call: Call) -> Reply:
    """Return the page, a file of it, or the answer to a control call; a wrong one is told what is wrong."""
    if call.path == "/":
        return Reply(200, page(sandbox).encode(), HTML)
    if call.path.startswith("/files/"):
        return _file(sandbox, call.path.rpartition("/")[2])
    try:
        return _control(sandbox, call.method, call.path, json.loads(call.body) if call.body else {})
    except KeyError as error:
        return _json({"error": f"unknown: {error.args[0]}"}, 400)
    except (TypeError, ValueError, AttributeError) as error:
        return _json({"error": f"bad control call: {error!r}"}, 400)


def _control(sandbox: Bitrix24State, method: str, path: str, asked: Any) -> Reply:
    match method, path.rstrip("/"):
        case "POST", "/_control/faults":
            times = asked.get("times")
            value, left = asked.get("value"), None if times is None else int(times)
            sandbox.set_fault(asked["method"], asked["fault"], value, left)
        case "DELETE", "/_control/faults":
            sandbox.faults.clear()
        case "POST", "/_control/install":
            return _json(sandbox.oauth.install())
        case "GET", "/_control/faults":
            on = [
                {"method": each.method, "fault": each.fault.name, "value": each.value, "times": each.left}
                for each in sandbox.faults.switches
            ]
            return _json({"faults": on})
        case "GET", "/_control/state":
            return _json(_state(sandbox))
        case _:
            return _json({"error": f"no such control call: {method} {path}"}, 404)
    return _json({"done": True})


def _state(sandbox: Bitrix24State) -> dict[str, Any]:
    company = sandbox.company
    return {
        "counts": dict(sandbox.counts),
        "operating": sandbox.limits.used(),
        "files": [
            {"id": f.id, "name": f.name, "folder": f.parent, "size": len(f.content or b"")}
            for f in company.files
        ],
        "tasks": [{"id": task.id, **task.fields} for task in company.tasks.values()],
        "notifications": [vars(note) for note in company.notes],
        "comments": [{"id": c.id, "company": c.entity_id, "text": c.text} for c in company.comments],
    }


def _file(sandbox: Bitrix24State, number: str) -> Reply:
    held = sandbox.company.drive.get(int(number)) if number.isdecimal() else None
    if held is None or held.content is None:
        return Reply(404, b"There is no such file.", HTML)
    return Reply(200, held.content, "application/octet-stream", (("Content-Disposition", "attachment"),))


def _json(body: Any, status: int = 200) -> Reply:
    return Reply(status, json.dumps(body, ensure_ascii=False, default=str).encode(), JSON)
