"""Every fault that the sandbox can make: read exactly, or refused with the right error in both languages."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from jobs.deadline import Deadline
from reconciliation import errors
from reconciliation.errors import PortalError
from reconciliation.ledger.act import Act, Line, Party
from reconciliation.ledger.identity import find_mismatch
from reconciliation.onec.answer import Answer
from reconciliation.onec.client import OneCClient
from sandbox import wrong_lists
from sandbox.faults import FAULTS
from sandbox.ledger import Counterparty
from sandbox.onec import OneCSandbox
from tests.reconciliation.conftest import DEFAULTS, OCTOBER, NewClient

Change = Callable[[Act], Act]

BUDGET = 0.4
VALUES: dict[str, Any] = {
    "slow": 0.02,
    "drip_headers": 0.02,
    "drip_body": 0.02,
    "gzip_bomb": 60,
    "endless_body": 60,
}


def same(act: Act) -> Act:
    return act


def each_line(change: Callable[[Line], Line]) -> Change:
    return lambda act: replace(act, lines=tuple(change(line) for line in act.lines))


def texts(change: Callable[[str], str]) -> Change:
    """Expect all names and titles changed."""

    def of_party(party: Party) -> Party:
        signatory = replace(party.signatory, name=change(party.signatory.name))
        return replace(party, name=change(party.name), signatory=signatory)

    def changed(act: Act) -> Act:
        return replace(
            each_line(lambda line: replace(line, document=change(line.document)))(act),
            counterparty=of_party(act.counterparty),
            organization=of_party(act.organization),
            contracts=tuple(replace(contract, name=change(contract.name)) for contract in act.contracts),
        )

    return changed


def only_the_minimum(act: Act) -> Act:
    bare = each_line(lambda line: Line(line.date, line.document, line.debit, line.credit))(act)
    return replace(
        bare, contracts=(), counterparty=Party(act.counterparty.name), organization=DEFAULTS.organization
    )


READ: dict[str, Change] = {
    "bom": same,
    "text_html": same,
    "pretty": same,
    "crlf_base64": same,
    "date_times": same,
    "date_offset": same,
    "date_z": same,
    "date_utc": same,
    "localized_numbers": same,
    "localized_numbers_narrow": same,
    "empty_zeros": same,
    "unasked_pdf": same,
    "slow": same,
    "session_expired": same,
    "stale_session": same,
    "empty_dates": each_line(lambda line: replace(line, document_date=None)),
    "line_separators": texts(lambda text: f"{text} second line third"),
    "minimal": only_the_minimum,
    "wrong_currency": lambda act: replace(act, currency="USD"),
    "control_characters": texts(lambda text: f"[31m{text}"),
    "letters": texts(lambda text: f"{text} 深圳 Հայ ㎡ ①"),
    "lone_surrogates": texts(lambda text: f"{text} \ufffd \ufffd"),
}
"""What is understood, and how the act then differs from that of a faultless answer."""

READ_BELOW = {"many_rows", "html_in_names", "long_names"}

REFUSED = {
    "bearer_intercepted": "OneCSetupError: bearer",
    "unauthorized": "OneCSetupError: key",
    "forbidden": "OneCSetupError: key",
    "not_published": "OneCSetupError: not_published",
    "unknown": "OneCUnknownCounterparty",
    "bad_request": "InvalidAnswer: bad_request",
    "no_licence_500": "OneCBusy: licence",
    "no_licence_503": "OneCBusy: licence",
    "maintenance": "OneCBusy: maintenance",
    "gateway": "OneCBusy: gateway",
    "busy": "OneCBusy: busy",
    "too_many": "OneCBusy: busy",
    "broken_extension": "OneCFailed",
    "wrong_usr_pwd": "OneCFailed",
    "redirect": "OneCSetupError: redirect",
    "missing_field": "InvalidAnswer: bad_field",
    "null_field": "InvalidAnswer: bad_field",
    "field": "InvalidAnswer: bad_field",
    "bad_number": "InvalidAnswer: bad_field",
    "nan": "InvalidAnswer: broken_json",
    "exponent_bomb": "InvalidAnswer: bad_field",
    "huge_number": "InvalidAnswer: bad_field",
    "three_decimals": "InvalidAnswer: bad_field",
    "bad_date": "InvalidAnswer: bad_field",
    "wrong_period": "InvalidAnswer: wrong_period",
    "wrong_counterparty": "InvalidAnswer: wrong_counterparty",
    "outside_period": "InvalidAnswer: outside_period",
    "unbalanced": "Unbalanced",
    "unbalanced_contract": "Unbalanced",
    "not_a_pdf": "InvalidAnswer: bad_pdf",
    "bad_base64": "InvalidAnswer: bad_pdf",
    "pdf_only": "InvalidAnswer: bad_field",
    "no_pdf": "InvalidAnswer: no_pdf",
    "duplicate_keys": "InvalidAnswer: broken_json",
    "array_body": "InvalidAnswer: not_json",
    "not_json": "InvalidAnswer: not_json",
    "empty_body": "InvalidAnswer: not_json",
    "deep_json": "InvalidAnswer: broken_json",
    "drip_headers": "TimedOut",
    "drip_body": "TimedOut",
    "cut_headers": "ConnectionBroken",
    "cut_body": "ConnectionBroken",
    "close_at_once": "ConnectionBroken",
    "garbage": "ConnectionBroken",
    "endless_body": "BodyTooLarge",
    "huge_body": "BodyTooLarge",
    "gzip_bomb": "BodyTooLarge",
}
"""By the error's kind."""
ABOUT_PDF = {"crlf_base64", "not_a_pdf", "bad_base64", "pdf_only", "no_pdf"}
OF_ONE_TRY = {"drip_headers", "drip_body"}
LARGE = {"endless_body", "gzip_bomb", "huge_body"}

