"""1C's counterparties come into the portal: new, changed, gone, back, in conflict with what people typed."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from django.core.exceptions import ValidationError

from accounts.models import Counterparty
from reconciliation.errors import InvalidAnswer, ListTooShort
from reconciliation.models import DirectoryChange, DirectoryRun
from sandbox.onec import OneCSandbox
from tests.reconciliation.counterparties.conftest import Sync, at, listed

Say = Callable[[str, str, str], None]
ALL = 500


def test_everybody_comes_in_with_what_1c_says_of_them(synced: Sync, books: OneCSandbox) -> None:
    run = synced()
    assert (run.state, run.entries, run.counts) == ("finished", ALL, {"added": ALL})
    assert len({call.query.get("after") for call in books.calls}) == 5
    for known in books.ledger.counterparties[:20]:
        company = Counterparty.objects.get(onec_guid=known.guid)
        assert (company.name, company.inn, company.kpp) == (known.name, known.inn, known.kpp)
        assert (company.email, company.bitrix24_company_id) == (known.email, known.bitrix24_company_id)
        assert company.balance == sum(books.ledger.balances(known.guid, run.on_date).values())
        assert (company.currency, company.balance_on) == (known.currency, run.on_date)


def test_a_second_run_changes_nothing(synced: Sync, django_assert_max_num_queries) -> None:
    synced()
    with django_assert_max_num_queries(100):
        run = synced()
    assert run.counts == {"unchanged": ALL}
    assert not run.changes.exists()


def test_what_changed_in_1c_is_taken_over_and_listed_with_both_values(
    synced: Sync, books: OneCSandbox, say: Say
) -> None:
    synced()
    guid = books.ledger.counterparties[0].guid
    balance = at(books, 0).balance
    say(guid, "name", '"ООО «Лютик»"')
    books.change(guid, "100.50", date(2026, 1, 1))
    run = synced()
    assert run.counts == {"changed": 1, "balance": 1, "unchanged": ALL - 1}
    assert listed(run, "changed") == {guid: {"name": ["ООО «Ромашка»", "ООО «Лютик»"]}}
    company = at(books, 0)
    assert (company.name, company.balance) == ("ООО «Лютик»", balance + Decimal("100.50"))
    assert "лютик" in company.search


def test_what_a_person_typed_stays_and_both_values_are_kept(
    synced: Sync, books: OneCSandbox, say: Say
) -> None:
    synced()
    company = at(books, 1)
    company.email = "typed@example.com"
    company.save()
    say(company.onec_guid, "email", '"newer@example.com"')
    run = synced()
    assert listed(run, "conflict") == {
        company.onec_guid: {"email": ["typed@example.com", "newer@example.com"]}
    }
    company.refresh_from_db()
    assert (company.email, company.onec["email"]) == ("typed@example.com", "newer@example.com")
    assert company.in_conflict


def test_what_is_written_while_a_run_works_is_not_overwritten(
    synced: Sync, books: OneCSandbox, say: Say
) -> None:
    synced()
    company = at(books, 2)
    mine = {"note": "mine", "paused_until": date(2030, 1, 1), "pause_reason": "x"}
    Counterparty.objects.filter(pk=company.pk).update(**mine)
    say(company.onec_guid, "name", '"New name"')
    synced()
    company.refresh_from_db()
    assert {field: getattr(company, field) for field in mine} == mine
    assert company.name == "New name"


def test_whom_1c_has_no_more_is_marked_and_whoever_comes_back_is_itself_again(
    synced: Sync, books: OneCSandbox
) -> None:
    synced()
    company = at(books, 3)
    books.set_fault(company.onec_guid, "not_listed")
    run = synced()
    assert run.counts == {"gone": 1, "unchanged": ALL - 1}
    company.refresh_from_db()
    assert company.gone_since
    assert synced().counts == {"unchanged": ALL - 1}, "it is told once"
    books.clear()
    assert synced().counts == {"returned": 1, "unchanged": ALL - 1}
    assert Counterparty.objects.get(pk=company.pk, gone_since=None) == company


def test_a_list_that_lacks_most_marks_nobody_until_somebody_says_so(synced: Sync, books: OneCSandbox) -> None:
    synced()
    for known in books.ledger.counterparties[1::2] + books.ledger.counterparties[2::10]:
        books.set_fault(known.guid, "not_listed")
    with pytest.raises(ListTooShort):
        synced()
    run = DirectoryRun.objects.latest("pk")
    assert (run.state, run.problem) == ("failed", "ListTooShort")
    assert not Counterparty.objects.exclude(gone_since=None).exists()
    run = synced(marks_gone=True)
    assert run.state == "finished"
    assert Counterparty.objects.exclude(gone_since=None).count() == run.counts["gone"] == 300


def test_an_entry_that_cannot_be_read_is_listed_and_not_taken_for_gone(
    synced: Sync, books: OneCSandbox, say: Say
) -> None:
    synced()
    guid = books.ledger.counterparties[4].guid
    say(guid, "balance", '"much"')
    run = synced()
    assert run.counts == {"refused": 1, "unchanged": ALL - 1}
    assert listed(run, "refused") == {guid: {"why": "balance: is not a number"}}
    assert at(books, 4).gone_since is None


def test_what_is_no_email_is_left_out_and_listed(synced: Sync, books: OneCSandbox, say: Say) -> None:
    guid = books.ledger.counterparties[5].guid
    say(guid, "email", '"Buh@X.ru; нет, dir@x.ru"')
    run = synced()
    assert at(books, 5).email == "buh@x.ru, dir@x.ru"
    assert listed(run, "refused")[guid] == {"why": "email", "words": ["нет"]}


def test_whoever_is_listed_twice_is_taken_once(synced: Sync, books: OneCSandbox) -> None:
    books.set_fault("*", "listed_twice")
    run = synced()
    assert run.counts == {"added": ALL, "refused": ALL}
    assert Counterparty.objects.count() == ALL


def test_whoever_is_listed_with_two_balances_is_refused(synced: Sync, books: OneCSandbox) -> None:
    """OCA/account-financial-reporting#810, ingadhoc#1006: which of them an act would have, nobody knows."""
    synced()
    known = at(books, 3)
    books.set_fault("*", "two_currencies", known.onec_guid)
    run = synced()
    assert run.counts == {"refused": 1, "unchanged": ALL - 1}
    why = listed(run, "refused")[known.onec_guid]["why"]
    assert f"{known.balance} {known.currency}, 50.00 USD" in why
    after = at(books, 3)
    assert (after.balance, after.currency, after.gone_since) == (known.balance, known.currency, None)


