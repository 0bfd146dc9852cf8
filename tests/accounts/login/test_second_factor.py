"""Second factors and sessions: only what a person has is asked for, and every session can be ended."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from io import StringIO

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp_auth
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.apps import apps
from django.conf import LazySettings
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client

from accounts import factor_secrets
from accounts.models import User
from tests.accounts.passwords import LOGIN, PASSWORD, with_password
from tests.cast import Visit

pytestmark = pytest.mark.django_db
FACTOR = "/accounts/2fa/"
SESSIONS = "/accounts/sessions/"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture(autouse=True)
def _passwords(fast_passwords: None, books: object) -> None:
    """Also empties the cache, which counts failed attempts."""


@pytest.fixture(autouse=True)
def _one_moment() -> Iterator[None]:
    """A code is good for 30 seconds, whose end may come between two lines of a test."""
    with time_machine.travel(datetime.now(UTC), tick=False):
        yield


@pytest.fixture
def browser(owner: User, visit: Visit) -> Client:
    with_password(owner)
    return visit(language="en")


def page_of(browser: Client, address: str) -> str:
    return str(browser.get(address).content.decode())


def log_in(browser: Client, user: User) -> str:
    """Return the page that follows the right password."""
    answer = browser.post(LOGIN, {"login": user.email, "password": PASSWORD}, follow=True)
    return str(answer.content.decode())


def code_of(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))


def test_an_app_is_set_up_at_once_and_then_asked_for(browser: Client, owner: User, visit: Visit) -> None:
    log_in(browser, owner)
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = page_of(browser, f"{FACTOR}totp/activate/")
    secret = re.findall(r'id="authenticator_secret" value="(\w+)"', page)[0]
    codes = browser.post(f"{FACTOR}totp/activate/", {"code": code_of(secret)}, follow=True).content.decode()
    recovery = re.findall(r"<li>(\w+)</li>", codes)
    assert len(recovery) == 10
    for code in (code_of(secret), recovery[0]):
        other = visit(language="en")
        page = log_in(other, owner)
        assert "Enter the code from the app, or one of the recovery codes" in page
        assert "passkey" not in page
        other.post(f"{FACTOR}authenticate/", {"code": code})
        assert other.get("/acts/").status_code == 200
    assert "9 codes are left" in page_of(browser, FACTOR)


def test_the_code_page_has_one_box_for_its_error(browser: Client, owner: User) -> None:
    browser.post("/accounts/login/code/", {"email": owner.email})
    assert len(mail.outbox) == 1
    page = browser.post("/accounts/login/code/confirm/", {"code": "WRONG1"}).content.decode()
    assert page.count('role="alert"') == 1
    assert page.startswith("<!doctype html>")
    assert "<title>Error:" in page


def test_a_person_sees_where_they_are_signed_in(browser: Client, owner: User) -> None:
    log_in(browser, owner)
    other = Client(headers={"user-agent": WINDOWS})
    log_in(other, owner)
    page = page_of(browser, SESSIONS)
    assert "Firefox, Windows" in page
    assert page.count("this one") == 1


@pytest.mark.parametrize(("sent", "still_in"), [({}, True), ({"everywhere": "1"}, False)])
def test_every_other_session_or_all_can_be_ended(
    browser: Client, owner: User, visit: Visit, sent: dict[str, str], still_in: bool
) -> None:
    others = [visit(), visit()]
    for each in (browser, *others):
        log_in(each, owner)
    browser.post(SESSIONS, sent)
    assert [each.get("/acts/").status_code for each in others] == [302, 302]
    assert (browser.get("/acts/").status_code == 200) is still_in


def test_the_header_leads_to_the_account(browser: Client, owner: User) -> None:
    log_in(browser, owner)
    assert re.search(r'<a href="/accounts/">\s*Account</a>', page_of(browser, "/acts/"))
    home = page_of(browser, "/accounts/")
    for words in (owner.email, "Second factor", "off", "Where you are signed in"):
        assert words in home


@pytest.mark.django_db(transaction=True)  # the other sessions end with the commit
def test_the_admin_opens_to_staff_only_with_a_second_factor(accountant: User, visit: Visit, settings) -> None:
    settings.STAFF_SECOND_FACTOR = True
    with_password(accountant)
    browser = visit(language="en")
    log_in(browser, accountant)
    answer = browser.get("/admin/", follow=True)
    assert answer.redirect_chain == [(FACTOR, 302)]
    assert "Administration needs a second factor" in answer.content.decode()
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = page_of(browser, f"{FACTOR}totp/activate/")
    secret = re.findall(r'id="authenticator_secret" value="(\w+)"', page)[0]
    entered_before = visit(language="en")
    log_in(entered_before, accountant)
    browser.post(f"{FACTOR}totp/activate/", {"code": code_of(secret)})
    assert browser.get("/admin/").status_code == 200
    assert entered_before.get("/acts/").status_code == 302, "it is signed out"
    kept = browser.post(f"{FACTOR}totp/deactivate/").content.decode()
    assert "cannot be switched off" in kept
    assert browser.get("/admin/").status_code == 200


def test_a_session_that_has_shown_no_factor_shows_it_before_the_admin_opens(
    accountant: User, visit: Visit, settings
) -> None:
    """However it came about: here the factor is set up where nobody can end the session."""
    settings.STAFF_SECOND_FACTOR = True
    with_password(accountant)
    browser = visit(language="en")
    log_in(browser, accountant)
    secret = totp_auth.generate_totp_secret()
    totp_auth.TOTP.activate(accountant, secret)
    answer = browser.get("/admin/?x=1")
    assert answer["Location"] == f"{FACTOR}reauthenticate/?next=%2Fadmin%2F%3Fx%3D1"
    answer = browser.post(answer["Location"], {"code": code_of(secret)})
    assert answer["Location"] == "/admin/?x=1"
    assert browser.get("/admin/").status_code == 200


NEW_KEY = "new-key-" * 10


def secrets_of(person: User) -> dict[str, str]:
    """Return what the database holds of each factor."""
    kept = Authenticator.objects.filter(user=person)
    return {each.type: str(each.data.get("secret") or each.data.get("seed")) for each in kept}


@pytest.fixture
def with_app(owner: User) -> tuple[str, list[str]]:
    """The owner's app, by its secret, and recovery codes."""
    secret = totp_auth.generate_totp_secret()
    totp_auth.TOTP.activate(owner, secret)
    return secret, RecoveryCodes.activate(owner).generate_codes()


