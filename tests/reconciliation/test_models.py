"""What the database itself holds to: exact money, and acts and people that cannot contradict each other."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Sum
from hypothesis import given
from hypothesis import strategies as st

from accounts.fields import MoneyField
from accounts.models import Counterparty, Membership, User
from reconciliation.models import ActFile, ActSequence, Discrepancy, IssuedAct

pytestmark = pytest.mark.django_db
ZERO = Decimal("0.00")
LARGEST = Decimal("92233720368547758.07")
"""The most hundredths that eight bytes hold."""
NewAct = Callable[..., IssuedAct]


@pytest.fixture
def new_act(company: Counterparty) -> NewAct:
    """Return what writes an act of no rows straight into the database, any field at will."""
    numbers = iter(range(1, 100))

    def create(**fields: Any) -> IssuedAct:
        number = next(numbers)
        given = {
            "organization": "7701234567",
            "year": 2024,
            "sequence": number,
            "counterparty": company,
            "date_from": date(2024, number, 1),
            "date_to": date(2024, number, 28),
            "currency": "RUB",
            "opening": ZERO,
            "debit": ZERO,
            "credit": ZERO,
            "closing": ZERO,
            "rows": 0,
            "snapshot": "{}",
            "sha256": "0" * 64,
            "answered_at": datetime(2024, 3, 31, tzinfo=UTC),
        }
        return IssuedAct.objects.create(**given | fields)

    return create


@given(st.decimals(-LARGEST, LARGEST, places=2))
def test_no_amount_changes_on_its_way_to_the_database_and_back(amount: Decimal) -> None:
    field = MoneyField()
    assert field.from_db_value(field.get_prep_value(amount)) == amount


def test_the_database_adds_ten_and_twenty_kopecks_to_thirty(new_act: NewAct) -> None:
    for amount in ("0.10", "0.20"):
        new_act(opening=Decimal(amount), closing=Decimal(amount))
    total = IssuedAct.objects.aggregate(total=Sum("closing"))["total"]
    assert total == Decimal("0.30")


def test_a_third_decimal_is_refused_and_never_rounded(new_act: NewAct) -> None:
    with pytest.raises(ValueError, match="two decimals"):
        new_act(opening=Decimal("0.005"), closing=Decimal("0.005"))


def test_an_amount_in_a_form_is_a_decimal_with_a_sentence_for_everything_else() -> None:
    field = MoneyField("amount")
    assert field.clean("12.50", None) == Decimal("12.50")
    assert isinstance(field.formfield(), models.DecimalField().formfield().__class__)
    with pytest.raises(ValidationError):
        field.clean("twelve", None)


def refused(create: Callable[[], Any]) -> bool:
    try:
        with transaction.atomic():
            create()
    except IntegrityError:
        return True
    return False


def test_an_act_that_does_not_balance_cannot_be_kept(new_act: NewAct) -> None:
    assert refused(lambda: new_act(closing=Decimal("0.01")))


def test_a_period_cannot_end_before_it_begins(new_act: NewAct) -> None:
    assert refused(lambda: new_act(date_from=date(2024, 4, 1), date_to=date(2024, 3, 31)))
    assert not refused(lambda: new_act(date_from=date(2024, 4, 1), date_to=date(2024, 4, 1)))


def test_no_number_is_given_twice_in_a_year_of_an_organization(new_act: NewAct) -> None:
    new_act(sequence=50)
    assert refused(lambda: new_act(sequence=50))
    assert not refused(lambda: new_act(sequence=50, year=2025))
    assert not refused(lambda: new_act(sequence=50, organization="7702000000"))


def test_a_period_has_one_act_in_force(new_act: NewAct) -> None:
    march = {"date_from": date(2024, 3, 1), "date_to": date(2024, 3, 31)}
    first = new_act(**march)
    assert refused(lambda: new_act(**march))
    IssuedAct.objects.filter(pk=first.pk).update(is_current=False)
    assert not refused(lambda: new_act(**march, replaces=first))


def test_an_act_is_replaced_by_one_act_only(new_act: NewAct) -> None:
    first = new_act(is_current=False)
    new_act(replaces=first)
    assert refused(lambda: new_act(replaces=first))


def test_an_act_has_one_file_a_format(new_act: NewAct) -> None:
    act = new_act()
    entry = {"act": act, "file": "a.pdf", "size": 1, "sha256": "0" * 64}
    ActFile.objects.create(**entry, format="pdf")
    assert refused(lambda: ActFile.objects.create(**entry, format="pdf"))
    assert not refused(lambda: ActFile.objects.create(**entry, format="csv"))


def test_a_counterparty_with_acts_cannot_be_deleted(new_act: NewAct, company: Counterparty) -> None:
    new_act()
    with pytest.raises(models.ProtectedError):
        company.delete()


def test_an_act_outlives_the_login_that_asked_for_it(new_act: NewAct, owner: User) -> None:
    act = new_act(requested_by=owner, requested_by_name=str(owner))
    owner.delete()
    act.refresh_from_db()
    assert (act.requested_by, act.requested_by_name) == (None, "Ольга Хозяйкина")


def test_public_ids_are_random_and_say_nothing_of_the_number(new_act: NewAct) -> None:
    ids = {new_act().public_id for _ in range(5)}
    assert len(ids) == 5
    assert all(len(public_id) == 22 for public_id in ids)


def test_a_year_of_an_organization_has_one_sequence() -> None:
    ActSequence.objects.create(organization="7701234567", year=2024)
    assert refused(lambda: ActSequence.objects.create(organization="7701234567", year=2024))


def test_a_period_has_one_open_discrepancy(company: Counterparty) -> None:
    amounts = dict.fromkeys(("opening", "debit", "credit", "closing", "difference"), ZERO)
    entry = {
        "counterparty": company,
        "date_from": date(2024, 3, 1),
        "date_to": date(2024, 3, 31),
        "last_seen_at": datetime(2024, 4, 1, tzinfo=UTC),
        **amounts,
    }
    Discrepancy.objects.create(**entry)
    assert refused(lambda: Discrepancy.objects.create(**entry))
    Discrepancy.objects.update(resolved_at=datetime(2024, 4, 2, tzinfo=UTC))
    assert not refused(lambda: Discrepancy.objects.create(**entry))


def test_two_logins_cannot_differ_in_case_only(owner: User) -> None:
    assert refused(lambda: User.objects.bulk_create([User(email="OWNER@example.com")]))


def test_a_person_acts_for_a_counterparty_once(owner: User, company: Counterparty) -> None:
    assert refused(lambda: Membership.objects.create(user=owner, counterparty=company))
