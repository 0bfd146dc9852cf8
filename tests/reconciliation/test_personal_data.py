"""A person's data: all of it as a file, and erased without breaking the acts' history."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from auditlog.models import LogEntry
from django.core import serializers
from django.db.models import Model

from accounts.invitations import inviting
from accounts.models import Counterparty, Invitation, InvitationLetter, JournalEntry, User
from accounts.people import act_letters
from letters import outbox
from letters.models import Bounce, Letter, Recipient
from letters.outbox import Draft
from reconciliation import models as kept
from reconciliation.models import ActDownload, Delivery, DeliveryLetter, DeliveryStep, DistributionRun
from reconciliation.personal_data.erasing import erase
from tests.accounts.passwords import LOGIN, PASSWORD, with_password
from tests.cast import Issue, Visit

pytestmark = pytest.mark.django_db
EVERY_TABLE: tuple[type[Model], ...] = (
    User, Counterparty, Invitation, InvitationLetter, JournalEntry, LogEntry, Authenticator,
    kept.IssuedAct, kept.ActDownload, kept.ErrorReport, Bounce, Letter, Recipient,
)  # fmt: skip


@pytest.fixture
def act(
    owner: User, company: Counterparty, issued: Issue, visit: Visit, accountant: User, fast_passwords: None
) -> kept.IssuedAct:
    """An act that the owner asked for and took, amid traces of all kinds."""
    with_password(owner)
    browser = visit()
    browser.post(LOGIN, {"login": owner.email, "password": PASSWORD})
    act = issued(company, user=owner).act
    b"".join(browser.get(f"/acts/{act.public_id}/pdf"))
    act_letters.set_for(company, owner, wanted=True)
    inviting.invite(company, "colleague@example.com", role="viewer", by=owner)
    other = Counterparty.objects.create(onec_guid="other", name="ООО «Другая»")
    inviting.invite(other, owner.email, role="viewer", by=accountant)
    Authenticator.objects.create(user=owner, type="totp", data={"secret": "x"})
    run = DistributionRun.objects.create(organization="7701234567", month=date(2026, 3, 1))
    delivery = Delivery.objects.create(run=run, counterparty=company, balance=Decimal(1), currency="RUB")
    step = DeliveryStep.objects.create(run=run, delivery=delivery, way="email", state="done")
    [letter] = outbox.queue([Draft("month", "en", ["a@one.example", owner.email], "Act", "")])
    DeliveryLetter.objects.create(letter=letter, step=step)
    Bounce.objects.create(letter=letter, address=owner.email, kind="full")
    return act


def all_rows() -> str:
    return "".join(serializers.serialize("json", model._default_manager.all()) for model in EVERY_TABLE)


def test_a_person_takes_all_data_along(act: kept.IssuedAct, owner: User, visit: Visit) -> None:
    answer = visit(owner).get("/accounts/data/")
    assert "attachment" in answer["Content-Disposition"]
    data: dict[str, Any] = json.loads(answer.content)
    assert data["person"]["email"] == owner.email
    assert [each["role"] for each in data["companies"]] == ["owner"]
    assert {each["company"] for each in data["invitations"]} == {"ООО «Другая»"}
    assert [each["number"] for each in data["acts_asked_for"]] == [act.sequence]
    assert data["downloads"][0]["address"] == "127.0.0.1"
    assert {"logged_in", "letters_on", "invited"} <= {each["kind"] for each in data["journal"]}
    assert "secret" not in answer.content.decode()
    assert "pbkdf2" not in answer.content.decode()


def test_nothing_names_an_erased_person_and_the_act_is_whole(
    act: kept.IssuedAct, owner: User, company: Counterparty, administrator: User, visit: Visit
) -> None:
    before = act.sha256
    assert owner.email in all_rows()
    there = f"/admin/accounts/journalentry/person/{owner.pk}/erase/"
    browser = visit(administrator, "en")
    wrong = browser.post(there, {"email": "somebody@else.example"})
    assert wrong.status_code == 422
    assert "Nothing was erased." in wrong.content.decode()
    browser.post(there, {"email": owner.email.upper()})
    rows = all_rows()
    assert owner.email not in rows
    assert "Хозяйкина" not in rows
    act.refresh_from_db()
    assert (act.sha256, act.requested_by_id) == (before, owner.pk)
    assert act.requested_by_name == f"удалённый пользователь № {owner.pk}"
    assert ActDownload.objects.get().address is None
    company.refresh_from_db()
    assert owner.email not in company.addresses
    first, second = Recipient.objects.filter(letter__kind="month")
    assert first.address == "a@one.example"
    assert second.address.startswith("erased-")
    assert not Invitation.objects.filter(counterparty__onec_guid="other", revoked_at=None).exists()
    assert visit(owner).get("/acts/").status_code == 302
    page = browser.get(f"/admin/reconciliation/issuedact/{act.pk}/change/").content.decode()
    assert f"удалённый пользователь № {owner.pk}" in page


def test_nobody_erases_oneself_or_a_superuser(
    administrator: User, accountant: User, owner: User, visit: Visit
):
    root = User.objects.create_superuser("root@example.com")
    for by, person in ((administrator, administrator), (administrator, root), (accountant, owner)):
        there = f"/admin/accounts/journalentry/person/{person.pk}/erase/"
        assert visit(by).post(there, {"email": person.email}).status_code == 403


def test_a_name_that_others_bear_too_stays_theirs(owner: User, colleague: User, administrator: User) -> None:
    colleague.first_name, colleague.last_name = owner.first_name, owner.last_name
    colleague.save()
    erase(owner, by=administrator)
    colleague.refresh_from_db()
    assert str(colleague) == "Ольга Хозяйкина"
