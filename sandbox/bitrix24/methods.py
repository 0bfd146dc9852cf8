"""Bitrix24's methods by name, and the batch of them."""

import re
import time
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.bitrix24 import php
from sandbox.bitrix24.company import Company
from sandbox.bitrix24.crm import Crm
from sandbox.bitrix24.drive import Drive
from sandbox.bitrix24.errors import RestError
from sandbox.bitrix24.limits import Limits, block_of
from sandbox.bitrix24.people import People
from sandbox.bitrix24.tasks import Tasks

MOST_COMMANDS = 50
Params = dict[str, Any]
Method = Callable[[Params], Any]
SCOPES = {
    "disk": "disk", "tasks": "task", "task": "task", "crm": "crm", "im": "im", "user": "user_brief",
    "placement": "placement",
}  # fmt: skip
APPLICATIONS_ONLY = ("placement.bind", "disk.storage.getforapp", "crm.activity.configurable.add", "app.info")
REFERENCE = re.compile(r"\$result((?:\[[^\[\]]+\])+)")


class Methods:
    """Calls methods for one company, counting their time."""

    def __init__(self, company: Company, drive: Drive, limits: Limits, seconds: Callable[[], float]) -> None:
        """`seconds` says how long a command takes."""
        self._company, self._limits, self._seconds = company, limits, seconds
        tasks, crm, people = Tasks(company), Crm(company), People(company)
        self._methods: dict[str, Method] = {
            "disk.storage.getlist": drive.get_storages,
            "disk.folder.get": drive.get_folder,
            "disk.folder.getchildren": drive.get_children,
            "disk.folder.addsubfolder": drive.add_subfolder,
            "disk.folder.uploadfile": drive.upload_file,
            "disk.file.get": drive.get_file,
            "disk.file.uploadversion": drive.upload_version,
            "disk.file.getexternallink": drive.get_external_link,
            "tasks.task.add": tasks.add,
            "tasks.task.get": tasks.get,
            "tasks.task.list": tasks.list,
            "task.checklistitem.add": tasks.add_line,
            "task.checklistitem.getlist": tasks.lines,
            "crm.item.list": crm.list_items,
            "crm.item.get": crm.get_item,
            "crm.item.fields": crm.get_fields,
            "crm.company.list": crm.list_companies,
            "crm.company.get": crm.get_company,
            "crm.timeline.comment.add": crm.add_comment,
            "crm.timeline.comment.list": crm.list_comments,
            "im.notify.personal.add": people.notify,
            "im.notify.system.add": people.notify,
            "user.get": people.get_users,
            "user.current": people.get_current,
            "profile": people.get_current,
            "scope": lambda _params: sorted(company.scopes),
            "methods": lambda _params: sorted(self._methods),
        }

    def call(self, name: str, params: Params, *, application: bool) -> dict[str, Any]:
        """Return the body of one method's answer; raises RestError."""
        method = self._find(name, application=application)
        self._limits.begin(name)
        started = time.time()
        answer = self._done(method, params)
        return {**answer, "time": self._limits.end(name, started)}

    def _done(self, method: Method, params: Params) -> dict[str, Any]:
        time.sleep(self._seconds())
        found = method(params)
        more: dict[str, int] = {}
        if isinstance(found, tuple):
            found, more = found
        return {"result": found, **more}

    def batch(self, params: Params, *, application: bool, met: Mapping[str, Any]) -> dict[str, Any]:
        """Return the body of a batch's answer: its parts in PHP's shapes.

        The time of the commands counts for the method batch; their figures of usage are all the same
        (measured: bitrix24/b24jssdk#459, #539).
        """
        self._limits.begin("batch")
        started = time.time()
        commands = _commands(params.get("cmd"))
        if len(commands) > MOST_COMMANDS:
            raise RestError(400, "ERROR_BATCH_LENGTH_EXCEEDED", "Max batch length exceeded")
        parts: dict[str, dict[str, Any]] = {
            name: {} for name in ("result", "result_error", "result_total", "result_next", "result_time")
        }
        halt = php.is_true(params.get("halt")) and str(params.get("halt")).lower() != "false"
        for position, (key, text) in enumerate(commands.items(), 1):
            fails = "batch_partial" in met and position % int(met["batch_partial"]) == 0
            self._run(key, str(text), parts, application=application, fails=fails)
            if halt and key in parts["result_error"]:
                break
        total = self._limits.end("batch", started)
        used = {name: total[name] for name in ("operating", "operating_reset_at")}
        parts["result_time"] = {key: {**block, **used} for key, block in parts["result_time"].items()}
        shaped = {name: _shape(part) for name, part in parts.items()}
        return {"result": shaped, "time": total}

    def _run(
        self, key: str, text: str, parts: dict[str, dict[str, Any]], *, application: bool, fails: bool
    ) -> None:
        name, _, query = text.partition("?")
        params = _resolve(php.parse(query), parts["result"])
        try:
            if fails:
                raise RestError(400, "ERROR_CORE", "Something went wrong<br>")
            if name.lower() == "batch":
                raise RestError(
                    400, "ERROR_BATCH_METHOD_NOT_ALLOWED", "Method is not allowed for batch usage"
                )
            started = time.time()
            answer = self._done(self._find(name.lower(), application=application), params)
        except RestError as error:
            parts["result_error"][key] = error.body
            return
        parts["result"][key], parts["result_time"][key] = answer["result"], block_of(started, time.time())
        for source in ("total", "next"):
            if source in answer:
                parts[f"result_{source}"][key] = answer[source]

    def _find(self, name: str, *, application: bool) -> Method:
        if name in APPLICATIONS_ONLY and not application:
            raise RestError(403, "WRONG_AUTH_TYPE", "Application context required")
        if name not in self._methods:
            raise RestError(404, "ERROR_METHOD_NOT_FOUND", "Method not found!")
        scope = SCOPES.get(name.partition(".")[0])
        if scope and "." in name and scope not in self._company.scopes:
            refusal = "The request requires higher privileges than provided by the webhook token"
            raise RestError(401, "insufficient_scope", refusal)
        return self._methods[name]


def _commands(given: Any) -> dict[str, Any]:
    if isinstance(given, list):
        return {str(position): text for position, text in enumerate(given)}
    return dict(given) if isinstance(given, dict) else {}


def _shape(part: dict[str, Any]) -> Any:
    """Return a part as PHP writes it: keys 0 to n-1, and none at all, make a list."""
    if list(part) == [str(position) for position in range(len(part))]:
        return list(part.values())
    return part


def _resolve(value: Any, results: Mapping[str, Any]) -> Any:
    """Return parameters with `$result[a][ID]` replaced by what earlier commands gave."""
    if isinstance(value, dict):
        return {key: _resolve(each, results) for key, each in value.items()}
    if isinstance(value, list):
        return [_resolve(each, results) for each in value]
    return (
        REFERENCE.sub(lambda found: _looked_up(found[1], results), value) if isinstance(value, str) else value
    )


def _looked_up(path: str, results: Any) -> str:
    for part in re.findall(r"\[([^\[\]]+)\]", path):
        if isinstance(results, list):
            results = results[int(part)] if part.isdecimal() and int(part) < len(results) else ""
        else:
            results = results.get(part, "") if isinstance(results, dict) else ""
    return str(results)
