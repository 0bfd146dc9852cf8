"""What the portal keeps besides people and counterparties."""

from reconciliation.models.acts import ActFile, ActRequest, ActSequence, Discrepancy, IssuedAct, new_public_id
from reconciliation.models.bitrix24 import Bitrix24Installation
from reconciliation.models.downloads import ActDownload
from reconciliation.models.monitoring import ConnectionState, ErrorReport
from reconciliation.models.month_letters import DeliveryLetter, LetterTemplate
from reconciliation.models.months import Delivery, DeliveryStep, DistributionRun, ManagerDigest
from reconciliation.models.previews import MonthPreview, PreviewLine
from reconciliation.models.schedule import Schedule
from reconciliation.models.updates import DirectoryChange, DirectoryRun
