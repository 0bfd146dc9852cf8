"""What the portal keeps besides people and counterparties."""

from reconciliation.models.acts import ActFile, ActRequest, ActSequence, Discrepancy, IssuedAct, new_public_id
from reconciliation.models.directory import DirectoryChange, DirectoryRun

__all__ = [
    "ActFile",
    "ActRequest",
    "ActSequence",
    "DirectoryChange",
    "DirectoryRun",
    "Discrepancy",
    "IssuedAct",
    "new_public_id",
]
