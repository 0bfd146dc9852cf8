"""Erase a person: nothing that names them is left, and every act's history stays whole.

The row of the login is kept without a name, so that what refers to it still does.
"""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from auditlog.context import disable_auditlog
from auditlog.models import LogEntry
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext

from accounts import journal
from accounts.models import Counterparty, Invitation, InvitationLetter, InvitationRound, JournalEntry, User
from accounts.people import act_letters, security
from accounts.people.helping import end_sessions
from letters.models import Bounce, Letter, Recipient
from reconciliation.models import ActDownload, ErrorReport, IssuedAct


def erase(person: User, *, by: User) -> None:
    """Take a person's name, addresses and access out of everything that the portal holds."""
    with translation.override(settings.LANGUAGE_CODE):
        name = gettext("erased person № %(number)s") % {"number": person.pk}
    email = person.email
    nowhere = f"erased-{person.pk}@erased.invalid"
    with transaction.atomic(), disable_auditlog():
        companies = list(Counterparty.objects.filter(email__contains=email))
        for company in companies:
            act_letters.set_for(company, person, wanted=False)
        theirs = [*companies, *Counterparty.objects.filter(memberships__user=person)]
        _blank_letters(email, nowhere)
        _blank_changes(email, nowhere, theirs)
        person.memberships.all().delete()
        _forget_login(person, nowhere)
        _forget_invitations(person, email, nowhere)
        _blank_history(person, name, email)
        journal.note(journal.Kind.ERASED, person=person, person_name=name, by=by)


def _forget_login(person: User, nowhere: str) -> None:
    Authenticator.objects.filter(user=person).delete()
    EmailAddress.objects.filter(user=person).delete()
    end_sessions([person])
    person.groups.clear()
    person.user_permissions.clear()
    person.email = nowhere
    person.first_name = person.last_name = person.language = person.time_zone = ""
    person.is_active = person.is_staff = person.is_superuser = False
    person.set_unusable_password()
    person.save()


def _forget_invitations(person: User, email: str, nowhere: str) -> None:
    """Revoke what is open, and take the address off the rest."""
    mine = Invitation.objects.filter(Q(email=email) | Q(accepted_by=person))
    mine.filter(accepted_at=None, revoked_at=None).update(revoked_at=timezone.now())
    mine.update(email=nowhere)
    InvitationLetter.objects.filter(email=email).update(email=nowhere)


def _blank_history(person: User, name: str, email: str) -> None:
    about = JournalEntry.objects.filter(person=person) | JournalEntry.objects.filter(person_name=email)
    about.update(person_name=name, address=None, detail="")
    JournalEntry.objects.filter(by=person).update(by_name=name, address=None)
    IssuedAct.objects.filter(requested_by=person).update(requested_by_name=name)
    ActDownload.objects.filter(user=person).update(user_name=name, address=None)
    ErrorReport.objects.filter(user=person).update(user_name=name, detail="")
    for model in (Invitation, InvitationRound):
        model.objects.filter(made_by=person).update(made_by_name=name)
    LogEntry.objects.filter(actor=person).update(remote_addr=None, actor_email=None)
    LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(User), object_id=person.pk
    ).delete()


def _blank_letters(email: str, nowhere: str) -> None:
    """Take the address off letters, and off what came back from it."""
    Bounce.objects.filter(address=email).update(address=nowhere)
    Letter.objects.filter(kind=security.LETTER, recipients__address=email).delete()
    Recipient.objects.filter(address=email).update(address=nowhere)


def _blank_changes(email: str, nowhere: str, companies: list[Counterparty]) -> None:
    """Take the address out of what is kept of changes of the companies' addresses."""
    of_companies = ContentType.objects.get_for_model(Counterparty)
    keys = [company.pk for company in companies]
    changes = LogEntry.objects.filter(content_type=of_companies, object_id__in=keys)
    for entry in changes.filter(changes__has_key="email"):
        old, new = (str(value).replace(email, nowhere) for value in entry.changes["email"])
        LogEntry.objects.filter(pk=entry.pk).update(changes=entry.changes | {"email": [old, new]})
