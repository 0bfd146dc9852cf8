"""All that happened with a counterparty, in one line of time, newest first."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from typing import Any

from django.db.models import Model, Q, QuerySet, TextChoices
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Counterparty
from reconciliation.errors import LetterCameBack
from reconciliation.kept_errors import error_of
from reconciliation.models import ActDownload, Delivery, DeliveryStep, DistributionRun, SentLetter
from reconciliation.printing.formats import format_money, language_of

ON_A_PAGE = 50
SAME_MOMENT = 10
"""More of one kind do not happen at once."""
State, Way = DeliveryStep.State, DeliveryStep.Way


class Kind(TextChoices):
    """What a person may want to see alone."""

    ACT = "act", _("acts")
    LETTER = "letter", _("letters")
    DOWNLOAD = "download", _("downloads")
    BITRIX24 = "bitrix24", _("Bitrix24")


@dataclass(frozen=True)
class Event:
    """One thing that happened: in words, with who did it, and the row that it can be looked at by."""

    at: datetime
    kind: str
    words: str
    detail: str = ""
    who: str = ""
    target: Model | None = None
    is_trouble: bool = False


@dataclass(frozen=True)
class Timeline:
    """A page of events; `older` is where the next one begins, None on the last."""

    events: list[Event]
    older: datetime | None


def timeline(company: Counterparty, *, kind: str = "", before: datetime | None = None) -> Timeline:
    """Return a counterparty's newest events, of all kinds or one, that lie before an instant."""
    chosen = (source for of, source in SOURCES if kind in ("", of))
    found = sorted(
        chain.from_iterable(source(company, before) for source in chosen), key=lambda event: event.at,
        reverse=True,
    )  # fmt: skip
    if len(found) <= ON_A_PAGE:
        return Timeline(found, None)
    last = found[ON_A_PAGE - 1].at  # whatever happened in the same moment stands on the same page
    return Timeline([event for event in found if event.at >= last], last)


def _newest(rows: QuerySet[Any], field: str, before: datetime | None) -> QuerySet[Any]:
    earlier = rows.filter(**{f"{field}__lt": before}) if before else rows
    return earlier.order_by(f"-{field}")[: ON_A_PAGE + SAME_MOMENT]


def _acts(company: Counterparty, before: datetime | None) -> Iterator[Event]:
    acts = company.acts.defer("snapshot").select_related("replaces").defer("replaces__snapshot")
    for act in _newest(acts, "issued_at", before):
        closing = format_money(act.closing, act.currency, language_of(get_language()))
        detail = gettext("closing balance %(amount)s") % {"amount": closing}
        if act.replaces:
            detail += " · " + gettext("replaces № %(number)s") % {"number": act.replaces.number}
        words = gettext("Act № %(number)s for %(period)s was issued") % {
            "number": act.number, "period": _period(act.date_from, act.date_to),
        }  # fmt: skip
        yield Event(act.issued_at, Kind.ACT, words, detail, act.requested_by_name, act)


def _discrepancies(company: Counterparty, before: datetime | None) -> Iterator[Event]:
    for one in _newest(company.discrepancies.defer("snapshot"), "first_seen_at", before):
        words = gettext("1C's figures for %(period)s do not add up: no act was issued") % {
            "period": _period(one.date_from, one.date_to)
        }
        difference = format_money(one.difference, one.currency, language_of(get_language()))
        detail = gettext("difference %(amount)s") % {"amount": difference}
        yield Event(one.first_seen_at, Kind.ACT, words, detail, target=one, is_trouble=True)


def _letters(company: Counterparty, before: datetime | None) -> Iterator[Event]:
    letters = SentLetter.objects.filter(step__delivery__counterparty=company)
    for letter in _newest(letters.select_related("step").defer("packed_html", "text"), "sent_at", before):
        words = gettext("Letter “%(subject)s” to %(recipients)s") % {
            "subject": letter.subject, "recipients": letter.recipients,
        }  # fmt: skip
        is_uncertain = letter.step.state == State.UNCERTAIN
        detail = gettext("nobody knows whether it arrived") if is_uncertain else ""
        yield Event(letter.sent_at, Kind.LETTER, words, detail, target=letter, is_trouble=is_uncertain)


def _bounces(company: Counterparty, before: datetime | None) -> Iterator[Event]:
    for bounce in _newest(company.bounces.all(), "received_at", before):
        words = gettext("The letter to %(address)s came back: %(why)s") % {
            "address": bounce.address, "why": bounce.get_kind_display(),
        }  # fmt: skip
        yield Event(bounce.received_at, Kind.LETTER, words, bounce.words, target=bounce, is_trouble=True)


