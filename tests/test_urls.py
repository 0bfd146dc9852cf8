"""Every address of the portal, visited by everybody: an address that stands in no matrix fails."""

from datetime import date
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import Counterparty, User
from reconciliation.models import (
    IssuedAct,
)
from sandbox.onec import OneCSandbox
from tests.addresses import EVERY, filled
from tests.cast import Visit

pytestmark = pytest.mark.django_db

TO_LOGIN = "login"
"""A redirect to the log-in page that comes back afterwards."""
AWAY = "away"
"""A redirect to anywhere else."""
EVERYBODY = (200,) * 6

PEOPLE = (None, "stranger", "owner", "colleague", "viewer", "accountant")
# What a GET answers to each: the colleague does the company's accounts, the accountant the wholesaler's.
PORTAL: dict[str, tuple[object, ...]] = {
    "": (AWAY, AWAY, AWAY, AWAY, AWAY, AWAY),
    "healthz": EVERYBODY,
    "favicon.ico": EVERYBODY,
    "i18n/setlang/": (AWAY, AWAY, AWAY, AWAY, AWAY, AWAY),
    "acts/": (TO_LOGIN, 200, 200, 200, 200, 200),
    "acts/cancel": (TO_LOGIN, 405, 405, 405, 405, 405),
    "acts/<slug:public_id>/": (TO_LOGIN, 404, 200, 200, 200, 404),
    "acts/<slug:public_id>/last-period": (TO_LOGIN, 404, 200, 200, 403, 404),
    "acts/<slug:public_id>/<slug:file_format>": (TO_LOGIN, 404, 200, 200, 200, 404),
    "accounts/": (TO_LOGIN, 200, 200, 200, 200, 200),
    "accounts/^invitation/(?P<token>[0-9A-Za-z_:-]+)/$": EVERYBODY,
    "accounts/data/": (TO_LOGIN, 200, 200, 200, 200, 200),
    "accounts/viewing/end/": (405, 405, 405, 405, 405, 405),
    "accounts/companies/<int:pk>/": (TO_LOGIN, 404, 200, 404, 404, 404),
    "accounts/companies/<int:pk>/<slug:action>/": (TO_LOGIN, 405, 405, 405, 405, 405),
    "accounts/sessions/": (TO_LOGIN, 200, 200, 200, 200, 200),
    "accounts/login/": (200, AWAY, AWAY, AWAY, AWAY, AWAY),
    "accounts/logout/": (AWAY, 200, 200, 200, 200, 200),
    "accounts/inactive/": EVERYBODY,
    "accounts/signup/": (200, AWAY, AWAY, AWAY, AWAY, AWAY),
    "accounts/reauthenticate/": (TO_LOGIN, 403, 403, 403, 403, 403),
    "accounts/password/change/": (TO_LOGIN, AWAY, AWAY, AWAY, AWAY, AWAY),
    "accounts/password/set/": (TO_LOGIN, 200, 200, 200, 200, 200),
    "accounts/password/reset/": EVERYBODY,
    "accounts/password/reset/done/": EVERYBODY,
    "accounts/password/reset/key/done/": EVERYBODY,
    "accounts/login/code/": (200, AWAY, AWAY, AWAY, AWAY, AWAY),
    "accounts/login/code/confirm/": (AWAY, AWAY, AWAY, AWAY, AWAY, AWAY),
    "accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": EVERYBODY,
    "accounts/2fa/": (TO_LOGIN, 200, 200, 200, 200, 200),
    "accounts/2fa/authenticate/": (AWAY, AWAY, AWAY, AWAY, AWAY, AWAY),
    "accounts/2fa/reauthenticate/": (TO_LOGIN, 403, 403, 403, 403, 403),
    "accounts/2fa/totp/activate/": (AWAY, 200, 200, 200, 200, 200),
    "accounts/2fa/totp/deactivate/": (TO_LOGIN, 404, 404, 404, 404, 404),
    "accounts/2fa/recovery-codes/": (TO_LOGIN, 404, 404, 404, 404, 404),
    "accounts/2fa/recovery-codes/generate/": (AWAY, 200, 200, 200, 200, 200),
    "accounts/2fa/recovery-codes/download/": (TO_LOGIN, 404, 404, 404, 404, 404),
    "accounts/2fa/webauthn/": (TO_LOGIN, 200, 200, 200, 200, 200),
    "accounts/2fa/webauthn/login/": (AWAY, AWAY, AWAY, AWAY, AWAY, AWAY),
    "accounts/2fa/webauthn/add/": (AWAY, 200, 200, 200, 200, 200),
    "accounts/2fa/webauthn/reauthenticate/": (TO_LOGIN, 403, 403, 403, 403, 403),
    "accounts/2fa/webauthn/keys/<int:pk>/remove/": (AWAY, 404, 404, 404, 404, 404),
    "accounts/2fa/webauthn/keys/<int:pk>/edit/": (AWAY, 404, 404, 404, 404, 404),
    "admin/login/": (TO_LOGIN, 403, 403, 403, 403, TO_LOGIN),
}
GROUPS = ("accountant", "chief", "administrator")
ALL, NONE = (200, 200, 200), (403, 403, 403)
# What a GET answers to an accountant, a chief accountant and an administrator; nobody else gets anything.
OTHER_ADMIN: dict[str, tuple[object, object, object]] = {
    "admin/": ALL,
    "admin/search/": ALL,
    "admin/logout/": (405, 405, 405),
    "admin/password_change/": (AWAY, AWAY, AWAY),
    "admin/password_change/done/": (AWAY, AWAY, AWAY),
    "admin/autocomplete/": NONE,
    "admin/jsi18n/": ALL,
    "admin/r/<path:content_type_id>/<path:object_id>/": (404, 404, 404),
    "admin/accounts/user/<int:pk>/do/<slug:action>/": (405, 405, 405),
    "admin/accounts/organizationsettings/": (403, AWAY, AWAY),
    "admin/accounts/counterparty/update/": (405, 405, 405),
    "admin/accounts/counterparty/update/status/": ALL,
    "admin/accounts/counterparty/pick/": (405, 405, 405),
    "admin/accounts/counterparty/file/": ALL,
    "admin/accounts/counterparty/file/<int:pk>/apply/": (405, 405, 405),
    "admin/accounts/counterparty/export/<slug:file_format>/": (404, 404, 404),
    "admin/reconciliation/directoryrun/<int:pk>/progress/": ALL,
    "admin/reconciliation/discrepancy/<int:pk>/again/": (405, 405, 405),
    "admin/reconciliation/distributionrun/<int:pk>/progress/": ALL,
    "admin/reconciliation/distributionrun/<int:pk>/do/<slug:action>/": (405, 405, 405),
    "admin/reconciliation/delivery/<int:pk>/retry/": (405, 405, 405),
    "admin/reconciliation/monthpreview/make/": (405, 405, 405),
    "admin/reconciliation/monthpreview/<int:pk>/progress/": ALL,
    "admin/reconciliation/monthpreview/<int:pk>/approve/": (403, 405, 405),
    "admin/reconciliation/monthpreview/<int:pk>/xlsx/": ALL,
    "admin/reconciliation/delivery/<int:pk>/letter/": (405, 405, 405),
    "admin/reconciliation/delivery/<int:pk>/send/": (405, 405, 405),
    "admin/reconciliation/delivery/<int:pk>/sent/": (404, 404, 404),
    "admin/letters/bounce/<int:pk>/settle/": (405, 405, 405),
    "admin/letters/bounce/<int:pk>/dead/": (405, 405, 405),
    "admin/letters/letter/<int:pk>/do/<slug:action>/": (405, 405, 405),
    "admin/accounts/counterparty/<int:pk>/settle/": (405, 405, 405),
    "admin/accounts/counterparty/<int:pk>/this-month/": (405, 405, 405),
    "admin/accounts/counterparty/<int:pk>/timeline/": ALL,
    "admin/accounts/counterparty/<int:pk>/view-as/": (405, 405, 405),
    "admin/accounts/journalentry/person/<int:pk>/": ALL,
    "admin/accounts/journalentry/person/<int:pk>/data/": (403, 403, 200),
    "admin/accounts/journalentry/person/<int:pk>/erase/": (403, 403, 200),
    "admin/accounts/invitation/<int:pk>/do/<slug:action>/": (405, 405, 405),
    "admin/accounts/invitationround/everybody/": ALL,
    "admin/accounts/invitationround/<int:pk>/progress/": ALL,
    "admin/accounts/invitationround/<int:pk>/do/<slug:action>/": (405, 405, 405),
    "admin/reconciliation/issuedact/<slug:public_id>/file/<slug:file_format>": ALL,
    "admin/^(?P<app_label>accounts|reconciliation|letters|auditlog)/$": ALL,
    "admin/(?P<url>.*)$": (404, 404, 404),
}
MAY = {
    "accounts/counterparty": ("view add change", "view add change delete", "view add change delete"),
    "accounts/journalentry": ("view", "view", "view"),
    "accounts/invitation": ("view add", "view add", "view add"),
    "accounts/invitationround": ("view", "view", "view"),
    "accounts/organizationsettings": ("", "view change", "view change"),
    "accounts/user": ("view", "view", "view add change delete"),
    "auditlog/logentry": ("", "", "view"),
    "letters/letter": ("view", "view", "view"),
    "letters/bounce": ("view", "view", "view"),
    "reconciliation/delivery": ("view", "view", "view"),
    "reconciliation/directorychange": ("view", "view", "view"),
    "reconciliation/directoryrun": ("view", "view", "view"),
    "reconciliation/discrepancy": ("view", "view", "view"),
    "reconciliation/distributionrun": ("view", "view", "view"),
    "reconciliation/errorreport": ("view", "view", "view"),
    "reconciliation/issuedact": ("view", "view", "view"),
    "reconciliation/lettertemplate": ("view", "view add", "view add"),
    "reconciliation/monthpreview": ("view", "view", "view"),
    "reconciliation/previewline": ("view", "view", "view"),
    "reconciliation/schedule": ("view", "view change", "view change"),
}
"""What each group may do with a model."""
WHAT = {"": "view", "add/": "add", "<path:object_id>/delete/": "delete", "<path:object_id>/change/": "view"}
"""What the rest of an address asks for."""


