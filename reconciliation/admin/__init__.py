"""Where accountants work; the pages register themselves."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

import reconciliation.acts.admin.discrepancy_pages
import reconciliation.acts.admin.issued_acts
import reconciliation.admin.bounce_pages
import reconciliation.admin.defaults
import reconciliation.admin.letter_pages
import reconciliation.counterparties.admin.counterparties
import reconciliation.counterparties.admin.invitation_pages
import reconciliation.counterparties.admin.invitation_rounds
import reconciliation.counterparties.admin.update_pages
import reconciliation.monitoring.admin
import reconciliation.months.admin.delivery_pages
import reconciliation.months.admin.month_pages
import reconciliation.months.admin.preview_lines
import reconciliation.months.admin.preview_pages
import reconciliation.months.admin.wording_pages
import reconciliation.schedules.admin
import reconciliation.timelines.admin.journal_entries

admin.site.index_title = _("Overview")
