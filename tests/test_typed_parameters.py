"""Whatever is typed into an address or sent with a form of the admin: words, never a fault of the portal."""

import re
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.addresses import EVERY, filled
from tests.cast import Visit

pytestmark = [pytest.mark.django_db, pytest.mark.database, pytest.mark.long]
VALUES = ("\0", "9" * 30, "-1", "abc", "2024-99-99", b"\xff")
FORM = "application/x-www-form-urlencoded"
ALWAYS = (
    "q",
    "o",
    "p",
    "e",
    "all",
    "_to_field",
    "_popup",
    "_changelist_filters",
    "unknown",
    "format",
    "next",
)
POSTED = ("action", "_selected_action", "select_across", "index", "choice", "field", "seen", "until", "token")
LISTS = sorted(f"{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry)


def names_of(model_admin: Any) -> set[str]:
    """Return the parameters that a list knows."""
    found = {f"{field.name}__exact" for field in model_admin.model._meta.fields}
    found |= set(ALWAYS) | {getattr(model_admin, "reached_by", "") or "q"}
    for each in model_admin.list_filter:
        name = each[0] if isinstance(each, tuple) else each
        if isinstance(name, str):
            found |= {
                f"{name}{lookup}" for lookup in ("", "__exact", "__id__exact", "__isnull", "__gte", "_from")
            }
        else:
            found |= {name.parameter_name} if getattr(name, "parameter_name", "") else set()
    return found


@pytest.fixture
def browser(chief: User, visit: Visit) -> Client:
    browser = visit(chief, "en")
    browser.raise_request_exception = False
    return browser


@pytest.mark.parametrize("name", LISTS)
def test_a_list_answers_whatever_is_typed(name: str, browser: Client) -> None:
    model_admin = next(
        each for model, each in admin.site._registry.items()
        if f"{model._meta.app_label}_{model._meta.model_name}" == name
    )  # fmt: skip
    address = reverse(f"admin:{name}_changelist")
    failed = [
        (key, value[:12])
        for key in sorted(names_of(model_admin))
        for value in VALUES
        if browser.get(f"{address}?{quote(key)}={quote(value)}").status_code >= 500
    ]
    assert failed == []


@pytest.mark.parametrize("name", LISTS)
def test_a_list_answers_whatever_is_sent(name: str, browser: Client) -> None:
    address = reverse(f"admin:{name}_changelist")
    failed = [
        (key, value[:12])
        for key in POSTED
        for value in VALUES
        if browser.post(address, f"action=x&{key}={quote(value)}", content_type=FORM).status_code >= 500
    ]
    assert failed == []


@pytest.mark.parametrize("route", [route for route in EVERY if re.search(r"<(?!.*secret)", route)])
def test_an_address_answers_whatever_stands_in_it(
    route: str,
    entries: dict[str, Any],
    browser: Client,
) -> None:
    right = filled(route, entries)
    failed = []
    for value in ("%00", "9" * 30, "abc", "%F0"):
        wrong = re.sub(r"<[^>]+>", value, f"/{route.removeprefix('^').removesuffix('$')}")
        asked = [wrong, f"{right}?period={value}", f"{right}?guid={value}"]
        answers: list[Any] = [browser.get(address) for address in asked] + [browser.post(wrong)]
        failed += [each.request["PATH_INFO"] for each in answers if each.status_code >= 500]
        for closes in (closes for each in answers for closes in each._resource_closers):
            closes()  # the whole answer's end would end the test's transaction, too
    assert failed == []