def test_addresses_that_there_is_no_room_for_are_told(synced: Sync, books: OneCSandbox, say: Say) -> None:
    guid = books.ledger.counterparties[5].guid
    addresses = [f"accounting-{number}@client.example" for number in range(60)]
    say(guid, "email", f'"{"; ".join(addresses)}"')
    run = synced()
    kept = at(books, 5).addresses
    assert listed(run, "refused")[guid] == {"why": "left_out", "words": addresses[len(kept) :]}
    assert 30 < len(kept) < 60


def test_the_empty_reference_is_nobody(synced: Sync, books: OneCSandbox, say: Say) -> None:
    guid = books.ledger.counterparties[5].guid
    say(guid, "guid", f'"{UUID(int=0)}"')
    run = synced()
    assert run.counts == {"added": ALL - 1, "refused": 1}
    assert "the empty reference names nobody" in str(run.changes.get(fate="refused").details)
    with pytest.raises(ValidationError):
        Counterparty(onec_guid=str(UUID(int=0)), name="x").full_clean()


def test_a_guid_in_capitals_is_the_same_counterparty(synced: Sync, books: OneCSandbox) -> None:
    synced()
    books.set_fault("*", "guids_in_capitals")
    assert synced().counts == {"unchanged": ALL}


@pytest.mark.parametrize("fault", ["page_repeats", "page_skips"])
def test_a_list_that_lies_about_its_pages_marks_nobody_as_gone(
    synced: Sync, books: OneCSandbox, fault: str
) -> None:
    synced()
    books.set_fault("*", fault)
    with pytest.raises(InvalidAnswer):
        synced()
    run = DirectoryRun.objects.latest("pk")
    assert (run.state, run.problem) == ("failed", "InvalidAnswer: bad_list")
    assert not Counterparty.objects.exclude(gone_since=None).exists()


def test_a_dry_run_lists_the_same_and_changes_nobody(synced: Sync, books: OneCSandbox, say: Say) -> None:
    synced()
    before = list(Counterparty.objects.order_by("pk").values())
    guids = [known.guid for known in books.ledger.counterparties[:3]]
    say(guids[0], "name", '"New name"')
    books.set_fault(guids[1], "not_listed")
    Counterparty.objects.filter(onec_guid=guids[2]).delete()
    before = [row for row in before if row["onec_guid"] != guids[2]]
    dry = synced(dry=True)
    assert dry.counts == {"changed": 1, "gone": 1, "added": 1, "unchanged": ALL - 3}
    assert list(Counterparty.objects.order_by("pk").values()) == before
    assert synced().counts == dry.counts
    assert DirectoryChange.objects.filter(run=dry, fate="added").get().counterparty is None


def test_a_counterparty_of_before_takes_1cs_values_where_it_has_none(
    synced: Sync, books: OneCSandbox
) -> None:
    known = books.ledger.counterparties[0]
    Counterparty.objects.create(onec_guid=known.guid.upper(), name="ООО Ромашка (опт)")
    run = synced()
    assert listed(run, "conflict") == {known.guid: {"name": ["ООО Ромашка (опт)", known.name]}}
    company = at(books, 0)
    assert (company.name, company.inn, company.email) == ("ООО Ромашка (опт)", known.inn, known.email)
