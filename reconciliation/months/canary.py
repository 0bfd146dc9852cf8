"""The first deliveries of a month go out first; when too many of them fail the run pauses itself.

Each way out is held by itself: its other steps wait until the first ones have come to an end. Acts are made
for everybody meanwhile: they leave nothing behind outside.
"""

from collections import Counter

from django.db.models import F
from django.utils.translation import gettext

from accounts.models import OrganizationSettings
from reconciliation.models import DeliveryStep, DistributionRun
from reconciliation.months import runs

State, Way = DeliveryStep.State, DeliveryStep.Way
DONE, FAILED, PASSING, OPEN = "done", "failed", "passing", "open"


def mark(run: DistributionRun, deliveries: int) -> int:
    """Return how many of these new deliveries are among the first; call in a transaction."""
    number = min(run.canary, deliveries)
    if number:
        run.canary -= number
        DistributionRun.objects.filter(pk=run.pk).update(canary=F("canary") - number)
    return number


def judge(run: DistributionRun) -> list[str]:
    """Let the ways go whose first steps went well; pause the run when too many did not.

    `run`: as it is now. Returns the ways that are held from now on.
    """
    if not run.held or run.state != runs.State.UNDER_WAY:
        return list(run.held)
    percent = OrganizationSettings.load().canary_percent
    first = _first_steps(run)
    fates, number = _fates(first), len(first) + (0 if run.listed_at else run.canary)
    for way in run.held:
        if fates[way][FAILED] * 100 > percent * number:
            runs.pause_itself(run, f"{way} {fates[way][FAILED]}/{number}")
            return list(run.held)
    if run.canary and not run.listed_at:
        return list(run.held)  # not all of the first are known yet
    held = [way for way in run.held if not _went_well(fates[way])]
    if held != run.held:
        DistributionRun.objects.filter(pk=run.pk).update(held=held)
    return held


def why_paused(run: DistributionRun) -> str:
    """Return which way failed, and how often, in the language that is set; empty for other runs."""
    if not run.paused_why:
        return ""
    way, _, share = run.paused_why.partition(" ")
    failed, _, number = share.partition("/")
    words = {"way": Way(way).label, "failed": failed, "number": number}
    return gettext("%(way)s: %(failed)s of %(number)s failed") % words


def _went_well(fates: Counter[str]) -> bool:
    """Whether all have come to an end, and most of them to a good one: what passes is tried again later."""
    return not fates[OPEN] and fates[PASSING] <= fates[DONE]


def _first_steps(run: DistributionRun) -> list[list[DeliveryStep]]:
    """Return the steps of each of the first deliveries."""
    by_delivery: dict[int, list[DeliveryStep]] = {}
    for step in run.steps.filter(is_first=True).prefetch_related("letters__letter"):
        by_delivery.setdefault(step.delivery_id, []).append(step)
    return list(by_delivery.values())


def _fates(first: list[list[DeliveryStep]]) -> dict[str, Counter[str]]:
    """Return what became of the first steps, by way."""
    found: dict[str, Counter[str]] = {way: Counter() for way in Way.values}
    for of_one in first:
        # What waits for a step that has come to no good end says nothing of its own way.
        is_blocked = any(_fate(step) in (FAILED, PASSING) for step in of_one)
        for step in of_one:
            waits = step.state == State.WAITING and not step.is_ready
            if step.state not in (State.SKIPPED, State.CANCELLED) and not (waits and is_blocked):
                found[step.way][_fate(step)] += 1
    return found


def _fate(step: DeliveryStep) -> str:
    if step.state in (State.FAILED, State.UNCERTAIN):
        return FAILED
    if step.state == State.WAITING and step.problem and step.attempts:
        return PASSING
    if step.state == State.QUEUED:
        letter = step.letters.all()[0].letter
        return PASSING if letter.problem and letter.attempts else OPEN
    return DONE if step.state == State.DONE else OPEN
