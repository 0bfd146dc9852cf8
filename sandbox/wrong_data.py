"""Faults that make an answer wrong: no reader may believe one of these, nor break over it."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sandbox.act_pdf import draw_blank
from sandbox.answers import Answer
from sandbox.fault import ChangeData, Fault, wants_pdf
from sandbox.http_messages import Reply
from sandbox.identifiers import complete_company_inn
from sandbox.json_text import Raw
from sandbox.leaves import places
from sandbox.spelling import change_texts, rows_of

STRANGER = {"name": "ООО «Чужой»", "inn": complete_company_inn("780612345"), "kpp": "780601001", "ogrn": ""}
KAZAKH_WORD = "ҚазақстанӘлеміҢҒҮҰӨҺ"
LONG_WORD = 300
DEEP = 100_000


def _balance_of(answer: Answer) -> str:
    return "balance" if "balance" in answer else "closing_balance"


def _remove(answer: Answer, value: Any) -> None:
    for holder, key in places(answer, value or _balance_of(answer)):
        holder.pop(key, None)


def _nullify(answer: Answer, value: Any) -> None:
    for holder, key in places(answer, value or _balance_of(answer)):
        holder[key] = None


def _set_field(answer: Answer, value: Any) -> None:
    for holder, key in places(answer, value["field"]):
        holder[key] = Raw(value["json"])


def _add_letters(answer: Answer, value: Any) -> None:
    change_texts(lambda text: f"{text} {value}")(answer, None)


def _set_balance(answer: Answer, value: Any) -> None:
    if _balance_of(answer) in answer:
        answer[_balance_of(answer)] = value


def _set_raw_balance(answer: Answer, value: Any) -> None:
    _set_balance(answer, Raw(value))


def _break_date(answer: Answer, value: Any) -> None:
    for holder, key in places(answer, "transactions.date") or places(answer, "period.from"):
        holder[key] = value


def _shift_period(answer: Answer, _value: Any) -> None:
    period: Any = answer["period"]
    for key in period:
        period[key] = (date.fromisoformat(period[key]) - timedelta(days=28)).isoformat()


def _swap_counterparty(answer: Answer, _value: Any) -> None:
    answer["counterparty"] = STRANGER["name"]
    details = answer.get("counterparty_details")
    if isinstance(details, dict):
        details.update(STRANGER)


def _stray(answer: Answer, _value: Any) -> None:
    """Put a row that changes no balance on the day before the period."""
    period: Any = answer["period"]
    day = (date.fromisoformat(period["from"]) - timedelta(days=1)).isoformat()
    rows_of(answer).insert(0, _row(day, answer, Decimal(100), Decimal(100)))


def _row(day: str, answer: Answer, debit: Decimal, credit: Decimal) -> dict[str, Any]:
    row: dict[str, Any] = {"date": day, "document": f"Реализация от {day}", "debit": debit, "credit": credit}
    contracts = answer.get("contracts")
    if isinstance(contracts, list) and contracts:
        row["contract"] = contracts[0]["guid"]
    return row


def _unbalance(answer: Answer, value: Any) -> None:
    if "closing_balance" in answer:
        answer["closing_balance"] += Decimal(str(value))  # type: ignore[operator]


def _unbalance_contract(answer: Answer, value: Any) -> None:
    """Move the difference from one contract to the next, so that the act as a whole still balances."""
    contracts: Any = answer.get("contracts", [])
    for contract, sign in zip(contracts, (1, -1), strict=False):
        contract["closing_balance"] += sign * Decimal(str(value))


def _add_third_decimal(answer: Answer, _value: Any) -> None:
    """Make a row and the closing balance end in half a kopeck; the act still balances."""
    for holder, key in places(answer, "transactions.debit"):
        holder[key] += Decimal("0.005")
    _unbalance(answer, "0.005")


def _fill(answer: Answer, value: Any) -> None:
    """Add rows up to the number asked, a shipment and its payment by turns; balances stay right."""
    rows = rows_of(answer)
    if "transactions" not in answer:
        return
    period: Any = answer["period"]
    first, last = date.fromisoformat(period["from"]), date.fromisoformat(period["to"])
    days = (last - first).days + 1
    missing = max(int(value) - len(rows), 0) // 2 * 2
    for order in range(missing):
        day = (first + timedelta(days=order // 2 % days)).isoformat()
        amount = Decimal(100_000 + order // 2 * 37) / 100
        sides = (amount, Decimal(0)) if order % 2 == 0 else (Decimal(0), amount)
        rows.append(_row(day, answer, *sides))


def _replace_pdf(content: str) -> ChangeData:
    def change_data(answer: Answer, _value: Any) -> None:
        answer["pdf_base64"] = content

    return change_data


def _keep_pdf_only(answer: Answer, _value: Any) -> None:
    for key in set(answer) - {"counterparty", "period", "pdf_base64"}:
        del answer[key]


def _remove_pdf(answer: Answer, _value: Any) -> None:
    del answer["pdf_base64"]


def _add_pdf(answer: Answer, _value: Any) -> None:
    answer.setdefault("pdf_base64", b64encode(draw_blank()).decode())


def _set_currency(answer: Answer, value: Any) -> None:
    answer["currency"] = value


def _say(body: bytes) -> Callable[[Reply, Any], Reply]:
    return lambda reply, _value: replace(reply, body=body)


def _in_array(reply: Reply, _value: Any) -> Reply:
    return replace(reply, body=b"[" + reply.body + b"]")


def _repeat_key(reply: Reply, value: Any) -> Reply:
    return replace(reply, body=reply.body.removesuffix(b"}") + b", " + str(value).encode() + b"}")


def _lie(name: str, about: str, change_data: ChangeData, value: Any = None, **more: Any) -> Fault:
    return Fault(name, about, value, change_data=change_data, **more)


def _long(text: str) -> str:
    return f"{text} {KAZAKH_WORD * (LONG_WORD // len(KAZAKH_WORD))}"


HTML_PDF = b64encode(b"<html><body>Report is not ready</body></html>").decode()
MARKUP = '<script>alert("1C")</script><b>{}</b>&nbsp;<img src=x onerror=alert(1)>'

FAULTS = (
    _lie(
        "missing_field",
        "a field is not there; value its path, e.g. transactions.debit",
        _remove,
        in_directory=True,
    ),
    _lie("null_field", "a field is null; value its path", _nullify, in_directory=True),
    _lie(
        "field",
        'any field becomes any JSON; value {"field": "transactions.debit", "json": "[1]"}',
        _set_field,
        {"field": "closing_balance", "json": "[]"},
        in_directory=True,
    ),
    _lie(
        "bad_number",
        "a balance is the value, a text that is no number",
        _set_balance,
        "сорок пять",
        in_directory=True,
    ),
    _lie("nan", "a balance is NaN", _set_raw_balance, "NaN", in_directory=True),
    _lie("exponent_bomb", "a balance is 1e999999999", _set_raw_balance, "1e999999999", in_directory=True),
    _lie("huge_number", "a balance of 400 digits", _set_raw_balance, "9" * 400, in_directory=True),
    _lie("three_decimals", "half a kopeck in a row and in the closing balance", _add_third_decimal),
    _lie("bad_date", "the first row's date is the value, no day of any calendar", _break_date, "2024-02-30"),
    _lie("wrong_period", "the period is four weeks earlier than asked", _shift_period),
    _lie("wrong_counterparty", "name and tax numbers are another company's", _swap_counterparty),
    _lie("outside_period", "a row on the day before the period; figures balance", _stray),
    _lie("unbalanced", "the closing balance is off by the value", _unbalance, "0.01"),
    _lie(
        "unbalanced_contract",
        "two contracts' closing balances are off by the value in opposite ways; the total is right",
        _unbalance_contract,
        "0.01",
    ),
    _lie("wrong_currency", "the currency is the value", _set_currency, "USD", in_directory=True),
    _lie("many_rows", "rows up to the value; figures balance", _fill, 10_000),
    _lie("not_a_pdf", "pdf_base64 holds HTML", _replace_pdf(HTML_PDF), when=wants_pdf),
    _lie("bad_base64", "pdf_base64 is no base64", _replace_pdf("%PDF-1.4 это не base64!"), when=wants_pdf),
    _lie("pdf_only", "a PDF without data although both are asked for", _keep_pdf_only, when=wants_pdf),
    _lie("unasked_pdf", "a PDF, of one blank page, although only data are asked for", _add_pdf),
    _lie("no_pdf", "no PDF although it is asked for", _remove_pdf, when=wants_pdf),
    _lie(
        "html_in_names",
        "markup and a script in names and documents",
        change_texts(MARKUP.format),
        in_directory=True,
    ),
    _lie(
        "control_characters",
        "U+0000, backspace, escape and a right-to-left mark in names and documents",
        change_texts(lambda text: f"\x00\x08\x1b[31m{text}\u202e\x7f"),
        in_directory=True,
    ),
    Fault(
        "letters",
        "a word in other letters, the value, in names and documents",
        "深圳 Հայ ㎡ ①",
        change_data=_add_letters,
        in_directory=True,
    ),
    _lie(
        "lone_surrogates",
        "half a surrogate pair in names and documents",
        change_texts(lambda text: f"{text} \ud83d \ude00"),
        in_directory=True,
    ),
    _lie(
        "long_names",
        "a word of 300 Kazakh letters in names and documents",
        change_texts(_long),
        in_directory=True,
    ),
    Fault(
        "duplicate_keys",
        "a key twice in one object; value its second",
        '"closing_balance": 1.00',
        change_reply=_repeat_key,
    ),
    Fault("array_body", "the answer inside an array", change_reply=_in_array),
    Fault("not_json", "a text that is no JSON", change_reply=_say(b"Function act() is not ready: {")),
    Fault("empty_body", "no body at all", change_reply=_say(b"")),
    Fault(
        "deep_json",
        "100,000 arrays in each other",
        change_reply=_say(b'{"counterparty": ' + b"[" * DEEP + b"]" * DEEP + b"}"),
    ),
)