def _downloads(company: Counterparty, before: datetime | None) -> Iterator[Event]:
    downloads = ActDownload.objects.filter(counterparty=company).select_related("act").defer("act__snapshot")
    for one in _newest(downloads, "at", before):
        words = gettext("%(format)s of act № %(number)s was taken") % {
            "format": one.format.upper(), "number": one.act.number,
        }  # fmt: skip
        yield Event(one.at, Kind.DOWNLOAD, words, one.address or "", one.user_name, one.act)


def _in_bitrix24(company: Counterparty, before: datetime | None) -> Iterator[Event]:
    ways = (Way.DRIVE, Way.TASK, Way.NOTIFICATION)
    done = _steps(company).filter(way__in=ways, state=State.DONE)
    words = {
        Way.DRIVE: gettext("The act for %(month)s was put on Bitrix24 Drive"),
        Way.TASK: gettext("The manager was given the task for %(month)s"),
        Way.NOTIFICATION: gettext("The manager was told of the act for %(month)s"),
    }
    for step in _newest(done, "ended_at", before):
        yield Event(
            step.ended_at, Kind.BITRIX24, words[Way(step.way)] % {"month": _month(step.run)},
            f"№ {step.reference}" if step.reference else "", target=step.delivery,
        )  # fmt: skip


def _troubles(kind: str, *ways: str) -> Callable[[Counterparty, datetime | None], Iterator[Event]]:
    """Return the source of what came to no good end by these ways; what came back tells of itself."""

    def source(company: Counterparty, before: datetime | None) -> Iterator[Event]:
        ended = _steps(company).filter(way__in=ways, ended_at__isnull=False)
        failed = ended.filter(state__in=(State.FAILED, State.CANCELLED)).exclude(
            problem=LetterCameBack.__name__
        )
        for step in _newest(failed, "ended_at", before):
            words = gettext("%(month)s, %(way)s – %(state)s") % {
                "month": _month(step.run).capitalize(), "way": step.get_way_display(),
                "state": step.get_state_display(),
            }  # fmt: skip
            detail = str(error_of(step.problem, step.detail).title) if step.problem else ""
            is_trouble = step.state == State.FAILED
            yield Event(step.ended_at, kind, words, detail, target=step.delivery, is_trouble=is_trouble)

    return source


def _left_out(company: Counterparty, before: datetime | None) -> Iterator[Event]:
    """Yield the months in which it got nothing, or no letter, and why."""
    no_letter = Q(steps__way=Way.EMAIL, steps__state=State.SKIPPED)
    months = Delivery.objects.filter(counterparty=company).select_related("run").prefetch_related("steps")
    months = months.filter(no_letter | ~Q(excluded="")).distinct()
    for delivery in _newest(months, "run__started_at", before):
        if delivery.excluded:
            words = gettext("Nothing was sent for %(month)s")
            why = " · ".join(filter(None, (delivery.get_excluded_display(), delivery.detail)))
        else:
            words = gettext("No letter was sent for %(month)s")
            why = next(step.get_reason_display() for step in delivery.steps.all() if step.way == Way.EMAIL)
        yield Event(
            delivery.run.started_at,
            Kind.LETTER,
            words % {"month": _month(delivery.run)},
            why,
            target=delivery,
        )


def _steps(company: Counterparty) -> QuerySet[DeliveryStep]:
    return DeliveryStep.objects.filter(delivery__counterparty=company).select_related("delivery", "run")


def _month(run: DistributionRun) -> str:
    """Return a month as it stands within a sentence."""
    name = date_format(run.month, "F Y")
    return name.lower() if get_language() == "ru" else name


def _period(begin: date, end: date) -> str:
    return f"{begin:%d.%m.%Y}–{end:%d.%m.%Y}"


SOURCES: tuple[tuple[str, Callable[[Counterparty, datetime | None], Iterator[Event]]], ...] = (
    (Kind.ACT, _acts),
    (Kind.ACT, _discrepancies),
    (Kind.ACT, _troubles(Kind.ACT, Way.ACT)),
    (Kind.LETTER, _letters),
    (Kind.LETTER, _bounces),
    (Kind.LETTER, _left_out),
    (Kind.LETTER, _troubles(Kind.LETTER, Way.EMAIL)),
    (Kind.DOWNLOAD, _downloads),
    (Kind.BITRIX24, _in_bitrix24),
    (Kind.BITRIX24, _troubles(Kind.BITRIX24, Way.DRIVE, Way.TASK, Way.NOTIFICATION)),
)
