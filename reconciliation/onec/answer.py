"""1C's answers, taken apart and checked: JSON in, `Act` out. Nothing in them is trusted.

Its keys stand in `onec_json`, after the contract in docs/onec.md; what real services do to single
values is met in `onec_values`.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, tzinfo
from decimal import Decimal
from typing import Any, NoReturn, TypeVar

from pydantic import ValidationError

from reconciliation.errors import InvalidAnswer, TooManyRows
from reconciliation.ledger.act import Act, Contract, Line, Party, Signatory
from reconciliation.ledger.period import Period
from reconciliation.onec import values
from reconciliation.onec.payload import (
    ActPayload,
    ContractPayload,
    PagePayload,
    PartyPayload,
    PeriodPayload,
    SignatoryPayload,
    TransactionPayload,
)

MAX_ROWS = 30_000
MAX_VALUES = 2_000_000
"""In one answer; what is larger would take gigabytes once it is taken apart."""
M = TypeVar("M")
KINDS = frozenset(("shipment", "receipt", "return", "payment", "correction"))


@dataclass(frozen=True, slots=True)
class Answer:
    """What 1C said: the act, 1C's own number for it, and its PDF when one came."""

    act: Act
    number: str = ""
    pdf: bytes | None = None


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
class Page:
    """A page of 1C's list; `next` is empty on the last."""

    counterparties: tuple[Listed, ...]
    next: str


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a minimal answer leaves out. `zone` is the books' time zone."""

    organization: Party
    currency: str
    zone: tzinfo


def read_json(body: bytes) -> dict[str, Any]:
    """Return the JSON object in `body`, numbers as exact decimals. Raises InvalidAnswer or TooManyRows."""
    if body.count(b",") > MAX_VALUES:
        raise TooManyRows(f"over {MAX_VALUES} values")
    try:
        found = json.loads(
            body.decode("utf-8-sig"),
            parse_float=Decimal,
            parse_int=Decimal,
            parse_constant=_refuse_constant,
            object_pairs_hook=_object,
        )
    except (ValueError, RecursionError, ArithmeticError) as error:
        raise InvalidAnswer("not_json", f"the body is not JSON ({type(error).__name__})") from None
    if not isinstance(found, dict):
        raise InvalidAnswer("not_json", "the body is not a JSON object")
    return found


