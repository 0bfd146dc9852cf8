"""An answer of 1C becomes exactly the act that it tells of, or is refused with the right reason."""

import json
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from reconciliation.errors import InvalidAnswer, TooManyRows
from reconciliation.ledger.act import Contract, Line, Party, Signatory
from reconciliation.ledger.period import Period
from reconciliation.onec.answer import MAX_ROWS
from reconciliation.onec.body import MAX_VALUES, MAX_WIDE_BYTES, read_json, read_pdf
from reconciliation.onec.listing import read_page
from tests.reconciliation.onec.sent_answers import JANUARY, PDF, PDF_TEXT, minimal, read, rich, row, sent


@contextmanager
def refusal(reason: str) -> Iterator[None]:
    with pytest.raises(InvalidAnswer) as refused:
        yield
    assert refused.value.reason == reason


def test_the_minimum_is_an_act() -> None:
    answer = read(minimal())
    act = answer.act
    assert (act.opening, act.closing) == (Decimal("-15000.00"), Decimal("-15000.10"))
    assert act.counterparty == Party("Romashka LLC")
    assert act.organization == Party("ООО «Поставщик»", "7701234567")
    assert (act.period, act.currency, act.contracts) == (JANUARY, "RUB", ())
    assert act.lines == (
        Line(date(2024, 1, 15), "Sales Invoice #12", Decimal("45000.00"), Decimal("0.00")),
        Line(date(2024, 1, 20), "Payment #456", Decimal("0.00"), Decimal("45000.10")),
    )
    assert (answer.number, answer.pdf) == ("", None)
    assert act.imbalances == ()


def test_the_contracts_own_example_is_read_to_the_letter() -> None:
    body = b"""{"counterparty": "Romashka LLC", "period": {"from": "2024-01-01", "to": "2024-03-31"},
      "opening_balance": -15000.00, "transactions": [
        {"date": "2024-01-15", "document": "Sales Invoice #12", "debit": 45000, "credit": 0},
        {"date": "2024-01-20", "document": "Payment #456", "debit": 0, "credit": 45000}],
      "closing_balance": -15000.00, "pdf_base64": "JVBERi0xLjQKJSVFT0Y="}"""
    answer = read(body, asked=Period(date(2024, 1, 1), date(2024, 3, 31)))
    assert answer.act.closing == Decimal("-15000.00")
    assert answer.pdf == b"%PDF-1.4\n%%EOF"


def test_every_optional_key_is_taken() -> None:
    answer = read(rich())
    act = answer.act
    assert (answer.number, act.currency) == ("СВ-1", "KZT")
    assert act.organization == Party("ООО «Другая»", "5001", "5002", "5003")
    assert act.counterparty == Party(
        "ТОО «Қазақ Әлем»", "123456789012", "770101001", "1", Signatory("Директор", "Ким А.")
    )
    assert act.lines[0].kind == "shipment"
    assert act.lines[0].document_number == "00УТ-12"
    assert act.lines[0].document_date == date(2023, 12, 31), "a document may be older than the period"
    assert act.contracts == (Contract("guid-1", "Поставка", Decimal("0.00"), Decimal("10.50")),)
    assert len(act.blocks) == 1


def test_keys_that_nobody_knows_are_passed_over() -> None:
    assert read(minimal(extra={"deep": [1]}, debug=None)).act == read(minimal()).act


def test_optional_keys_may_be_null() -> None:
    nothing = dict.fromkeys(
        ("number", "currency", "organization", "counterparty_details", "contracts", "pdf_base64")
    )
    assert read(minimal(**nothing)).act == read(minimal()).act
    empty = dict.fromkeys(("kind", "document_number", "document_date", "contract"))
    assert read(row(**empty)).act == read(row()).act


def test_a_kind_that_nobody_knows_is_other() -> None:
    assert read(row(kind="barter")).act.lines[0].kind == "other"


def test_our_tax_number_does_not_go_with_another_name() -> None:
    other = read(minimal(organization={"name": "ООО «Другая»"})).act.organization
    assert other == Party("ООО «Другая»")
    ours = read(minimal(organization={"kpp": "770101001"})).act.organization
    assert ours == Party("ООО «Поставщик»", "7701234567", "770101001")


def test_a_period_without_movement_is_an_act() -> None:
    act = read(minimal(transactions=[], closing_balance=Decimal("-15000.00"))).act
    assert (act.lines, act.imbalances) == ((), ())


