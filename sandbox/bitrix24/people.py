"""The methods about people: users, and notifications (scopes `user_brief` and `im`)."""

from typing import Any

from sandbox.bitrix24 import php
from sandbox.bitrix24.company import OWNER_ID, Company, Note, Person
from sandbox.bitrix24.errors import RestError
from sandbox.bitrix24.filters import chosen, page

Params = dict[str, Any]


class People:
    """Answers for one company."""

    def __init__(self, company: Company) -> None:
        self._company = company

    def get_users(self, params: Params) -> tuple[list[Params], dict[str, int]]:
        """Filters stand in FILTER or beside it, as in Bitrix24."""
        wanted = (
            params.get("FILTER")
            or params.get("filter")
            or {key: value for key, value in params.items() if key in ("ID", "ACTIVE", "NAME", "LAST_NAME")}
        )
        rows = chosen(list(self._company.people.values()), wanted, _field)
        found, counts = page(rows, params.get("start"))
        return [_shown(person) for person in found], counts

    def get_current(self, _params: Params) -> Params:
        return _shown(self._company.people[OWNER_ID])

    def notify(self, params: Params) -> int | bool:
        if not params.get("USER_ID"):
            raise RestError(400, "USER_ID_EMPTY", "User ID can't be empty")
        if not params.get("MESSAGE"):
            raise RestError(400, "MESSAGE_EMPTY", "Message can't be empty")
        person = php.number(params["USER_ID"])
        if person not in self._company.people:
            return False
        tag = str(params.get("TAG") or "")
        with self._company.lock:
            note = Note(next(self._company.numbers), person, str(params["MESSAGE"]), tag)
            # A tag that is used again replaces what it was on.
            self._company.notes = [n for n in self._company.notes if not tag or n.tag != tag]
            self._company.notes.append(note)
        return note.id


def _field(person: Person, name: str) -> Any:
    if name == "ACTIVE":
        return person.active
    return _shown(person).get(name, "")


def _shown(person: Person) -> Params:
    return {
        "ID": str(person.id), "ACTIVE": person.active, "NAME": person.name, "LAST_NAME": person.last_name,
        "EMAIL": f"user{person.id}@demo.example", "USER_TYPE": "employee",
    }  # fmt: skip