def is_let_in(visit: Visit, person: User, code: str) -> bool:
    browser = visit(language="en")
    log_in(browser, person)
    answer = browser.post(f"{FACTOR}authenticate/", {"code": code})
    assert answer.status_code in (200, 302)
    return browser.get("/acts/").status_code == 200


def test_the_database_holds_no_secret_in_plain(
    owner: User, visit: Visit, browser: Client, with_app: tuple[str, list[str]]
) -> None:
    secret, codes = with_app
    kept = str(secrets_of(owner))
    assert secret not in kept
    assert not any(code in kept for code in codes)
    assert is_let_in(visit, owner, code_of(secret))
    assert is_let_in(visit, owner, codes[3])


def test_a_new_key_is_taken_over_and_the_old_one_dropped(
    owner: User, visit: Visit, browser: Client, with_app: tuple[str, list[str]], settings: LazySettings
) -> None:
    before, old = secrets_of(owner), settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW_KEY, [old]
    said = StringIO()
    call_command("rotate_secret_key", stdout=said)
    settings.SECRET_KEY_FALLBACKS = []
    assert said.getvalue() == "Encrypted with SECRET_KEY: 2.\n"
    assert not set(before.values()) & set(secrets_of(owner).values())
    assert is_let_in(visit, owner, code_of(with_app[0]))
    assert is_let_in(visit, owner, with_app[1][0])


def test_without_its_key_no_code_fits_and_nothing_is_lost(
    owner: User, visit: Visit, browser: Client, with_app: tuple[str, list[str]], settings: LazySettings
) -> None:
    before, old = secrets_of(owner), settings.SECRET_KEY
    settings.SECRET_KEY = NEW_KEY
    for code in (code_of(with_app[0]), with_app[1][0], "000000"):
        assert not is_let_in(visit, owner, code)
    with pytest.raises(CommandError, match="Add the key that they were made with to SECRET_KEY_FALLBACKS"):
        call_command("rotate_secret_key", stdout=StringIO())
    assert secrets_of(owner) == before
    settings.SECRET_KEY = old
    assert is_let_in(visit, owner, code_of(with_app[0]))


def test_secrets_of_before_are_encrypted_and_can_be_taken_back(owner: User) -> None:
    migration = import_module("accounts.migrations.0022_encrypted_second_factors")
    plain = {"totp": {"secret": "JBSWY3DP"}, "recovery_codes": {"migrated_codes": ["1", "2"]}}
    for kind, data in plain.items():
        Authenticator.objects.create(user=owner, type=kind, data=data)
    for _ in range(2):
        migration.encrypt_all(apps, None)
    kept = {each.type: each.data for each in Authenticator.objects.all()}
    assert factor_secrets.decrypt(kept["totp"]["secret"]) == "JBSWY3DP"
    assert [factor_secrets.decrypt(each) for each in kept["recovery_codes"]["migrated_codes"]] == ["1", "2"]
    migration.decrypt_all(apps, None)
    assert {each.type: each.data for each in Authenticator.objects.all()} == plain
