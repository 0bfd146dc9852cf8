"""What every answer carries, and what is logged of a refusal."""

import logging

import pytest
from django.db import OperationalError

from accounts.models import User
from reconciliation.models import IssuedAct
from reconciliation.monitoring.logs import MaskingFormatter
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


URLENCODED = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    "kind",
    [
        f"{URLENCODED}; charset=nonsense", f"{URLENCODED}; charset=windows-1251",
        "multipart/form-data; boundary=x; charset=nonsense", "multipart/form-data", "application/json",
        "text/plain", "",
    ],
)  # fmt: skip
@pytest.mark.parametrize("address", ["/acts/", "/accounts/login/", "/i18n/setlang/"])
def test_a_post_that_is_no_readable_form_is_refused_on_a_page_of_the_portal(
    owner: User, visit: Visit, address: str, kind: str
) -> None:
    browser = visit() if "login" in address else visit(owner)
    answer = browser.generic("POST", address, b"period=last_month", content_type=kind)
    assert answer.status_code == 400
    assert b"portal.css" in answer.content
    assert answer["Content-Security-Policy"]
    assert not IssuedAct.objects.exists()


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [(OperationalError("gone"), 503, "не отвечает"), (ZeroDivisionError("x"), 500, "на нашей стороне")],
)
def test_a_lost_database_is_told_from_a_fault_of_the_portal(
    owner: User, visit: Visit, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, said: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("reconciliation.acts.views.show_page", fail)
    browser = visit(owner)
    browser.raise_request_exception = False
    answer = browser.get("/acts/")
    assert answer.status_code == status
    assert said in answer.content.decode()
    assert answer.has_header("Retry-After") == (status == 503)
