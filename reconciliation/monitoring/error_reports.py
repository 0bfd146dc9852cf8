"""Keep the errors that people are shown, so that whoever they write to can look them up."""

import logging
import traceback
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import Counterparty
from reconciliation.errors import PortalError
from reconciliation.models import ErrorReport
from reconciliation.monitoring.logs import mask, request_id

log = logging.getLogger(__name__)
LONGEST_DETAIL = 8000


def keep(
    request: HttpRequest, error: BaseException, *, counterparty: Counterparty | None = None, asked: str = ""
) -> None:
    """Keep an error with its request's number; a database that fails, too, must not hide the first error."""
    user = getattr(request, "user", None)
    person = user if user is not None and user.is_authenticated else None
    if isinstance(error, PortalError):
        kind, detail, status = error.kind, error.detail, error.status
    else:
        kind, detail, status = "", "".join(traceback.format_exception(error)), 500
    try:
        ErrorReport.objects.create(
            reference=request_id.get(),
            user=person,
            user_name=str(person or "")[:300],
            address=f"{request.method} {request.path}"[:300],
            counterparty=counterparty,
            asked=asked[:300],
            kind=kind,
            detail=mask(detail)[-LONGEST_DETAIL:],
            status=status,
        )
    except DatabaseError as failure:
        log.error("an error could not be kept: %s", type(failure).__name__)


def forget_old() -> None:
    """Forget the details of what is older than ERROR_REPORT_DAYS; the journal keeps the rest."""
    oldest = timezone.now() - timedelta(days=settings.ERROR_REPORT_DAYS)
    ErrorReport.objects.filter(at__lt=oldest).exclude(detail="").update(detail="")
