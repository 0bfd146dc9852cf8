"""Where accountants work."""

from reconciliation.admin import acts, counterparties, discrepancies, schedule, updates  # noqa: F401  # register themselves
