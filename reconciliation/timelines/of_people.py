"""What people did: sign-ins, invitations, help by accounting, views; and what they changed."""

from collections.abc import Callable
from typing import Any

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import journal
from accounts.models import Counterparty, JournalEntry, Membership, User
from reconciliation.timelines.event import Event, Kind, Scope, Source

SIGN_INS = (JournalEntry.Kind.LOGGED_IN, JournalEntry.Kind.LOGIN_FAILED)
TROUBLES = {JournalEntry.Kind.LOGIN_FAILED}
LONGEST_VALUE = 60
WAYS = {
    "password": _("password"), "code": _("code by email"), "totp": _("code from the app"),
    "recovery_codes": _("recovery code"), "webauthn": _("passkey"), "invitation": _("link of an invitation"),
    "password_reset": _("link for a new password"),
}  # fmt: skip


def _ways(codes: str) -> str:
    """Return by what a person signed in."""
    return ", ".join(str(WAYS.get(code, code)) for code in codes.split(", ") if code)


def _role(code: str) -> str:
    return str(Membership.Role(code).label) if code in Membership.Role.values else code


WORDS: dict[str, Callable[[str], str]] = {
    JournalEntry.Kind.LOGGED_IN: _ways, JournalEntry.Kind.LOGIN_FAILED: _ways,
    JournalEntry.Kind.ACCESS_GIVEN: _role, JournalEntry.Kind.ROLE_CHANGED: _role,
}  # fmt: skip
"""What the detail of an entry means, where it is a code."""


def _entries(scope: Scope) -> QuerySet[JournalEntry]:
    rows = JournalEntry.objects.all()
    if scope.company:
        members = User.objects.filter(memberships__counterparty=scope.company)
        return rows.filter(Q(counterparty=scope.company) | Q(kind__in=SIGN_INS, person__in=members))
    return scope.of(rows, people=("person", "by"), ip="address", reference="reference")


def _entry(one: JournalEntry) -> Event:
    detail = WORDS[one.kind](one.detail) if one.kind in WORDS else one.detail
    words = f"{one.get_kind_display()}: {one.person_name}" if one.person_name else one.get_kind_display()
    return Event(
        one.at, Kind.PERSON, words[:1].upper() + words[1:], detail, one.by_name,
        is_trouble=one.kind in TROUBLES, address=one.address or "", reference=one.reference,
        company=one.counterparty_name,
    )  # fmt: skip


def _changes(scope: Scope) -> QuerySet[LogEntry]:
    rows: QuerySet[LogEntry] = LogEntry.objects.select_related("actor", "content_type")
    if scope.company:
        return rows.filter(content_type=_type(Counterparty), object_id=scope.company.pk)
    if scope.people is None:
        return rows
    found = Q(actor__in=scope.people) | Q(content_type=_type(User), object_id__in=scope.people)
    if scope.ip:
        found |= Q(remote_addr=scope.ip)
    if scope.reference:
        found |= Q(cid=scope.reference)
    return rows.filter(found)


def _change(one: Any) -> Event:
    model = one.content_type.model_class()
    what = str(model._meta.verbose_name) if model else one.content_type.model  # noqa: SLF001  # Django's own way
    words = _words(one.action) % {"what": what[:1].upper() + what[1:], "name": one.object_repr}
    return Event(
        one.timestamp, Kind.CHANGE, words, _values(one), journal.name_of(one.actor),
        address=one.remote_addr or "", reference=one.cid or "",
    )  # fmt: skip


def _words(action: int) -> str:
    return {
        LogEntry.Action.CREATE: gettext("%(what)s “%(name)s” was made"),
        LogEntry.Action.DELETE: gettext("%(what)s “%(name)s” was deleted"),
    }.get(action) or gettext("%(what)s “%(name)s” was changed")


def _values(one: Any) -> str:
    """Return what was changed, field by field; of what was made or deleted its name says enough."""
    if one.action != LogEntry.Action.UPDATE:
        return ""
    changed = one.changes_display_dict.items()
    return "; ".join(f"{field}: {_short(old)} → {_short(new)}" for field, (old, new) in changed)


def _short(value: object) -> str:
    text = "–" if value in ("", "None", None) else str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def _type(model: type[Model]) -> ContentType:
    return ContentType.objects.get_for_model(model)


SOURCES = (
    Source(Kind.PERSON, "at", _entries, _entry),
    Source(Kind.CHANGE, "timestamp", _changes, _change),
)
