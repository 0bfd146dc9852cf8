"""Where accountants work."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from reconciliation.acts.admin import discrepancy_pages, issued_acts  # noqa: F401  # register themselves
from reconciliation.admin import bounce_pages, defaults, letter_pages  # noqa: F401
from reconciliation.counterparties.admin import (  # noqa: F401
    counterparties,
    invitation_rounds,
    invitations,
    updates,
)
from reconciliation.monitoring import admin as _errors  # noqa: F401
from reconciliation.months.admin import (  # noqa: F401
    delivery_pages,
    month_pages,
    preview_lines,
    preview_pages,
    wording_pages,
)
from reconciliation.schedules import admin as _schedule  # noqa: F401
from reconciliation.timelines.admin import journal_entries  # noqa: F401

admin.site.index_title = _("Overview")
