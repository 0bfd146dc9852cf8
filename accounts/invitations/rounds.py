"""Invite everybody who has no login: who would get a letter, who would not and why, and how far it is."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, OuterRef, QuerySet, TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import journal
from accounts.addresses import usable_addresses
from accounts.invitations import inviting
from accounts.models import (
    Counterparty,
    Invitation,
    InvitationLetter,
    InvitationRound,
    Membership,
    OrganizationSettings,
    User,
)
from letters import dead_addresses, outbox
from letters.errors import LetterCameBack
from letters.models import Letter

State = Letter.State
LETTERS_AT_ONCE = 500
"""Letters in one transaction."""


class Reason(TextChoices):
    """Why a counterparty gets no letter."""

    HAS_LOGIN = "has_login", _("somebody has access already")
    INVITED = "invited", _("invited already")
    NO_ADDRESS = "no_address", _("no email address")
    DEAD = "dead", _("letters come back from every address")
    BLOCKED = "blocked", _("the login with this address is blocked")
    GONE = "gone", _("gone from 1C")
    UNCHECKED = "unchecked", _("not checked in 1C")


@dataclass
class Plan:
    """Who would get a letter: one to an address, for all its counterparties; and who would not."""

    letters: dict[str, list[Counterparty]] = field(default_factory=lambda: defaultdict(list))
    left_out: dict[Reason, list[Counterparty]] = field(default_factory=lambda: defaultdict(list))

    @property
    def companies(self) -> int:
        return len({each.pk for companies in self.letters.values() for each in companies})


def plan(companies: QuerySet[Counterparty]) -> Plan:
    """Return what inviting these counterparties would come to now."""
    found, dead = Plan(), dead_addresses.all_dead()
    blocked = set(User.objects.filter(is_active=False).values_list("email", flat=True))
    members = Membership.objects.filter(counterparty=OuterRef("pk"), user__is_active=True)
    is_open = Invitation.objects.filter(counterparty=OuterRef("pk"), accepted_at=None, revoked_at=None)
    rows = companies.annotate(has_login=Exists(members), is_invited=Exists(is_open)).order_by("name", "pk")
    for company in rows.defer("onec", "declined", "note", "search").iterator():
        reason, addresses = _judge(company, dead, blocked)
        if reason:
            found.left_out[reason].append(company)
        for address in addresses:
            found.letters[address].append(company)
    return found


def _judge(company: Any, dead: dead_addresses.Dead, blocked: set[str]) -> tuple[Reason | None, list[str]]:
    """Return why a counterparty gets no letter, or the addresses that get one."""
    usable = [each for each in usable_addresses(company.email)[0].split(", ") if each]
    alive = dead_addresses.working(usable, dead)
    free = [each for each in alive if each not in blocked]
    checks = (
        (company.has_login, Reason.HAS_LOGIN), (company.is_invited, Reason.INVITED),
        (company.gone_since, Reason.GONE), (company.is_unchecked, Reason.UNCHECKED),
        (not usable, Reason.NO_ADDRESS), (not alive, Reason.DEAD), (not free, Reason.BLOCKED),
    )  # fmt: skip
    reason = next((reason for is_so, reason in checks if is_so), None)
    return reason, [] if reason else free


def start(companies: QuerySet[Counterparty], *, role: str, by: User) -> InvitationRound:
    """Invite whoever would get a letter now; the letters go out in the background, one to an address.

    Somebody else may invite the same people meanwhile: each counterparty's address is invited once.
    """
    letters = list(plan(companies).letters.items())
    begun = InvitationRound.objects.create(made_by=by, made_by_name=str(by)[:300])
    offer = _Offer(begun, role, by, OrganizationSettings.load().language)
    for first in range(0, len(letters), LETTERS_AT_ONCE):
        some = letters[first : first + LETTERS_AT_ONCE]
        try:
            offer.write(some)
        except IntegrityError:
            for email, theirs in some:
                offer.write_what_is_left(email, theirs)
    return begun


@dataclass(frozen=True)
class _Offer:
    """What all letters of a round have in common."""

    begun: InvitationRound
    role: str
    by: User
    language: str

    @transaction.atomic
    def write(self, drafts: list[tuple[str, list[Counterparty]]]) -> None:
        logins = dict(
            User.objects.filter(email__in=[email for email, _ in drafts]).values_list("email", "pk")
        )
        queued = outbox.queue(
            inviting.draft_of(email, companies[0], companies[0].language or self.language)
            for email, companies in drafts
        )
        letters = InvitationLetter.objects.bulk_create(
            InvitationLetter(round=self.begun, email=email, letter=letter)
            for (email, _companies), letter in zip(drafts, queued, strict=True)
        )
        made = Invitation.objects.bulk_create(
            Invitation(
                counterparty=company, email=email, role=self.role, user_id=logins.get(email),
                is_for_login=email in logins,
                is_of_directory=True, made_by=self.by, made_by_name=self.begun.made_by_name,
            )
            for email, companies in drafts
            for company in companies
        )  # fmt: skip
        own = {letter.email: letter for letter in letters}
        link = InvitationLetter.invitations.through
        link.objects.bulk_create(link(invitationletter=own[each.email], invitation=each) for each in made)
        journal.write_all(
            journal.entry(
                journal.Kind.INVITED, person_name=each.email, by=self.by, counterparty=each.counterparty
            )
            for each in made
        )

    def write_what_is_left(self, email: str, companies: list[Counterparty]) -> None:
        """Write a letter for what nobody else has invited the address to meanwhile."""
        taken = Invitation.objects.filter(email=email, accepted_at=None, revoked_at=None)
        invited = set(taken.values_list("counterparty", flat=True))
        if left := [company for company in companies if company.pk not in invited]:
            self.write([(email, left)])


def letters_of(begun: InvitationRound) -> QuerySet[Letter]:
    """Return the letters of a round."""
    return Letter.objects.filter(invitation__round=begun)


def progress(begun: InvitationRound) -> dict[str, int]:
    """Return how many letters are in each state."""
    counted = letters_of(begun).order_by().values_list("state").annotate(Count("pk"))
    return dict(counted)


def stop(begun: InvitationRound) -> int:
    """Cancel the letters that have not begun, with their invitations; return how many letters that were."""
    now = timezone.now()
    with transaction.atomic():
        number = outbox.cancel(letters_of(begun))
        stopped = letters_of(begun).filter(state=State.CANCELLED)
        theirs = Invitation.objects.filter(letters__letter__in=stopped, accepted_at=None, revoked_at=None)
        theirs.update(revoked_at=now)
        InvitationRound.objects.filter(pk=begun.pk).update(stopped_at=now)
    return number


def retry_failed(begun: InvitationRound) -> int:
    """Try again the letters that were not taken; return how many. What came back would come back again."""
    return outbox.send_again(letters_of(begun).exclude(problem=LetterCameBack.__name__))
