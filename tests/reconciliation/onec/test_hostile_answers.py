"""Whatever 1C sends, only our own errors come out, or an act with exactly the figures that were sent."""

import json
from contextlib import suppress
from copy import deepcopy
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciliation.errors import PortalError
from reconciliation.ledger.act import Act
from reconciliation.ledger.identity import fits_currency
from reconciliation.onec.body import read_json
from tests.reconciliation.drawn_acts import acts
from tests.reconciliation.onec.sent_answers import PDF_TEXT, as_sent, minimal, read, rich, sent

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(), max_size=30)
    | st.sampled_from(["", "0001-01-01T00:00:00", "2024-01-15", "45 000,00", "45,000", PDF_TEXT, "NaN", "-0"])
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
NAMES = [*minimal(), *rich(), *rich()["transactions"][0], "pdf_base64"]
LISTED = ["guid", "name", "inn", "balance", "bitrix24_company_id", "next", "counterparties"]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of everything inside a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, child in inner for found in [(*path, key), *places(child, (*path, key))]]


def put(answer: Any, path: tuple[Any, ...], value: Any) -> Any:
    """Return the answer with something else at a place."""
    changed = deepcopy(answer)
    holder = changed
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    return changed


def figures(act: Act) -> list[Decimal]:
    return [act.opening, act.closing, *(amount for line in act.lines for amount in (line.debit, line.credit))]


def sent_figures(body: bytes) -> list[Any]:
    said = json.loads(body.decode("utf-8-sig", "surrogatepass"), parse_float=Decimal, parse_int=Decimal)
    rows = [row[side] for row in said["transactions"] for side in ("debit", "credit")]
    return [said["opening_balance"], said["closing_balance"], *rows]


def assert_harmless(body: bytes) -> None:
    """Only our own errors come out, or the figures that went in."""
    try:
        act = read(body).act
    except PortalError as error:
        # What is logged and printed can be logged and printed.
        error.detail.encode()
        return
    for ours, theirs in zip(figures(act), sent_figures(body), strict=True):
        if isinstance(theirs, Decimal):
            assert ours == theirs
        else:
            assert isinstance(theirs, str), "only numbers and texts are amounts"
    json.dumps([act.counterparty.name, *(line.document for line in act.lines)]).encode()
    assert all(line.date in act.period for line in act.lines)


@settings(max_examples=300)
@given(st.binary(max_size=200))
def test_arbitrary_bytes(body: bytes) -> None:
    assert_harmless(body)


@pytest.mark.long
@settings(max_examples=400)
@given(st.sampled_from([minimal(pdf_base64=PDF_TEXT), rich()]), st.data())
def test_a_good_answer_with_anything_at_any_place(answer: dict[str, Any], data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(places(answer)))
        with suppress(LookupError, TypeError):  # the place may have gone with the change before
            answer = put(answer, path, data.draw(anything))
    assert_harmless(sent(answer))


@settings(max_examples=300)
@given(st.sampled_from([sent(minimal()), sent(rich())]), st.data())
def test_a_good_answer_with_bytes_lost_doubled_or_changed(body: bytes, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(body)))
    end = min(len(body), start + data.draw(st.integers(0, 12)))
    signs = st.sampled_from([b"e", b"9", b'"', b","])
    put_in = data.draw(st.binary(max_size=6) | st.just(body[start:end] * 2) | signs)
    changed = body[:start] + put_in + body[end:]
    try:
        read_json(changed)
    except PortalError:
        return
    assert_harmless(changed)


literals = st.from_regex(r"-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,25})?([eE][+-]?[0-9]{1,10})?", fullmatch=True)
fields = ("opening_balance", "closing_balance", "debit", "credit")


@settings(max_examples=60)
@given(acts())
def test_any_act_that_1c_can_tell_of_arrives_as_it_is(act: Act) -> None:
    if not all(fits_currency(party.inn, act.currency) for party in (act.organization, act.counterparty)):
        act = replace(act, currency="KZT")
    arrived = read(as_sent(act), asked=act.period).act
    assert arrived == act
    assert arrived.imbalances == ()
