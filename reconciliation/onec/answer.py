"""1C's answers, taken apart and checked: JSON in, `Act` out. Nothing in them is trusted.

Its keys stand in `payload`, after the contract in docs/onec.md; what real services do to the body, to dates
and to single values is met in `body`, `dates` and `values`.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, Literal, TypeVar

from pydantic import ValidationError

from reconciliation.errors import InvalidAnswer, TooManyRows
from reconciliation.ledger.act import Act, Contract, Line, Party, Signatory
from reconciliation.ledger.identity import fits_currency
from reconciliation.ledger.period import Period
from reconciliation.onec.body import read_json, read_pdf
from reconciliation.onec.dates import Reading, reading_of
from reconciliation.onec.payload import (
    ActPayload,
    ContractPayload,
    PartyPayload,
    SignatoryPayload,
    TransactionPayload,
)

MAX_ROWS = 30_000
MAX_SIZE = 60_000
"""What an act may take to draw: a document counts 1, a contract 4 (its rows), 80 characters of text 1."""
M = TypeVar("M")
log = logging.getLogger(__name__)
KINDS = frozenset(("shipment", "receipt", "return", "payment", "correction"))


@dataclass(frozen=True, slots=True)
class Answer:
    """What 1C said: the act, 1C's own number for it, and its PDF when one came."""

    act: Act
    number: str = ""
    pdf: bytes | None = None


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a minimal answer leaves out. `zone` is the books' time zone."""

    organization: Party
    currency: str
    zone: tzinfo


def read_act(
    body: bytes, *, asked: Period, defaults: Defaults, pdf: Literal["ignore", "take", "demand"]
) -> Answer:
    """Return the act in an answer to GET /act.

    `pdf` says what becomes of 1C's PDF: "take" does without one that is missing or damaged. Raises
    InvalidAnswer or TooManyRows. Whether the figures balance is not judged here: see `Act.imbalances`.
    """
    raw = read_json(body)
    _refuse_bare_pdf(raw)
    # Before each entry is looked at, and again when the lengths of their texts are known.
    _check_size(raw.get("transactions"), raw.get("contracts"))
    payload = validated(lambda: ActPayload.model_validate(raw))
    _check_size(payload.transactions, payload.contracts, text=_length_of_texts(payload))
    act = _act(payload, asked, defaults)
    return Answer(act, payload.number[:100], None if pdf == "ignore" else _pdf(raw, demanded=pdf == "demand"))


def _check_size(rows: object, contracts: object, *, text: int = 0) -> None:
    """Refuse what would take too long to draw, whatever of it is long: rows, contracts or their texts."""
    many, several = (len(found) if isinstance(found, list) else 0 for found in (rows, contracts))
    if many > MAX_ROWS or many + 4 * several + text // 80 > MAX_SIZE:
        raise TooManyRows(f"{many} rows, {several} contracts, {text} characters")


def _length_of_texts(payload: ActPayload) -> int:
    documents = sum(len(row.document) + len(row.document_number) for row in payload.transactions)
    return documents + sum(len(contract.name) for contract in payload.contracts or [])


def _pdf(raw: dict[str, Any], *, demanded: bool) -> bytes | None:
    if not raw.get("pdf_base64"):
        if demanded:
            raise InvalidAnswer("no_pdf", "format=both was asked for, pdf_base64 did not come")
        return None
    try:
        return read_pdf(raw["pdf_base64"])
    except InvalidAnswer as error:
        if demanded:
            raise
        log.warning("1C's PDF is not used: %s", error.detail)
        return None


def _refuse_bare_pdf(raw: dict[str, Any]) -> None:
    if raw.get("pdf_base64") and "transactions" not in raw and "closing_balance" not in raw:
        raise InvalidAnswer(
            "bad_field", "only a PDF came: the figures, which are needed to check it, did not"
        )


def validated(validate: Callable[[], M]) -> M:
    """Return what `validate` makes of 1C's JSON. Raises InvalidAnswer with the first faults."""
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
    day_of = reading_of(
        asked,
        ends=(payload.period.start, payload.period.end),
        rows=[row.date for row in payload.transactions],
        others=[row.document_date for row in payload.transactions if row.document_date],
        zone=defaults.zone,
    )
    lines = tuple(_line(row, day_of) for row in payload.transactions)
    currency = payload.currency or defaults.currency
    for place in ("organization", "counterparty_details"):
        party = getattr(payload, place)
        if party and not fits_currency(party.inn, currency):
            raise InvalidAnswer("bad_field", f"{place}.inn: 10 or 12 digits are wanted for {currency}")
    contracts = _contracts(payload.contracts or [])
    _check_contracts(lines, contracts)
    return Act(
        organization=_party(payload.organization, defaults.organization),
        counterparty=_party(
            payload.counterparty_details, Party(payload.counterparty), name=payload.counterparty
        ),
        period=asked,
        currency=currency,
        opening=payload.opening_balance,
        lines=lines,
        closing=payload.closing_balance,
        contracts=contracts,
    )


def _line(row: TransactionPayload, day_of: Reading) -> Line:
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
    keys = [(contract.guid or contract.name).casefold() for contract in contracts]
    if len(set(keys)) != len(keys) or "" in keys:
        raise InvalidAnswer("bad_field", "contracts: a contract has no name, or stands twice")
    return contracts


def _check_contracts(lines: tuple[Line, ...], contracts: tuple[Contract, ...]) -> None:
    """Refuse a row of a contract that the answer does not list: its figures could not be checked."""
    known = {key.casefold() for contract in contracts for key in (contract.guid, contract.name)}
    for number, line in enumerate(lines):
        if contracts and line.contract and line.contract.casefold() not in known:
            raise InvalidAnswer("bad_field", f"transactions.{number}.contract: is none of contracts")
