"""What every answer carries, and what is logged of a refusal."""

import logging
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test.client import FakePayload

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


@pytest.mark.parametrize("address", ["/accounts/login/", "/acts/", "/admin/", "/i18n/setlang/", "/nowhere"])
@pytest.mark.parametrize("kind", [URLENCODED, "multipart/form-data; boundary=x", "application/json"])
def test_what_is_too_long_is_not_read(owner: User, visit: Visit, address: str, kind: str) -> None:
    browser = visit(owner)
    body = FakePayload(b"x")
    sent: Any = {"CONTENT_LENGTH": "300000000", "wsgi.input": body}
    answer = browser.generic("POST", address, b"", content_type=kind, **sent)
    assert answer.status_code == (404 if address == "/nowhere" else 413)
    assert body.read() == b"x"  # nobody has
    if address != "/nowhere":
        assert "512 КБ" in answer.content.decode()


def test_a_file_may_be_longer_where_files_are_brought(accountant: User, visit: Visit) -> None:
    browser, address = visit(accountant), "/admin/accounts/counterparty/file/"
    for megabytes, status in ((10, 302), (20.5, 422), (22, 413)):
        file = SimpleUploadedFile("a.csv", b"x" * int(megabytes * 1024 * 1024))
        assert browser.post(address, {"table": file}).status_code == status


def test_what_no_page_needs_of_a_browser_is_not_permitted(visit: Visit) -> None:
    policy = visit().get("/accounts/login/")["Permissions-Policy"]
    assert "camera=()" in policy
    assert "publickey-credentials" not in policy  # passkeys are a second factor
