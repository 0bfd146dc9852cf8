"""Files, tasks and notifications of several deliveries at once: one request of Bitrix24 for all of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

from reconciliation import connections
from reconciliation.bitrix24 import crm, notifications
from reconciliation.bitrix24 import drive as drives
from reconciliation.bitrix24.crm import Company
from reconciliation.bitrix24.drive import StoredFile
from reconciliation.bitrix24.gateway import Bitrix24
from reconciliation.bitrix24.tasks import Task
from reconciliation.distribution import steps
from reconciliation.distribution.channels import drive, task
from reconciliation.errors import Bitrix24Error, Bitrix24NotFound, PortalError
from reconciliation.http import Deadline
from reconciliation.models import DeliveryStep, DistributionRun, IssuedAct

SECONDS = 120.0
"""For a group; its lease is longer."""
Way = DeliveryStep.Way


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
    files = {str(step.pk): drive.file_of(_act(step)) for step in group}
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
        _settle(step, found[str(step.pk)])


def _make_tasks(bitrix24: Bitrix24, group: Sequence[DeliveryStep], deadline: Deadline) -> None:
    companies = _companies(bitrix24, group, deadline)
    managers = {step.pk: task.manager_of(_act(step), companies.get(step.pk)) for step in group}
    people = _people(bitrix24, managers.values(), deadline)
    files = _files(group)
    found = task.make_many(
        bitrix24,
        {
            step.pk: task.Job(_act(step), companies.get(step.pk), files.get(step.delivery_id))
            for step in group
        },
        people=people,
        new={step.pk for step in group if steps.is_first_try(step)},
        deadline=deadline,
    )
    for step in group:
        _settle(step, found[step.pk])


def _notify(bitrix24: Bitrix24, group: Sequence[DeliveryStep], deadline: Deadline) -> None:
    companies = _companies(bitrix24, group, deadline)
    for step in group:
        act = _act(step)
        manager = task.manager_of(act, companies.get(step.pk)) or settings.BITRIX24_FALLBACK_MANAGER_ID
        with translation.override(settings.LANGUAGE_CODE):
            words = gettext("The reconciliation act %(number)s of client %(name)s is there.") % {
                "number": act.number,
                "name": act.counterparty.name,
            }
        try:
            number = notifications.notify(
                bitrix24, manager, words, tag=task.marker_of(act), deadline=deadline
            )
        except Bitrix24Error as error:
            steps.fail(step, error)
        else:
            steps.finish(step, reference=str(number))


def _settle(step: DeliveryStep, outcome: StoredFile | Task | Bitrix24Error) -> None:
    if isinstance(outcome, PortalError):
        steps.fail(step, outcome)
    else:
        steps.finish(step, reference=str(outcome.id))


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
) -> Mapping[int, Company | None]:
    wanted = {
        step.pk: (step.delivery.counterparty.bitrix24_company_id, step.delivery.counterparty.onec_guid)
        for step in group
    }
    field = settings.BITRIX24_COMPANY_GUID_FIELD
    return crm.companies_of(bitrix24, wanted, field=field, deadline=deadline)


def _people(bitrix24: Bitrix24, managers: Iterable[int], deadline: Deadline) -> dict[int, crm.Person] | None:
    wanted = {*managers, settings.BITRIX24_FALLBACK_MANAGER_ID} - {0}
    return task.people_of(bitrix24, wanted, deadline=deadline)


def _files(group: Sequence[DeliveryStep]) -> dict[int, int]:
    """Return the numbers of the files on the Drive by delivery; one that could not be put there is not in."""
    done = DeliveryStep.objects.filter(
        delivery__in=[step.delivery_id for step in group], way=Way.DRIVE, state=DeliveryStep.State.DONE
    )
    return {delivery: int(number) for delivery, number in done.values_list("delivery", "reference")}


def _act(step: DeliveryStep) -> IssuedAct:
    if step.delivery.act is None:
        raise AssertionError("a step is ready only with its act")
    return step.delivery.act