@pytest.mark.parametrize("digits", ["0.1", "0.10", "1e-1", "1E-1"])
def test_no_amount_goes_through_a_float(digits: str) -> None:
    body = sent(minimal()).replace(b"-15000.10", f"{digits}".encode())
    assert str(read(body).act.closing) == "0.10"


def test_a_whole_answer_in_utc_is_read_as_the_books_days() -> None:
    utc = minimal(period={"from": "2023-12-31T21:00:00Z", "to": "2024-01-30T21:00:00Z"})
    utc["transactions"][0]["date"] = "2023-12-31T21:00:00Z"
    utc["transactions"][1]["date"] = "2024-01-31T12:00:00Z"
    act = read(utc).act
    assert [line.date for line in act.lines] == [date(2024, 1, 1), date(2024, 1, 31)]


MISSING = {
    name: f"{name}: is missing"
    for name in ("counterparty", "period", "opening_balance", "transactions", "closing_balance")
}


@pytest.mark.parametrize("name", MISSING)
def test_what_is_missing_is_named(name: str) -> None:
    answer = minimal()
    del answer[name]
    with pytest.raises(InvalidAnswer) as refused:
        read(answer)
    assert refused.value.detail == MISSING[name]


@pytest.mark.parametrize("name", ["date", "document", "debit", "credit"])
def test_what_is_missing_in_a_row_is_named_with_its_place(name: str) -> None:
    answer = minimal()
    del answer["transactions"][1][name]
    with pytest.raises(InvalidAnswer) as refused:
        read(answer)
    assert refused.value.detail == f"transactions.1.{name}: is missing"


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "a name that is empty": (minimal(counterparty=" "), "counterparty: is empty"),
    "a name that is null": (minimal(counterparty=None), "counterparty: is empty"),
    "a name that is a list": (minimal(counterparty=["x"]), "counterparty: is not a text"),
    "a balance that is null": (minimal(closing_balance=None), "closing_balance: is not a number"),
    "a balance that is true": (minimal(closing_balance=True), "closing_balance: is not a number"),
    "a balance in words": (minimal(closing_balance="сорок"), "closing_balance: is not a number"),
    "a balance of 5,000 digits": (
        minimal(closing_balance=Decimal("9" * 5000)),
        "closing_balance: is too large or too small",
    ),
    "a balance of two meanings": (minimal(closing_balance="45,000"), "closing_balance: can be read as"),
    "half a kopeck": (row(debit=Decimal("0.005")), "transactions.0.debit: has more than two decimals"),
    "a row that is a text": (minimal(transactions=["x"]), "transactions.0: Input should be"),
    "rows that are none": (minimal(transactions=None), "transactions: Input should be"),
    "rows that are an object": (minimal(transactions={}), "transactions: Input should be"),
    "a period that is a text": (minimal(period="2024-01"), "period: Input should be"),
    "a period without an end": (minimal(period={"from": "2024-01-01"}), "period.to: is missing"),
    "a day of no calendar": (row(date="2024-02-30"), "transactions.0.date: is no day of the calendar"),
    "an empty day": (row(date="0001-01-01T00:00:00"), "transactions.0.date: is empty"),
    "a document without a title": (row(document=""), "transactions.0.document: is empty"),
    "a currency of four letters": (minimal(currency="RUBL"), "currency: is no currency"),
    "a contract twice": (rich(contracts=rich()["contracts"] * 2), "contracts: a contract has no name"),
    "a contract of nobody": (
        rich(contracts=[{"opening_balance": 0, "closing_balance": 0}]),
        "contracts: a contract has no name",
    ),
    "a contract without a balance": (
        rich(contracts=[{"name": "a", "opening_balance": 0}]),
        "contracts.0.closing_balance: is missing",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_field_that_is_wrong_is_named_with_the_reason(what: str) -> None:
    answer, reason = WRONG[what]
    with pytest.raises(InvalidAnswer) as refused:
        read(answer)
    assert refused.value.detail.startswith(reason)


def test_what_was_sent_is_not_repeated_in_the_reason() -> None:
    with pytest.raises(InvalidAnswer) as refused:
        read(row(debit="SECRET", document=["SECRET"]))
    assert "SECRET" not in refused.value.detail


def test_no_more_than_three_faults_are_told() -> None:
    with pytest.raises(InvalidAnswer) as refused:
        read({})
    assert refused.value.detail.count(";") == 2


@pytest.mark.parametrize(
    "period",
    [
        {"from": "2023-12-01", "to": "2023-12-31"},
        {"from": "2024-01-01", "to": "2024-01-30"},
        {"from": "2024-01-02", "to": "2024-01-31"},
        {"from": "2024-01-31", "to": "2024-01-01"},
        {"from": "2023-12-31T20:00:00Z", "to": "2024-01-30T21:00:00Z"},
        {"from": "2023-12-31T21:00:00+03:00", "to": "2024-01-30T21:00:00+03:00"},
    ],
)
def test_another_period_than_was_asked_for_is_refused(period: dict[str, str]) -> None:
    with refusal("wrong_period"):
        read(minimal(period=period))


def dated(*days: str, **changed: Any) -> dict[str, Any]:
    """Return an answer whose rows have these dates."""
    rows = [{"date": day, "document": "Д", "debit": 0, "credit": 0} for day in days]
    return minimal(transactions=rows) | changed


def days_read(answer: dict[str, Any]) -> list[int]:
    """Return the days of January on which the rows fall."""
    return [line.date.day for line in read(answer).act.lines]


IN_UTC = {"from": "2023-12-31T21:00:00Z", "to": "2024-01-30T21:00:00Z"}
NEEDLESS_Z = {"from": "2024-01-01T00:00:00Z", "to": "2024-01-31T23:59:59Z"}
LATE = "2024-01-14T22:30:00Z"
READINGS: dict[str, tuple[dict[str, Any], list[int]]] = {
    "midnights turned into UTC": (dated("2024-01-14T21:00:00Z", "2024-01-19T21:00:00Z"), [15, 20]),
    "midnights with a needless Z": (dated("2024-01-14T00:00:00Z", "2024-01-20T00:00:00Z"), [14, 20]),
    "the period decides for UTC": (dated(LATE, period=IN_UTC), [15]),
    "the period decides against it": (dated(LATE, "2024-01-19T21:00:00Z", period=NEEDLESS_Z), [14, 19]),
    "a row on the last evening decides against it": (dated(LATE, "2024-01-31T21:00:00Z"), [14, 31]),
    "a row on the evening before decides for it": (dated(LATE, "2023-12-31T22:00:00Z"), [15, 1]),
    "both readings are the same": (dated("2024-01-14T10:00:00Z", "2024-01-20T20:59:59Z"), [14, 20]),
}


@pytest.mark.parametrize("what", READINGS)
def test_all_dates_of_an_answer_are_read_in_one_way(what: str) -> None:
    answer, days = READINGS[what]
    assert days_read(answer) == days


@pytest.mark.parametrize("other", ["2024-01-19T21:00:00Z", "2024-01-19T12:00:00Z"])
def test_dates_that_nothing_decides_are_refused(other: str) -> None:
    with refusal("ambiguous_dates"):
        read(dated(LATE, other))


def test_a_document_date_is_read_as_the_others() -> None:
    answer = row(date="2024-01-14T21:00:00Z", document_date="2023-11-14T21:00:00Z")
    assert read(answer).act.lines[0].document_date == date(2023, 11, 15)


@pytest.mark.parametrize("day", ["2023-12-31", "2024-02-01", "1999-01-01", "9999-12-31T21:00:00Z"])
def test_a_row_outside_the_period_is_refused(day: str) -> None:
    with refusal("outside_period"):
        read(row(date=day))


NO_JSON = {
    "nothing": (b"", "not_json"),
    "a page": (b"<html></html>", "not_json"),
    "a text": (b'"text"', "not_json"),
    "a list": (b"[]", "not_json"),
    "null": (b"null", "not_json"),
    "UTF-16": ('{"a": 1}'.encode("utf-16"), "not_json"),
    "two byte order marks": (b"\xef\xbb\xbf\xef\xbb\xbf{}", "not_json"),
    "half an object": (sent(minimal())[:-1], "broken_json"),
    "two objects": (b"{}{}", "broken_json"),
    "a comma too many": (b'{"a": 1,}', "broken_json"),
    "single quotes": (b"{'a': 1}", "broken_json"),
    "NaN": (b'{"a": NaN}', "broken_json"),
    "infinity": (b'{"a": -Infinity}', "broken_json"),
    "a leading zero": (b'{"a": 01}', "broken_json"),
    "a key twice": (b'{"a": 1, "a": 1}', "broken_json"),
    "a key twice inside": (b'{"a": {"b": 1, "b": 2}}', "broken_json"),
    "an exponent that no number has": (b'{"a": 1e99999999999999999999}', "broken_json"),
    "a bracket a hundred thousand times": (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "broken_json"),
    "an object a hundred thousand times": (b'{"a":' * 100_000, "broken_json"),
    "a line break in a text": (b'{"a": "\n"}', "broken_json"),
    "Windows-1251": ('{"a": "я"}'.encode("cp1251"), "not_utf8"),
    "half a letter": ('{"a": "я"}'.encode()[:-3] + b'"}', "not_utf8"),
}


@pytest.mark.parametrize("what", NO_JSON)
def test_what_is_no_json_object_is_refused(what: str) -> None:
    body, reason = NO_JSON[what]
    with refusal(reason):
        read(body)


def test_a_fault_in_the_json_is_told_with_its_place() -> None:
    body = '{\n "counterparty": "ООО\r\n«Ромашка»"}'.encode()
    with pytest.raises(InvalidAnswer) as refused:
        read(body)
    assert refused.value.detail.startswith("line 2, column 22 of the body: Invalid control character")


def test_a_byte_order_mark_and_white_space_do_no_harm() -> None:
    assert read_json(b'\xef\xbb\xbf\r\n\t{"a": 1}\r\n') == {"a": Decimal(1)}


@pytest.mark.long
def test_an_act_of_the_most_rows_is_read_and_one_more_is_refused() -> None:
    one = {"date": "2024-01-15", "document": "Д", "debit": 1, "credit": 0}
    body = json.dumps(minimal(transactions=[one] * MAX_ROWS, opening_balance=0, closing_balance=MAX_ROWS))
    assert len(read(body.encode()).act.lines) == MAX_ROWS
    with pytest.raises(TooManyRows):
        read(sent(minimal(transactions=[{}] * (MAX_ROWS + 1))))


@pytest.mark.parametrize(
    ("rows", "contracts", "text"), [(30_000, 0, 90), (2_000, 14_700, 5), (100, 15_001, 1)]
)
def test_rows_contracts_and_their_texts_are_bounded_together(rows: int, contracts: int, text: int) -> None:
    row = {"date": "2024-01-15", "document": "Д" * text, "debit": 0, "credit": 0}
    listed = [
        {"guid": str(number), "name": "Д", "opening_balance": 0, "closing_balance": 0}
        for number in range(contracts)
    ]
    with pytest.raises(TooManyRows):
        read(sent(minimal(transactions=[row] * rows, contracts=listed)))


def test_a_body_that_would_fill_the_memory_is_not_taken_apart() -> None:
    with pytest.raises(TooManyRows):
        read_json(b'{"a": [' + b"1," * (MAX_VALUES + 1) + b"1]}")
    with pytest.raises(TooManyRows):
        read_json(b'{"a": "' + b"a" * MAX_WIDE_BYTES + '🙂"}'.encode())


@pytest.mark.parametrize("line", ["", "\r\n", "\n", " ", "\t"])
def test_a_pdf_is_decoded_whatever_breaks_its_lines(line: str) -> None:
    text = line.join(PDF_TEXT[start : start + 8] for start in range(0, len(PDF_TEXT), 8))
    assert read_pdf(text) == PDF


@pytest.mark.parametrize(
    "sent_pdf",
    [
        5, ["JVBERi0="], {"a": 1}, "%PDF-1.4", "не base64", PDF_TEXT[:-1], PDF_TEXT + "!", "JVBERi0_",
        b64encode(b"<html></html>").decode(), b64encode(b"x" + PDF).decode(),
        b64encode(b"%PDF-1.4 without an end").decode(), b64encode(PDF + b"\0" * 3000).decode(),
    ],
)  # fmt: skip
def test_what_is_no_whole_pdf_is_refused(sent_pdf: Any) -> None:
    answer = minimal(pdf_base64=sent_pdf)
    assert read(answer).pdf is None, "the portal draws its own"
    with refusal("bad_pdf"):
        read(answer, pdf="demand")


@pytest.mark.parametrize("before", [b"\r\n", b"\xef\xbb\xbf", b" \n"])
@pytest.mark.parametrize("prefix", ["", "data:application/pdf;base64,"])
def test_what_stands_before_a_pdf_is_dropped(before: bytes, prefix: str) -> None:
    assert read_pdf(prefix + b64encode(before + PDF).decode()) == PDF


@pytest.mark.parametrize("nothing", [None, "", False, 0, []])
def test_an_empty_pdf_is_none(nothing: Any) -> None:
    assert read(minimal(pdf_base64=nothing)).pdf is None


def test_a_pdf_that_nobody_wants_is_not_even_looked_at() -> None:
    assert read(minimal(pdf_base64="rubbish"), pdf="ignore").pdf is None


def listed(**changed: Any) -> bytes:
    return sent({"counterparties": [{"guid": "g", "name": "ООО «А»"} | changed], "next": None})


def test_a_page_of_counterparties_is_read_with_and_without_optional_keys() -> None:
    [bare] = read_page(listed()).counterparties
    assert (bare.guid, bare.name, str(bare.balance)) == ("g", "ООО «А»", "0.00")
    assert bare.bitrix24_company_id is None
    whole = listed(
        inn="1",
        kpp="2",
        email="a@b.example",
        balance=f"-15{chr(160)}000,00",
        currency="RUB",
        bitrix24_company_id=8061,
    )
    [full] = read_page(whole).counterparties
    assert (full.inn, full.kpp, full.email, full.currency) == ("1", "2", "a@b.example", "RUB")
    assert (str(full.balance), full.bitrix24_company_id) == ("-15000.00", 8061)


def test_the_last_page_has_no_next() -> None:
    assert read_page(sent({"counterparties": [], "next": None})).next == ""
    assert read_page(sent({"counterparties": []})).next == ""
    assert read_page(sent({"counterparties": [], "next": "g"})).next == "g"


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"guid": ""}, "guid: is empty"), ({"name": None}, "name: is empty"),
        ({"balance": "much"}, "balance: is not a number"), ({"bitrix24_company_id": "x"}, "is not a number"),
        ({"bitrix24_company_id": Decimal("1e999999999")}, "is not a whole number"),
    ],
)  # fmt: skip
def test_an_entry_that_is_wrong_spoils_no_other(wrong: dict[str, Any], why: str) -> None:
    right = {"guid": "g", "name": "ООО «А»"}
    page = read_page(sent({"counterparties": [right | wrong, right], "next": None}))
    [bad], [good] = page.unreadable, page.counterparties
    assert (good.guid, page.last) == ("g", "g")
    assert (bad.guid, bad.name) == (wrong.get("guid", "g"), wrong.get("name", "ООО «А»") or "")
    assert why in bad.why


