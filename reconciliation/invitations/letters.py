"""Send the letters of invitations in the background: each once, whatever fails in between."""

import random
import secrets
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import connection, transaction
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext

from accounts.accepting import is_void
from accounts.links import address_of
from accounts.models import Invitation, InvitationLetter
from accounts.signals import letters_wait
from reconciliation.distribution import domain_limit
from reconciliation.distribution.letter_marks import mark_of, sender_of
from reconciliation.distribution.mailing import MailSession
from reconciliation.distribution.steps import DAY, PAUSES
from reconciliation.errors import DomainFull, MailUncertain, PortalError
from reconciliation.http import Deadline

State = InvitationLetter.State
MOST = 10
"""Letters in one session with the mail server."""
LEASE = timedelta(minutes=5)


def send_waiting(until: Deadline) -> bool:
    """Send letters until none can be sent now, or the time is over; return whether more can be."""
    sweep()
    while letters := _claim():
        _send_all(letters, until)
        if not until.remaining:
            return _ready().exists()
    return False


def sweep() -> None:
    """Take up what workers that died have left; a letter that may have arrived is a person's to decide."""
    left = InvitationLetter.objects.filter(state=State.UNDER_WAY, leased_until__lt=timezone.now())
    left.filter(handed_over_at__isnull=False).update(
        state=State.UNCERTAIN, ended_at=timezone.now(), leased_until=None,
        detail="the worker was lost while the mail server took the letter",
    )  # fmt: skip
    left.filter(handed_over_at=None).update(state=State.WAITING, worker="", leased_until=None)


def not_arrived() -> QuerySet[Invitation]:
    """Return the open invitations whose newest letter failed, came back or is uncertain."""
    link = InvitationLetter.invitations.through
    newest = link.objects.filter(invitation=OuterRef("pk")).order_by("-invitationletter_id")
    still_open = Invitation.objects.filter(accepted_at=None, revoked_at=None)
    return still_open.alias(last=Subquery(newest.values("invitationletter__state")[:1])).filter(
        last__in=(State.FAILED, State.UNCERTAIN)
    )


def settle(letter: InvitationLetter, *, arrived: bool) -> None:
    """Take a person's word for a letter of which nobody knew: it is done, or is sent again."""
    uncertain = InvitationLetter.objects.filter(pk=letter.pk, state=State.UNCERTAIN)
    if arrived:
        uncertain.update(state=State.SENT)
        return
    uncertain.update(
        state=State.WAITING, attempts=0, next_try_at=timezone.now(), ended_at=None, handed_over_at=None,
        worker="", problem="", detail="",
    )  # fmt: skip
    letters_wait.send(InvitationLetter)


def _ready() -> QuerySet[InvitationLetter]:
    return InvitationLetter.objects.filter(state=State.WAITING, next_try_at__lte=timezone.now())


def _claim() -> list[InvitationLetter]:
    """Take a few letters; each goes to one worker only."""
    worker, waiting = secrets.token_hex(8), _ready().order_by("next_try_at", "pk")
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            waiting = waiting.select_for_update(skip_locked=True)
        found = list(waiting.values_list("pk", flat=True)[:MOST])
        InvitationLetter.objects.filter(pk__in=found, state=State.WAITING).update(
            state=State.UNDER_WAY, worker=worker, leased_until=timezone.now() + LEASE,
            attempts=F("attempts") + 1,
        )  # fmt: skip
    taken = InvitationLetter.objects.filter(pk__in=found, worker=worker, state=State.UNDER_WAY)
    return list(taken.order_by("pk"))


def _send_all(letters: list[InvitationLetter], until: Deadline) -> None:
    with MailSession() as session:
        for letter in letters:
            if until.remaining:
                _send(session, letter)
            else:
                _put_back(letter)


def _send(session: MailSession, letter: InvitationLetter) -> None:
    message = message_of(letter)
    if message is None:
        _end(letter, State.CANCELLED)
        return
    try:
        domain_limit.take_place([letter.email])
        session.send(message, _hand_over(letter))
    except DomainFull as error:
        _put_back(letter, error)
    except MailUncertain as error:
        _end(letter, State.UNCERTAIN, problem=error.kind, detail=error.detail[:1000])
    except PortalError as error:
        _fail(letter, error)
    else:
        _end(letter, State.SENT, problem="", detail="")


def message_of(letter: InvitationLetter) -> EmailMultiAlternatives | None:
    """Return the letter as it goes out; None when nothing that it offers is left."""
    invited = letter.invitations.select_related("counterparty", "user").order_by("counterparty__name")
    still_open = [each for each in invited if each.is_open and not is_void(each)]
    if not still_open:
        return None
    companies = [str(each.counterparty) for each in still_open]
    context = {
        "companies": companies,
        "invited_by": still_open[0].made_by_name,
        "url": address_of(letter),
        "days": settings.INVITATION_DAYS,
        "organization_name": settings.ORGANIZATION_NAME,
        "support_email": settings.ACCOUNTING_EMAIL,
        "site_url": settings.SITE_URL,
    }
    with translation.override(letter.language):
        subject = gettext("Access to reconciliation acts: %(company)s") % {"company": companies[0]}
        text = render_to_string("emails/invitation.txt", context)
        html = render_to_string("emails/invitation.html", context)
    message = EmailMultiAlternatives(" ".join(subject.split())[:200], text, to=[letter.email])
    message.extra_headers = {
        "From": settings.DEFAULT_FROM_EMAIL,
        "Message-ID": _message_id(letter),
        "Auto-Submitted": "auto-generated",
    }
    message.from_email = sender_of(letter.pk, "i")  # of the envelope: reports come back to it
    if settings.ACCOUNTING_EMAIL:
        message.reply_to = [settings.ACCOUNTING_EMAIL]
    message.attach_alternative(html, "text/html")
    return message


def _message_id(letter: InvitationLetter) -> str:
    """Return the letter's id, the same at every attempt: a mail reader then shows one."""
    return f"<invitation-{mark_of(letter.pk, 'i')}@{urlsplit(settings.SITE_URL).hostname or 'localhost'}>"


def _hand_over(letter: InvitationLetter) -> Callable[[], bool]:
    """Return what notes, just before the text goes, that the letter may have arrived from then on."""
    return lambda: bool(_ours(letter).update(handed_over_at=timezone.now()))


def _ours(letter: InvitationLetter) -> QuerySet[InvitationLetter]:
    return InvitationLetter.objects.filter(pk=letter.pk, worker=letter.worker, state=State.UNDER_WAY)


def _end(letter: InvitationLetter, state: str, **fields: str) -> None:
    _ours(letter).update(state=state, ended_at=timezone.now(), leased_until=None, **fields)


def _put_back(letter: InvitationLetter, why: DomainFull | None = None) -> None:
    told = {"problem": why.kind, "detail": why.detail} if why else {}
    again = (why and why.not_before) or timezone.now()
    waits = partial(_ours(letter).update, state=State.WAITING, worker="", leased_until=None)
    waits(next_try_at=again, attempts=F("attempts") - 1, **told)


def _fail(letter: InvitationLetter, error: PortalError) -> None:
    told = {"problem": error.kind, "detail": error.detail[:1000]}
    pause = PAUSES[min(letter.attempts, len(PAUSES)) - 1] * random.uniform(0.75, 1.25)  # noqa: S311  # no secret
    again = timezone.now() + pause
    if not error.retryable or again > letter.made_at + DAY:
        _end(letter, State.FAILED, **told)
        return
    _ours(letter).update(
        state=State.WAITING, worker="", leased_until=None, handed_over_at=None, next_try_at=again, **told
    )
