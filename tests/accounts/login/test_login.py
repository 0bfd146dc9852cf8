"""Logging in: by email, to where the person was going, and never by signing up."""

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.accounts.passwords import LOGIN, PASSWORD, with_password
from tests.cast import Visit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _passwords(fast_passwords: None, books: object) -> None:
    """Also empties the cache, which counts failed attempts."""


def test_a_person_logs_in_with_e_mail_and_password_and_lands_on_the_acts(owner: User, visit: Visit) -> None:
    with_password(owner)
    browser = visit()
    answer = browser.post(LOGIN, {"login": owner.email, "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/acts/")
    assert browser.get("/acts/").status_code == 200


def test_the_case_of_an_e_mail_does_not_matter(owner: User, visit: Visit) -> None:
    with_password(owner)
    answer = visit().post(LOGIN, {"login": "Owner@Example.COM", "password": PASSWORD})
    assert answer.status_code == 302


def test_a_login_that_accounting_typed_with_capitals_works(administrator: User, visit: Visit) -> None:
    staff = visit(administrator)
    answer = staff.post(
        reverse("admin:accounts_user_add"),
        {
            "email": "Ivan.Petrov@Example.com",
            "memberships-TOTAL_FORMS": "0",
            "memberships-INITIAL_FORMS": "0",
        },
    )
    assert answer.status_code == 302, answer.context["errors"]
    with_password(User.objects.get(email="ivan.petrov@example.com"))
    answer = visit().post(LOGIN, {"login": "ivan.petrov@example.com", "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/acts/")


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_wrong_password_and_an_unknown_e_mail_read_the_same(
    owner: User, visit: Visit, language: str
) -> None:
    with_password(owner)
    texts = {
        str(visit(language=language).post(LOGIN, {"login": who, "password": "wrong"}).context["form"].errors)
        for who in (owner.email, "nobody@example.com")
    }
    assert len(texts) == 1


def test_the_form_keeps_the_e_mail_after_a_wrong_password(owner: User, visit: Visit) -> None:
    page = visit().post(LOGIN, {"login": owner.email, "password": "wrong"}).content.decode()
    assert f'value="{owner.email}"' in page


def test_whoever_is_switched_off_cannot_log_in(owner: User, visit: Visit) -> None:
    with_password(owner)
    owner.is_active = False
    owner.save()
    browser = visit()
    browser.post(LOGIN, {"login": owner.email, "password": PASSWORD})
    assert "_auth_user_id" not in browser.session


def test_logging_in_leads_back_to_where_the_person_was_going(owner: User, visit: Visit) -> None:
    with_password(owner)
    browser = visit()
    asked = browser.get("/acts/?period=last_year")["Location"]
    assert asked.startswith(LOGIN)
    page = browser.get(asked)
    there = page.context["redirect_field_value"]
    answer = browser.post(LOGIN, {"login": owner.email, "password": PASSWORD, "next": there})
    assert answer["Location"] == "/acts/?period=last_year"


def test_logging_in_never_leads_to_another_site(owner: User, visit: Visit) -> None:
    with_password(owner)
    answer = visit().post(
        LOGIN, {"login": owner.email, "password": PASSWORD, "next": "https://elsewhere.example/acts/"}
    )
    assert answer["Location"] == "/acts/"


def test_an_accountant_without_a_counterparty_lands_in_the_admin(accountant: User, visit: Visit) -> None:
    with_password(accountant)
    answer = visit().post(LOGIN, {"login": accountant.email, "password": PASSWORD})
    assert answer["Location"] == "/admin/"


@pytest.mark.parametrize("language", ["ru", "en"])
def test_nobody_signs_up_by_themselves(visit: Visit, language: str) -> None:
    browser = visit(language=language)
    answer = browser.post(
        "/accounts/signup/", {"email": "new@example.com", "password1": PASSWORD, "password2": PASSWORD}
    )
    told = {
        "ru": "Доступ выдаёт бухгалтерия",
        "en": "The accounting department creates logins",
    }
    assert told[language] in browser.get("/accounts/signup/").content.decode()
    assert answer.status_code == 200
    assert not User.objects.filter(email="new@example.com").exists()


def test_a_counterparty_who_opens_the_admin_is_refused_and_not_sent_in_circles(
    owner: User, visit: Visit
) -> None:
    answer = visit(owner).get("/admin/", follow=True)
    assert answer.status_code == 403
    assert b"Traceback" not in answer.content


def test_logging_out_takes_a_post_and_leads_to_the_log_in_page(owner: User, visit: Visit) -> None:
    browser = visit(owner)
    browser.get("/accounts/logout/")
    assert "_auth_user_id" in browser.session
    answer = browser.post("/accounts/logout/")
    assert answer["Location"] == LOGIN
    assert "_auth_user_id" not in browser.session


def test_a_code_by_e_mail_logs_in_without_a_password(owner: User, visit: Visit) -> None:
    browser = visit(language="en")
    browser.post("/accounts/login/code/", {"email": owner.email})
    [letter] = mail.outbox
    assert letter.to == [owner.email]
    code = next(line.strip() for line in letter.body.splitlines() if _is_code(line.strip()))
    answer = browser.post("/accounts/login/code/confirm/", {"code": code})
    assert (answer.status_code, answer["Location"]) == (302, "/acts/")


def _is_code(line: str) -> bool:
    return 5 < len(line) < 12 and line == line.upper() and " " not in line and line.isascii()


@pytest.mark.parametrize("there", [LOGIN, f"{LOGIN}code/"])
def test_who_waits_for_a_code_can_go_back_and_ask_for_another(owner: User, visit: Visit, there: str) -> None:
    browser = visit(language="en")
    page = browser.post(f"{LOGIN}code/", {"email": owner.email}, follow=True).content.decode()
    assert f'name="next" value="{there}"' in page
    answer = browser.post("/accounts/logout/", {"next": there}, follow=True)
    assert answer.request["PATH_INFO"] == there
    assert answer.status_code == 200


def test_a_code_for_an_unknown_e_mail_looks_the_same_from_outside(owner: User, visit: Visit) -> None:
    pages = [
        visit().post("/accounts/login/code/", {"email": email}) for email in (owner.email, "no@example.com")
    ]
    assert {(page.status_code, page["Location"]) for page in pages} == {
        (302, "/accounts/login/code/confirm/")
    }


def test_a_log_in_form_without_its_token_is_refused_on_a_page_of_the_portal(owner: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    answer = browser.post(LOGIN, {"login": owner.email, "password": PASSWORD})
    assert answer.status_code == 403
    assert b"portal.css" in answer.content
