"""What every answer carries, and what is logged of a refusal."""

import logging

import pytest

from accounts.models import User
from reconciliation.logs import MaskingFormatter
from tests.cast import Visit

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("address", "status"), [("/admin/", 403), ("/acts/nothing/", 404), ("/nowhere", 404)]
)
def test_a_refusal_is_one_line_that_bears_the_reference(
    owner: User, visit: Visit, caplog: pytest.LogCaptureFixture, address: str, status: int
) -> None:
    caplog.handler.setFormatter(MaskingFormatter("%(request_id)s %(message)s"))
    with caplog.at_level(logging.INFO):
        answer = visit(owner).get(address, follow=True)
    assert answer.status_code == status
    lines = [line for line in caplog.text.splitlines() if line]
    assert len(lines) == 1
    assert lines[0].startswith(answer["X-Request-Id"])


@pytest.mark.parametrize("address", ["/accounts/login/", "/accounts/password/change/", "/admin/", "/acts/"])
def test_personal_pages_are_kept_by_nobody(owner: User, accountant: User, visit: Visit, address: str) -> None:
    for browser in (visit(), visit(owner), visit(accountant)):
        assert "no-store" in browser.get(address)["Cache-Control"]
