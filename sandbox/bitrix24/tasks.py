"""The methods of tasks (scope `task`)."""

from collections.abc import Sequence
from typing import Any

from sandbox.bitrix24 import php
from sandbox.bitrix24.company import OWNER_ID, Company, Line, Task
from sandbox.bitrix24.errors import RestError
from sandbox.bitrix24.filters import chosen, ordered, page

Params = dict[str, Any]
ALWAYS = ("ID", "TITLE", "STATUS", "RESPONSIBLE_ID", "CREATED_BY", "CREATED_DATE", "DEADLINE")


class Tasks:
    """Answers for one company."""

    def __init__(self, company: Company) -> None:
        self._company = company

    def add(self, params: Params) -> Params:
        fields = params.get("fields")
        if not isinstance(fields, dict) or not fields:
            raise RestError(400, "100", "Could not find value for parameter {fields} (internal error)")
        if not fields.get("TITLE"):
            raise _core("Task title not specified")
        self._check_people(fields)
        for file in _listed(fields.get("UF_TASK_WEBDAV_FILES")):
            held = self._company.drive.get(php.number(str(file).removeprefix("n")))
            if held is None or held.is_folder:
                raise _core(f"File {file} not found")
        with self._company.lock:
            task = Task(next(self._company.numbers), dict(fields))
            self._company.tasks[task.id] = task
        return {"task": _shown(task, (*ALWAYS, "DESCRIPTION", "XML_ID"))}

    def get(self, params: Params) -> Params:
        task = self._company.tasks.get(php.number(params.get("taskId")))
        if task is None:
            raise RestError(400, "1048582", "Task not found or access denied")
        return {"task": _shown(task, params.get("select") or (*ALWAYS, "DESCRIPTION"))}

    def list(self, params: Params) -> tuple[Params, dict[str, int]]:
        rows = chosen(list(self._company.tasks.values()), params.get("filter"), _field, pattern=("TITLE",))
        rows = ordered(rows, params.get("order") or {"ID": "desc"}, _field)
        found, counts = page(rows, params.get("start"))
        select = _listed(params.get("select")) or ALWAYS
        return {"tasks": [_shown(task, ("ID", *select)) for task in found]}, counts

    def add_line(self, params: Params) -> int:
        task, fields = self._checked(params), params.get("FIELDS")
        if not isinstance(fields, dict) or not fields.get("TITLE"):
            raise _core("TASKS_ERROR_EXCEPTION_#8; Checklist item title not specified; 8/TE")
        with self._company.lock:
            if not task.checklist:
                task.checklist.append(Line(next(self._company.numbers), "BX_CHECKLIST_1"))
            line = Line(next(self._company.numbers), str(fields["TITLE"]), task.checklist[0].id)
            task.checklist.append(line)
        return line.id

    def lines(self, params: Params) -> tuple[Sequence[Params], dict[str, int]]:
        task = self._checked(params)
        found, counts = page(task.checklist, params.get("start"))
        rows = [
            {"ID": str(line.id), "TASK_ID": str(task.id), "PARENT_ID": line.parent, "TITLE": line.title,
             "IS_COMPLETE": "N"}
            for line in found
        ]  # fmt: skip
        return rows, counts

    def _checked(self, params: Params) -> Task:
        """Return the task of a method for checklists; they mind the order of their parameters."""
        task = self._company.tasks.get(php.number(params.get("TASKID")))
        if task is None or next(iter(params)) != "TASKID":
            raise _core("TASKS_ERROR_EXCEPTION_#8; Action is not allowed; 8/TE/ACTION_FAILED_TO_BE_PROCESSED")
        return task

    def _check_people(self, fields: Params) -> None:
        if not php.is_true(fields.get("RESPONSIBLE_ID")):
            raise _core("Assignee not specified")
        person = self._company.people.get(php.number(fields["RESPONSIBLE_ID"]))
        if person is None or not person.active:
            raise _core("User specified in the &quot;Assignee&quot; field not found")


def _core(words: str) -> RestError:
    return RestError(400, "ERROR_CORE", f"{words}<br>")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []


def _field(task: Task, name: str) -> Any:
    known = {"ID": task.id, "STATUS": "2", "REAL_STATUS": "2", "CREATED_DATE": task.created.isoformat()}
    if name == "CREATED_BY":
        return task.fields.get(name, OWNER_ID)
    return known[name] if name in known else task.fields.get(name, "")


def _shown(task: Task, select: Any) -> Params:
    """Return a task with the fields asked for, in camel case, its numbers as texts."""
    shown: Params = {}
    for name in select:
        value = _field(task, name)
        key = "".join(part.capitalize() if at else part for at, part in enumerate(name.lower().split("_")))
        shown[key] = value if isinstance(value, list) else None if value == "" else str(value)
    return shown