def _refuse_constant(literal: str) -> NoReturn:
    raise ValueError(f"{literal} is no JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        # Two closing balances in one answer: neither can be believed.
        raise ValueError("a key stands twice")
    return found


def read_act(body: bytes, *, asked: Period, defaults: Defaults, want_pdf: bool) -> Answer:
    """Return the act in an answer to GET /act.

    Raises InvalidAnswer or TooManyRows. Whether the figures balance is not judged here: see
    `Act.imbalances`.
    """
    raw = read_json(body)
    _refuse_bare_pdf(raw)
    if isinstance(raw.get("transactions"), list) and len(raw["transactions"]) > MAX_ROWS:
        raise TooManyRows(f"over {MAX_ROWS} rows")
    payload = _validated(lambda: ActPayload.model_validate(raw))
    act = _act(payload, asked, defaults)
    pdf = read_pdf(raw["pdf_base64"]) if want_pdf and raw.get("pdf_base64") else None
    return Answer(act, payload.number[:100], pdf)


def _refuse_bare_pdf(raw: dict[str, Any]) -> None:
    if raw.get("pdf_base64") and "transactions" not in raw and "closing_balance" not in raw:
        raise InvalidAnswer(
            "bad_field", "only a PDF came: the figures, which are needed to check it, did not"
        )


def read_page(body: bytes) -> Page:
    """Return a page of GET /counterparties. Raises InvalidAnswer."""
    payload = _validated(lambda: PagePayload.model_validate(read_json(body)))
    return Page(tuple(Listed(**row.model_dump()) for row in payload.counterparties), payload.next)


def read_pdf(encoded: object) -> bytes:
    """Return the PDF in a base64 text, with or without line breaks. Raises InvalidAnswer."""
    if not isinstance(encoded, str):
        raise InvalidAnswer("bad_pdf", "pdf_base64 is not a text")
    try:
        pdf = base64.b64decode(re.sub(r"\s", "", encoded), validate=True)
    except (binascii.Error, ValueError):
        raise InvalidAnswer("bad_pdf", "pdf_base64 is not base64") from None
    # Not parsed any further: a reader's own faults must not be reachable from outside.
    if not pdf.startswith(b"%PDF-") or b"%%EOF" not in pdf[-2048:]:
        raise InvalidAnswer("bad_pdf", "what pdf_base64 holds is not a whole PDF")
    return pdf


def _validated(validate: Callable[[], M]) -> M:
    try:
        return validate()
    except ValidationError as error:
        raise InvalidAnswer(
            "bad_field", "; ".join(_fault(fault) for fault in error.errors(include_input=False)[:3])
        ) from None
    except RecursionError:
        raise InvalidAnswer("bad_field", "the answer is nested too deeply") from None


def _fault(fault: Any) -> str:
    place = ".".join(str(part)[:60] for part in fault["loc"])
    words = {"missing": "is missing"}.get(fault["type"], fault["msg"].removeprefix("Value error, "))
    return f"{place}: {words}"


def _act(payload: ActPayload, asked: Period, defaults: Defaults) -> Act:
    in_utc = _check_period(payload.period, asked, defaults.zone)

    def day_of(found: values.Stamp) -> date:
        return found.accounting_day(defaults.zone, in_utc=in_utc)

    lines = tuple(_line(row, day_of) for row in payload.transactions)
    for line in lines:
        if line.date not in asked:
            raise InvalidAnswer("outside_period", f"{line.date} is outside {asked.start} to {asked.end}")
    organization = _party(payload.organization, defaults.organization)
    return Act(
        organization=organization,
        counterparty=_party(
            payload.counterparty_details, Party(payload.counterparty), name=payload.counterparty
        ),
        period=asked,
        currency=_currency(payload.currency or defaults.currency),
        opening=payload.opening_balance,
        lines=lines,
        closing=payload.closing_balance,
        contracts=_contracts(payload.contracts or []),
    )


def _check_period(payload: PeriodPayload, asked: Period, zone: tzinfo) -> bool:
    """Return whether the service writes its dates in UTC; raise InvalidAnswer otherwise."""
    if (payload.start.day, payload.end.day) == (asked.start, asked.end):
        return False
    if (payload.start.local_day(zone), payload.end.local_day(zone)) == (asked.start, asked.end):
        return True
    raise InvalidAnswer(
        "wrong_period",
        f"asked for {asked.start} to {asked.end}, got {payload.start.day} to {payload.end.day}",
    )


def _line(row: TransactionPayload, day_of: Callable[[values.Stamp], date]) -> Line:
    return Line(
        date=day_of(row.date),
        document=row.document,
        debit=row.debit,
        credit=row.credit,
        kind=row.kind if row.kind in KINDS else "other",
        document_number=row.document_number,
        document_date=day_of(row.document_date) if row.document_date else None,
        contract=row.contract,
    )


def _party(payload: PartyPayload | None, default: Party, *, name: str = "") -> Party:
    if payload is None:
        return default
    who = payload.signatory or SignatoryPayload()
    # A tax number of ours does not go with another's name.
    own = not payload.name or payload.name == default.name
    return Party(
        name=name or payload.name or default.name,
        inn=payload.inn or (default.inn if own else ""),
        kpp=payload.kpp,
        ogrn=payload.ogrn,
        signatory=Signatory(who.position, who.name),
    )


def _contracts(payload: list[ContractPayload]) -> tuple[Contract, ...]:
    contracts = tuple(
        Contract(row.guid, row.name or row.guid, row.opening_balance, row.closing_balance) for row in payload
    )
    keys = [contract.guid or contract.name for contract in contracts]
    if len(set(keys)) != len(keys) or "" in keys:
        raise InvalidAnswer("bad_field", "contracts: a contract has no name, or stands twice")
    return contracts


def _currency(code: str) -> str:
    if not re.fullmatch(r"[A-Z]{3}", code.upper()):
        raise InvalidAnswer("bad_field", "currency: is no ISO 4217 code")
    return code.upper()