pytestmark = pytest.mark.usefixtures("no_waits")


@pytest.fixture
def client(new_client: NewClient, request: pytest.FixtureRequest) -> OneCClient:
    """The scheme that can be intercepted; a PDF is asked for only where the fault is about one."""
    about_pdf = "fault" in request.fixturenames and request.getfixturevalue("fault") in ABOUT_PDF
    return new_client(scheme="bearer", pdf_source="onec" if about_pdf else "portal")


def ask(client: OneCClient, whom: Counterparty, seconds: float = 10) -> Answer:
    """Return what is good enough to be issued, as issuing judges it."""
    said = client.act(whom.guid, OCTOBER, deadline=Deadline(seconds))
    if why := find_mismatch(said.act.counterparty, name=whom.name, inn=whom.inn):
        raise errors.InvalidAnswer("wrong_counterparty", why)
    if said.act.imbalances:
        raise errors.Unbalanced
    return said


def test_every_fault_has_its_row() -> None:
    of_lists = {fault.name for fault in wrong_lists.FAULTS}
    assert READ.keys() | READ_BELOW | REFUSED.keys() | of_lists == FAULTS.keys()
    assert not READ.keys() & REFUSED.keys()


@pytest.mark.parametrize("fault", READ)
def test_what_real_services_do_is_understood_to_the_kopeck(
    client: OneCClient, onec: OneCSandbox, romashka: Counterparty, fault: str
) -> None:
    right = ask(client, romashka).act
    onec.set_fault("*", fault, VALUES.get(fault))
    said = client.act(romashka.guid, OCTOBER, deadline=Deadline(10))
    assert fault in {name for call in onec.calls for name in call.faults}
    assert said.act == READ[fault](right)
    assert said.act.imbalances == ()
    assert (said.pdf or b"").startswith(b"%PDF-" if fault == "crlf_base64" else b"")


@pytest.mark.parametrize("fault", REFUSED)
def test_what_cannot_be_trusted_is_refused_with_the_right_error(
    client: OneCClient, onec: OneCSandbox, romashka: Counterparty, fault: str
) -> None:
    onec.set_fault("*", fault, VALUES.get(fault))
    with pytest.raises(PortalError) as refused:
        ask(client, romashka, BUDGET if fault in OF_ONE_TRY else 10)
    assert refused.value.kind == REFUSED[fault]
    assert len(onec.calls) == (3 if refused.value.retryable else 1)
    onec.clear()
    assert ask(client, romashka).act.lines, "the next one is served as ever"


@pytest.mark.parametrize("rows", [10_000, 30_000])
def test_an_act_of_many_rows_is_read_whole(
    client: OneCClient, onec: OneCSandbox, romashka: Counterparty, rows: int
) -> None:
    onec.set_fault("*", "many_rows", rows)
    assert len(ask(client, romashka).act.lines) in {rows - 1, rows}


def test_faults_that_are_understood_are_understood_together(
    client: OneCClient, onec: OneCSandbox, romashka: Counterparty
) -> None:
    right = ask(client, romashka).act
    for fault in ("bom", "text_html", "pretty", "date_utc", "localized_numbers_narrow", "empty_zeros"):
        onec.set_fault("*", fault)
    assert ask(client, romashka).act == right


def test_a_year_of_days_told_in_utc_falls_on_the_right_days(
    client: OneCClient, onec: OneCSandbox, romashka: Counterparty
) -> None:
    year = replace(OCTOBER, start=OCTOBER.end - timedelta(days=364))
    right = client.act(romashka.guid, year, deadline=Deadline(10)).act
    onec.set_fault("*", "date_utc")
    assert client.act(romashka.guid, year, deadline=Deadline(10)).act == right
