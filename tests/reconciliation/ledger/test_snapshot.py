"""What is kept of an act is all of it, and the same act is the same text for ever."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings

from reconciliation.ledger import snapshot
from reconciliation.ledger.act import Act, Contract, Line, Party, Signatory
from reconciliation.ledger.period import Period
from tests.reconciliation.drawn_acts import acts
from tests.reconciliation.sample_acts import act_of, sale


@settings(max_examples=50)
@given(acts())
def test_an_act_comes_back_as_it_was_and_is_the_same_text_again(act: Act) -> None:
    text = snapshot.dump(act)
    again = snapshot.load(text)
    assert again == act
    assert [str(line.debit) for line in again.lines] == [str(line.debit) for line in act.lines]
    assert snapshot.dump(again) == text


def test_any_change_changes_the_digest() -> None:
    act = act_of(sale(1), sale(2))
    changed = [
        replace(act, opening=act.opening + Decimal("0.01")),
        replace(act, currency="USD"),
        replace(act, lines=act.lines[::-1]),
        replace(act, lines=(replace(act.lines[0], document="другой"), act.lines[1])),
        replace(act, counterparty=replace(act.counterparty, kpp="1")),
    ]
    digests = {snapshot.digest(snapshot.dump(each)) for each in [act, *changed]}
    assert len(digests) == 6


def test_the_text_is_plain_json_that_a_person_can_read() -> None:
    line = Line(date(2024, 1, 15), "Реализация №\u00a012", Decimal("45000.00"), Decimal("-0.01"))
    act = replace(act_of(line), counterparty=Party("ТОО «Қазақ Әлем»"))
    text = snapshot.dump(act)
    said = json.loads(text)
    assert "ТОО «Қазақ Әлем»" in text
    assert said["version"] == 1
    assert said["lines"][0]["date"] == "2024-01-15"
    assert (said["lines"][0]["debit"], said["lines"][0]["credit"]) == ("45000.00", "-0.01")
    assert said["lines"][0]["document_date"] is None


def test_the_text_of_today_is_the_text_of_later() -> None:
    """Snapshots are kept for ever: when this fails, a new version has to be told apart from the old one."""
    party = Party("ООО «А»", "1", "2", "3", Signatory("Директор", "Б. В."))
    day = date(2024, 1, 15)
    line = Line(day, "Д № 1", Decimal("1.00"), Decimal("-0.01"), "shipment", "1", day, "g")
    contract = Contract("g", "Договор", Decimal("0.00"), Decimal("1.01"))
    period = Period(day, date(2024, 3, 31))
    act = Act(party, party, period, "RUB", contract.opening, (line,), contract.closing, (contract,))
    kept = "c1b781b246bc05661c4895b40e78e4a11b2cea7d2e8b1c3429bd1c9d9348a384"
    assert snapshot.digest(snapshot.dump(act)) == kept


def test_a_snapshot_of_another_version_is_not_guessed_at() -> None:
    text = snapshot.dump(act_of(sale(1))).replace('"version":1', '"version":2')
    with pytest.raises(ValueError, match="version 2"):
        snapshot.load(text)
