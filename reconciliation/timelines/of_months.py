"""What the months sent a counterparty, what came back, and what it was left out of."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext

from letters.errors import LetterCameBack
from letters.models import Bounce, Letter
from reconciliation.errors.kept import error_of
from reconciliation.models import Delivery, DeliveryLetter, DeliveryStep, DistributionRun
from reconciliation.models.month_letters import BOUNCE_TO_COUNTERPARTY
from reconciliation.timelines.event import Event, Kind, Scope, Source

State, Way = DeliveryStep.State, DeliveryStep.Way


def _letters(scope: Scope) -> QuerySet[DeliveryLetter]:
    """Return the letters that were handed over."""
    rows = DeliveryLetter.objects.select_related("step", "letter").prefetch_related("letter__recipients")
    rows = rows.filter(letter__handed_over_at__isnull=False).defer("letter__packed_html", "letter__text")
    return _of_company(rows, scope, "step__delivery__counterparty")


def _letter(one: DeliveryLetter) -> Event:
    words = gettext("Letter “%(subject)s” to %(recipients)s") % {
        "subject": one.letter.subject, "recipients": ", ".join(map(str, one.letter.recipients.all())),
    }  # fmt: skip
    is_uncertain = one.letter.state == Letter.State.UNCERTAIN
    detail = gettext("nobody knows whether it arrived") if is_uncertain else ""
    at = one.letter.handed_over_at or one.letter.made_at  # those that are asked for were handed over
    return Event(at, Kind.LETTER, words, detail, target=one, is_trouble=is_uncertain)


def _bounces(scope: Scope) -> QuerySet[Bounce]:
    return _of_company(Bounce.objects.all(), scope, BOUNCE_TO_COUNTERPARTY)


def _bounce(bounce: Bounce) -> Event:
    words = gettext("The letter to %(address)s came back: %(why)s") % {
        "address": bounce.address, "why": bounce.get_kind_display(),
    }  # fmt: skip
    return Event(bounce.received_at, Kind.LETTER, words, bounce.words, target=bounce, is_trouble=True)


def _in_bitrix24(scope: Scope) -> QuerySet[DeliveryStep]:
    return _steps(scope).filter(way__in=(Way.DRIVE, Way.TASK, Way.NOTIFICATION), state=State.DONE)


def _brought(step: DeliveryStep) -> Event:
    words = {
        Way.DRIVE: gettext("The act for %(month)s was put on Bitrix24 Drive"),
        Way.TASK: gettext("The manager was given the task for %(month)s"),
        Way.NOTIFICATION: gettext("The manager was told of the act for %(month)s"),
    }[Way(step.way)] % {"month": _month(step.run)}
    number = f"№ {step.reference}" if step.reference else ""
    return Event(_end(step), Kind.BITRIX24, words, number, target=step.delivery)


def _troubles(*ways: str) -> Callable[[Scope], QuerySet[DeliveryStep]]:
    """Return the rows of what came to no good end by these ways; what came back tells of itself."""

    def rows(scope: Scope) -> QuerySet[DeliveryStep]:
        ended = _steps(scope).filter(way__in=ways, ended_at__isnull=False)
        failed = ended.filter(state__in=(State.FAILED, State.CANCELLED))
        return failed.exclude(problem=LetterCameBack.__name__)

    return rows


def _trouble(kind: str) -> Callable[[DeliveryStep], Event]:
    def event(step: DeliveryStep) -> Event:
        words = gettext("%(month)s, %(way)s – %(state)s") % {
            "month": _month(step.run).capitalize(), "way": step.get_way_display(),
            "state": step.get_state_display(),
        }  # fmt: skip
        detail = str(error_of(step.problem, step.detail).title) if step.problem else ""
        is_trouble = step.state == State.FAILED
        return Event(_end(step), kind, words, detail, target=step.delivery, is_trouble=is_trouble)

    return event


def _left_out(scope: Scope) -> QuerySet[Delivery]:
    """Return the months in which it got nothing, or no letter."""
    no_letter = Q(steps__way=Way.EMAIL, steps__state=State.SKIPPED)
    months = Delivery.objects.select_related("run").prefetch_related("steps")
    return _of_company(months, scope, "counterparty").filter(no_letter | ~Q(excluded="")).distinct()


def _without(delivery: Delivery) -> Event:
    if delivery.excluded:
        words = gettext("Nothing was sent for %(month)s")
        why = " · ".join(filter(None, (delivery.get_excluded_display(), delivery.detail)))
    else:
        words = gettext("No letter was sent for %(month)s")
        why = next(step.get_reason_display() for step in delivery.steps.all() if step.way == Way.EMAIL)
    words %= {"month": _month(delivery.run)}
    return Event(delivery.run.started_at, Kind.LETTER, words, why, target=delivery)


def _of_company(rows: QuerySet[Any], scope: Scope, field: str) -> QuerySet[Any]:
    return rows.filter(**{field: scope.company}) if scope.company else rows.none()


def _steps(scope: Scope) -> QuerySet[DeliveryStep]:
    rows = DeliveryStep.objects.select_related("delivery", "run")
    return _of_company(rows, scope, "delivery__counterparty")


def _end(step: DeliveryStep) -> datetime:
    return step.ended_at or step.next_try_at  # those that are asked for have ended


def _month(run: DistributionRun) -> str:
    """Return a month as it stands within a sentence."""
    name = date_format(run.month, "F Y")
    return name.lower() if get_language() == "ru" else name


SOURCES = (
    Source(Kind.ACT, "ended_at", _troubles(Way.ACT), _trouble(Kind.ACT)),
    Source(Kind.LETTER, "letter__handed_over_at", _letters, _letter),
    Source(Kind.LETTER, "received_at", _bounces, _bounce),
    Source(Kind.LETTER, "run__started_at", _left_out, _without),
    Source(Kind.LETTER, "ended_at", _troubles(Way.EMAIL), _trouble(Kind.LETTER)),
    Source(Kind.BITRIX24, "ended_at", _in_bitrix24, _brought),
    Source(
        Kind.BITRIX24, "ended_at", _troubles(Way.DRIVE, Way.TASK, Way.NOTIFICATION), _trouble(Kind.BITRIX24)
    ),
)
