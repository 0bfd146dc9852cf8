"""Where accountants work."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from reconciliation.admin import acts, counterparties, defaults, discrepancies, errors, schedule, updates  # noqa: F401  # register themselves

admin.site.index_title = _("Overview")
