"""Files, tasks and notifications of several deliveries at once: one request of Bitrix24 for all of them."""

from collections.abc import Callable, Iterable, Sequence

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

from jobs.deadline import Deadline
from reconciliation import connections
from reconciliation.acts import archive
from reconciliation.bitrix24 import drive as drives
from reconciliation.bitrix24 import notifications, tasks
from reconciliation.bitrix24.crm import Company
from reconciliation.bitrix24.drive import StoredFile
from reconciliation.bitrix24.gateway import Bitrix24
from reconciliation.bitrix24.tasks import Task
from reconciliation.errors import Bitrix24Error, Bitrix24NotFound, PortalError
from reconciliation.models import Delivery, DeliveryStep, DistributionRun
from reconciliation.months import crm_companies, steps
from reconciliation.months.ways import digest_way, drive_way, task_way

SECONDS = 120.0
"""For a group; its lease is longer."""
REQUEST_SECONDS = 4.0
"""Of Bitrix24's time that one request is to take: the work is shared evenly, far from its 60 s."""
Way = DeliveryStep.Way
METHODS = {
    Way.DRIVE: "disk.folder.uploadfile",
    Way.TASK: "tasks.task.add",
    Way.NOTIFICATION: "im.notify.personal.add",
}
SOON = 200
"""The following deliveries, among which those are found whose companies will be wanted next."""


def most_of(way: str) -> int:
    """Return how many steps of a way to do in one request."""
    return connections.bitrix24().calls_in(METHODS[Way(way)], REQUEST_SECONDS)


def deliver(way: str, group: Sequence[DeliveryStep]) -> None:
    """Do these steps of one way; what stops all of them is noted on each."""
    do: dict[str, Callable[[Bitrix24, Sequence[DeliveryStep], Deadline], None]] = {
        Way.DRIVE: _put_files,
        Way.TASK: _make_tasks,
        Way.NOTIFICATION: _notify,
    }
    try:
        do[way](connections.bitrix24(), group, Deadline(SECONDS))
    except PortalError as error:
        for step in group:
            steps.fail(step, error)


def _put_files(bitrix24: Bitrix24, group: Sequence[DeliveryStep], deadline: Deadline) -> None:
    files: dict[str, tuple[str, bytes]] = {}
    kept = archive.kept_for(map(steps.act_of, group), "pdf")
    for step in group:
        try:
            files[str(step.pk)] = drive_way.file_of(steps.act_of(step), kept.get(steps.act_of(step).pk))
        except PortalError as error:  # of this act alone
            steps.fail(step, error)
    folder = _folder(bitrix24, group[0], deadline)
    found = drives.put_many(bitrix24, folder, files, deadline=deadline)
    if any(isinstance(outcome, Bitrix24NotFound) for outcome in found.values()):
        # Somebody deleted the month's folder: it is made again, once.
        DistributionRun.objects.filter(pk=group[0].run_id, folder=folder).update(folder=0)
        group[0].run.folder = 0
        again = {key: files[key] for key, outcome in found.items() if isinstance(outcome, Bitrix24NotFound)}
        folder = _folder(bitrix24, group[0], deadline)
        found |= drives.put_many(bitrix24, folder, again, deadline=deadline)
    for step in group:
        if outcome := found.get(str(step.pk)):
            _note_outcome(step, outcome, bitrix24)


def _make_tasks(bitrix24: Bitrix24, group: Sequence[DeliveryStep], deadline: Deadline) -> None:
    firms = _companies(bitrix24, group, deadline)
    managers = {crm_companies.manager_of(step.delivery.counterparty, firms[step.pk]) for step in group}
    files = _files(group)
    jobs = {
        step.pk: task_way.Job(
            steps.act_of(step),
            firms[step.pk],
            files.get(step.delivery_id),
            has_lost_file=step.delivery_id in files and files[step.delivery_id] is None,
        )
        for step in group
    }
    people = crm_companies.people_of(bitrix24, {*managers, settings.BITRIX24_FALLBACK_MANAGER_ID}, deadline)
    if (run := group[0].run).digest:
        found = digest_way.make_many(bitrix24, jobs, run=run, people=people, deadline=deadline)
    else:
        new = {step.pk for step in group if steps.is_first_try(step)}
        found = task_way.make_many(bitrix24, jobs, people=people, new=new, deadline=deadline)
    for step in group:
        _note_outcome(step, found[step.pk], bitrix24)


def _notify(bitrix24: Bitrix24, group: Sequence[DeliveryStep], deadline: Deadline) -> None:
    firms = _companies(bitrix24, group, deadline)
    for step in group:
        act = steps.act_of(step)
        manager = crm_companies.manager_of(act.counterparty, firms[step.pk])
        manager = manager or settings.BITRIX24_FALLBACK_MANAGER_ID
        with translation.override(settings.LANGUAGE_CODE):
            words = gettext("The reconciliation act %(number)s of client %(name)s is there.") % {
                "number": act.number,
                "name": act.counterparty.name,
            }
        try:
            number = notifications.notify(
                bitrix24, manager, words, tag=task_way.marker_of(act), deadline=deadline
            )
        except Bitrix24Error as error:
            steps.fail(step, error)
        else:
            steps.finish(step, reference=str(number))


def _note_outcome(step: DeliveryStep, outcome: StoredFile | Task | Bitrix24Error, bitrix24: Bitrix24) -> None:
    if isinstance(outcome, PortalError):
        steps.fail(step, outcome)
    elif isinstance(outcome, StoredFile):
        steps.finish(step, reference=str(outcome.id), url=outcome.url)
    else:
        steps.finish(step, reference=str(outcome.id), url=tasks.page_of(bitrix24, outcome))


def _folder(bitrix24: Bitrix24, step: DeliveryStep, deadline: Deadline) -> int:
    """Return the month's folder; it is looked for once a run."""
    run = step.run
    if not run.folder:
        root = settings.BITRIX24_ACTS_FOLDER_ID
        run.folder = drives.month_folder(bitrix24, root, f"{run.month:%Y-%m}", deadline=deadline)
        DistributionRun.objects.filter(pk=run.pk).update(folder=run.folder)
    return run.folder


def _companies(
    bitrix24: Bitrix24, group: Sequence[DeliveryStep], deadline: Deadline
) -> dict[int, Company | None]:
    """Return the companies of these steps' counterparties; those of the next steps are asked about, too."""
    wanted = {step.pk: crm_companies.client_of(step.delivery.counterparty) for step in group}

    def soon() -> Iterable[crm_companies.Client]:
        first = max(step.delivery_id for step in group)
        following = Delivery.objects.filter(pk__gt=first, pk__lte=first + SOON, excluded="").order_by("pk")
        return following.values_list("counterparty__bitrix24_company_id", "counterparty__onec_guid")

    found = crm_companies.companies_of(bitrix24, wanted.values(), deadline, soon)
    return {number: found.get(client) for number, client in wanted.items()}


def _files(group: Sequence[DeliveryStep]) -> dict[int, StoredFile | None]:
    """Return the files on the Drive by delivery; None for one that could not be put there."""
    states = DeliveryStep.State
    ended = DeliveryStep.objects.filter(
        delivery__in=[step.delivery_id for step in group],
        way=Way.DRIVE,
        state__in=(states.DONE, states.FAILED),
    )
    return {step.delivery_id: _file(step) if step.state == states.DONE else None for step in ended}


def _file(step: DeliveryStep) -> StoredFile:
    return StoredFile(int(step.reference), name="", size=0, url=step.url)
