"""Where accountants work."""

from reconciliation.admin import acts, counterparties, discrepancies, updates  # noqa: F401  # register themselves
