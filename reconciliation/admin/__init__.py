"""Where accountants work."""

from reconciliation.admin import acts, counterparties, discrepancies, errors, schedule, updates  # noqa: F401  # register themselves
