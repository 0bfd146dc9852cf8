"""Where accountants work."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from reconciliation.admin import (  # noqa: F401  # register themselves
    acts,
    bounces,
    counterparties,
    defaults,
    deliveries,
    discrepancies,
    errors,
    invitation_rounds,
    invitations,
    journal,
    letters,
    months,
    preview_lines,
    previews,
    schedule,
    updates,
    wordings,
)

admin.site.index_title = _("Overview")
