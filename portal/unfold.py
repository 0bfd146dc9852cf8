"""How the admin looks: django-unfold's own settings."""

from typing import Any

from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _


def unfold_settings(organization: str) -> dict[str, Any]:
    """Return UNFOLD for an organization's name, which may be empty."""
    return {
        "SITE_TITLE": _("Reconciliation Acts"),
        "SITE_HEADER": organization or _("Reconciliation Acts"),
        "SITE_ICON": lambda request: static("favicon.svg"),
        "SITE_URL": "/acts/",
        "SHOW_LANGUAGES": True,
        "SHOW_HISTORY": True,
        # The accent of static/portal.css, in the steps that unfold wants.
        "COLORS": {
            "primary": {
                "50": "#effaf8",
                "100": "#d5f1ed",
                "200": "#aee2db",
                "300": "#7ccabd",
                "400": "#4aab9f",
                "500": "#2c8f84",
                "600": "#0b5f58",
                "700": "#0a524c",
                "800": "#0b423e",
                "900": "#0c3734",
                "950": "#04201e",
            }
        },
        "SIDEBAR": {
            "show_search": False,
            "show_all_applications": False,
            "navigation": [
                {
                    "items": [
                        {
                            "title": _("Acts"),
                            "icon": "receipt_long",
                            "link": reverse_lazy("admin:reconciliation_issuedact_changelist"),
                        },
                        {
                            "title": _("Do not balance"),
                            "icon": "warning",
                            "link": reverse_lazy("admin:reconciliation_discrepancy_changelist"),
                        },
                        {
                            "title": _("Counterparties"),
                            "icon": "store",
                            "link": reverse_lazy("admin:accounts_counterparty_changelist"),
                        },
                        {
                            "title": _("People"),
                            "icon": "group",
                            "link": reverse_lazy("admin:accounts_user_changelist"),
                        },
                        {
                            "title": _("Schedules"),
                            "icon": "schedule",
                            "link": reverse_lazy("admin:django_celery_beat_periodictask_changelist"),
                        },
                    ],
                },
            ],
        },
    }
