"""A request that was given up issues nothing; one whose act was issued already says which."""

import pytest

from accounts.models import Counterparty, User
from jobs.deadline import Deadline
from reconciliation import connections
from reconciliation.acts import cancelling
from reconciliation.acts.issuing import Issuance, issue
from reconciliation.errors import RequestCancelled
from reconciliation.models import ActRequest, ActSequence, IssuedAct
from sandbox.onec import OneCSandbox
from tests.cast import SPRING, Visit, at_once

KEY = "0123456789abcdef"
MARCH = {"period": "custom", "date_from": "2024-03-01", "date_to": "2024-03-31", "request_key": KEY}


def ask(company: Counterparty, user: User, key: str = KEY) -> Issuance:
    client = connections.onec()
    return issue(company, SPRING, requested_by=user, client=client, deadline=Deadline(10), request_key=key)


@pytest.mark.django_db
def test_a_cancelled_request_issues_nothing_and_uses_no_number(company: Counterparty, owner: User) -> None:
    assert cancelling.cancel(user=owner, key=KEY) is None
    with pytest.raises(RequestCancelled):
        ask(company, owner)
    assert not IssuedAct.objects.exists()
    assert not ActSequence.objects.exists()
    assert ask(company, owner, "another press").act.number == "000001"


@pytest.mark.django_db
def test_an_act_that_was_issued_before_is_named(company: Counterparty, owner: User, visit: Visit) -> None:
    browser = visit(owner, "en")
    there = browser.post("/acts/", MARCH)["Location"]
    said = browser.post("/acts/cancel", {"request_key": KEY}).content.decode()
    assert "Too late to cancel" in said
    assert f'href="{there}"' in said


@pytest.mark.django_db
def test_nobody_cancels_another_person_s_request(
    company: Counterparty, owner: User, colleague: User, visit: Visit
) -> None:
    said = visit(colleague, "en").post("/acts/cancel", {"request_key": KEY}).content.decode()
    assert "No act was issued" in said
    assert not ask(company, owner).existed
    assert visit(owner).post("/acts/cancel").status_code == 400


@pytest.mark.usefixtures("many_connections")
def test_cancelled_and_issued_at_one_moment_is_either_or(
    company: Counterparty, owner: User, books: OneCSandbox
) -> None:
    for number in range(5):
        key = f"press {number}"
        books.change(company.onec_guid, "1.00", on=SPRING.start)

        def act(turn: int, key: str = key) -> IssuedAct | None:
            if turn:
                return cancelling.cancel(user=owner, key=key)
            try:
                return ask(company, owner, key).act
            except RequestCancelled:
                return None

        issued, told = at_once(2, act)
        ended = ActRequest.objects.get(key=key)
        assert ended.act == issued
        assert told == issued
