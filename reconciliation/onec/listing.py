"""1C's list of counterparties, page by page: one bad entry spoils no other."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from reconciliation.errors import InvalidAnswer
from reconciliation.ledger.clean_text import clean_text
from reconciliation.onec.answer import validated
from reconciliation.onec.body import read_json
from reconciliation.onec.payload import ListedCounterpartyPayload, PagePayload


@dataclass(frozen=True, slots=True)
class Listed:
    """A counterparty in 1C's list; the balance's sign is that of an act."""

    guid: str
    name: str
    inn: str
    kpp: str
    email: str
    balance: Decimal
    currency: str
    bitrix24_company_id: int | None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An entry of 1C's list that does not follow the contract; guid and name as far as they can be read."""

    guid: str
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page of 1C's list; `next` is empty on the last, `last` the guid of its last entry."""

    counterparties: tuple[Listed, ...]
    unreadable: tuple[Unreadable, ...]
    next: str
    last: str


def read_page(body: bytes) -> Page:
    """Return a page of GET /counterparties; one bad entry spoils no other. Raises InvalidAnswer."""
    payload = validated(lambda: PagePayload.model_validate(read_json(body)))
    entries = [_listed(raw) for raw in payload.counterparties]
    return Page(
        tuple(entry for entry in entries if isinstance(entry, Listed)),
        tuple(entry for entry in entries if isinstance(entry, Unreadable)),
        payload.next,
        entries[-1].guid if entries else "",
    )


def _listed(raw: dict[str, Any]) -> Listed | Unreadable:
    try:
        return Listed(**validated(lambda: ListedCounterpartyPayload.model_validate(raw)).model_dump())
    except InvalidAnswer as error:
        guid, name = (found if isinstance(found := raw.get(key), str) else "" for key in ("guid", "name"))
        return Unreadable(_plain(guid), _plain(name), error.detail)


def _plain(text: str) -> str:
    return " ".join(clean_text(text).split())[:500]