ADMIN = [route for route in EVERY if route.startswith("admin/") and route not in PORTAL]


def answer_to(browser: Client, address: str) -> object:
    answer = browser.get(address)
    body = b"".join(answer) if answer.streaming else answer.content
    assert b"Traceback" not in body
    assert answer.status_code < 500, address
    if answer.status_code not in {301, 302}:
        assert answer["Content-Security-Policy"], address
        return answer.status_code
    return TO_LOGIN if answer["Location"].startswith("/accounts/login/?next=/") else AWAY


def test_every_address_stands_in_a_matrix() -> None:
    assert {route for route in EVERY if not route.startswith("admin/")} | {"admin/login/"} == set(PORTAL)
    assert all(expected_of_staff(route) is not None for route in ADMIN)


def test_no_address_answers_to_an_unknown_parameter() -> None:
    for route in EVERY:
        if "<" in route and "?P<" not in route:
            assert "<str:" not in route, f"{route} takes any text, a NUL too"


@pytest.mark.parametrize("route", PORTAL)
def test_an_address_answers_each_of_the_cast_as_it_should(
    route: str, entries: dict[str, Any], visit: Visit, request: pytest.FixtureRequest
) -> None:
    address = filled(route, entries)
    users = [name and request.getfixturevalue(name) for name in PEOPLE]
    found = tuple(answer_to(visit(user), address) for user in users)
    assert found == PORTAL[route], address


