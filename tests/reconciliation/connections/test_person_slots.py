"""A login has 1C do two things at once at most, whichever page it is; nobody else notices."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from accounts.models import Counterparty, User
from reconciliation.connections import person_slots
from reconciliation.connections.person_slots import slot
from reconciliation.errors import TooManyAtOnce
from reconciliation.models import IssuedAct
from reconciliation.onec.client import OneCClient
from sandbox.onec import OneCSandbox
from tests.addresses import EVERY, filled
from tests.cast import SPRING, Issue, Visit

pytestmark = pytest.mark.django_db
MARCH = {"period": "custom", "date_from": "2024-03-01", "date_to": "2024-03-31"}


@pytest.fixture
def two_running(owner: User, company: Counterparty) -> ExitStack:
    """1C works on two requests of the owner's."""
    running = ExitStack()
    for _ in range(2):
        running.enter_context(slot(owner))
    return running


def test_the_third_is_told_so_at_once_and_uses_no_number(
    two_running: ExitStack, owner: User, visit: Visit
) -> None:
    answer = visit(owner, language="en").post("/acts/", MARCH)
    assert answer.status_code == 429
    assert "1C is working on two requests of yours already" in answer.content.decode()
    assert not IssuedAct.objects.exists()
    two_running.close()
    assert visit(owner).post("/acts/", MARCH).status_code == 302


@pytest.mark.parametrize("how", [{}, {"headers": {"HX-Request": "true"}}], ids=["page", "fragment"])
def test_looking_for_the_last_period_counts_too(
    two_running: ExitStack, owner: User, colleague: User, issued: Issue, company: Counterparty,
    books: OneCSandbox, visit: Visit, how: dict[str, Any],
) -> None:  # fmt: skip
    act, asked = issued(company, SPRING, colleague).act, len(books.calls)
    answer = visit(owner, language="en").get(f"/acts/{act.public_id}/last-period", **how)
    assert answer.status_code == 429
    assert "1C is working on two requests of yours already" in answer.content.decode()
    assert len(books.calls) == asked


def test_another_person_has_slots_of_their_own(two_running: ExitStack, colleague: User, visit: Visit) -> None:
    assert visit(colleague).post("/acts/", MARCH).status_code == 302


def test_a_slot_is_free_again_after_a_failure(owner: User) -> None:
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), slot(owner):
            raise ZeroDivisionError
    with slot(owner), slot(owner), pytest.raises(TooManyAtOnce), slot(owner):
        pass


REACH_1C = {
    "GET /acts/<slug:public_id>/last-period", "GET /admin/accounts/counterparty/add/", "POST /acts/",
    "POST /admin/accounts/counterparty/", "POST /admin/accounts/counterparty/<path:object_id>/change/",
    "POST /admin/accounts/counterparty/<int:pk>/this-month/",
    "POST /admin/reconciliation/discrepancy/<int:pk>/again/",
}  # fmt: skip
"""Every request of a page that 1C has to answer."""
SENT = {
    "acts/": MARCH,
    "admin/accounts/counterparty/": {
        "action": "issue_acts", "date_from": "2024-03-01", "date_to": "2024-03-31", "select_across": "0",
    },
    "admin/accounts/counterparty/<path:object_id>/change/": {"name": "Someone", "language": "ru"},
}  # fmt: skip
"""What a form of these addresses sends; the others' buttons send nothing."""


def test_no_page_has_1c_do_anything_but_for_a_login_with_a_slot(
    entries: dict[str, Any], owner: User, admin_user: User, company: Counterparty, books: OneCSandbox,
    visit: Visit, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Visit every address, press every button: whatever reaches 1C does so while it holds a slot."""
    now, held = "", 0
    reached: dict[str, bool] = {}
    ask = OneCClient._ask

    @contextmanager
    def counted(user: User) -> Iterator[None]:
        nonlocal held
        with slot(user):
            held += 1
            try:
                yield
            finally:
                held -= 1

    def watched(client: OneCClient, *arguments: Any, **options: Any) -> Any:
        reached[now] = reached.get(now, True) and held > 0
        return ask(client, *arguments, **options)

    monkeypatch.setattr(OneCClient, "_ask", watched)
    monkeypatch.setattr(person_slots, "slot", counted)
    known = books.ledger.counterparties
    for person in (owner, admin_user):
        for route in EVERY:
            address = filled(route, entries)
            if "/delete/" in address or "logout" in address:
                continue
            sent = dict(SENT.get(route, {}))
            if route == "admin/accounts/counterparty/":
                sent["_selected_action"] = str(company.pk)
            if route.startswith("admin/accounts/counterparty/<path"):
                sent["onec_guid"] = known[3].guid
            more = {"q": "о"} if route.endswith("counterparty/add/") else {}
            now = f"GET /{route}"
            close(visit(person).get(address, more))
            now = f"POST /{route}"
            close(visit(person).post(address, sent))
    assert {address for address, was_held in reached.items() if not was_held} == set()
    assert set(reached) == REACH_1C


def close(answer: Any) -> None:
    if answer.streaming:
        b"".join(answer)
