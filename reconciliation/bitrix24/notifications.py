"""What people in Bitrix24 are told: notifications, and comments in a company's timeline."""

import base64
import time
from collections.abc import Sequence
from typing import Any

from jobs.deadline import Deadline
from reconciliation.bitrix24.gateway import Bitrix24
from reconciliation.bitrix24.tasks import STILL_AT_WORK_SECONDS
from reconciliation.errors import Bitrix24InvalidAnswer, Bitrix24NotFound, Bitrix24Unclear

MOST_PAGES = 20


def notify(bitrix24: Bitrix24, person: int, message: str, *, tag: str, deadline: Deadline) -> int:
    """Tell a person something; the same tag again replaces what was said before, so nobody is told twice.

    Raises Bitrix24NotFound when there is no such person, or another Bitrix24Error.
    """
    params = {"USER_ID": person, "MESSAGE": message, "TAG": tag}
    number = bitrix24.read("im.notify.personal.add", params, deadline=deadline).result
    if number is False:
        raise Bitrix24NotFound(f"no person {person}")
    return _number(number)


def comment(
    bitrix24: Bitrix24,
    company: int,
    text: str,
    *,
    marker: str,
    files: Sequence[tuple[str, bytes]] = (),
    is_new: bool = False,
    deadline: Deadline,
) -> int:
    """Return the id of the comment with this marker in a company's timeline, made unless it is there.

    Raises Bitrix24Unclear, with the time to look again, when nobody knows whether it was made, or another
    Bitrix24Error.
    """
    if not is_new and (found := _find(bitrix24, company, marker, deadline)):
        return found
    fields = {
        "ENTITY_TYPE": "company",
        "ENTITY_ID": company,
        "COMMENT": f"{text}\n\n{marker}",
        "FILES": [[name, base64.b64encode(content).decode()] for name, content in files],
    }
    try:
        return _number(
            bitrix24.write("crm.timeline.comment.add", {"fields": fields}, deadline=deadline).result
        )
    except (Bitrix24Unclear, Bitrix24InvalidAnswer) as error:
        if found := _find(bitrix24, company, marker, deadline):
            return found
        raise Bitrix24Unclear(error.detail, not_before=time.time() + STILL_AT_WORK_SECONDS) from None


def _find(bitrix24: Bitrix24, company: int, marker: str, deadline: Deadline) -> int:
    params: dict[str, Any] = {
        "filter": {"ENTITY_TYPE": "company", "ENTITY_ID": company},
        "select": ["ID", "COMMENT"],
        "order": {"ID": "DESC"},
    }
    start = 0
    for _ in range(MOST_PAGES):
        page = bitrix24.read("crm.timeline.comment.list", {**params, "start": start}, deadline=deadline)
        if not isinstance(page.result, list):
            raise Bitrix24InvalidAnswer("the comments are no list")
        for row in page.result:
            if isinstance(row, dict) and marker in str(row.get("COMMENT") or ""):
                return _number(row.get("ID"))
        if page.next <= start:
            break
        start = page.next
    return 0


def _number(value: Any) -> int:
    if isinstance(value, bool) or not str(value).isdecimal():
        raise Bitrix24InvalidAnswer("an id is not a number")
    return int(value)
