"""The accountant's side: everything is read, no act is changed, and nobody raises their own rights."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from accounts import groups
from accounts.models import Counterparty, Membership, User
from reconciliation.errors import Unbalanced
from reconciliation.models import ActFile, Discrepancy, IssuedAct
from sandbox.onec import OneCSandbox
from tests.cast import SPRING, Issue, Visit

pytestmark = pytest.mark.django_db
LANGUAGES = pytest.mark.parametrize("language", ["ru", "en"])
ACTS = "/admin/reconciliation/issuedact/"
DISCREPANCIES = "/admin/reconciliation/discrepancy/"


@pytest.fixture
def act(issued: Issue, company: Counterparty, owner: User) -> IssuedAct:
    return issued(company, SPRING, owner).act


@pytest.fixture
def discrepancy(books: OneCSandbox, issued: Issue, company: Counterparty, owner: User) -> Discrepancy:
    books.set_fault(company.onec_guid, "unbalanced", "-1234.56")
    with pytest.raises(Unbalanced):
        issued(company, SPRING, owner)
    books.clear()
    return Discrepancy.objects.get()


def said(answer: Any) -> str:
    return str(answer.content.decode()).replace("\u00a0", " ").replace("&nbsp;", " ")


@LANGUAGES
def test_acts_are_listed_with_figures_and_files(
    accountant: User, act: IssuedAct, visit: Visit, language: str
) -> None:
    answer = visit(accountant, language).get(ACTS)
    assert answer.status_code == 200
    for words in ("000001", "ООО «Ромашка»", "Ольга Хозяйкина", "PDF", "XLSX", "CSV"):
        assert words in said(answer)
    assert f'lang="{language}' in said(answer)


@LANGUAGES
@pytest.mark.parametrize("kind", ["act", "discrepancy", "owner", "company"])
def test_every_detail_opens(
    accountant: User, visit: Visit, request: pytest.FixtureRequest, kind: str, language: str
) -> None:
    entry = request.getfixturevalue(kind)
    name = f"admin:{entry._meta.app_label}_{entry._meta.model_name}"
    for page in (
        reverse(f"{name}_changelist"),
        reverse(f"{name}_change", args=[entry.pk]),
        reverse(f"{name}_history", args=[entry.pk]),
    ):
        answer = visit(accountant, language).get(page)
        assert answer.status_code == 200, page
        assert f'lang="{language}' in said(answer)


def test_an_act_is_found_by_number_counterparty_and_person(
    accountant: User, act: IssuedAct, visit: Visit
) -> None:
    company = act.counterparty
    found = ("1", "000001", "№ 1", "ромашка", company.inn, company.onec_guid.upper(), "хозяйкина", "OWNER@")
    for words in found:
        assert ">000001<" in said(visit(accountant).get(ACTS, {"q": words})), words
    for words in ("Василёк", "2", "000010", "colleague@"):
        assert ">000001<" not in said(visit(accountant).get(ACTS, {"q": words})), words


def test_acts_of_very_many_counterparties_are_all_found(
    accountant: User, act: IssuedAct, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reconciliation.acts.admin.issued_acts.FEW_KEYS", 0)
    assert ">000001<" in said(visit(accountant).get(ACTS, {"q": "ооо"}))
    assert ">000001<" not in said(visit(accountant).get(ACTS, {"q": "Василёк"}))


@pytest.mark.parametrize(
    "query", ["is_current__exact=1", "year=2026", "year=x", "date_to_from=2026-01-01", "o=6"]
)
def test_acts_are_filtered_and_sorted(accountant: User, act: IssuedAct, visit: Visit, query: str) -> None:
    assert visit(accountant).get(f"{ACTS}?{query}").status_code == 200


def test_the_accountant_downloads_any_act_under_its_name(
    accountant: User, act: IssuedAct, visit: Visit
) -> None:
    for form in ("pdf", "xlsx", "csv"):
        answer = visit(accountant).get(f"{ACTS}{act.public_id}/file/{form}")
        assert answer.status_code == 200
        assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%D0%90")
        assert int(answer["Content-Length"]) > 100


@pytest.mark.parametrize("tail", ["html", "PDF"])
def test_a_format_that_does_not_exist_is_not_found(
    accountant: User, act: IssuedAct, visit: Visit, tail: str
) -> None:
    assert visit(accountant).get(f"{ACTS}{act.public_id}/file/{tail}").status_code == 404


def test_a_lost_file_is_told_to_the_accountant_and_the_list_stays(
    accountant: User, act: IssuedAct, visit: Visit
) -> None:
    address = f"{ACTS}{act.public_id}/file/pdf"
    visit(accountant).get(address)
    ActFile.objects.update(source="onec")
    Path(ActFile.objects.get().file.path).unlink()
    answer = visit(accountant, "en").get(address, follow=True)
    assert answer.status_code == 200
    assert "Restore MEDIA_ROOT from the backup." in said(answer)


def test_staff_without_the_right_to_view_acts_get_none(newcomer: User, act: IssuedAct, visit: Visit) -> None:
    newcomer.is_staff = True
    newcomer.save()
    assert visit(newcomer).get(ACTS).status_code == 403
    assert visit(newcomer).get(f"{ACTS}{act.public_id}/file/pdf").status_code == 403


@pytest.mark.parametrize("who", ["accountant", "superuser"])
def test_nobody_changes_adds_or_deletes_what_is_kept(
    accountant: User, act: IssuedAct, discrepancy: Discrepancy, visit: Visit, who: str
) -> None:
    accountant.is_superuser = who == "superuser"
    accountant.save()
    browser = visit(accountant)
    before = list(IssuedAct.objects.values()), list(Discrepancy.objects.values())
    for listed, entry in ((ACTS, act), (DISCREPANCIES, discrepancy)):
        assert browser.get(f"{listed}add/").status_code == 403
        browser.post(f"{listed}{entry.pk}/change/", {"closing": "0", "difference": "0"})
        assert browser.post(f"{listed}{entry.pk}/delete/", {"post": "yes"}).status_code == 403
        browser.post(listed, {"action": "delete_selected", "_selected_action": [entry.pk], "post": "yes"})
    assert (list(IssuedAct.objects.values()), list(Discrepancy.objects.values())) == before


@LANGUAGES
def test_the_accountant_sees_the_difference_to_the_kopeck(
    accountant: User, discrepancy: Discrepancy, visit: Visit, language: str
) -> None:
    assert discrepancy.difference == Decimal("-1234.56")
    shown = {"ru": "1 234,56", "en": "1,234.56"}[language]
    assert shown in said(visit(accountant, language).get(DISCREPANCIES))
    detail = said(visit(accountant, language).get(f"{DISCREPANCIES}{discrepancy.pk}/change/"))
    assert "руб.." not in detail
    assert shown in detail


@LANGUAGES
def test_what_does_not_balance_is_shown_row_by_row_and_told_in_the_readers_language(
    accountant: User, discrepancy: Discrepancy, visit: Visit, language: str
) -> None:
    page = said(visit(accountant, language).get(f"{DISCREPANCIES}{discrepancy.pk}/change/"))
    words = {
        "ru": ("Что ответила 1С", "Реализация товаров и услуг", "Сальдо конечное", "Конечное сальдо должно"),
        "en": ("What 1C said", "Closing balance", "The closing balance should be"),
    }
    for word in words[language]:
        assert word in page, word


def test_a_note_is_kept_and_nothing_else_changes(
    accountant: User, discrepancy: Discrepancy, visit: Visit
) -> None:
    sent = {"note": "Olga corrects invoice 12", "difference": "0", "told_to": "x"}
    visit(accountant).post(f"{DISCREPANCIES}{discrepancy.pk}/change/", sent)
    found = Discrepancy.objects.get()
    assert (found.note, found.difference, found.told_to) == (sent["note"], discrepancy.difference, "")


def test_1c_is_asked_again_and_the_entry_closes_when_it_balances(
    accountant: User, books: OneCSandbox, discrepancy: Discrepancy, visit: Visit
) -> None:
    browser, again = visit(accountant, "en"), f"{DISCREPANCIES}{discrepancy.pk}/again/"
    books.set_fault("*", "unbalanced", "5.00")
    assert "still says figures that do not add up" in said(browser.post(again, follow=True))
    found = Discrepancy.objects.get()
    assert (found.difference, found.times, found.resolved_at) == (Decimal("5.00"), 2, None)
    books.clear()
    assert "the entry is closed" in said(browser.post(again, follow=True))
    assert Discrepancy.objects.get().resolved_at
    assert not IssuedAct.objects.exists()
    books.set_fault("*", "unauthorized")
    assert "ONEC_API_KEY" in said(browser.post(again, follow=True))


def test_markup_in_names_is_text_in_the_admin(
    accountant: User, books: OneCSandbox, issued: Issue, company: Counterparty, visit: Visit
) -> None:
    Counterparty.objects.update(name="<script>alert(1)</script>", inn="")
    company.refresh_from_db()
    company.name = ""
    act = issued(company).act
    for page in (ACTS, f"{ACTS}{act.pk}/change/", "/admin/accounts/counterparty/"):
        text = said(visit(accountant).get(page))
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert(1)" in text


def test_the_list_of_acts_asks_the_database_as_often_for_many_as_for_one(
    accountant: User, company: Counterparty, issued: Issue, visit: Visit, django_assert_max_num_queries: Any
) -> None:
    from reconciliation.ledger.period import Period

    browser = visit(accountant)
    for day in range(1, 9):
        issued(company, Period(SPRING.start.replace(day=day), SPRING.end))
    browser.get(ACTS)
    with django_assert_max_num_queries(20):
        browser.get(ACTS)


# --- People ---------------------------------------------------------------------------------------


def person_form(user: User, **fields: Any) -> dict[str, Any]:
    return {
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "is_active": "on",
        "memberships-TOTAL_FORMS": "0",
        "memberships-INITIAL_FORMS": "0",
        "memberships-MIN_NUM_FORMS": "0",
        "memberships-MAX_NUM_FORMS": "1000",
        **fields,
    }


def test_an_administrator_links_a_person_and_a_counterparty(
    administrator: User, newcomer: User, company: Counterparty, visit: Visit
) -> None:
    answer = visit(administrator).post(
        f"/admin/accounts/user/{newcomer.pk}/change/",
        person_form(newcomer)
        | {
            "memberships-TOTAL_FORMS": "1",
            "memberships-0-user": newcomer.pk,
            "memberships-0-counterparty": company.pk,
            "memberships-0-role": "owner",
        },
    )
    assert answer.status_code == 302, answer.context["errors"]
    assert Membership.objects.get().counterparty == company
    assert visit(newcomer).get("/acts/").status_code == 200


STAFF = ("accountant", "chief", "administrator")


@pytest.fixture
def superuser(db: None) -> User:
    return User.objects.create_superuser("root@example.com", "a-good-long-password")


@pytest.mark.parametrize("who", STAFF)
def test_nobody_raises_their_own_rights(who: str, visit: Visit, request: pytest.FixtureRequest) -> None:
    user = request.getfixturevalue(who)
    before = (user.is_superuser, user.get_all_permissions())
    permission = Permission.objects.get(codename="delete_logentry", content_type__app_label="admin")
    more = {
        "is_superuser": "on",
        "is_staff": "on",
        "user_permissions": [permission.pk],
        "groups": list(Group.objects.values_list("pk", flat=True)),
    }
    visit(user).post(f"/admin/accounts/user/{user.pk}/change/", person_form(user, **more))
    found = User.objects.get(pk=user.pk)
    assert (found.is_superuser, found.get_all_permissions()) == before


@pytest.mark.parametrize("who", STAFF)
def test_nobody_takes_over_the_login_of_somebody_who_may_do_more(
    who: str, superuser: User, administrator: User, visit: Visit, request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(who)
    targets = [superuser] if who == "administrator" else [superuser, administrator]
    for target in targets:
        browser, page = visit(user), f"/admin/accounts/user/{target.pk}/"
        browser.post(f"{page}change/", person_form(target, email="mine@example.com"))
        browser.post(f"{page}password/", {"password1": "another-long-one", "password2": "another-long-one"})
        browser.post(f"{page}delete/", {"post": "yes"})
        found = User.objects.get(pk=target.pk)
        assert (found.email, found.password) == (target.email, target.password)


def test_an_administrator_puts_staff_into_groups_and_makes_no_superusers(
    administrator: User, newcomer: User, visit: Visit
) -> None:
    group = Group.objects.get(name=groups.CHIEF_ACCOUNTANT)
    page = f"/admin/accounts/user/{newcomer.pk}/change/"
    assert "главный бухгалтер" in said(visit(administrator).get(page))
    sent = person_form(newcomer, is_staff="on", is_superuser="on", groups=[group.pk])
    assert visit(administrator).post(page, sent).status_code == 302
    found = User.objects.get(pk=newcomer.pk)
    assert (found.is_staff, found.is_superuser, found.groups.get()) == (True, False, group)


def test_a_superuser_gives_every_right(superuser: User, newcomer: User, visit: Visit) -> None:
    page = f"/admin/accounts/user/{newcomer.pk}/change/"
    visit(superuser).post(page, person_form(newcomer, is_staff="on", is_superuser="on"))
    assert User.objects.get(pk=newcomer.pk).is_superuser


def test_the_admin_counts_and_asks_in_good_russian(
    chief: User, administrator: User, act: IssuedAct, visit: Visit
) -> None:
    browser = visit(chief)
    page = said(browser.get(ACTS))
    assert "Всего: 1" in page
    assert "Выбор для просмотра: выданный акт" in page
    assert "Добавить: человек" in said(visit(administrator).get("/admin/accounts/user/add/"))
    page = said(browser.get(f"/admin/accounts/counterparty/{act.counterparty.pk}/change/"))
    assert "Удалить контрагент" not in page
    assert f'href="/admin/accounts/counterparty/{act.counterparty.pk}/delete/"' in page


def test_the_menu_holds_only_what_may_be_seen(accountant: User, newcomer: User, visit: Visit) -> None:
    newcomer.is_staff = True
    newcomer.save()
    link = 'href="/admin/accounts/counterparty/"'
    assert link in said(visit(accountant).get("/admin/"))
    assert link not in said(visit(newcomer).get("/admin/"))


HUGE = "9" * 23


@pytest.mark.parametrize("forged", ["abc", HUGE, "1.5"])
def test_keys_that_no_page_sends_are_refused(accountant: User, visit: Visit, forged: str) -> None:
    browser = visit(accountant, "en")
    invitation = {"counterparty": forged, "email": "a@b.example", "role": "owner"}
    assert browser.post("/admin/accounts/invitation/add/", invitation).status_code == 400
    chosen = {"action": "export_csv", "_selected_action": forged}
    assert browser.post("/admin/accounts/counterparty/", chosen).status_code == 400


def test_a_number_that_no_row_has_finds_nothing(accountant: User, visit: Visit) -> None:
    browser = visit(accountant, "en")
    there = f"/admin/reconciliation/delivery/{HUGE}/"
    assert browser.get(f"{there}sent/").status_code == 404
    for button in ("send", "letter", "retry"):
        assert browser.post(f"{there}{button}/").status_code == 404


def test_a_word_that_no_button_says_settles_no_conflict(
    accountant: User, visit: Visit, company: Counterparty
) -> None:
    company.onec = company.values | {"name": "Another"}
    company.save()
    there = f"/admin/accounts/counterparty/{company.pk}/settle/"
    said = {"field": "name", "seen": "Another", "take": "forged"}
    assert visit(accountant, "en").post(there, said).status_code == 400
    company.refresh_from_db()
    assert company.conflicts == ["name"]
