"""Companies of Bitrix24's CRM, whom they belong to, and the people of Bitrix24."""

import logging
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from jobs.deadline import Deadline
from reconciliation.bitrix24.gateway import Bitrix24
from reconciliation.errors import Bitrix24InvalidAnswer

log = logging.getLogger(__name__)
COMPANIES = 4
"""The number that Bitrix24 gives to companies among its kinds of entities."""
ROWS_A_PAGE = 50
K = TypeVar("K")


@dataclass(frozen=True)
class Company:
    """A company of the CRM: `manager` is the responsible employee's id or 0, `guid` 1C's or empty."""

    id: int
    title: str
    manager: int
    guid: str = ""


@dataclass(frozen=True)
class Person:
    """An employee; one who was dismissed is not active."""

    id: int
    name: str
    is_active: bool


def companies_of(
    bitrix24: Bitrix24, wanted: Mapping[K, tuple[int | None, str]], *, field: str, deadline: Deadline
) -> dict[K, Company | None]:
    """Return the companies of up to 50 counterparties, given as id and guid, read by two lists.

    A counterparty's is the one with its id, or else with 1C's guid in `field`. One that has the id and
    another guid is somebody else's; of several that hold the guid it is none. Raises Bitrix24Error.
    """
    ids = {number for number, _ in wanted.values() if number}
    by_id = {each.id: each for each in _list(bitrix24, {"@id": sorted(ids)}, field, deadline)} if ids else {}
    found: dict[K, Company | None] = {}
    for key, (number, guid) in wanted.items():
        company = by_id.get(number or 0)
        found[key] = company if company and company.guid.lower() in ("", guid.lower()) else None
    guids = sorted(guid for key, (_, guid) in wanted.items() if found[key] is None)
    if field and guids:
        rows = _list(bitrix24, {f"@{field}": guids}, field, deadline)
        many = Counter(row.guid.lower() for row in rows)
        if doubles := [f"{row.id} ({row.guid})" for row in rows if many[row.guid.lower()] > 1]:
            log.warning("several companies of Bitrix24 hold one guid in %s: %s", field, ", ".join(doubles))
        by_guid = {row.guid.lower(): row for row in rows if many[row.guid.lower()] == 1}
        found |= {
            key: by_guid.get(wanted[key][1].lower()) for key, company in found.items() if company is None
        }
    return found


def companies(bitrix24: Bitrix24, *, field: str, deadline: Deadline) -> Iterator[Company]:
    """Yield all companies in order of their ids, by pages without a total, which is slow to count."""
    last = 0
    while True:
        page = _list(bitrix24, {">id": last}, field, deadline)
        yield from page
        if len(page) < ROWS_A_PAGE:
            return
        if page[-1].id <= last:
            raise Bitrix24InvalidAnswer("the list of companies repeats itself")
        last = page[-1].id


def people(bitrix24: Bitrix24, ids: Collection[int], *, deadline: Deadline) -> dict[int, Person]:
    """Return the people of these ids; who is not there is unknown to Bitrix24. Needs the scope user_brief."""
    found: dict[int, Person] = {}
    wanted = sorted(ids)
    for first in range(0, len(wanted), ROWS_A_PAGE):
        params = {"FILTER": {"ID": wanted[first : first + ROWS_A_PAGE]}}
        rows = bitrix24.read("user.get", params, deadline=deadline).result
        if not isinstance(rows, list):
            raise Bitrix24InvalidAnswer("the people are no list")
        found |= {person.id: person for person in map(_person, rows)}
    return found


def has_field(bitrix24: Bitrix24, field: str, *, deadline: Deadline) -> bool:
    """Return whether companies have a field of this code."""
    params = {"entityTypeId": COMPANIES, "useOriginalUfNames": "Y"}
    found = bitrix24.read("crm.item.fields", params, deadline=deadline).result
    fields = found.get("fields") if isinstance(found, dict) else None
    if not isinstance(fields, dict):
        raise Bitrix24InvalidAnswer("the fields of companies are missing")
    return field in fields


def _list(bitrix24: Bitrix24, wanted: dict[str, Any], field: str, deadline: Deadline) -> list[Company]:
    """Return the first 50 companies that a filter means, with all their fields.

    Without `select`: beside useOriginalUfNames Bitrix24 answers it by items without fields
    (bitrix-tools/b24-rest-docs#368, #263).
    """
    params = {
        "entityTypeId": COMPANIES,
        "useOriginalUfNames": "Y",
        "filter": wanted,
        "order": {"id": "ASC"},
        "start": -1,
    }
    found = bitrix24.read("crm.item.list", params, deadline=deadline).result
    items = found.get("items") if isinstance(found, dict) else None
    if not isinstance(items, list):
        raise Bitrix24InvalidAnswer("the companies are no list")
    return [_company(item, field) for item in items]


def _company(item: Any, field: str) -> Company:
    if not isinstance(item, dict) or not str(item.get("id") or "").isdecimal():
        raise Bitrix24InvalidAnswer("a company without an id")
    manager = str(item.get("assignedById") or "0")
    guid = str(item.get(field) or "") if field else ""
    title = str(item.get("title") or "")
    return Company(int(item["id"]), title, int(manager) if manager.isdecimal() else 0, guid.strip())


def _person(row: Any) -> Person:
    if not isinstance(row, dict) or not str(row.get("ID") or "").isdecimal():
        raise Bitrix24InvalidAnswer("a person without an id")
    name = " ".join(str(row.get(part) or "") for part in ("NAME", "LAST_NAME")).strip()
    return Person(int(row["ID"]), name, row.get("ACTIVE") in (True, "Y", "true", "1", 1))