def test_an_act_is_issued_to_whoever_may_and_to_nobody_else(
    books: OneCSandbox, company: Counterparty, visit: Visit, request: pytest.FixtureRequest
) -> None:
    asked = {"counterparty": company.onec_guid, "period": "last_month"}
    found = []
    for name in PEOPLE:
        books.change(company.onec_guid, 1, date(2026, 1, 1))  # a new act each time
        before = IssuedAct.objects.count()
        answer = visit(name and request.getfixturevalue(name)).post("/acts/", asked)
        found.append((answer.status_code, IssuedAct.objects.count() - before))
    # The accountant of the wholesaler has no counterparty: the page says so.
    assert found == [(302, 0), (404, 0), (302, 1), (302, 1), (403, 0), (404, 0)]


def expected_of_staff(route: str) -> tuple[object, ...] | None:
    """Return what each group gets at an address of the admin; None for one that nobody thought of."""
    if route in OTHER_ADMIN:
        return OTHER_ADMIN[route]
    _admin, app, model, rest = (*route.split("/", 3), "", "", "")[:4]
    rights = MAY.get(f"{app}/{model}")
    if rights is None:
        return None
    if rest == "<path:object_id>/":
        return (AWAY,) * 3
    needed = WHAT.get(rest, "view")
    return tuple(200 if needed in may.split() else 403 for may in rights)


