"""Invitations in the admin: made for a counterparty, sent again, revoked; everybody at once."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.invitations import inviting, rounds
from accounts.models import Counterparty, Invitation, InvitationRound, User
from letters.models import Letter
from tests.cast import Visit

pytestmark = pytest.mark.django_db
LIST = "/admin/accounts/invitation/"
EVERYBODY = "/admin/accounts/invitationround/everybody/"


@pytest.fixture
def browser(accountant: User, visit: Visit) -> Client:
    return visit(accountant, "en")


@pytest.fixture
def invitation(company: Counterparty, accountant: User) -> Invitation:
    return inviting.invite(company, "new@example.com", role="owner", by=accountant)


def said(browser: Client, address: str, sent: dict[str, object] | None = None) -> str:
    answer = browser.get(address) if sent is None else browser.post(address, sent, follow=True)
    return str(answer.content.decode())


def test_an_accountant_invites_a_person_for_a_counterparty(browser: Client, company: Counterparty) -> None:
    page = said(browser, f"/admin/accounts/counterparty/{company.pk}/change/")
    assert f"{LIST}add/?counterparty={company.pk}" in page
    assert 'name="email"' in said(browser, f"{LIST}add/?counterparty=spoilt")
    sent = {"counterparty": company.pk, "email": "New@Example.com", "role": "viewer"}
    page = said(browser, f"{LIST}add/", sent)
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.role, invitation.letters.count()) == ("new@example.com", "viewer", 1)
    assert "new@example.com" in page
    assert "is invited already" in said(browser, f"{LIST}add/", sent)
    assert "new@example.com" in said(browser, f"/admin/accounts/counterparty/{company.pk}/change/")
    assert said(browser, f"{LIST}?q=new%40ex").count("new@example.com") > 0


@pytest.mark.parametrize(("state", "action", "then"), [
    ("sent", "again", ["waiting", "sent"]), ("failed", "again", ["waiting", "failed"]),
    ("uncertain", "arrived", ["sent"]), ("uncertain", "lost", ["waiting"]), ("sent", "revoke", ["sent"]),
])  # fmt: skip
def test_what_can_be_done_stands_on_the_page(
    browser: Client, invitation: Invitation, state: str, action: str, then: list[str]
) -> None:
    long_ago = timezone.now() - timedelta(hours=1)
    Letter.objects.update(state=state, made_at=long_ago, ended_at=long_ago)
    there = f"{LIST}{invitation.pk}/do/{action}/"
    assert there in said(browser, f"{LIST}{invitation.pk}/change/")
    said(browser, there, {})
    assert [one.letter.state for one in invitation.letters.all()] == then
    invitation.refresh_from_db()
    assert invitation.is_open == (action != "revoke")


def test_everybody_is_seen_before_anything_goes_out(
    browser: Client, company: Counterparty, foreign_company: Counterparty, owner: User
) -> None:
    page = said(browser, EVERYBODY)
    assert foreign_company.email in page
    assert "Somebody has access already: 1" in page
    assert "Send 1 letter" in page
    assert not Invitation.objects.exists()
    nobody = said(browser, EVERYBODY, {"role": "owner", "only_nonzero": "on"})
    assert "Nobody would get a letter" in nobody
    page = said(browser, EVERYBODY, {"role": "owner", "send": "1"})
    assert "Letters are being sent." in page
    assert Invitation.objects.get().counterparty == foreign_company


def test_those_chosen_in_the_list_are_invited(
    browser: Client, foreign_company: Counterparty, english_company: Counterparty
) -> None:
    chosen: dict[str, object] = {"action": "invite", "_selected_action": [foreign_company.pk]}
    there = "/admin/accounts/counterparty/"
    assert "Send 1 letter" in said(browser, there, chosen)
    said(browser, there, chosen | {"role": "viewer", "send": "1"})
    assert [str(each.counterparty) for each in Invitation.objects.all()] == [str(foreign_company)]
    assert InvitationRound.objects.get().made_by_name


def test_a_round_is_stopped_from_its_page(browser: Client, company: Counterparty) -> None:
    said(browser, EVERYBODY, {"role": "owner", "send": "1"})
    begun = InvitationRound.objects.get()
    there = f"/admin/accounts/invitationround/{begun.pk}/do/stop/"
    assert there in said(browser, f"/admin/accounts/invitationround/{begun.pk}/progress/")
    assert "1 letter was stopped" in said(browser, there, {})


def test_the_first_page_says_which_did_not_arrive(browser: Client, invitation: Invitation) -> None:
    assert "did not arrive" not in said(browser, "/admin/")
    Letter.objects.update(state="failed", problem="MailRefused")
    assert "invitations that did not arrive" in said(browser, "/admin/")
    assert invitation.email in said(browser, f"{LIST}?state=trouble")
    Letter.objects.update(made_at=timezone.now() - timedelta(hours=1))
    said(browser, f"{LIST}{invitation.pk}/do/again/", {})
    assert "did not arrive" not in said(browser, "/admin/")


def test_the_list_of_rounds_asks_the_same_however_many_there_are(
    browser: Client, company: Counterparty, accountant: User
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            assert browser.get("/admin/accounts/invitationround/").status_code == 200
        return len(found)

    rounds.start(Counterparty.objects.all(), role="owner", by=accountant)
    asked()
    before = asked()
    for _ in range(5):
        rounds.start(Counterparty.objects.none(), role="owner", by=accountant)
    assert asked() == before
    assert "waiting: 1" in said(browser, "/admin/accounts/invitationround/")