@pytest.mark.parametrize(
    "body",
    [
        b"{}", b'{"counterparties": {}}', b'{"counterparties": [null]}', b"[]",
    ],
)  # fmt: skip
def test_a_page_that_is_wrong_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidAnswer):
        read_page(body)


@pytest.mark.parametrize(
    "inn",
    [
        Decimal(502000001), "502000001", "12345", Decimal(50200000123), "7701234567/770101001", "77О1234567",
        "7701234567.0", "ИНН 7701234567",
    ],
)  # fmt: skip
def test_a_tax_number_of_an_impossible_length_is_refused_in_roubles(inn: Any) -> None:
    details = {"name": "ООО «Ромашка»", "inn": inn}
    with pytest.raises(InvalidAnswer) as refused:
        read(minimal(counterparty_details=details))
    assert refused.value.detail == "counterparty_details.inn: 10 or 12 digits are wanted for RUB"
    assert read(minimal(counterparty_details=details, currency="KZT")).act.counterparty.inn == str(inn)


@pytest.mark.parametrize(
    "inn", ["", "5001112223", "500111222333", "100582333", "МА1234567", "DE123456789", "77 01 112223"]
)
def test_tax_numbers_of_russia_and_of_belarus_are_taken_in_roubles(inn: str) -> None:
    assert read(minimal(counterparty_details={"name": "ООО", "inn": inn})).act.counterparty.inn == inn


def test_a_row_of_a_contract_that_is_not_listed_is_refused() -> None:
    answer = rich()
    answer["transactions"][0]["contract"] = "guid-2"
    with pytest.raises(InvalidAnswer) as refused:
        read(answer)
    assert refused.value.detail == "transactions.0.contract: is none of contracts"
    assert read(answer | {"contracts": []}).act.lines[0].contract == "guid-2"