@pytest.mark.parametrize("route", ADMIN)
def test_the_admin_opens_to_each_group_as_far_as_it_should_and_to_nobody_else(
    route: str,
    entries: dict[str, Any],
    stranger: User,
    owner: User,
    visit: Visit,
    request: pytest.FixtureRequest,
) -> None:
    address = filled(route, entries)
    for user in (None, owner, stranger):
        if route not in {"admin/jsi18n/", "admin/logout/"}:
            assert answer_to(visit(user), address) in {AWAY, 404}, address
    found = tuple(answer_to(visit(request.getfixturevalue(group)), address) for group in GROUPS)
    assert found == expected_of_staff(route), address


OWN_ACTIONS = "issue_acts invite pause resume take_onec keep_own export_xlsx export_csv"
ACTIONS: dict[str, tuple[str, ...]] = {
    "accounts.counterparty": (OWN_ACTIONS, *[f"{OWN_ACTIONS} delete_selected"] * 2),
    "accounts.user": ("", "", "delete_selected"),
}
"""What each group may do with several entries at once; nothing where nothing stands."""


def test_each_group_is_offered_its_own_actions(rf: Any, request: pytest.FixtureRequest) -> None:
    asked = rf.get("/admin/")
    for number, group in enumerate(GROUPS):
        asked.user = request.getfixturevalue(group)
        for model, model_admin in admin.site._registry.items():
            name = model._meta.label_lower
            if any(model_admin.get_model_perms(asked).values()):
                found = set(model_admin.get_actions(asked))
                assert found == set(ACTIONS.get(name, ("",) * 3)[number].split()), (group, name)


@pytest.mark.parametrize("action", [*OWN_ACTIONS.split(), "delete_selected"])
def test_an_action_that_was_not_offered_does_nothing(
    action: str, company: Counterparty, newcomer: User, visit: Visit
) -> None:
    newcomer.is_staff = True
    newcomer.save()
    newcomer.user_permissions.add(Permission.objects.get(codename="view_counterparty"))
    before = list(Counterparty.objects.values())
    sent = {
        "action": action,
        "_selected_action": [company.pk],
        "post": "yes",
        "period": "last_month",
        "date_from": "",
        "paused_until": "2030-01-01",
        "pause_reason": "x",
    }
    answer = visit(newcomer).post("/admin/accounts/counterparty/", sent)
    assert answer.status_code in {200, 302, 403}
    assert "attachment" not in answer.get("Content-Disposition", "")
    assert list(Counterparty.objects.values()) == before
    assert not IssuedAct.objects.exists()
