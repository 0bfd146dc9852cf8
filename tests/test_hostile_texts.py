"""Whoever may put a text into the portal puts no script into anybody's page or letter by it.

1C, Bitrix24, a file, a mail and a person can each supply any of these texts.
"""

import hashlib
import json
from html.parser import HTMLParser
from typing import Any

import pytest
from django.apps import apps
from django.conf import LazySettings
from django.db import models

from accounts.invitations import invitation_letters
from accounts.models import Counterparty, User
from accounts.people import security
from letters.models import Letter
from reconciliation.models import DeliveryStep, IssuedAct
from tests.addresses import EVERY, filled
from tests.cast import Visit

pytestmark = pytest.mark.django_db

HOSTILE = """<script>x7q()</script>"onx7q="1'onx7q='1{{1234567*8}}{% now %}<img src=x onx7q=1>"""
CALCULATED = "9876536"
LINK = "javascript:x7q()"
KEPT = {
    "organization", "public_id", "language", "time_zone", "currency", "reference", "mark", "kind", "month",
    "sha256", "way", "step", "password", "worker", "key", "fate", "job", "search", "paused_why", "excluded",
    "odd",
}  # fmt: skip
"""Columns that the portal fills by itself, from what it knows."""
CHECKED = {"lettertemplate.subject", "lettertemplate.text"}
"""Refused where they are typed unless each curly bracket is a placeholder's."""
APPS = ("accounts", "letters", "reconciliation", "auditlog")


class Finder(HTMLParser):
    """Finds what a browser would run though it stands in no template."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name.endswith("onx7q"):
                self.found.append(f"<{tag}> has a handler")
            if name in ("href", "src", "action") and (value or "").strip().startswith("javascript:"):
                self.found.append(f"<{tag}> leads to a script")
            if name == "srcdoc":
                self.found += found_in(value or "")

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "script" and data.lstrip().startswith("x7q"):
            self.found.append("a script")


def found_in(html: str) -> list[str]:
    finder = Finder()
    finder.feed(html)
    finder.close()
    return finder.found + ["a calculated text"] * (CALCULATED in html)


def hostile(value: Any) -> Any:
    """Return JSON with each text in it made hostile; what has no blank may be a key, a date or an amount."""
    if isinstance(value, dict):
        return {key: hostile(each) for key, each in value.items()}
    if isinstance(value, list):
        return [hostile(each) for each in value]
    return f"1C: {HOSTILE}" if isinstance(value, str) and " " in value else value


def spoiled(row: Any, field: Any) -> dict[str, Any]:
    """Return the new value of a column, if it holds a text from outside."""
    name = f"{row._meta.model_name}.{field.name}"
    if name in CHECKED or field.name in KEPT or field.choices or field.unique or field.is_relation:
        return {}
    if isinstance(field, models.JSONField):
        return {field.attname: hostile(getattr(row, field.attname))}
    if field.name == "snapshot":
        text = json.dumps(hostile(json.loads(row.snapshot)), ensure_ascii=False)
        mark = {"sha256": hashlib.sha256(text.encode()).hexdigest()} if isinstance(row, IssuedAct) else {}
        return {"snapshot": text, **mark}
    if type(field) in (models.CharField, models.TextField, models.EmailField):
        return {field.attname: HOSTILE[: field.max_length or None]}
    return {}


def spoil() -> int:
    """Make every text in the database hostile; return how many columns were written."""
    written = 0
    for model in (model for app in APPS for model in apps.get_app_config(app).get_models()):
        for row in model._base_manager.all():
            values: dict[str, Any] = {}
            for field in row._meta.concrete_fields:
                values |= spoiled(row, field)
            if values:
                model._base_manager.filter(pk=row.pk).update(**values)
                written += len(values)
    return written


def test_the_test_finds_each_kind() -> None:
    assert found_in(HOSTILE) == ["a script", "<img> has a handler"]
    assert found_in(f'<a title="{HOSTILE}">') != []
    assert found_in("<a title='" + HOSTILE.replace("'", "&#39;") + "'>") == []
    assert found_in('<a href="javascript:x7q()">') == ["<a> leads to a script"]
    assert found_in(CALCULATED) == ["a calculated text"]


@pytest.mark.parametrize("language", ["ru", "en"])
def test_no_page_runs_what_somebody_called_himself(
    entries: dict[str, Any],
    owner: User,
    admin_user: User,
    visit: Visit,
    settings: LazySettings,
    language: str,
) -> None:
    settings.ORGANIZATION_NAME = HOSTILE
    differs = {"name": "another name", "inn": "another number", "email": "another address"}
    Counterparty.objects.update(onec=differs, in_conflict=True)
    DeliveryStep.objects.create(delivery=entries["delivery"], run=entries["distributionrun"], way="drive")
    assert spoil() > 80
    DeliveryStep.objects.update(url=LINK, state="done")
    seen = 0
    for user in (admin_user, owner):
        browser = visit(user)
        for route in EVERY:
            address = filled(route, entries)
            answer = browser.get(address, headers={"Accept-Language": language})
            body = b"".join(answer) if answer.streaming else answer.content
            if not answer.get("Content-Type", "").startswith("text/html"):
                continue
            html = body.decode()
            assert found_in(html) == [], address
            seen += "x7q" in html
    assert seen > 30, "so many pages show something of it"


def test_no_letter_runs_what_somebody_called_himself(
    entries: dict[str, Any], owner: User, admin_user: User, visit: Visit, settings: LazySettings
) -> None:
    settings.ORGANIZATION_NAME = HOSTILE
    spoil()
    words = {"subject": "{name}", "text": "{sentence} {organization} {name}"}
    tried = visit(admin_user).post("/admin/reconciliation/lettertemplate/add/", words)
    assert "srcdoc" in tried.content.decode()
    assert found_in(tried.content.decode()) == []
    invitation = Letter.objects.get(pk=entries["invitation"].letters.get().letter_id)
    security.tell(security.Kind.LOGIN_MADE, owner, by=owner)
    for said in (invitation_letters.words(invitation), Letter.objects.get(kind=security.LETTER)):
        assert said
        assert "x7q" in said.html
        assert found_in(said.html) == []
