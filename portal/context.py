"""What every template may use."""

from django.conf import settings
from django.http import HttpRequest


def portal(request: HttpRequest) -> dict[str, str | int]:
    """Return the organization's name and whom a person may write to; either may be empty."""
    return {
        "organization_name": settings.ORGANIZATION_NAME,
        "support_email": settings.ACCOUNTING_EMAIL,
        "code_minutes": settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT // 60,
    }
