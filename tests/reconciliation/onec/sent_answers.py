"""Answers as a 1C service sends them, to be read as they are or after something was done to them."""

import json
from base64 import b64encode
from datetime import date
from decimal import Decimal
from typing import Any, Literal
from zoneinfo import ZoneInfo

from reconciliation.ledger.act import Act, Line, Party
from reconciliation.ledger.period import Period
from reconciliation.onec.answer import Answer, Defaults, read_act

JANUARY = Period(date(2024, 1, 1), date(2024, 1, 31))
DEFAULTS = Defaults(Party("ООО «Поставщик»", "7701234567"), "RUB", ZoneInfo("Europe/Moscow"))
PDF = b"%PDF-1.4\nsomething\n%%EOF\n"
PDF_TEXT = b64encode(PDF).decode()


def minimal(**changed: Any) -> dict[str, Any]:
    """Return the contract's minimum, for January 2024."""
    return {
        "counterparty": "Romashka LLC",
        "period": {"from": "2024-01-01", "to": "2024-01-31"},
        "opening_balance": Decimal("-15000.00"),
        "transactions": [
            {"date": "2024-01-15", "document": "Sales Invoice #12", "debit": 45000, "credit": 0},
            {"date": "2024-01-20", "document": "Payment #456", "debit": 0, "credit": Decimal("45000.10")},
        ],
        "closing_balance": Decimal("-15000.10"),
    } | changed


def rich(**changed: Any) -> dict[str, Any]:
    """Return an answer with every optional key."""
    row = {
        "date": "2024-01-15T00:00:00",
        "document": "Реализация № 12",
        "debit": Decimal("10.50"),
        "credit": 0,
        "kind": "shipment",
        "document_number": "00УТ-12",
        "document_date": "2023-12-31",
        "contract": "guid-1",
    }
    party = {"name": "ТОО «Қазақ Әлем»", "inn": "123456789012", "kpp": "770101001", "ogrn": "1"}
    signatory = {"position": "Директор", "name": "Ким А."}
    return {
        "counterparty": "ТОО «Қазақ Әлем»",
        "period": {"from": "2024-01-01", "to": "2024-01-31"},
        "opening_balance": 0,
        "transactions": [row],
        "closing_balance": Decimal("10.5"),
        "number": "СВ-1",
        "currency": "kzt",
        "organization": {"name": "ООО «Другая»", "inn": "5001", "kpp": "5002", "ogrn": "5003"},
        "counterparty_details": party | {"signatory": signatory},
        "contracts": [
            {
                "guid": "guid-1",
                "name": "Поставка",
                "opening_balance": 0,
                "closing_balance": Decimal("10.50"),
            }
        ],
    } | changed


def row(**changed: Any) -> dict[str, Any]:
    """Return the minimal answer with one row, to be changed."""
    one = {"date": "2024-01-15", "document": "Д", "debit": 1, "credit": 0} | changed
    return minimal(transactions=[one])


def sent(answer: object) -> bytes:
    """Return an answer as JSON whose numbers are written out in full, and half letters are escaped."""
    return _Exact().encode(answer).encode()


def read(
    answer: object, *, asked: Period = JANUARY, pdf: Literal["ignore", "take", "demand"] = "take"
) -> Answer:
    """Return what the portal makes of an answer, or of bytes that somebody sends in its place."""
    body = answer if isinstance(answer, bytes) else sent(answer)
    return read_act(body, asked=asked, defaults=DEFAULTS, pdf=pdf)


def as_sent(act: Act) -> dict[str, Any]:
    """Return the answer that says what stands in an act."""
    return {
        "counterparty": act.counterparty.name,
        "period": {"from": act.period.start.isoformat(), "to": act.period.end.isoformat()},
        "opening_balance": act.opening,
        "transactions": [_row(line) for line in act.lines],
        "closing_balance": act.closing,
        "currency": act.currency,
        "organization": _party(act.organization),
        "counterparty_details": _party(act.counterparty),
        "contracts": [
            {
                "guid": contract.guid,
                "name": contract.name,
                "opening_balance": contract.opening,
                "closing_balance": contract.closing,
            }
            for contract in act.contracts
        ],
    }


def _row(line: Line) -> dict[str, Any]:
    return {
        "date": line.date.isoformat(),
        "document": line.document,
        "debit": line.debit,
        "credit": line.credit,
        "kind": line.kind,
        "document_number": line.document_number,
        "document_date": line.document_date and line.document_date.isoformat(),
        "contract": line.contract,
    }


def _party(party: Party) -> dict[str, Any]:
    signatory = {"position": party.signatory.position, "name": party.signatory.name}
    numbers = {"inn": party.inn, "kpp": party.kpp, "ogrn": party.ogrn}
    return {"name": party.name, "signatory": signatory} | numbers


class _Exact(json.JSONEncoder):
    """Writes decimals as numbers, digit by digit."""

    def encode(self, o: Any) -> str:
        match o:
            case Decimal():
                return str(o)
            case dict():
                return "{" + ", ".join(f"{json.dumps(key)}: {self.encode(o[key])}" for key in o) + "}"
            case list():
                return "[" + ", ".join(self.encode(item) for item in o) + "]"
        return super().encode(o)
