"""An act as the text that is kept for ever, and back. The same act gives the same text."""

import hashlib
import json
from dataclasses import asdict, replace
from datetime import date
from decimal import Decimal
from typing import Any

from reconciliation.ledger.act import Act, Contract, Line, Party, Signatory
from reconciliation.ledger.period import Period

VERSION = 1


def dump(act: Act) -> str:
    """Return the act as canonical JSON: sorted keys, amounts as decimal strings, ISO dates."""
    fields = {name: value for name, value in asdict(act).items() if not name.startswith("_")}
    return json.dumps(
        {"version": VERSION, **fields},
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
        default=_plain,
    )


def load(text: str) -> Act:
    """Return the act in a text that `dump` made."""
    said = json.loads(text)
    if said["version"] != VERSION:
        raise ValueError(f"a snapshot of version {said['version']}")
    return Act(
        organization=_party(said["organization"]),
        counterparty=_party(said["counterparty"]),
        period=Period(date.fromisoformat(said["period"]["start"]), date.fromisoformat(said["period"]["end"])),
        currency=said["currency"],
        opening=Decimal(said["opening"]),
        lines=tuple(_line(line) for line in said["lines"]),
        closing=Decimal(said["closing"]),
        contracts=tuple(_contract(contract) for contract in said["contracts"]),
    )


def digest(text: str) -> str:
    """Return the SHA-256 of a snapshot, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def same_figures(one: Act, other: Act) -> bool:
    """Whether two acts say the same, in whatever order 1C lists rows and contracts of a day."""
    return dump(_in_order(one)) == dump(_in_order(other))


def _in_order(act: Act) -> Act:
    return replace(
        act,
        lines=tuple(sorted(act.lines, key=lambda line: (line.date, repr(line)))),
        contracts=tuple(sorted(act.contracts, key=repr)),
    )


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _party(said: dict[str, Any]) -> Party:
    return Party(**{**said, "signatory": Signatory(**said["signatory"])})


def _line(said: dict[str, Any]) -> Line:
    dated = said["document_date"]
    return Line(
        **{
            **said,
            "date": date.fromisoformat(said["date"]),
            "document_date": date.fromisoformat(dated) if dated else None,
            "debit": Decimal(said["debit"]),
            "credit": Decimal(said["credit"]),
        }
    )


def _contract(said: dict[str, Any]) -> Contract:
    return Contract(said["guid"], said["name"], Decimal(said["opening"]), Decimal(said["closing"]))
