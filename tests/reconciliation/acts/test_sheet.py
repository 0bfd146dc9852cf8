"""What a page shows of an act: who owes whom, and what changed."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from accounts.models import Counterparty
from reconciliation.acts.sheet import changes_of, sentence_of
from reconciliation.ledger.act import ZERO
from sandbox.onec import OneCSandbox
from tests.cast import Issue
from tests.reconciliation.sample_acts import act_of

SENTENCES = {
    ("1234.50", "en"): "As of 31 March 2024 you owe ООО «Поставщик» 1,234.50 ₽.",
    ("-1234.50", "en"): "As of 31 March 2024 ООО «Поставщик» owes you 1,234.50 ₽.",
    ("0.00", "en"): "As of 31 March 2024 nobody owes anything: the balance with ООО «Поставщик» is zero.",
    ("1234.50", "ru"): "На 31.03.2024 ваш долг перед ООО «Поставщик» — 1 234,50 ₽.",
    ("-1234.50", "ru"): "вам",
    ("0.00", "ru"): "задолженность отсутствует",
}


@pytest.mark.parametrize(("balance", "language"), SENTENCES)
def test_one_sentence_says_who_owes_whom(balance: str, language: str) -> None:
    with translation.override(language):
        said = sentence_of(act_of(opening=Decimal(balance))).replace("\u00a0", " ")
    assert SENTENCES[balance, language] in said
    assert ("1 234,50" in said or "1,234.50" in said) == bool(Decimal(balance))
    assert "-" not in said.partition("ООО")[2]


@pytest.mark.django_db
def test_changes_are_the_rows_that_differ_from_the_act_before(
    issued: Issue, company: Counterparty, books: OneCSandbox
) -> None:
    first = issued(company).act
    assert changes_of(first) == []
    books.change(company.onec_guid, "-5.00", date(2024, 3, 15))
    second = issued(company).act
    [change] = changes_of(second)
    assert (change.kind, change.line.debit, change.line.credit) in {
        ("added", Decimal("-5.00"), ZERO),
        ("added", ZERO, Decimal("5.00")),
    }
