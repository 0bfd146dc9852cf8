"""All that happened, in one line of time, newest first: a page of it, or the whole for a file."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from reconciliation.timelines import of_acts, of_months, of_people
from reconciliation.timelines.event import Event, Scope, Source

ON_A_PAGE = 50
SAME_MOMENT = 10
"""More of one kind do not happen at once."""
ROWS_AT_ONCE = 500
SOURCES: tuple[Source, ...] = (*of_acts.SOURCES, *of_months.SOURCES, *of_people.SOURCES)


@dataclass(frozen=True)
class Timeline:
    """A page of events; `older` is where the next one begins, None on the last."""

    events: list[Event]
    older: datetime | None


def timeline(scope: Scope, *, kind: str = "", before: datetime | None = None) -> Timeline:
    """Return the newest events of a scope, of all kinds or one, that lie before an instant."""
    found = sorted(
        chain.from_iterable(_newest(source, scope, before) for source in _sources(kind)),
        key=lambda event: event.at,
        reverse=True,
    )
    if len(found) <= ON_A_PAGE:
        return Timeline(found, None)
    last = found[ON_A_PAGE - 1].at  # whatever happened in the same moment stands on the same page
    return Timeline([event for event in found if event.at >= last], last)


def everything(scope: Scope, *, kind: str = "") -> Iterator[Event]:
    """Yield all events of a scope, newest first, without holding them."""
    each = (_all(source, scope) for source in _sources(kind))
    return heapq.merge(*each, key=lambda event: event.at, reverse=True)


def _sources(kind: str) -> list[Source]:
    return [source for source in SOURCES if kind in ("", source.kind)]


def _newest(source: Source, scope: Scope, before: datetime | None) -> Iterator[Event]:
    rows = source.rows(scope)
    earlier = rows.filter(**{f"{source.field}__lt": before}) if before else rows
    return map(source.event, earlier.order_by(f"-{source.field}")[: ON_A_PAGE + SAME_MOMENT])


def _all(source: Source, scope: Scope) -> Iterator[Event]:
    rows = source.rows(scope).order_by(f"-{source.field}")
    return map(source.event, rows.iterator(chunk_size=ROWS_AT_ONCE))
