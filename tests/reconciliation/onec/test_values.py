"""Single values of 1C's answers: the exact value, or a refusal that does not repeat the input."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciliation.onec import dates, values
from reconciliation.onec.dates import Stamp
from reconciliation.onec.values import LARGEST

MOSCOW = ZoneInfo("Europe/Moscow")
NEW_YORK = ZoneInfo("America/New_York")
NBSP, NARROW, FIGURE, THIN, MINUS = "\u00a0", "\u202f", "\u2007", "\u2009", "\u2212"


@pytest.mark.parametrize(
    ("sent", "amount"),
    [
        (Decimal(45000), "45000.00"), (Decimal("-15000.00"), "-15000.00"), (Decimal("0.1"), "0.10"),
        (Decimal("1e3"), "1000.00"), (Decimal("-0"), "0.00"), (Decimal("-0.00"), "0.00"),
        (Decimal("0e999999999"), "0.00"), (Decimal("5.5000000000000000"), "5.50"),
        (LARGEST, "1000000000000000.00"), (-LARGEST, "-1000000000000000.00"), (45, "45.00"),
        (f"45{NBSP}000,00", "45000.00"), (f"45{NARROW}000,00", "45000.00"),
        (f"1{THIN}234{FIGURE}567,8", "1234567.80"), ("45 000", "45000.00"),
        (f"{MINUS}45 000,01", "-45000.01"), (f"- 45{NBSP}000,01", "-45000.01"), ("  12,5 ", "12.50"),
        ("1234567.89", "1234567.89"), ("1,234,567.89", "1234567.89"), ("1.234.567,89", "1234567.89"),
        ("1 234,500", "1234.50"), ("1234,500", "1234.50"), ("-0,00", "0.00"), ("0000012,30", "12.30"),
    ],
)  # fmt: skip
def test_an_amount_is_exact_with_two_decimals(sent: Any, amount: str) -> None:
    assert str(values.amount(sent)) == amount


@pytest.mark.parametrize(
    "sent",
    [
        None, True, False, 45.5, [], {}, "сорок пять", "NaN", "Infinity", "1e5", "0x10", "1_000",
        "+5", "5-", "(5)", "--5", "45 00", "4 5", "1 2,5 0", "1  234", "12 34 567", "1,234,567", "1.2.3",
        "1,234.567", "45,000", "45.000", "-45.000", f"45.000{NBSP}", "0.001", "٤٥", "45٫5",
        "45" + " " * 98 + "000", "9" * 101, "9" * 41, Decimal("0.001"), Decimal("45.005"),
        Decimal("1e999999999"), Decimal("-1e999999999"), Decimal("1e-999999999"), Decimal("9" * 400),
        LARGEST + Decimal("0.01"), Decimal("NaN"), Decimal("sNaN"), Decimal("-Infinity"),
        "1000000000000000,01",
    ],
)  # fmt: skip
def test_what_is_no_exact_amount_is_refused_without_being_repeated(sent: Any) -> None:
    with pytest.raises(ValueError) as refused:
        values.amount(sent)
    assert len(str(refused.value)) < 60
    assert "сорок" not in str(refused.value)


@settings(max_examples=200)
@given(st.integers(-(10**17), 10**17), st.sampled_from([NBSP, NARROW, " ", ""]), st.sampled_from(",."))
def test_a_localized_amount_is_the_amount(cents: int, space: str, point: str) -> None:
    amount = Decimal(cents).scaleb(-2)
    text = f"{amount:,.2f}".replace(",", space).replace(".", point)
    assert values.amount(text) == amount


@settings(max_examples=300)
@given(st.text(st.sampled_from("0123456789 ,.-\u00a0\u2212e"), max_size=12))
def test_a_text_is_read_in_one_way_or_not_at_all(text: str) -> None:
    try:
        amount = values.amount(text)
    except ValueError:
        return
    digits = "".join(character for character in text if character.isdigit())
    assert str(abs(amount)).replace(".", "").strip("0") == digits.strip("0")
    assert (amount < 0) == (("-" in text or MINUS in text) and bool(amount))


@pytest.mark.parametrize("sent", ["", " ", NBSP])
def test_an_empty_text_is_zero_since_1c_formats_it_so(sent: str) -> None:
    assert str(values.amount(sent)) == "0.00"


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        (None, None), ("", None), (Decimal(0), None), (Decimal(8061), 8061), (Decimal("8061.0"), 8061),
        ("8061", 8061), (values.LARGEST_ID, values.LARGEST_ID),
    ],
)  # fmt: skip
def test_an_id_is_a_whole_number_or_nothing(sent: Any, found: int | None) -> None:
    assert values.optional_id(sent) == found


@pytest.mark.parametrize(
    "sent",
    [True, [], "x", Decimal("1.5"), Decimal(-1), Decimal("1e999999999"), Decimal("NaN"), 2**63],
)
def test_what_is_no_id_is_refused_at_once(sent: Any) -> None:
    with pytest.raises(ValueError):
        values.optional_id(sent)


@pytest.mark.parametrize(
    "sent",
    [
        "2024-01-15", "2024-01-15T00:00:00", "2024-01-15T23:59:59", "2024-01-15 10:30",
        "2024-01-15T10:30:00.123456789", "2024-01-15T00:00:00+03:00", "2024-01-15T00:00:00+0300",
        "2024-01-15T00:00:00-11", " 2024-01-15 ", "15.01.2024", "15.01.2024 0:00:00", "15.01.2024 23:59:59",
    ],
)  # fmt: skip
def test_a_day_is_the_one_that_is_written(sent: str) -> None:
    assert dates.stamp(sent) == Stamp(date(2024, 1, 15))


@pytest.mark.parametrize("sent", ["2024-01-15T21:00:00Z", "2024-01-15T21:00+00:00", "2024-01-15 21:00:00 Z"])
def test_a_stamp_in_utc_is_known_as_one(sent: str) -> None:
    assert dates.stamp(sent).instant == datetime(2024, 1, 15, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    "sent", [None, "", "0001-01-01", "0001-01-01T00:00:00", "0001-01-01T00:00:00Z", "01.01.0001 0:00:00"]
)
def test_the_empty_date_is_no_date(sent: str | None) -> None:
    assert dates.optional_stamp(sent) is None
    with pytest.raises(ValueError, match="is empty"):
        dates.stamp(sent)


@pytest.mark.parametrize(
    "sent",
    [
        20240115, Decimal(20240115), True, [], "yesterday", "2024-02-30", "2024-13-01", "0000-01-01",
        "2024-1-5", "24-01-15", "2024/01/15", "01/15/2024", "32.01.2024", "29.02.2023",
        "2024-01-15T25:00:00", "2024-01-15T10:60:00", "2024-01-15T24:00:00Z", "2024-01-15x", "2024-01-15T",
        "20240115", "٢٠٢٤-٠١-١٥", "2024-01-15\n2024-01-16", "10000-01-01",
    ],
)  # fmt: skip
def test_what_is_no_day_is_refused(sent: Any) -> None:
    with pytest.raises(ValueError):
        dates.optional_stamp(sent)


@pytest.mark.parametrize(
    ("sent", "line"),
    [
        (None, ""), ("  a \t b\r\nc ", "a b c"), ("a\u2028b\u2029c", "a b c"),
        ("\x00\x08\x1b[31mООО\u202e\x7f", "[31mООО"), ("half \ud83d \ude00", "half \ufffd \ufffd"),
        ("\ufeffООО", "ООО"), ("<b>&amp;", "<b>&amp;"), (Decimal(7701234567), "7701234567"),
        ("ҚазақстанӘлемі", "ҚазақстанӘлемі"), ("Ро\u00adмаш\u200bка\u2060", "Ромашка"), ("Й", "Й"),
    ],
)  # fmt: skip
def test_a_text_is_one_clean_line(sent: Any, line: str) -> None:
    assert values.text(sent) == line


@pytest.mark.parametrize("sent", [True, [], {}, 1.5, "x" * 4001])
def test_what_is_no_text_is_refused(sent: Any) -> None:
    with pytest.raises(ValueError):
        values.text(sent)


@pytest.mark.parametrize("sent", [None, "", "  ", "\x00", "\u202e"])
def test_a_text_that_has_to_be_there_is_there(sent: Any) -> None:
    with pytest.raises(ValueError, match="is empty"):
        values.required_text(sent)


READERS = (values.amount, values.optional_id, values.text, values.currency, values.kpp, dates.optional_stamp)


@pytest.mark.parametrize("read", READERS)
@settings(max_examples=100)
@given(st.none() | st.booleans() | st.decimals() | st.integers() | st.text() | st.lists(st.none()))
def test_no_value_at_all_breaks_a_reader(read: Callable[[Any], Any], value: Any) -> None:
    with suppress(ValueError):
        read(value)


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (None, ""), ("rub", "RUB"), ("RUB ", "RUB"), ("643", "RUB"), (Decimal(643), "RUB"), ("810", "RUB"),
        ("RUR", "RUB"), ("руб.", "RUB"), ("руб", "RUB"), ("₽", "RUB"), ("бел. руб.", "BYN"), ("933", "BYN"),
        ("тенге", "KZT"), ("398", "KZT"), (Decimal(51), "AMD"), ("долл. США", "USD"), ("XAU", "XAU"),
    ],
)  # fmt: skip
def test_a_currency_is_known_by_code_number_and_name(sent: Any, code: str) -> None:
    assert values.currency(sent) == code


@pytest.mark.parametrize(
    ("sent", "wanted"),
    [("BYR", "BYN"), ("974", "BYN"), ("999", "RUB or 643"), ("рубли", "RUB"), ("12", "643")],
)
def test_a_currency_that_is_refused_is_told_what_is_wanted(sent: str, wanted: str) -> None:
    with pytest.raises(ValueError, match=wanted):
        values.currency(sent)


def test_a_kpp_that_came_as_a_number_has_its_first_zero_again() -> None:
    assert [values.kpp(sent) for sent in (Decimal(50201001), "50201001", None)] == [
        "050201001",
        "50201001",
        "",
    ]
