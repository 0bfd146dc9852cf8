from datetime import datetime
from decimal import Decimal

import pytest

from tests.onec.bookkeeping import post
from tests.onec.company import FAMILIES, Company
from tests.onec.dealings import Dealing


@pytest.fixture
def company() -> Company:
    """A company on Бухгалтерия whose customer owes it 45,000.50 for one shipment."""
    found = Company(FAMILIES["accounting"])
    post(found, Dealing(datetime(2024, 1, 15, 12), "shipment", 0, Decimal("45000.50")))
    return found
