"""At most two acts at once for a login and a counterparty; nobody else notices."""

from contextlib import ExitStack

import pytest

from accounts.models import Counterparty, User
from reconciliation.acts.request_slots import request_slot
from reconciliation.errors import TooManyAtOnce
from reconciliation.models import IssuedAct
from tests.cast import Visit

pytestmark = pytest.mark.django_db
MARCH = {"period": "custom", "date_from": "2024-03-01", "date_to": "2024-03-31"}


@pytest.fixture
def two_running(owner: User, company: Counterparty) -> ExitStack:
    """Two acts of the owner's are being made."""
    running = ExitStack()
    for _ in range(2):
        running.enter_context(request_slot(owner, company))
    return running


def test_the_third_is_told_so_at_once_and_uses_no_number(
    two_running: ExitStack, owner: User, visit: Visit
) -> None:
    answer = visit(owner, language="en").post("/acts/", MARCH)
    assert answer.status_code == 429
    assert "Two acts are being made for you already" in answer.content.decode()
    assert not IssuedAct.objects.exists()
    two_running.close()
    assert visit(owner).post("/acts/", MARCH).status_code == 302


def test_another_person_and_another_company_have_slots_of_their_own(
    two_running: ExitStack, colleague: User, owner: User, foreign_company: Counterparty, visit: Visit
) -> None:
    assert visit(colleague).post("/acts/", MARCH).status_code == 302
    with request_slot(owner, foreign_company):
        pass


def test_a_slot_is_free_again_after_a_failure(owner: User, company: Counterparty) -> None:
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), request_slot(owner, company):
            raise ZeroDivisionError
    with (
        request_slot(owner, company),
        request_slot(owner, company),
        pytest.raises(TooManyAtOnce),
        request_slot(owner, company),
    ):
        pass
